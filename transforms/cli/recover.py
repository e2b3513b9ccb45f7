"""``transforms recover``: finish what was committed, delete what dead jobs left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line
from transforms.common.text import counted

if TYPE_CHECKING:
    from transforms.store.entry import Entry


def recover(
    ctx: typer.Context,
    give_up: Annotated[
        int | None,
        typer.Option(
            "--give-up",
            metavar="SEQ",
            min=1,
            help="Do without this commit, which a table refuses: it comes into no table, and what it staged is deleted.",
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Finish commits that were cut short.

    Every committed job is brought into its tables, and what dead jobs left behind is deleted. A commit that a table refuses
    stops the jobs that touch its tables until the table is repaired, or until the commit is given up.

    Examples:

    transforms recover

    transforms recover --give-up 12
    """
    from transforms.store import recovery

    store = open_project(ctx).store
    given_up = None if give_up is None else recovery.give_up(store, give_up)
    published, collected = store.recover()
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            row = {} if given_up is None else {"given_up": _row(given_up)}
            out.json({"published": [_row(entry) for entry in published], "collected": collected, **row})
            return
        if given_up is not None:
            out.say(
                f"gave up #{given_up.seq} {given_up.transform}: it is in none of its tables, and what it had staged is deleted"
            )
        for entry in published:
            out.say(commit_line(entry))
        for transaction in collected:
            out.say(f"deleted what transaction {transaction} had staged before it died")
        if published or collected:
            out.say(
                f"Done. {counted(len(published), 'commit')} finished, {counted(len(collected), 'dead job')} removed."
            )
        elif given_up is None:
            out.say("Nothing had to be recovered.")


def _row(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "transform": entry.transform, "transaction": entry.transaction, "branch": entry.branch}
