"""Building the site, and looking at what was built: nothing of it may come from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.commands.build import build as build_pages
from mkdocs.config import load_config

ROOT = Path(__file__).parents[1]
# What a browser fetches to show a page; a link that a person follows is none of it.
_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*rel=["']?canonical)[^>]*?\shref=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<pre\b[^>]*\bclass=["']?(mermaid)\b"""  # which the theme draws with a script of a CDN
    r"""|(?:@import\s+|\burl\()\s*["']?((?:https?:)?//[^"')\s]+)"""
)


def build(folder: Path) -> None:
    """Build the site into a folder.

    :param folder: where it comes to lie; what is there goes.
    :raises mkdocs.exceptions.Abort: if a link is broken, a page is outside of the navigation, or anything else is warned of.
    """
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    try:
        build_pages(config)
    finally:
        config.plugins.on_shutdown()


def fetched(folder: Path) -> list[tuple[str, str]]:
    """Return what a browser would fetch from elsewhere to show the site: each file with the address in it.

    :param folder: a site that was built.
    """
    found = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".html", ".css"):
            for match in _FETCHED.finditer(file.read_text(encoding="utf-8")):
                address = next(filter(None, match.groups()))
                found.append((file.relative_to(folder).as_posix(), address))
    return found
