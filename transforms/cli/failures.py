"""What goes wrong, as a person should read it, and the exit code that says who can act."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperGroup

from transforms.cli.options import session_of
from transforms.errors import DeclarationError, PublishError, TransformsError, UsageError

JOB_FAILED = 1
USAGE = 2
RECOVERY_NEEDED = 3
INTERRUPTED = 130
_PACKAGES = tuple(str(Path(__file__).parents[2] / name) + "/" for name in ("transforms", "palantir_models"))
_STANDARD_LIBRARY = str(Path(traceback.__file__).parent) + "/"


class CommandGroup(TyperGroup):
    """The commands; whatever they raise becomes a short message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("interrupted; nothing of the running jobs was committed", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except TransformsError as error:
            print(error_text(error, session_of(ctx).verbose), file=sys.stderr)
            raise typer.Exit(exit_code(error)) from None


def exit_code(error: BaseException) -> int:
    """Return the exit code for an error that ended a command."""
    if isinstance(error, PublishError):
        return RECOVERY_NEEDED
    return USAGE if isinstance(error, (UsageError, DeclarationError)) else JOB_FAILED


def error_text(error: BaseException, verbose: bool = False, where: str = "") -> str:
    """Return an error as a block for a person.

    An error of the framework is its message. Anything else came out of the user's own code: its traceback from the
    first line of that code on, then one line that says where it was raised.

    :param error: the error.
    :param verbose: show the whole traceback in any case.
    :param where: what failed, for the last line.
    """
    framework = isinstance(error, TransformsError)
    message = str(error) if framework else "".join(traceback.format_exception_only(error)).strip()
    if where:
        message = f"{where}: {message}"
    if framework and not verbose:
        return f"error: {message}"
    return f"{_traceback_text(error, verbose)}error: {message}"


def _traceback_text(error: BaseException, verbose: bool) -> str:
    shown = error.__traceback__ if verbose else user_traceback(error.__traceback__)
    return "".join(traceback.format_exception(type(error), error, shown))


def user_traceback(whole: TracebackType | None) -> TracebackType | None:
    """Return a traceback from the first frame of the user's code on; all of it where there is none."""
    frame = whole
    while frame is not None:
        if not _is_ours(frame.tb_frame.f_code.co_filename):
            return frame
        frame = frame.tb_next
    return whole


def _is_ours(file: str) -> bool:
    # The framework reaches the user's code through parts of the standard library, such as the import system.
    if file.startswith("<frozen") or file.startswith(_PACKAGES):
        return True
    return file.startswith(_STANDARD_LIBRARY) and "site-packages" not in file
