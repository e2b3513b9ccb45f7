"""``transforms list``: the transforms of the project, or the datasets of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.loading import load_project
from transforms.cli.options import Branch, Exclude, Json, Selection, open_project, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from transforms.run.project import Project
    from transforms.store.store import Store


def list_transforms(
    ctx: typer.Context,
    selection: Selection = None,
    exclude: Exclude = None,
    datasets: Annotated[bool, typer.Option("--datasets", help="List the store's datasets instead.")] = False,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """List the transforms or the datasets.

    Examples:

    transforms list

    transforms list 'path:cleaning/*'

    transforms list --datasets --branch dev
    """
    with Output(as_json, session_of(ctx).quiet) as out:
        if datasets:
            rows = dataset_rows(open_project(ctx).store, branch)
            columns = ["alias", "branch", "rows", "files", "seq", "time", "transform"]
            out.listing(rows, columns, f"There are no datasets on branch {branch}.")
        else:
            rows = _transform_rows(load_project(ctx), selection or [], exclude or [], branch, as_json)
            columns = ["name", "engine", "inputs", "outputs", "source"]
            columns += ["parameters"] if any(row["parameters"] for row in rows) else []
            refused = ["refused"] if any(row["refused"] for row in rows) else []
            out.listing(rows, columns + refused, "There are no transforms.")


def dataset_rows(store: Store, branch: str) -> list[dict[str, Any]]:
    """Return the datasets of a branch as the ledger's index knows them; no table is read."""
    return [
        {
            "alias": write.alias,
            "branch": write.branch,
            "rows": write.output.get("rows"),
            "files": write.output.get("files"),
            "seq": write.seq,
            "time": write.committed_time.isoformat(timespec="seconds"),
            "transform": write.transform,
        }
        for _, write in sorted(store.writes().items())
        if write.branch == branch and write.kind == "dataset"
    ]


def _transform_rows(
    project: Project, selection: list[str], exclude: list[str], branch: str, as_json: bool
) -> list[dict[str, Any]]:
    from transforms.spec.availability import unavailable_reasons
    from transforms.spec.transform import declared_parameter, declared_value

    rows = []
    for node in project.select(selection, exclude, branch):
        transform = project.transforms[node.name]
        rows.append(
            {
                "name": node.name,
                "engine": transform.engine,
                "form": transform.form,
                "inputs": [resource.alias for resource in node.inputs],
                "outputs": [resource.alias for resource in node.outputs],
                "parameters": [
                    declared_parameter(name, param) if as_json else declared_value(name, param)
                    for name, param in transform.scalars.items()
                ],
                "tags": list(node.tags),
                "source": str(node.source),
                "refused": " ".join(unavailable_reasons(transform)),
            }
        )
    return rows
