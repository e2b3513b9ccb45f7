"""``transforms put``: bring files into a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Branch, Json, Quiet, open_project, session_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line
from transforms.errors import UsageError


def put(
    ctx: typer.Context,
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="The dataset, such as /examples/wine/raw.")],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="CSV, Parquet, JSON or NDJSON files, a Delta table, or anything else."),
    ],
    as_files: Annotated[bool, typer.Option("--files", help="Keep the files as they are, whatever they hold.")] = False,
    description: Annotated[
        list[str] | None,
        typer.Option("--description", metavar="COLUMN=TEXT", help="Describe a column; may be repeated."),
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a job that builds it.")
    ] = 0.0,
    branch: Branch = "master",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring files into a dataset.

    They replace its content. Tables become rows, anything else is kept as raw files.
    """
    from transforms.run.put import put as put_files
    from transforms.spec.resource import Resource

    project = open_project(ctx)
    resource = project.config.resolve(Resource("dataset", alias))
    with Output(as_json, quiet or session_of(ctx).quiet, keeps_on=True) as out:
        entry = put_files(
            project.store,
            branch,
            resource.alias,
            files,
            wait,
            descriptions=_descriptions(description or []),
            as_files=as_files,
        )
        out.conclude()
        if as_json:
            out.json({"seq": entry.seq, "transaction": entry.transaction, "outputs": entry.outputs})
        else:
            out.say(commit_line(entry))


def _descriptions(given: list[str]) -> dict[str, str]:
    described = {}
    for text in given:
        column, equals, words = text.partition("=")
        if not equals:
            raise UsageError(f"--description {text}: write it as COLUMN=TEXT.")
        described[column] = words
    return described
