"""``transforms show``: a dataset's columns and first rows, its files, or a model's versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import CHECK_COLUMNS, check_rows
from transforms.common.text import counted
from transforms.plan.incremental import recorded, run_of
from transforms.plan.rollback import rollback_text
from transforms.run.check_results import results_on
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.spec.resource import Resource


def show(
    ctx: typer.Context,
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="A dataset or a model.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="How many rows, files or versions.")] = 10,
    version: Annotated[
        str | None,
        typer.Option(
            "--version",
            metavar="N",
            help="An older version: the number of the Delta table's, '#12' for what commit 12 left, or the model's.",
        ),
    ] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Show a dataset or a model.

    Of a dataset, its columns, what checks found in it and its first rows, or its raw files; of a model, its versions.

    Examples:

    transforms show /shop/orders

    transforms show /shop/orders -n 50 --version 3

    transforms show model:/shop/forecast --json
    """
    from transforms.cli.resources import find_resource

    project = open_project(ctx)
    resource = find_resource(project, alias, branch)
    with Output(as_json, session_of(ctx).quiet) as out:
        if resource.kind == "model":
            from transforms.cli.models.listing import show_versions

            show_versions(project, resource, branch, out, limit, version)
            return
        content = _content(project, resource, branch, limit, version)
        if version is None:
            writes = project.store.writes()
            content["checks"] = results_on(resource, branch, writes.values())
            last = writes.get((branch, resource.key))
            content |= run_of(None if last is None else recorded([last.output]))
            content["rollback"] = "" if last is None else rollback_text([last.output])
        if as_json:
            out.json(content)
        else:
            _print(content, out)


def _content(project: Project, resource: Resource, branch: str, limit: int, version: str | None) -> dict[str, Any]:
    from transforms.cli.resources import version_of
    from transforms.engine.local.reading import scan_polars
    from transforms.store.type_names import type_name

    view = version_of(project, resource, branch, version or "")
    count = view.row_count()
    content: dict[str, Any] = {
        "alias": resource.alias,
        "branch": branch,
        "version": view.version,
        "seq": view.seq,
        "kind": "files" if view.holds_files else "rows",
    }
    if view.holds_files:
        listed = scan_polars(view).select("path", "size", "modified", "sha256").sort("path").head(limit).collect()
        return {**content, "file_count": count, "files": listed.to_dicts()}
    frame = scan_polars(view).head(limit).collect()
    columns = [
        {"name": name, "type": type_name(field["type"]), "description": view.column_descriptions.get(name)}
        for name, field in zip(view.column_names, view.fields, strict=True)
    ]
    return {**content, "row_count": count, "columns": columns, "rows": frame.to_dicts()}


def _print(content: dict[str, Any], out: Output) -> None:
    head = f"{content['alias']}  branch {content['branch']}, version {content['version']}, commit #{content['seq']}"
    run = f"; its last run was {content['run']}" if content.get("run") else ""
    run += f"; {content['rollback']}" if content.get("rollback") else ""
    if content["kind"] == "files":
        out.line(f"{head}, {counted(content['file_count'], 'file')}{run}")
        out.line("")
        out.listing(content["files"], ["path", "size", "modified", "sha256"], "It has no files.")
        return
    out.line(f"{head}, {counted(content['row_count'], 'row')}{run}")
    out.line("")
    out.listing(content["columns"], ["name", "type", "description"])
    if content.get("checks"):
        out.line("")
        out.listing(check_rows(content["checks"]), [*CHECK_COLUMNS, "transform", "seq"])
    if content["rows"]:
        out.line("")
        out.data(content["rows"], [column["name"] for column in content["columns"]])
