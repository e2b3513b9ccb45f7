"""``transforms put``: bring files into a dataset."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Branch, Json, Quiet, open_project, session_of, words_of
from transforms.cli.output import Output
from transforms.cli.summary import commit_line
from transforms.errors import DataError, UsageError
from transforms.spec.resource import DEFAULT_BRANCH


def put(
    ctx: typer.Context,
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="The dataset, such as /examples/wine/raw.")],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="CSV, TSV, Parquet, JSON or NDJSON files, a Delta table, or anything else."
        ),
    ],
    as_files: Annotated[bool, typer.Option("--files", help="Keep the files as they are, whatever they hold.")] = False,
    append: Annotated[
        bool, typer.Option("--append", help="Add to what the dataset has, in place of replacing it.")
    ] = False,
    separator: Annotated[
        str | None,
        typer.Option(metavar="CHARACTER", help="What separates the values of a CSV file, such as ';' or '\\t'."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="The encoding of text files, such as latin-1; UTF-8 if left out.")
    ] = None,
    null: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A text that stands for no value, beside an empty place; may be repeated."),
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="CHARACTER", help="What stands before decimals, such as ','.")
    ] = None,
    thousands: Annotated[
        str | None, typer.Option(metavar="CHARACTER", help="What groups the digits of a number by three, such as '.'.")
    ] = None,
    quote: Annotated[
        str, typer.Option(metavar="CHARACTER", help="What stands around some values; '' if nothing does.")
    ] = '"',
    null_padding: Annotated[
        bool, typer.Option("--null-padding", help="Fill rows that are too short with nulls.")
    ] = False,
    skip: Annotated[int, typer.Option(min=0, metavar="LINES", help="How many lines stand before the table.")] = 0,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first line holds values; name the columns with --columns.")
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME...", help="Names of all columns in their order, in place of the header's."),
    ] = None,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=NAME", help="Rename a column; may be repeated.")
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            metavar="COLUMN=TYPE",
            help="The type of a column, such as string, long, double, decimal(10,2) or date(%d.%m.%Y); may be repeated.",
        ),
    ] = None,
    description: Annotated[
        list[str] | None,
        typer.Option("--description", metavar="COLUMN=TEXT", help="Describe a column; may be repeated."),
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a job that builds it.")
    ] = 0.0,
    branch: Branch = DEFAULT_BRANCH,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Bring files into a dataset.

    They replace its content; with --append they are added to it. Tables become rows, anything else is kept as raw files. A
    text of a CSV file becomes a number only if the number, written again, is the same text: 01234 and 1.10 stay text unless
    --type says otherwise.

    Examples:

    transforms put /shop/orders january.csv february.csv

    transforms put /shop/orders export.csv --separator ';' --encoding latin-1 --decimal ,

    transforms put /shop/shops shops.csv --null NA --type zip=string --rename 'Shop Name=shop_name'

    transforms put /shop/orders march.csv --append

    transforms put /scans images/ --files
    """
    from transforms.run.incoming.fault import TableFault
    from transforms.run.incoming.options import TableOptions
    from transforms.run.put import PutOptions
    from transforms.run.put import put as put_files
    from transforms.spec.resource import Resource

    table = TableOptions(
        separator=separator,
        encoding=encoding,
        quote=quote,
        decimal=decimal,
        thousands=thousands,
        nulls=tuple(null or ()),
        null_padding=null_padding,
        skip=skip,
        header=not no_header,
        columns=tuple(columns.split(",")) if columns else (),
        renames=_pairs("--rename", "COLUMN=NAME", rename),
        types=_pairs("--type", "COLUMN=TYPE", types),
    )
    project = open_project(ctx)
    resource = project.config.resolve(Resource("dataset", alias))
    with Output(as_json, quiet or session_of(ctx).quiet, keeps_on=True) as out:
        try:
            descriptions = _pairs("--description", "COLUMN=TEXT", description, at_last=False)
            options = PutOptions(table, descriptions, as_files, project.config if append else None, wait, out.say)
            entry = put_files(project.store, branch, resource.alias, files, options)
        except TableFault as fault:
            if not fault.options:
                raise
            command = shlex.join(["transforms", *words_of(ctx), *fault.options])
            raise DataError(f"{fault.message}. Nothing was committed. Type: {command}") from fault
        out.conclude()
        if as_json:
            out.json({"seq": entry.seq, "transaction": entry.transaction, "outputs": entry.outputs})
        else:
            out.say(commit_line(entry))


def _pairs(option: str, form: str, given: list[str] | None, at_last: bool = True) -> dict[str, str]:
    """Return what was said of columns. A column of a file may have ``=`` in its name, a stored one never has."""
    pairs = {}
    for text in given or ():
        column, equals, value = text.rpartition("=") if at_last else text.partition("=")
        if not equals or not value:
            raise UsageError(f"{option} {text}: write it as {form}.")
        pairs[column] = value
    return pairs
