"""``python -m transforms`` is the command ``transforms``."""

from transforms.cli.app import main

main()
