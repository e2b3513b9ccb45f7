"""The badges of the README, drawn from what they are about, so that they are true and nothing is fetched to show them.

``python -m documentation.badges`` draws them anew.
"""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "images" / "badges"
_HEIGHT, _LETTER, _PADDING = 20, 6.6, 7


def badges() -> dict[str, str]:
    """Return the text of each badge's file, by its name: what ``pyproject.toml`` says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    classifiers: list[str] = project["classifiers"]
    pythons = [one.rpartition(" ")[2] for one in classifiers if one.startswith("Programming Language :: Python :: 3.")]
    told = {
        "python": ("python", " | ".join(pythons)),
        "license": ("license", project["license"]),
        "version": ("version", project["version"]),
        "typed": ("types", "strict mypy" if "Typing :: Typed" in classifiers else "none"),
    }
    return {f"{name}.svg": _drawn(*words) for name, words in told.items()}


def _drawn(left: str, right: str) -> str:
    first, second = (round(len(word) * _LETTER + 2 * _PADDING) for word in (left, right))
    words = [(first / 2, left), (first + second / 2, right)]
    text = "".join(f'<text x="{place:g}" y="14">{escape(word)}</text>' for place, word in words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="{_HEIGHT}" role="img" '
        f'aria-label="{escape(left)}: {escape(right)}"><clipPath id="r"><rect width="{first + second}" height="{_HEIGHT}" rx="3"/>'
        f'</clipPath><g clip-path="url(#r)"><rect width="{first}" height="{_HEIGHT}" fill="#444c56"/>'
        f'<rect x="{first}" width="{second}" height="{_HEIGHT}" fill="#1f6feb"/></g><g fill="#fff" text-anchor="middle" '
        f'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{text}</g></svg>\n'
    )


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in badges().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
