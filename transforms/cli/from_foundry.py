"""``transforms init`` in a Foundry repository: what is missing in it, and the inputs that it needs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from transforms.cli.loading import load_project
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.errors import DataError, UsageError

if TYPE_CHECKING:
    from transforms.run.needed import NeededInput
    from transforms.run.project import Project

_SETTINGS = """\
[tool.transforms]
# The pipelines are those that setup.py declares. Where a dataset of the code has another name here:
# [tool.transforms.inputs]
# "/Company/raw/flights" = "/flights"
"""
_IGNORED = ".transforms/"


def repository_of(folder: Path) -> Path | None:
    """Return the root of the Foundry repository that a folder is in; None where there is none."""
    from transforms.config.repository import find_project, subprojects

    if not folder.is_dir():
        return None
    root = find_project(folder.absolute())
    return root if subprojects(root) else None


def add_what_is_missing(root: Path, out: Output) -> None:
    """Add settings and what Git is to ignore to a repository, where they are missing; what is there stays as it is.

    :param root: the repository's root.
    :param out: is told what was written.
    :raises UsageError: if a file cannot be written.
    """
    from transforms.config.repository import SETTINGS_FILE, read_settings_file

    settings, ignored = root / SETTINGS_FILE, root / ".gitignore"
    is_set = settings.is_file() and "transforms" in read_settings_file(settings).get("tool", {})
    _add(settings, _SETTINGS, is_set, out)
    lines = ignored.read_text(encoding="utf-8").splitlines() if ignored.is_file() else []
    _add(ignored, f"{_IGNORED}\n", any(line.strip().strip("/") == _IGNORED.strip("/") for line in lines), out)


def tell_inputs(ctx: typer.Context, root: Path, out: Output, rows: int | None) -> None:
    """Print the inputs that a repository needs, and write synthetic rows for those that are not there, if asked to.

    :param root: the repository's root.
    :param out: where it is printed.
    :param rows: how many synthetic rows each gets; None for no data.
    """
    from transforms.run.needed import needed_inputs

    project = load_project(ctx, start=root)
    needed = needed_inputs(project)
    told = [_as_json(found) for found in needed]
    for found, row in zip(needed, told, strict=True):
        row["synthetic"] = None if rows is None else _synthesize(project, found, rows)
    if out.as_json:
        out.json(told)
        return
    out.say(f"{counted(len(needed), 'input')} from outside:" if needed else "It needs no inputs from outside.")
    for row in told:
        for line in _lines(row):
            out.line(line)


def _add(file: Path, text: str, is_there: bool, out: Output) -> None:
    if is_there:
        return
    try:
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        blank = "\n" if before and text.startswith("[") else ""
        file.write_text(before + gap + blank + text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error}") from error
    out.say(f"added {text.splitlines()[0]} to {file}" if before else f"wrote {file}")


def _as_json(found: NeededInput) -> dict[str, Any]:
    return {
        "kind": found.resource.kind,
        "alias": found.resource.alias,
        "branch": found.resource.branch,
        "there": found.is_there,
        "read_by": found.readers,
        "columns": {name: column.type for name, column in found.revealed.columns.items()},
        "not_told": list(found.revealed.doubts),
    }


def _synthesize(project: Project, found: NeededInput, rows: int) -> str:
    """Write synthetic rows for an input, and return what was done."""
    from transforms.run.put_frame import put_frame
    from transforms.run.synthetic import synthetic_rows
    from transforms.spec.resource import DEFAULT_BRANCH

    if found.is_there:
        return "nothing, as it has data"
    if found.resource.kind == "model":
        return "nothing, as a model is trained"
    try:
        frame = synthetic_rows(found.revealed, rows)
    except DataError as error:
        return f"nothing, as {error}"
    put_frame(project.store, found.resource.branch or DEFAULT_BRANCH, found.resource.alias, frame)
    return f"{counted(rows, 'row')}; what nothing tells the type of is text"


def _lines(row: dict[str, Any]) -> list[str]:
    on_branch = f" --branch {shlex.quote(row['branch'])}" if row["branch"] else ""
    where = f" @{row['branch']}" if row["branch"] else ""
    lines = [f"{row['alias']}{where}{' (model)' if row['kind'] == 'model' else ''}"]
    lines.append(f"  read by   {', '.join(row['read_by'])}")
    columns = ", ".join(f"{name} {type or '?'}" for name, type in row["columns"].items())
    lines.append(f"  columns   {columns or 'none that the code tells'}")
    if row["not_told"]:
        lines.append(f"  not told  {'; '.join(row['not_told'])}")
    if row["synthetic"]:
        lines.append(f"  synthetic {row['synthetic']}")
    is_lacking = not row["there"] and (row["synthetic"] or "nothing").startswith("nothing")
    if row["there"]:
        lines.append("  there     the store has it")
    elif is_lacking and row["kind"] == "dataset":
        lines.append(f"  bring in  transforms put {shlex.quote(row['alias'])} FILE{on_branch}")
    return lines
