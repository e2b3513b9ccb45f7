"""``transforms init``: a small project that works."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Quiet, session_of
from transforms.cli.output import Output
from transforms.errors import UsageError


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where; made if it is not there.")] = Path("."),
    quiet: Quiet = False,
) -> None:
    """Write a small project that works.

    It has a configuration, a pipeline with one transform, its data and its test. Nothing is overwritten.

    Examples:

    transforms init

    transforms init my-project
    """
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
    out = Output(quiet=quiet or session_of(ctx).quiet)
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
