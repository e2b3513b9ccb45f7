"""``transforms experiments rm``: delete experiments that are not published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.experiments.choosing import Model, every_one, named
from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.common.text import counted
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.reading.experiment import RecordedExperiment
    from transforms.run.project import Project

_ENDED = ("FAILED", "ABANDONED", "SUPERSEDED", "SUCCEEDED", "UNREADABLE")


def remove_experiments(
    ctx: typer.Context,
    wanted: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, beginnings of ids, or names.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", help=f"All unpublished ones of a status: {', '.join(_ENDED)}."),
    ] = None,
    older_than: Annotated[
        float | None,
        typer.Option("--older-than", min=0, metavar="DAYS", help="Of those with --status, the ones that began before."),
    ] = None,
    model: Model = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, delete nothing.")] = False,
    branch: Branch = DEFAULT_BRANCH,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Delete experiments that failed, were abandoned, or were not published, with all that they logged.

    Published ones stay with their versions; 'transforms models rm --with-experiments' removes both. One that was imported, or whose
    version was removed, can be named here: it is removed by a commit, and goes with 'transforms gc --older-than'.

    Examples:

    transforms experiments rm d10b395a

    transforms experiments rm --status ABANDONED --older-than 7 --dry-run
    """
    from palantir_models.reading.everywhere import delete_experiments
    from palantir_models.reading.finding import short_ids

    project = open_project(ctx)
    if bool(wanted) == bool(status):
        raise UsageError("Name the experiments to delete, or say which with --status STATUS; one of the two.")
    if wanted:
        chosen = named(project, wanted, branch, model)
    else:
        chosen = _of_status(project, str(status).upper(), older_than, model, branch)
    if not dry_run:
        delete_experiments(project.store, chosen)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            out.json({"dry_run": dry_run, "experiments": [_row(one) for one in chosen]})
            return
        verb, short = "would delete" if dry_run else "deleted", short_ids(one.experiment_id for one in chosen)
        for one in chosen:
            of = f"{one.name} of {one.model}" if one.model else "which cannot be read"
            out.say(f"{verb} experiment {short[one.experiment_id]}, {of} ({one.status})")
        out.say(f"Done. {verb} {counted(len(chosen), 'experiment')}.")


def _of_status(
    project: Project, status: str, older_than: float | None, model: str | None, branch: str
) -> list[RecordedExperiment]:
    if status not in _ENDED:
        raise UsageError(f"--status is one of {', '.join(_ENDED)}; got {status}.")
    every = every_one(project, branch, model)
    before = datetime.now(UTC) - timedelta(days=older_than or 0)
    return [one for one in every if not one.is_published and one.status == status and one.created_time <= before]


def _row(one: RecordedExperiment) -> dict[str, Any]:
    return {
        key: getattr(one, key) for key in ("experiment_id", "name", "model", "status", "created_time", "value_count")
    }
