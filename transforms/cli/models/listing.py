"""``transforms models list``: the models of the store, or the versions of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.common.json_text import from_json
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.model.versions import ModelVersion
    from transforms.run.project import Project
    from transforms.spec.resource import Resource
    from transforms.store.store import Store

_SHORT = 8


def list_models(
    ctx: typer.Context,
    alias: Annotated[str | None, typer.Argument(metavar="[ALIAS]", help="Show the versions of this model.")] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """List the models, or the versions of one.

    Examples:

    transforms models

    transforms models /examples/wine/forest --json
    """
    project = open_project(ctx)
    with Output(as_json, session_of(ctx).quiet) as out:
        if alias is None:
            columns = ["alias", "latest_version", "experiment", "time", "transform"]
            out.listing(model_rows(project.store, branch), columns, f"There are no models on branch {branch}.")
        else:
            from transforms.cli.resources import find_resource

            show_versions(project, find_resource(project, alias, branch, "model"), branch, out)


def model_rows(store: Store, branch: str) -> list[dict[str, Any]]:
    """Return the models of a branch as the ledger's index knows them; no table is read."""
    from transforms.run.scope import resource_rid
    from transforms.spec.resource import Resource

    return [
        {
            "rid": resource_rid(Resource("model", write.alias)),
            "alias": write.alias,
            "latest_version": write.output.get("latest_version", write.output.get("version")),
            "branch": write.branch,
            "experiment": _experiment(write.output),
            "time": write.committed_time.isoformat(timespec="seconds"),
            "transform": write.transform,
            "seq": write.seq,
        }
        for _, write in sorted(store.writes().items())
        if write.branch == branch and write.kind == "model"
    ]


def _experiment(output: Mapping[str, Any]) -> str | None:
    """Return the experiment of the latest version, which it may lack although others of its commit have one."""
    newest = (output.get("versions") or [{"experiment": ", ".join(output.get("experiments", ()))}])[-1]
    return newest.get("experiment") or None


def show_versions(
    project: Project, resource: Resource, branch: str, out: Output, limit: int | None = None, wanted: str | None = None
) -> None:
    """Print a model's versions, newest first.

    :param project: the project.
    :param resource: the model.
    :param branch: its branch.
    :param out: where to print.
    :param limit: how many at the most; all when None.
    :param wanted: only this version, by number, RID or tag.
    :raises NotFoundError: if there is no such version.
    """
    from palantir_models.model.published import published_versions

    found = project.store.view(resource, branch)
    published = published_versions(project.store, resource.alias, None if found is None else found[0])
    versions = published.present[::-1][:limit] if wanted is None else (published.pick(wanted),)
    rows = [version_row(version, published.lifecycle.tags_of(version.version_id)) for version in versions]
    # An id's first digits are enough for 'transforms experiments show'; the whole ids and RIDs are in the JSON.
    shown = [
        {
            **row,
            "experiment": (row["experiment_id"] or "")[:_SHORT],
            "created": row["created_time"][:19],
            "tags": ", ".join(row["tags"]),
        }
        for row in rows
    ]
    out.listing(
        rows if out.as_json else shown,
        ["version", "tags", "created", "adapter", "transform", "experiment", "change_type"],
        f"{resource} has no versions on branch {branch}; 'transforms experiments {resource.alias}' lists its experiments.",
    )


def version_row(version: ModelVersion, tags: Sequence[str]) -> dict[str, Any]:
    """Return a version as JSON has it.

    :param version: the version.
    :param tags: the tags that name it.
    """
    return {
        "version": version.version,
        "tags": list(tags),
        "rid": version.rid,
        "created_time": version.created_time.isoformat(timespec="seconds"),
        "branch": version.branch,
        "transform": version.transform,
        "transaction": version.transaction,
        "adapter": version.adapter,
        "inputs": from_json(version.inputs),
        "code_version": version.code_version,
        "experiment_id": version.experiment_id,
        "notes": version.notes,
        "change_type": version.change_type,
    }
