"""``python -m documentation``: what ``make docs`` runs."""

from __future__ import annotations

import logging
import sys
import time

from mkdocs.exceptions import Abort

from documentation.site import ROOT, build, fetched


def main() -> None:
    """Build the site, look at it, and say where it is."""
    folder = ROOT / "build" / "site"
    begin = time.monotonic()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        build(folder)
    except Abort as error:
        sys.exit(f"error: {error} The lines above name what is wrong.")
    if found := fetched(folder):
        sys.exit("\n".join(f"error: {file} would fetch {address}: put it into docs/" for file, address in found))
    pages = sum(1 for _ in folder.rglob("*.html"))
    print(f"{pages} pages in {time.monotonic() - begin:.0f} s; open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
