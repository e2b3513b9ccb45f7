"""How values look in notebooks and on terminals. Whatever comes from users is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat

_LONGEST = 80
_LEFT, _RIGHT = (f"text-align:{side};padding:3px 16px 3px 0;white-space:nowrap" for side in ("left", "right"))
_LINE, _THIN_LINE = (f";border-bottom:1px solid rgba(128,128,128,{strength})" for strength in (0.6, 0.2))
_TABLE = "border-collapse:collapse;margin:4px 0;font-size:inherit;color:inherit;font-variant-numeric:tabular-nums"
# Above what scrolls below it, on the ground that the notebook has: JupyterLab's, VS Code's, or the browser's own.
_STAY = (
    ";position:sticky;left:0;max-width:40vw;overflow:hidden;text-overflow:ellipsis"
    ";background:var(--jp-layout-color0,var(--vscode-editor-background,Canvas))"
)


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
    numeric = [_is_numeric([row[column] for row in found]) for column in range(len(header))]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    lines = []
    for row in [*([list(header)] if any(header) else []), *cells]:
        parts = zip(row, widths, numeric, strict=True)
        lines.append("  ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in parts).rstrip())
    return "\n".join(f"  {line}" for line in lines)


def html_facts(facts: Mapping[str, object]) -> str:
    """Return names and values as an HTML table; empty values are left out."""
    rows = "".join(
        f"<tr><th style='{_LEFT};opacity:.7;font-weight:normal'>{escaped(name)}</th>{_cell(value, _LEFT)}</tr>"
        for name, value in facts.items()
        if shown(value)
    )
    return f"<table style='{_TABLE}'>{rows}</table>"


def html_table(header: Sequence[str], rows: Iterable[Sequence[object]], marks: Sequence[str] | None = None) -> str:
    """Return rows as an HTML table that scrolls where it is wider than the page; columns of numbers stand on the right.

    :param header: the names of the columns.
    :param rows: the rows.
    :param marks: HTML before the first cell of each row, which then stays in sight when the others scroll.
    """
    found = [list(row) for row in rows]
    styles = [_RIGHT if _is_numeric([row[column] for row in found]) else _LEFT for column in range(len(header))]
    if marks is not None:
        styles[0] += _STAY
    head = "".join(
        f"<th style='{style}{_LINE}'>{escaped(name)}</th>" for name, style in zip(header, styles, strict=True)
    )
    body = ""
    for row, mark in zip(found, marks or repeat(""), strict=False):
        cells = [_cell(value, style + _THIN_LINE) for value, style in zip(row, styles, strict=True)]
        cells[0] = cells[0].replace(">", f">{mark}", 1)
        body += f"<tr>{''.join(cells)}</tr>"
    return scrolling(f"<table style='{_TABLE}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def scrolling(content: str) -> str:
    """Return HTML that scrolls sideways where it is wider than the page."""
    return f"<div style='overflow-x:auto;max-width:100%'>{content}</div>"


def beside(*parts: str) -> str:
    """Return parts of HTML side by side, as many as there is room for; empty ones are left out."""
    boxes = "".join(f"<div style='min-width:0;max-width:100%'>{part}</div>" for part in parts if part)
    return (
        f"<div style='display:flex;flex-wrap:wrap;gap:12px 28px;align-items:flex-start'>{boxes}</div>" if boxes else ""
    )


def heading(title: str) -> str:
    """Return a heading between the parts of a display."""
    return f"<div style='margin:10px 0 2px;font-weight:600'>{escaped(title)}</div>"


def badge(status: str) -> str:
    """Return the status of an experiment with a colour that says whether it went well."""
    colour = {"SUCCEEDED": "#3f9c57", "RUNNING": "#4a8ad0", "FAILED": "#d0564c", "UNREADABLE": "#d0564c"}.get(
        status, "#8a8a8a"
    )
    return (
        f"<span style='border:1px solid {colour};border-radius:8px;padding:0 7px;font-size:.75em;color:{colour}'>"
        f"{escaped(status)}</span>"
    )


def failure(error: str | None) -> str:
    """Return what an experiment failed with, all of it; nothing for None."""
    look = (
        "white-space:pre-wrap;overflow:auto;max-height:14em;margin:6px 0;padding:6px 10px;border-left:3px solid #b3372f"
    )
    return f"<pre style='{look}'>{html.escape(error)}</pre>" if error else ""


def note(text: str) -> str:
    """Return a remark in small letters; none for an empty text."""
    return f"<div style='font-size:.85em;opacity:.75;margin:2px 0'>{html.escape(text)}</div>" if text else ""


def _cell(value: object, style: str) -> str:
    whole = "" if value is None else str(value)
    is_cut = shown(value).endswith("…") or _STAY in style
    title = f" title='{html.escape(whole)}'" if is_cut else ""  # what is cut is whole under the pointer
    return f"<td style='{style}'{title}>{escaped(value)}</td>"


def _is_numeric(values: Sequence[object]) -> bool:
    return any(map(_is_number, values)) and all(_is_number(value) or value is None for value in values)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
