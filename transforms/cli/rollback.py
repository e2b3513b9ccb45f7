"""``transforms rollback``: take a committed job back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line

if TYPE_CHECKING:
    from transforms.run.rollback import RollbackPlan


def rollback(
    ctx: typer.Context,
    seq: Annotated[int, typer.Argument(metavar="SEQ", min=1, help="The commit, by its number in 'transforms log'.")],
    with_later: Annotated[
        bool, typer.Option("--with-later", help="Take back later commits, too, that wrote the same outputs.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, change nothing.")] = False,
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for outputs others build.")
    ] = 0.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take a whole job back, in one new commit.

    Every dataset that the job wrote gets its content of before as a new version, and every model its version of before as its
    latest. Nothing is deleted, and a rollback can be taken back like any other commit. A build goes on from what was before.

    Exits with 0 when it is done, 1 if it failed, 2 if the commit cannot be taken back, 3 if 'transforms recover' comes first.

    Examples:

    transforms rollback 12 --dry-run

    transforms rollback 12

    transforms rollback 9 --with-later --json
    """
    from palantir_models.model.restoring import restore_model
    from transforms.run.rollback import plan_rollback, roll_back

    store = open_project(ctx).store
    plan = plan_rollback(store, seq, with_later)
    entry = None if dry_run else roll_back(store, plan, restore_model, wait)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            done = {} if entry is None else {"seq": entry.seq, "transaction": entry.transaction}
            out.json({"dry_run": dry_run, "taken_back": list(plan.undoing.seqs), "outputs": _rows(plan), **done})
            return
        verb = "would take back" if dry_run else "took back"
        for undone in (plan.undoing.entry, *plan.undoing.later):
            out.say(f"{verb} #{undone.seq} {undone.transform}")
        if dry_run:
            out.listing(_rows(plan), ["output", "goes_back_to", "version", "transform"])
        if entry is not None:
            out.say(commit_line(entry))


def _rows(plan: RollbackPlan) -> list[dict[str, Any]]:
    return [
        {
            "output": str(one.resource),
            "goes_back_to": None if one.entry is None else f"#{one.entry.seq}",
            "seq": one.view.seq,
            "version": one.view.version,
            "transform": None if one.entry is None else one.entry.transform,
        }
        for one in plan.earlier
    ]
