"""The report of a version that was built again, as text, Markdown or one page of HTML that a person can file."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence

from palantir_models.display import text_table
from palantir_models.reproduction.outcome import Compared, Outcome

_VERDICTS = ("equal", "within tolerance", "different", "not compared")
_HEAD = ("part", "name", "verdict", "")
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top;overflow-wrap:anywhere}"
    ".different,.not{color:#b00020;font-weight:600}"
)


def verdict(outcome: Outcome) -> str:
    """Return in one sentence how it ended."""
    if outcome.problem is not None:
        return f"It could not be built again. {outcome.problem}"
    if outcome.is_same:
        near = sum(one.verdict == "within tolerance" for one in outcome.compared)
        return f"The same: {len(outcome.compared)} parts compared" + (
            f", {near} within the tolerance." if near else "."
        )
    wrong = sum(not one.is_same for one in outcome.compared)
    return f"Not the same: {wrong} of {len(outcome.compared)} parts differ or could not be compared."


def facts(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what was built again, and from what, as names with values."""
    place = "" if outcome.branch == "master" else f" on branch {outcome.branch}"
    built = "" if not outcome.code else f"in {outcome.seconds:.1f}s with {outcome.code}"
    commit = "" if outcome.commit is None else f"#{outcome.commit}, by {outcome.transform}"
    found = [
        ("version", f"{outcome.model} {outcome.version}{place}"),
        ("commit", commit),
        ("built again", built),
        ("inputs", ", ".join(f"{name} at version {version}" for name, version in outcome.inputs.items())),
        ("parameters", ", ".join(f"{name}={value}" for name, value in outcome.parameters.items())),
        ("environment", "; ".join(outcome.environment) or ("the same packages" if outcome.transform else "")),
    ]
    return [(name, value) for name, value in found if value]


def text(outcome: Outcome) -> str:
    """Return the report for a terminal: kinds of which all is equal in a line each, and every part that is not."""
    lines = [f"{name:<12} {value}" for name, value in facts(outcome)]
    rows = [_cells(one) for one in _shown(outcome.compared)]
    return "\n".join([*lines, *([text_table(list(_HEAD), rows)] if rows else []), verdict(outcome)])


def _shown(compared: Sequence[Compared]) -> Iterator[Compared]:
    """Yield parts as a short report has them."""
    for kind in dict.fromkeys(one.kind for one in compared):
        parts = [one for one in compared if one.kind == kind]
        counts = Counter(one.verdict for one in parts)
        if len(parts) > 1 and counts["equal"]:
            yield Compared(kind, f"{counts['equal']} of {len(parts)}", "equal")
            parts = [one for one in parts if one.verdict != "equal"]
        yield from sorted(parts, key=lambda one: -_VERDICTS.index(one.verdict))


def _cells(one: Compared) -> tuple[str, str, str, str]:
    return one.kind, one.name, one.verdict, one.detail


def markdown(outcome: Outcome) -> str:
    """Return the whole report as Markdown."""
    lines = [f"# {outcome.model} {outcome.version}, built again", "", f"**{_cell(verdict(outcome))}**", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in facts(outcome))]
    if outcome.compared:
        lines += ["", f"| {' | '.join(_HEAD)} |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(_cell, _cells(one)))} |" for one in outcome.compared]
    return "\n".join([*lines, ""])


def _cell(value: str) -> str:
    return html.escape(" ".join(value.split()), quote=False).replace("|", "\\|")


def page(outcome: Outcome) -> str:
    """Return the whole report as one page of HTML, without a script."""
    title = html.escape(f"{outcome.model} {outcome.version}, built again")
    told = "".join(f"<tr><th>{name}</th><td>{html.escape(value)}</td></tr>" for name, value in facts(outcome))
    rows = "".join(
        f"<tr class='{one.verdict.split()[0]}'>{''.join(f'<td>{html.escape(cell)}</td>' for cell in _cells(one))}</tr>"
        for one in outcome.compared
    )
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style>"
        f"<h1>{title}</h1><p><b>{html.escape(verdict(outcome))}</b></p><table>{told}</table>"
        + (f"<h2>Compared</h2><table><tr>{head}</tr>{rows}</table>" if rows else "")
        + "</html>\n"
    )
