"""``transforms models diff``: what changed between two versions."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH

_WIDEST = 60


def compare_versions(
    ctx: typer.Context,
    alias: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    before: Annotated[
        str | None, typer.Argument(metavar="[V1]", help="A number, RID or tag; the one before V2 if not given.")
    ] = None,
    after: Annotated[str | None, typer.Argument(metavar="[V2]", help="The other; the latest if not given.")] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Tell what changed between two versions: inputs, parameters, metrics, code, files, packages and what it takes and gives.

    Examples:

    transforms models diff /shop/forecast

    transforms models diff /shop/forecast production latest
    """
    from palantir_models.reading.model import Model
    from palantir_models.reading.version_facts import differences, facts_of
    from transforms.cli.resources import find_resource

    project = open_project(ctx)
    model = Model(find_resource(project, alias, branch, "model").alias, branch, project.store)
    right = model.version(after)
    place = model.versions.index(right)
    if before is None and place == 0:
        raise UsageError(f"{right.version} is the first version of {model.alias}: there is none before it to compare.")
    left = model.versions[place - 1] if before is None else model.version(before)
    found = differences(facts_of(model, left), facts_of(model, right))
    with Output(as_json, session_of(ctx).quiet) as out:
        if as_json:
            rows = [one._asdict() for one in found]
            out.json({"model": model.alias, "before": left.version, "after": right.version, "differences": rows})
            return
        out.line(f"{model.alias}  {left.version} -> {right.version}: {counted(len(found), 'difference')}")
        shown = [
            {"what": one.group, "name": one.name, left.version: _short(one.before), right.version: _short(one.after)}
            for one in found
        ]
        if left.version != right.version:
            out.listing(shown, ["what", "name", left.version, right.version], "Nothing differs.")


def _short(value: Any) -> str:
    text = "-" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
