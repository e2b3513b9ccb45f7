"""Which part of a traceback or a stack is the user's own code, so that every message can name their line."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

_OURS = tuple(
    os.path.join(str(Path(__file__).parents[2]), name) + os.sep
    for name in ("transforms", "palantir_models", "palantir_models_serializers", "models_api", "foundry_ml_metrics")
)
_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_IMPORTING = "<frozen importlib"
_LONGEST_SOURCE = 160


class ExplainedError(Exception):
    """An error whose message says all: its report ends at the last line of the user's code that met it."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of the error: the user's own lines and the message; IPython asks for it."""
        return report(self).splitlines()


@dataclass(frozen=True, slots=True)
class UserLine:
    """A line of the user's code that ran.

    Attributes:
        file: where it stands, as a person names it: relative to the working folder, or a notebook's cell.
        line: the line number, counted from 1.
        function: the function it belongs to.
        source: what stands there; empty where only the compiled code is left.
    """

    file: str
    line: int
    function: str
    source: str

    def __str__(self) -> str:
        scope = f", in {self.function}" if self.function != "<module>" else ""
        return f"{self.file}:{self.line}{scope}" + (f": {self.source}" if self.source else "")


def user_line(error: BaseException) -> UserLine | None:
    """Return the innermost line of the user's code that an error came through.

    :param error: an error that was raised.
    :returns: the line, of a syntax error the one that cannot be read; None where the error met none.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return UserLine(shown_file(error.filename), error.lineno, "<module>", (error.text or "").strip())
    found = [entry for entry in _entries(error.__traceback__) if _is_users(entry.tb_frame)]
    return _line(found[-1].tb_frame, found[-1].tb_lineno) if found else None


def met_at(line: UserLine) -> str:
    """Return the note that an error carries about the line that met it."""
    return f"at {line}"


def calling_line() -> UserLine | None:
    """Return the line of the user's code that is waiting for the framework in this thread; None where there is none."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - documented, in spite of its name
    while frame is not None:
        if _is_users(frame):
            return _line(frame, frame.f_lineno)
        frame = frame.f_back
    return None


def is_ours(file: str) -> bool:
    """Tell whether a file belongs to this framework."""
    return file.startswith(_OURS)


def is_users(file: str) -> bool:
    """Tell whether a file is neither the framework's, nor Python's, nor an installed library's."""
    return not is_ours(file) and not _is_installed(file) and not file.startswith(("<frozen", _STANDARD_LIBRARY))


def shown_file(file: str) -> str:
    """Return a file as a person names it: relative to the working folder, or as a notebook's cell."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if get_ipython is None else get_ipython()
    name_cell = getattr(getattr(shell, "compile", None), "format_code_name", None)
    if name_cell is not None and (cell := name_cell(file)):
        return " ".join(cell)
    try:
        relative = os.path.relpath(file) if os.path.isabs(file) else file
    except OSError:  # the working folder is gone
        return file
    return file if relative.startswith("..") else relative


def user_traceback(error: BaseException) -> TracebackType | None:
    """Return what a person should see of an error's traceback.

    What the user's code, or a library that it called, raised is shown from the first line of their code on. What the
    framework raises on purpose ends at the last line of their code, as what lies below helps nobody.

    :param error: any error.
    :returns: the entries to show; None where no code but the framework's was involved.
    """
    entries = list(_entries(error.__traceback__))
    files = [_file(entry.tb_frame) for entry in entries]
    own = [number for number, entry in enumerate(entries) if _is_users(entry.tb_frame)]
    if not own and not isinstance(error, ExplainedError):  # a project that was installed like a library
        own = [number for number, file in enumerate(files) if _is_installed(file) and not is_ours(file)]
    if not own:
        return None
    end = own[-1] + 1 if isinstance(error, ExplainedError) else len(entries)
    shown: TracebackType | None = None
    for entry, file in reversed(list(zip(entries, files, strict=True))[own[0] : end]):
        if not is_ours(file) and not file.startswith(_IMPORTING):
            shown = TracebackType(shown, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shown


def report(error: BaseException) -> str:
    """Return an error as Python prints it, without the framework's own frames.

    What it was raised from is part of it where that came out of the user's code, or the error did.
    """
    parts = [_formatted(error)]
    seen = {id(error)}
    while True:
        before, because = _before(error)
        if before is None or id(before) in seen:
            break
        if isinstance(error, ExplainedError) and user_line(before) is None:
            break  # how the framework noticed it; the message says what it was
        parts.append(f"\n{because}\n\n")
        parts.append(_formatted(before))
        seen.add(id(before))
        error = before
    return "".join(reversed(parts))


def _before(error: BaseException) -> tuple[BaseException | None, str]:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__, "The above exception was the direct cause of the following exception:"
    return error.__context__, "During handling of the above exception, another exception occurred:"


def _formatted(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, user_traceback(error), chain=False))


def _line(frame: FrameType, number: int) -> UserLine:
    file = _file(frame)
    linecache.checkcache(file)
    source = linecache.getline(file, number, frame.f_globals).strip()  # the globals find it in a zipped module, too
    if len(source) > _LONGEST_SOURCE:
        source = f"{source[:_LONGEST_SOURCE]}..."
    return UserLine(shown_file(file), number, frame.f_code.co_name, source)


def _is_users(frame: FrameType) -> bool:
    file = _file(frame)
    if file.startswith("<") and not file.startswith("<doctest"):  # typed in, or code that a library generated
        return frame.f_globals.get("__name__") == "__main__" and not file.startswith("<frozen")
    if not os.path.isabs(file):  # compiled code names its source as it lay where it was built
        file = str(frame.f_globals.get("__file__") or file)
    return is_users(file)


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _is_installed(file: str) -> bool:
    return any(part in file for part in _INSTALLED)


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
