"""``transforms experiments list``: what was published, and what was kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.spec.resource import Resource
    from transforms.store.store import Store

_COLUMNS = [
    "experiment_id",
    "name",
    "status",
    "created_time",
    "finished_time",
    "branch",
    "transform",
    "transaction",
    "model_version_id",
    "parameter_count",
    "value_count",
    "dropped_count",
    "error",
]


def list_experiments(
    ctx: typer.Context,
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Only those of this model.")] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """List experiments, also running, failed and abandoned ones.

    Examples:

    transforms experiments

    transforms experiments list /shop/forecast --json
    """
    project = open_project(ctx)
    with Output(as_json, session_of(ctx).quiet) as out:
        _list(project, model, branch, out)


def _list(project: Project, model: str | None, branch: str, out: Output) -> None:
    from transforms.spec.resource import Resource

    store = project.store
    kept = [row for row in _kept(store) if row["branch"] in (branch, None)]
    if model is None:
        writes = sorted(store.writes().items())
        wanted = [Resource("model", w.alias) for _, w in writes if w.kind == "model" and w.branch == branch]
    else:
        resource = project.config.resolve(Resource("model", model))
        kept = [row for row in kept if row["model"] in (resource.alias, model)]
        if not kept:  # a model whose every experiment failed has no version yet
            from transforms.cli.resources import find_resource

            resource = find_resource(project, model, branch, "model")
        wanted = [resource]
    rows = [row for resource in wanted for row in _published(store, resource, branch)]
    known = {row["experiment_id"] for row in rows}  # of a process that died right after its commit the journal stays
    rows += [row for row in kept if row["experiment_id"] not in known]
    rows.sort(key=lambda row: str(row["created_time"]), reverse=True)
    if out.as_json:
        out.json(rows)
    elif not rows:
        out.say(f"There are no experiments on branch {branch}.")
    else:
        _print(rows, out)


def _print(rows: list[dict[str, Any]], out: Output) -> None:
    from palantir_models.reading.finding import short_ids

    short = short_ids(row["experiment_id"] for row in rows)
    headings = ["id", "name", "model", "version", "status", "values", "created"]
    dropped = any(row["dropped_count"] for row in rows)
    table = [
        [
            short[row["experiment_id"]],
            row["name"] or "?",
            row["model"] or "?",
            row["version"],
            row["status"],
            row["value_count"],
            row["created_time"][:16].replace("T", " "),
            *([row["dropped_count"] or None] if dropped else []),
        ]
        for row in rows
    ]
    out.table(headings + ["dropped"] * dropped, table)
    for row in rows:
        if row["status"] == "UNREADABLE":
            out.say(f"{short[row['experiment_id']]}: {row['error']}")


def _published(store: Store, resource: Resource, branch: str) -> Iterator[dict[str, Any]]:
    from palantir_models.model.published import read_lifecycle
    from transforms.engine.local.reading import scan_polars
    from transforms.store import layout

    path = layout.resource_path(resource, branch)
    view = store.view_table(f"{path}/experiments")
    versions = store.view_table(f"{path}/{layout.VERSIONS}")
    if view is None or versions is None:
        return
    numbers = dict(scan_polars(versions).select("version_id", "version").collect().iter_rows())
    lifecycle = read_lifecycle(store, versions)
    present = {identity: number for identity, number in numbers.items() if identity not in lifecycle.removed_versions}
    for row in scan_polars(view).select(_COLUMNS).collect().iter_rows(named=True):
        if row["experiment_id"] not in lifecycle.removed_experiments:
            yield experiment_row(row, resource.alias, present.get(row["model_version_id"]))


def _kept(store: Store) -> Iterator[dict[str, Any]]:
    from palantir_models.experiment.journal.opening import journals_of

    for experiment in journals_of(store.storage).unpublished():
        yield experiment_row(experiment.row, experiment.row["model"], None)


def experiment_row(row: Mapping[str, Any], model: str, version: str | None) -> dict[str, Any]:
    """Return an experiment as a listing has it."""
    times = {name: _time(row.get(name)) for name in ("created_time", "finished_time")}
    return {**{column: row.get(column) for column in _COLUMNS}, **times, "model": model, "version": version}


def _time(value: datetime | str | None) -> str | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.isoformat(timespec="milliseconds")
