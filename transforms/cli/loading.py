"""Loading a project's transforms for a command: an error in the user's own modules is shown as theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from transforms.cli.failures import USAGE, error_text
from transforms.cli.options import open_project, session_of
from transforms.cli.output import say_error
from transforms.errors import DeclarationError, TransformsError

if TYPE_CHECKING:
    from transforms.run.project import Project


def load_project(ctx: typer.Context) -> Project:
    """Open the project and import its pipelines.

    :raises typer.Exit: if importing them fails; what failed was printed then.
    """
    project = open_project(ctx)
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
    return project


def _fail(error: BaseException, verbose: bool, summary: DeclarationError | None) -> None:
    text = error_text(error, verbose, "a pipeline module cannot be imported")
    if summary is not None:
        text = f"{text.rpartition('error: ')[0]}error: {summary}"
    say_error(text)
    raise typer.Exit(USAGE)
