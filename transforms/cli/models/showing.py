"""``transforms models show``: what is known of one version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from transforms.cli.models.choosing import VersionText, find_version
from transforms.cli.models.listing import version_row
from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.reading.model import Model


def show_version(
    ctx: typer.Context, wanted: VersionText, branch: Branch = DEFAULT_BRANCH, as_json: Json = False
) -> None:
    """Show a version of a model: where it comes from, what it takes and gives, its files, its packages and its tags.

    Examples:

    transforms models show /shop/forecast

    transforms models show /shop/forecast@production --json
    """
    from palantir_models.reading.model import Model
    from palantir_models.reading.version_facts import facts_of

    project = open_project(ctx)
    resource, version = find_version(project, wanted, branch)
    model = Model(resource.alias, branch, project.store)
    row = version_row(version, model.tags_of(version))
    facts = facts_of(model, version)
    scored = [one for one in model.evaluations() if one.model_version_id == version.version_id]
    with Output(as_json, session_of(ctx).quiet) as out:
        if as_json:
            out.json({"model": resource.alias, **row, **facts, "evaluations": [one.name for one in scored]})
            return
        out.line(f"{resource.alias} {version.version}")
        told = {
            "tags": ", ".join(row["tags"]),
            "created": row["created_time"],
            "transform": f"{version.transform}{_commit(project.store, version)}",
            "adapter": version.adapter,
            "trained on": ", ".join(f"{alias} version {number}" for alias, number in version.trained_on.items()),
            "experiment": _experiment(model, version.experiment_id),
            "evaluations": ", ".join(one.name for one in scored),
            "code": facts["code"].get("commit") or version.code_version,
            "notes": version.notes,
            "RID": version.rid,
        }
        for name, value in told.items():
            if value:
                out.line(f"  {name:<12}{value}")
        for title, group in (("takes and gives", "api"), ("files", "files"), ("needs", "requirements")):
            if facts[group]:
                out.line(f"{title}")
                for name, value in facts[group].items():
                    out.line(f"  {name}  {_short(group, value)}".rstrip())


def _commit(store: Any, version: Any) -> str:
    entry = store.entries_of([version.transaction]).get(version.transaction)
    return "" if entry is None else f", commit #{entry.seq} by {entry.user}"


def _experiment(model: Model, identity: str | None) -> str:
    found = next((one for one in model.experiments if one.experiment_id == identity), None)
    return "" if found is None else f"{found.name} ({found.experiment_id[:8]})"


def _short(group: str, value: Any) -> str:
    if group == "api":
        return str(value.get("type", "")) if isinstance(value, dict) else str(value)
    return str(value)[:12] if group == "files" else str(value)
