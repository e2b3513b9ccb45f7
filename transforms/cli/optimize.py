"""``transforms optimize``: merge small files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output, size_text
from transforms.common.text import counted
from transforms.spec.resource import DEFAULT_BRANCH


def optimize(
    ctx: typer.Context,
    aliases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATASET]...", help="Datasets or models; all on all branches if none is given.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what is there, merge nothing.")] = False,
    branch: Branch = DEFAULT_BRANCH,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Merge the small files of tables into few large ones.

    Rows stay as they are, so does every older version, and incremental transforms go on. What was merged takes its space until
    'transforms gc --older-than' is run. Tables that are being built are left alone.

    Exits with 0, 1 if a table could not be merged, 2 for what there is not.

    Examples:

    transforms optimize --dry-run

    transforms optimize

    transforms optimize /shop/orders model:/shop/forecast
    """
    from transforms.cli.resources import find_resource
    from transforms.store.layout import alias_of
    from transforms.store.optimizing import optimize_tables

    project = open_project(ctx)
    wanted = [(find_resource(project, alias, branch), branch) for alias in aliases or ()]
    found = optimize_tables(project.store, wanted, dry_run)
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if as_json:
            out.json({"dry_run": dry_run, "tables": [asdict(one) for one in found]})
            return
        for one in found:
            what = f"{alias_of(one.table)} ({one.table.partition('/')[0]}): {counted(one.files_before, 'file')}"
            if one.left_alone:
                out.say(f"{what}, left alone: {one.left_alone}")
            elif dry_run or one.files_after == one.files_before:
                out.say(f"{what}, {size_text(one.size)}")
            else:
                out.say(f"{what} -> {one.files_after}, {size_text(one.size)}, version {one.version}")
        if dry_run:
            out.say(f"{counted(len(found), 'table')} of more than one file.")
        else:
            out.say(f"Done. {counted(sum(one.files_after < one.files_before for one in found), 'table')} merged.")
