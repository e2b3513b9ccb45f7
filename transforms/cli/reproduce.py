"""``transforms reproduce``: build a version of a model again, and compare."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transforms.cli.failures import JOB_FAILED
from transforms.cli.models.choosing import VersionText, find_version
from transforms.cli.options import Branch, Json, Parameters, open_project, session_of
from transforms.cli.output import Output
from transforms.errors import UsageError
from transforms.spec.resource import DEFAULT_BRANCH

if TYPE_CHECKING:
    from palantir_models.reproduction.outcome import Outcome

_FORMS = (".md", ".html")


def reproduce(
    ctx: typer.Context,
    wanted: VersionText,
    param: Parameters = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0,
            metavar="PART",
            help="How far apart metric values may be, as a part of the larger one.",
        ),
    ] = 0.0,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", metavar="SERIES", help="Metric series that are not compared; a glob; may be repeated."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report into FILE.md or FILE.html.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FOLDER", help="Keep what was built, in this new folder.")
    ] = None,
    branch: Branch = DEFAULT_BRANCH,
    as_json: Json = False,
) -> None:
    """Build a version of a model again, and compare it with what was published.

    Its job runs once more, in a store of its own: with the inputs at the versions that it read, the parameters that it had, and the
    code that it ran with, from the project, from the commit of Git in a worktree, or as the version keeps it. Metrics are compared
    step by step, datasets by their rows, saved files by their sums. Nothing is written into the store that has the version.

    Exits with 0 if everything is the same, 1 if something differs or it cannot be built, and 2 if there is no such version.

    Examples:

    transforms reproduce /examples/digits/model@1.0.0

    transforms reproduce /examples/digits/model --tolerance 1e-9 --ignore 'seconds/*'

    transforms reproduce /examples/digits/model@1.0.0 -o digits.html --keep again
    """
    if output is not None and output.suffix not in _FORMS:
        raise UsageError(f"-o {output}: a report is Markdown or HTML: end its name in {' or '.join(_FORMS)}.")
    project = open_project(ctx)
    resource, version = find_version(project, wanted, branch)
    from palantir_models.reproduction import filing
    from palantir_models.reproduction.reproduce import Options
    from palantir_models.reproduction.reproduce import reproduce as build_again

    options = Options(_values(param or []), tolerance, ignore or ())
    with _folder(keep) as scratch:
        outcome = build_again(project.config, resource, version, scratch, options)
    with Output(as_json, session_of(ctx).quiet) as out:
        if output is not None:
            _write(output, outcome)
        if as_json:
            out.json(outcome.document())
        else:
            out.line(filing.text(outcome))
            if keep is not None and outcome.compared:
                out.say(f"What was built is kept: transforms --root {keep / 'store'} models {resource.alias}")
    raise typer.Exit(0 if outcome.is_same else JOB_FAILED)


def _values(given: Sequence[str]) -> dict[str, str]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param {name}: write it as NAME=VALUE.")
        values[name] = value
    return values


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Return an empty folder, which goes with the command unless it is kept."""
    if keep is None:
        folder = Path(tempfile.mkdtemp(prefix="transforms-reproduce-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UsageError(f"--keep {keep}: this is there already. Name a folder that is new or empty.")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.absolute()


def _write(file: Path, outcome: Outcome) -> None:
    from palantir_models.reproduction import filing

    content = filing.markdown(outcome) if file.suffix == ".md" else filing.page(outcome)
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The report cannot be written to {file}: {error.strerror or error}.") from None
