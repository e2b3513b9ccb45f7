"""``transforms init``: a small project that works, or what is missing in a Foundry repository."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from transforms.cli.options import Json, Quiet, session_of
from transforms.cli.output import Output
from transforms.errors import UsageError, nearest


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
    sample: Annotated[
        str | None,
        typer.Option("--sample", metavar="NAME", help="One of the sample pipelines instead: wine, digits or cancer."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a small project that works, a sample pipeline, or what is missing in a Foundry repository.

    The project has a configuration, data, a transform with a check, one that trains a model and logs an experiment, the model's
    adapter, and tests. A folder of a Foundry repository gets settings and a line for Git, where they are missing. Nothing is
    overwritten.

    Examples:

    transforms init my-project

    transforms init wine --sample wine

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
    if sample is not None and from_foundry:
        raise UsageError("--sample and --from-foundry do not go together.")
    with Output(as_json, quiet or session_of(ctx).quiet) as out:
        if repository is None or sample is not None:
            _write_project(folder, sample, out)
            return
        add_what_is_missing(repository, out)
        if from_foundry:
            tell_inputs(ctx, repository, out, synthetic)
        else:
            out.say(
                "Next: transforms init --from-foundry lists the inputs that it needs; transforms doctor, the packages."
            )


def _write_project(folder: Path, sample: str | None, out: Output) -> None:
    from transforms.cli.sample import SAMPLES, project_files, sample_files

    if sample is not None and sample not in SAMPLES:
        raise UsageError(f"There is no sample {sample!r}: there are {', '.join(SAMPLES)}.{nearest(sample, SAMPLES)}")
    name = re.sub(r"[^A-Za-z0-9]+", "-", folder.absolute().name).strip("-").lower() or "sample"
    files = project_files(name) if sample is None else sample_files(sample, name)
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
    for command in _next_commands(sample):
        out.say(f"  {command}")


def _next_commands(sample: str | None) -> list[str]:
    from transforms.cli.sample import SAMPLES

    modules = {"pytest": "pytest", "scikit-learn": "sklearn", "transforms-on-delta[spark]": "pyspark"}
    needed = ["pytest", *(() if sample is None else SAMPLES[sample])]
    missing = [
        f"'{package}'" if "[" in package else package for package in needed if find_spec(modules[package]) is None
    ]
    install = [f"python -m pip install {' '.join(missing)}"] if missing else []
    if sample is not None:
        return [*install, "transforms build", "transforms experiments", "transforms ui", "python -m pytest"]
    brought = ["transforms put /sample/readings data/readings.csv", "transforms build"]
    return [
        *install,
        *brought,
        "transforms show /sample/daily_means",
        "transforms experiments show trend",
        "python -m pytest",
    ]
