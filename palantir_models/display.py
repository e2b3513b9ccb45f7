"""How values look in notebooks and on terminals. Whatever comes from users is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

_LONGEST = 80
_LEFT, _RIGHT = (f"text-align:{side};padding:1px 12px 1px 0" for side in ("left", "right"))


def shown(value: object) -> str:
    """Return a value as people read it: six significant digits, times to the second."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" + (" UTC" if value.tzinfo else "")
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def escaped(value: object) -> str:
    """Return a value for HTML."""
    return html.escape(shown(value))


def text_facts(facts: Mapping[str, object]) -> str:
    """Return names and values below each other; empty values are left out."""
    found = {name: shown(value) for name, value in facts.items()}
    width = max((len(name) for name, value in found.items() if value), default=0)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in found.items() if value)


def text_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as aligned text; numbers stand on the right."""
    found = [list(row) for row in rows]
    cells = [[shown(value) for value in row] for row in found]
    numeric = [
        bool(found) and all(_is_number(row[column]) or row[column] is None for row in found)
        for column in range(len(header))
    ]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    lines = []
    for row in [*([list(header)] if any(header) else []), *cells]:
        parts = zip(row, widths, numeric, strict=True)
        lines.append("  ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in parts).rstrip())
    return "\n".join(f"  {line}" for line in lines)


def html_facts(facts: Mapping[str, object]) -> str:
    """Return names and values as an HTML table; empty values are left out."""
    rows = "".join(
        f"<tr><th style='{_LEFT}'>{escaped(name)}</th><td style='{_LEFT}'>{escaped(value)}</td></tr>"
        for name, value in facts.items()
        if shown(value)
    )
    return f"<table>{rows}</table>"


def html_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as an HTML table; numbers stand on the right."""
    head = "".join(f"<th style='{_LEFT}'>{escaped(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return f"<td style='{_RIGHT if _is_number(value) else _LEFT}'>{escaped(value)}</td>"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
