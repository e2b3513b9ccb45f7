"""``transforms init``: a small project that works, or what is missing in a Foundry repository."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Json, Quiet, session_of
from transforms.cli.output import Output
from transforms.errors import UsageError


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where; made if it is not there.")] = Path("."),
    from_foundry: Annotated[
        bool, typer.Option("--from-foundry", help="List the inputs that a Foundry repository needs from outside.")
    ] = False,
    synthetic: Annotated[
        int | None,
        typer.Option(
            "--synthetic",
            min=1,
            metavar="ROWS",
            help="With --from-foundry: write synthetic rows for inputs without data.",
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a small project that works, or what is missing in a Foundry repository.

    The project has a configuration, a pipeline with one transform, its data and its test. A folder of a Foundry repository gets
    settings and a line for Git, where they are missing. Nothing is overwritten.

    Examples:

    transforms init my-project

    transforms init --from-foundry

    transforms init --from-foundry --synthetic 20
    """
    from transforms.cli.from_foundry import add_what_is_missing, repository_of, tell_inputs

    repository = repository_of(folder)
    if synthetic is not None and not from_foundry:
        raise UsageError("--synthetic goes with --from-foundry.")
    if repository is None and from_foundry:
        raise UsageError(
            f"There is no Foundry repository at {folder}: neither it nor a folder around it has a subproject whose setup.py "
            f"declares an entry point 'transforms.pipelines'."
        )
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if repository is None:
            _write_sample(folder, out)
            return
        add_what_is_missing(repository, out)
        if from_foundry:
            tell_inputs(ctx, repository, out, synthetic)
        else:
            out.say(
                "Next: transforms init --from-foundry lists the inputs that it needs; transforms doctor, the packages."
            )


def _write_sample(folder: Path, out: Output) -> None:
    from transforms.cli.sample import sample_files

    name = re.sub(r"[^A-Za-z0-9]+", "-", folder.absolute().name).strip("-").lower() or "sample"
    files = sample_files(name)
    there = [path for path in files if (folder / path).exists()]
    if there:
        raise UsageError(f"{folder / there[0]} exists, and init overwrites nothing. Name another folder.")
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error}") from error
    for path in files:
        out.say(f"wrote {folder / path}")
    out.say("\nNext:")
    if folder.absolute() != Path.cwd():
        out.say(f"  cd {folder}")
    out.say("  transforms put /sample/readings data/readings.csv")
    out.say("  transforms build")
    out.say("  transforms show /sample/daily_means")
    if find_spec("pytest") is None:
        out.say("  python -m pip install pytest")
    out.say("  python -m pytest")
