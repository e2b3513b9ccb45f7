"""Loading a project's transforms for a command: an error in the user's own modules is shown as theirs."""

from __future__ import annotations

import importlib.util
import re
import traceback
from typing import TYPE_CHECKING

import typer

from transforms.cli.failures import USAGE, error_text
from transforms.cli.options import open_project, session_of
from transforms.cli.output import say_error
from transforms.common.usercode import met_at, user_line
from transforms.errors import DeclarationError, TransformsError

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.run.project import Project
    from transforms.spec.discovery import ImportFailedError

# Modules whose package has another name, of those that training code imports most.
_PACKAGES = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def load_project(ctx: typer.Context, starts_spark: bool = True, start: Path | None = None) -> Project:
    """Open the project and import its pipelines; modules that cannot be imported are told and left out.

    :param starts_spark: whether Spark may be started for modules that need it to be imported.
    :param start: a folder of the project; the working folder when None.
    :raises typer.Exit: if importing them fails; what failed was printed then.
    """
    project = open_project(ctx, start)
    project.starts_spark = starts_spark
    verbose = session_of(ctx).verbose
    try:
        _ = project.transforms
    except DeclarationError as error:
        cause = error.__cause__
        if cause is None or isinstance(cause, TransformsError):
            raise
        _fail(cause, verbose, error)
    except TransformsError:
        raise
    except Exception as error:  # noqa: BLE001  the user's modules may raise anything
        _fail(error, verbose, None)
    for failure in project.unimported:
        say_error(_failure_text(failure, verbose))
    return project


def _failure_text(failure: ImportFailedError, verbose: bool) -> str:
    """Return why a module cannot be imported, with the line of the user's that says so, and the traceback if asked for."""
    cause = failure.__cause__ or failure
    line = user_line(cause)
    told = f"error: {str(failure).removesuffix('.')}. Its transforms are left out."
    if line is not None:
        told += f"\n  {met_at(line)}"
    told += _hint(cause)
    return f"{''.join(traceback.format_exception(cause))}{told}" if verbose else told


def _hint(error: BaseException) -> str:
    """Return what to write or to type, for what Python itself refuses in words of its own."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        module = error.name.partition(".")[0]
        if importlib.util.find_spec(module) is None:
            package = _PACKAGES.get(module, module)
            return f"\n  If {module!r} is a package that is not installed yet, type: python -m pip install {package}"
    if isinstance(error, TypeError) and re.search(r"transform\.(__init__|using|spark)\(\) takes", str(error)):
        return (
            "\n  Declare what it reads and writes by keyword: @transform.using(out=Output('/path'), raw=Input('/path'))"
        )
    return ""


def _fail(error: BaseException, verbose: bool, summary: DeclarationError | None) -> None:
    text = error_text(error, verbose, "a pipeline module cannot be imported")
    if summary is not None:
        text = f"{text.rpartition('error: ')[0]}error: {summary}"
    say_error(text + _hint(error))
    raise typer.Exit(USAGE)
