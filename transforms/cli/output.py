"""What a command prints: tables for people on a terminal, plain lines elsewhere, JSON for machines."""

from __future__ import annotations

import base64
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, redirect_stdout, suppress
from datetime import date, time
from types import TracebackType
from typing import Any, TextIO

from transforms.common.text import counted
from transforms.errors import TransformsError

_LEAST_COLUMN = 12
_WHOLE = ("id", "seq", "status", "version", "created")  # headings of what somebody copies, or reads at a glance


class Output:
    """Where a command's results go. Used with ``with``: while JSON is wanted, whatever user code prints is sent to
    standard error, so that standard output holds the JSON and nothing else.

    :param as_json: print one JSON document instead of text.
    :param quiet: print results only, no remarks.
    :param keeps_on: whether the command has something to do that must not end because nobody reads what it prints; then
        what cannot be printed is left out, until :meth:`conclude`.
    """

    def __init__(self, as_json: bool = False, quiet: bool = False, keeps_on: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._stream = sys.stdout
        self._keeps_on = keeps_on
        self._is_lost = keeps_on and is_nowhere(sys.stdout)
        self._is_concluding = False
        self._redirected = ExitStack()

    def __enter__(self) -> Output:
        if self.as_json:
            self._redirected.enter_context(redirect_stdout(sys.stderr))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._redirected.close()

    @property
    def stream(self) -> TextIO:
        """Where the results go."""
        return self._stream

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking."""
        return self._stream.isatty()

    def conclude(self) -> None:
        """Print what comes from now on where somebody may still read it: a build always tells what it committed."""
        self._is_concluding = True
        if self._is_lost:
            self._stream, self._is_lost = sys.stderr, False

    def say(self, text: str) -> None:
        """Print a remark for people."""
        if not self.quiet and not self.as_json:
            self.line(text)

    def line(self, text: str) -> None:
        """Print a line of the result.

        :raises OutputError: if it cannot be written, and the command has nothing else to do.
        """
        if self._is_lost:
            return
        try:
            print(text, file=self._stream, flush=self._keeps_on)
        except OSError as error:
            is_full = not isinstance(error, BrokenPipeError)
            if not self._keeps_on:
                if is_full:
                    raise unwritable(error) from error
                raise
            self._is_lost = True
            if is_full:
                say_error(f"warning: standard output cannot be written ({error.strerror}); going on")
            if self._is_concluding:
                self.conclude()
                say_error(text)

    def json(self, value: Any) -> None:
        """Print a JSON document."""
        # What has no letters for a character would write it in a way that JSON does not know.
        narrow = not (self._stream.encoding or "").lower().replace("-", "").startswith("utf")
        self.line(json.dumps(json_value(value), ensure_ascii=narrow, allow_nan=False, indent=2))

    def listing(self, rows: Sequence[Mapping[str, Any]], columns: Iterable[str], empty: str = "") -> None:
        """Print a list: as JSON whole, as text the columns that people want to see.

        :param rows: the objects of the list.
        :param columns: the keys that become columns of the text; their names are the headings.
        :param empty: the remark that stands in place of an empty table.
        """
        if self.as_json:
            self.json(list(rows))
        elif not rows:
            self.say(empty)
        else:
            self.table(list(columns), [[row.get(column) for column in columns] for row in rows])

    def data(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Print rows of a dataset as text, under the names that its columns have."""
        self._table(
            [cell_text(column) for column in columns], [[row.get(column) for column in columns] for row in rows]
        )

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print a table of our own as text: its headings are words for people."""
        self._table([heading.replace("_", " ") for heading in headings], rows)

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        cells = [[cell_text(value) for value in row] for row in rows]
        if self.is_terminal:
            self._rich_table(headings, cells)
        else:
            for line in aligned([headings, *cells]):
                self.line(line)

    def _rich_table(self, headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for heading in headings:
            table.add_column(Text(heading), overflow="fold", no_wrap=heading in _WHOLE)
        for row in cells:
            table.add_row(*(Text(cell) for cell in row))
        console = Console(file=self._stream, highlight=False)
        # Many columns on a narrow terminal: the terminal wraps the lines, rather than columns of one letter.
        console.print(table, width=max(console.width, _LEAST_COLUMN * len(headings)), crop=False, soft_wrap=True)


class OutputError(TransformsError):
    """Standard output cannot be written."""


def unwritable(error: OSError) -> OutputError:
    """Return the error that says why standard output cannot be written."""
    return OutputError(f"standard output cannot be written: {error.strerror}.")


def say_error(text: str) -> None:
    """Print a message for people; where standard error cannot be written either, there is nowhere left to say it."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def is_nowhere(stream: TextIO | None) -> bool:
    """Tell whether a standard stream was closed before the command began; see :func:`~transforms.cli.app.main`."""
    return stream is None or getattr(stream, "name", "") == os.devnull


def cell_text(value: Any) -> str:
    """Return a value as one line of text that a terminal takes as text."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"<{counted(len(value), 'byte')}>"
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        text = ", ".join(value)
    elif isinstance(value, (Mapping, list, tuple)):
        text = json.dumps(json_value(value), ensure_ascii=False)
    else:
        text = str(value)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: times in ISO 8601, bytes in Base64, numbers that are not finite as text."""
    if isinstance(value, Mapping):
        return {str(key): json_value(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose columns stand below each other; nothing is cut."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def size_text(size: float) -> str:
    """Return a number of bytes for people, such as ``3.4 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
