"""``python -m transforms``: the command line, for where its script is not on the path."""

from transforms.cli.app import main

if __name__ == "__main__":
    main()
