"""``transforms diff``: what differs between two versions of a dataset."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.resources import find_resource, version_of
from transforms.common.text import counted
from transforms.errors import NotFoundError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from transforms.run.diff import DatasetDiff
    from transforms.run.project import Project
    from transforms.spec.resource import Resource
    from transforms.store.tables import TableView


def diff(
    ctx: typer.Context,
    alias: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset.")],
    first: Annotated[
        str | None,
        typer.Argument(metavar="[V1]", help="A version, such as 3, or '#12' for that of a commit; before the newest."),
    ] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="[V2]", help="The other one; the newest if not given.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="COLUMN", help="A column that tells rows apart; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="How many rows of each kind are shown.")] = 10,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Compare two versions of a dataset: its columns and its rows, or its raw files.

    Without versions, the newest with what was there before the commit that made it. With --key, rows of one key that differ are
    told with the values that changed; without it, rows are added or removed as a whole. Raw files are told by path and checksum.

    Exits with 0, 2 for what there is not or cannot be compared, and 1 if a version cannot be read any more.

    Examples:

    transforms diff /shop/orders

    transforms diff /shop/orders 3 7 --key order

    transforms diff /shop/orders '#12' --key day --key shop --json
    """
    from transforms.run import diff as comparing
    from transforms.run.still_whole import check_whole

    project = open_project(ctx)
    resource = find_resource(project, alias, branch, "dataset")
    before, after = _views(project, resource, branch, first, second)
    for view in (before, after):
        check_whole(view, resource)
    found = comparing.diff(before, after, key or (), limit)
    with Output(as_json, session_of(ctx).quiet) as out:
        if as_json:
            out.json(_document(resource, branch, before, after, found))
        else:
            _print(resource, branch, before, after, found, out)


def _views(
    project: Project, resource: Resource, branch: str, first: str | None, second: str | None
) -> tuple[TableView, TableView]:
    table = project.store.table_of(resource, branch)
    newest = project.store.view_table(table)
    assert newest is not None
    after = newest if second is None else version_of(project, resource, branch, second)
    if first is not None:
        return version_of(project, resource, branch, first), after
    before = project.store.view_table(table, newest.seq - 1) if newest.seq else None
    if before is None:
        raise NotFoundError(
            f"{resource} has nothing before its newest commit to compare with. 'transforms log {resource.alias}' shows its commits."
        )
    return before, after


def _document(
    resource: Resource, branch: str, before: TableView, after: TableView, found: DatasetDiff
) -> dict[str, Any]:
    changed = [
        {"key": key, "before": {n: v[0] for n, v in values.items()}, "after": {n: v[1] for n, v in values.items()}}
        for key, values in found.changed_rows
    ]
    return {
        "alias": resource.alias,
        "branch": branch,
        "before": {"version": before.version, "seq": before.seq, "count": found.counts[0]},
        "after": {"version": after.version, "seq": after.seq, "count": found.counts[1]},
        "kind": found.kind,
        "key": list(found.key),
        "columns": [asdict(change) for change in found.columns],
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "sample": {"added": found.added_rows, "removed": found.removed_rows, "changed": changed},
    }


def _print(
    resource: Resource, branch: str, before: TableView, after: TableView, found: DatasetDiff, out: Output
) -> None:
    noun = "file" if found.kind == "files" else "row"
    places = [
        f"version {view.version}, commit #{view.seq}, {counted(count, noun)}"
        for view, count in zip((before, after), found.counts, strict=True)
    ]
    out.line(f"{resource.alias}  branch {branch}: {places[0]} -> {places[1]}")
    changed = "" if found.changed is None else f", {found.changed:,} changed"
    out.line(f"{found.added:,} added, {found.removed:,} removed{changed}" if not found.is_empty else "Nothing differs.")
    if found.columns:
        out.line("")
        rows = [{"column": one.name, "before": one.before or "-", "after": one.after or "-"} for one in found.columns]
        out.listing(rows, ["column", "before", "after"])
    marked = [*(("+", row) for row in found.added_rows), *(("-", row) for row in found.removed_rows)]
    if marked:
        out.line("")
        out.data([{" ": mark, **row} for mark, row in marked], [" ", *marked[0][1]])
    if found.changed_rows:
        out.line("")
        cells = [
            {**key, " column": column, " before": values[0], " after": values[1]}
            for key, differing in found.changed_rows
            for column, values in differing.items()
        ]
        out.data(cells, [*found.key, " column", " before", " after"])
