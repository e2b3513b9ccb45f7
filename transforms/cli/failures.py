"""What goes wrong, as a person should read it, and the exit code that says who can act."""

from __future__ import annotations

import itertools
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup

from transforms.cli.options import WORDS, session_of
from transforms.cli.output import say_error, unwritable
from transforms.cli.summary import commit_line
from transforms.cli.voices import told_warnings
from transforms.common.usercode import met_at, report, user_line
from transforms.errors import DeclarationError, RecoveryNeeded, TransformsError, UsageError
from transforms.store.interrupts import newest_commit

JOB_FAILED = 1
"""A job or a check failed, or what was asked for could not be done; each thing that failed is told with its reason."""
USAGE = 2
"""The command, a setting or a declaration is wrong: nothing was run."""
RECOVERY_NEEDED = 3
"""A commit is not in all of its tables yet, or may have been made: `transforms recover` comes next."""
INTERRUPTED = 130
"""Ctrl-C ended it; what was committed before is told."""


class CommandGroup(TyperGroup):
    """The commands; whatever they raise becomes a short message and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed, and keep it for messages that say what to type instead."""
        ctx.meta[WORDS] = tuple(args)
        parsed: list[str] = super().parse_args(ctx, _root_first(args))
        return parsed

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        before = newest_commit()
        with told_warnings(bool(ctx.params.get("verbose"))):
            try:
                result = super().invoke(ctx)
                _flush()
                return result
            except KeyboardInterrupt:
                entry = newest_commit()
                if entry is not None and entry is not before:
                    print(commit_line(entry), flush=True)
                    say_error("interrupted; what was being committed then is committed")
                else:
                    say_error(
                        "interrupted; nothing was committed" if ctx.invoked_subcommand == "put" else "interrupted"
                    )
                raise typer.Exit(INTERRUPTED) from None
            except TransformsError as error:
                say_error(error_text(error, session_of(ctx).verbose))
                raise typer.Exit(exit_code(error)) from None
            except BrokenPipeError:
                raise  # whoever read what was printed has had enough
            except OSError as error:
                say_error(_system_error_text(error, session_of(ctx).verbose))
                raise typer.Exit(JOB_FAILED) from None


def _root_first(args: list[str]) -> list[str]:
    """Return what was typed with ``--root`` before the command, where it counts: after it, it is as clear."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--root":
            first += [word, *itertools.islice(words, 1)]
        else:
            (first if word.startswith("--root=") else rest).append(word)
    return first + rest


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from error


def _system_error_text(error: OSError, verbose: bool) -> str:
    place = f": {error.filename}" if error.filename else ""
    told = f"error: {error.strerror or error}{place}"
    return f"{''.join(traceback.format_exception(error))}{told}" if verbose else told


def exit_code(error: BaseException) -> int:
    """Return the exit code for an error that ended a command."""
    if isinstance(error, RecoveryNeeded):
        return RECOVERY_NEEDED
    return USAGE if isinstance(error, (UsageError, DeclarationError)) else JOB_FAILED


def error_text(error: BaseException, verbose: bool = False, where: str = "") -> str:
    """Return an error as a block for a person.

    An error of the framework is its message and the line of the user's code that met it. Anything else came out of the
    user's own code: its traceback from the first line of that code on, then one line that says where it was raised.

    :param error: the error.
    :param verbose: show the whole traceback in any case.
    :param where: what failed, for the last line.
    """
    sparks = reason_in_spark(error)
    framework = isinstance(error, TransformsError) or sparks is not None  # whose own report would be Java's stack
    message = sparks or (str(error) if framework else _type_and_first_line(error))
    if where:
        message = f"{where}: {message}"
    notes = list(getattr(error, "__notes__", ()))
    line = user_line(error)
    if framework and line is not None and not any(str(line) in note for note in notes):
        notes.append(met_at(line))
    told = "\n".join([f"error: {message}", *(f"  {note}" for note in notes)]) if framework else f"error: {message}"
    if verbose:
        return f"{''.join(traceback.format_exception(error))}{told}"
    if not framework:
        return f"{report(error)}{told}"
    cause = None if sparks else error.__cause__
    raised_by_user = cause is not None and not isinstance(cause, TransformsError) and user_line(cause) is not None
    return f"{report(cause)}{told}" if cause is not None and raised_by_user else told


def _type_and_first_line(error: BaseException) -> str:
    """Return the type of an error with the first line of what it says; the report above has the rest."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error}"
    (first, *_) = "".join(traceback.format_exception_only(error)).strip().splitlines() or [type(error).__name__]
    return first


def reason_in_spark(error: BaseException) -> str | None:
    """Return what an error that came out of Spark says, in a sentence; None for any other error."""
    if "pyspark" not in sys.modules:
        return None
    from transforms.engine.spark.failures import is_sparks, reason_of

    return f"Spark: {reason_of(error)}" if is_sparks(error) else None
