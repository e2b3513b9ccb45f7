"""``transforms lineage``: which code and which inputs made a version of a dataset or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Branch, Json, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.resources import find_resource, version_of
from transforms.errors import TransformsError
from transforms.plan.incremental import read_amounts
from transforms.plan.rollback import rollback_text
from transforms.run.as_of import as_of_in
from transforms.spec.resource import DEFAULT_BRANCH, Resource
from transforms.store.entry import InputPin
from transforms.store.lookup import label
from transforms.store.recorded_parameters import shown

if TYPE_CHECKING:
    from transforms.plan.lineage import Made
    from transforms.run.project import Project


def lineage(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="ALIAS[@VERSION]", help="A dataset or a model; the newest version if none is named."),
    ],
    depth: Annotated[
        int, typer.Option("--depth", min=0, metavar="N", help="How many jobs to go back before the one that wrote it.")
    ] = 20,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Tell which code and which inputs made a version, back to what was brought in.

    Of each job its commit, its code and whether the project's is still the same, its parameters, and each input at the version
    that was read, with what made that. The version of a dataset is its table's number, or '#12' for that of a commit.

    Exits with 0, or 2 for what there is not.

    Examples:

    transforms lineage /shop/orders

    transforms lineage /shop/orders@3 --depth 1

    transforms lineage model:/shop/forecast@1.2.0 --json
    """
    project = open_project(ctx)
    made = _trace(project, what, branch, depth)
    with Output(as_json, session_of(ctx).quiet) as out:
        code = _code_of(project)
        if as_json:
            out.json(_document(made, code))
        else:
            _print(made, code, out)


def _trace(project: Project, what: str, branch: str, depth: int) -> Made:
    from transforms.plan.lineage import trace

    alias, at, wanted = what.rpartition("@")
    if not at:
        alias, wanted = what, ""
    resource = find_resource(project, alias, branch)
    version, seq = (_of_model if resource.kind == "model" else _of_dataset)(project, resource, branch, wanted)
    return trace(resource.key, InputPin(seq, version, branch), project.store.ledger.entry, depth)


def _of_dataset(project: Project, resource: Resource, branch: str, wanted: str) -> tuple[int, int]:
    view = version_of(project, resource, branch, wanted)
    return view.version, view.seq


def _of_model(project: Project, resource: Resource, branch: str, wanted: str) -> tuple[int, int]:
    from palantir_models.model.published import published_versions

    found = project.store.view(resource, branch)
    assert found is not None
    version = published_versions(project.store, resource.alias, found[0]).pick(wanted or None)
    entry = project.store.entries_of([version.transaction]).get(version.transaction)
    return found[0].version, 0 if entry is None else entry.seq


def _code_of(project: Project) -> dict[str, tuple[str, str]]:
    """Return where each transform of the project is now, and the version of its code."""
    try:
        return {name: (str(made.source), made.comparable_version) for name, made in project.transforms.items()}
    except TransformsError:  # there may be no code here, only a store
        return {}


def _document(made: Made, code: dict[str, tuple[str, str]]) -> dict[str, Any]:
    place = {"alias": made.alias, "key": made.key, "branch": made.branch, "table_version": made.version}
    entry = made.entry
    if entry is None:
        return {**place, "commit": None, "inputs": []}
    source, version = code.get(entry.transform, (None, None))
    commit = {
        "seq": entry.seq,
        "transform": entry.transform,
        "time": entry.ratified_time.isoformat(),
        "user": entry.user,
        "transaction": entry.transaction,
        "code_version": entry.code_version,
        "source": source,
        "is_code_of_now": None if version is None else version == entry.code_version,
        "parameters": shown(entry.parameters),
        "rollback": rollback_text(entry.outputs.values()) or None,
        "as_of": as_of_in(entry.outputs.values()),
        "read": read_amounts(entry.outputs.values()),
    }
    return {**place, "commit": commit, "inputs": [_document(one, code) for one in made.inputs]}


def _print(made: Made, code: dict[str, tuple[str, str]], out: Output, before: str = "") -> None:
    entry = made.entry
    place = f"{label(made.key)}  version {made.version} on {made.branch}"
    if entry is None:
        out.line(f"{before}{place}, which no job of this store wrote")
        return
    out.line(f"{before}{place}, commit #{entry.seq} of {entry.ratified_time:%Y-%m-%d %H:%M} by {entry.user}")
    out.line(f"{before}    {_maker(made, code)}{' (see above)' if made.is_repeated else ''}")
    for one in made.inputs:
        _print(one, code, out, f"{before}  ")


def _maker(made: Made, code: dict[str, tuple[str, str]]) -> str:
    entry = made.entry
    assert entry is not None
    told = [entry.transform]
    if entry.code_version:
        source, version = code.get(entry.transform, ("", ""))
        state = (
            "not in this project"
            if not source
            else "the code of now"
            if version == entry.code_version
            else "changed since"
        )
        told.append(f"code {entry.code_version[:12]} ({', '.join(filter(None, [source, state]))})")
    told += [f"{name}={value}" for name, value in shown(entry.parameters).items()]
    as_of = as_of_in(entry.outputs.values())
    told += filter(None, [rollback_text(entry.outputs.values()), "" if as_of is None else f"as of #{as_of}"])
    return ", ".join(told)
