"""``transforms backup``: a whole copy of a store that is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Json, Quiet, open_project, session_of
from transforms.cli.output import Output


def backup(
    ctx: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder that does not exist yet.")],
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Copy the store, also while jobs run.

    The copy is a store of its own right: everything committed up to now, checked and recovered. To restore it, copy it to
    where the store was, all of it.

    Examples:

    transforms backup /backups/monday
    """
    from transforms.store.backup import back_up

    copied = back_up(open_project(ctx).store, target)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        head = max((entry.seq for entry in copied.newest_entries(1)), default=0)
        if as_json:
            out.json({"target": str(copied.root), "seq": head})
            return
        out.say(f"Done. {copied.root} has everything up to commit #{head}.")
