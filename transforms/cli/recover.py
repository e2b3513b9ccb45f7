"""``transforms recover``: finish what was committed, delete what dead jobs left."""

from __future__ import annotations

import typer

from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output, counted
from transforms.cli.summary import commit_line


def recover(ctx: typer.Context, quiet: Quiet = False, as_json: Json = False) -> None:
    """Finish commits that were cut short.

    Every committed job is brought into its tables, and what dead jobs left behind is deleted.
    """
    published, collected = open_project(ctx).store.recover()
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            entries = [
                {"seq": e.seq, "transform": e.transform, "transaction": e.transaction, "branch": e.branch}
                for e in published
            ]
            out.json({"published": entries, "collected": collected})
            return
        for entry in published:
            out.say(commit_line(entry))
        for transaction in collected:
            out.say(f"deleted what transaction {transaction} had staged before it died")
        if published or collected:
            out.say(
                f"Done. {counted(len(published), 'commit')} finished, {counted(len(collected), 'dead job')} removed."
            )
        else:
            out.say("Nothing had to be recovered.")
