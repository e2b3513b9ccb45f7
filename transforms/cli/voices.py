"""What jobs print, log and warn: in whole lines that say which job speaks, and never in the way of the job itself."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO

from transforms.common.text import last_state
from transforms.common.usercode import is_ours, is_users, shown_file
from transforms.run.running import current_job, inherited

_END = "\0\n"
Show = Callable[[str, TextIO], bool]
"""Shows a line above what a terminal shows of running jobs; False where the stream has to be written itself."""
Note = Callable[[str, str], None]
"""Takes note of the line that a job is still writing, such as a progress bar."""


@contextmanager
def told_warnings(verbose: bool) -> Iterator[None]:
    """While the block runs, let warnings say in whose name they come; nothing changes for code that cares itself.

    :param verbose: show what code of the user logs at INFO, too.
    """
    root = logging.getLogger()
    before = logging.lastResort, warnings.showwarning, root.level
    logging.lastResort = _LastResort(logging.INFO if verbose else logging.WARNING)
    warnings.showwarning = _show_warning
    if verbose and root.level == logging.WARNING:
        root.setLevel(logging.INFO)
    try:
        yield
    finally:
        logging.lastResort, warnings.showwarning, level = before
        if verbose and root.level == logging.INFO:
            root.setLevel(level)


@contextmanager
def job_streams(
    side_by_side: bool, show: Show | None = None, note: Note = lambda job, text: None
) -> Iterator[list[JobStream]]:
    """While the block runs, put the job's name before what it prints, and let no job fail because nobody can read it.

    :param side_by_side: whether several jobs may print at a time; the lines of one job need no name.
    :param show: shows a line on a terminal that also shows something else; None where there is none.
    :param note: is told what a job has written of a line.
    :returns: the streams, to be told when a job ends.
    """
    with ExitStack() as stack:
        if side_by_side:
            stack.enter_context(inherited())
        children = None if show is None else stack.enter_context(_children(show))
        for name in ("stdout", "stderr"):
            before = getattr(sys, name)
            stream = JobStream(before, side_by_side, show, note, children)
            setattr(sys, name, stream)
            stack.callback(_put_back, name, stream, before)
        yield [sys.stdout, sys.stderr]  # type: ignore[list-item]


def _put_back(name: str, stream: JobStream, before: TextIO) -> None:
    stream.finish()
    if getattr(sys, name) is stream:
        setattr(sys, name, before)


@contextmanager
def _children(show: Show) -> Iterator[int]:
    """Show the lines that forked processes write into the descriptor which this gives: one process moves the cursor."""
    (read, write), terminal = os.pipe(), sys.stdout

    def relay() -> None:
        with suppress(OSError), open(read, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line == _END:
                    return
                show(line.rstrip("\n"), terminal)

    thread = threading.Thread(target=relay, name="lines of children", daemon=True)
    thread.start()
    try:
        yield write
    finally:
        os.write(write, _END.encode())  # what lives on beside the build may still hold the other end
        thread.join(timeout=1)
        os.close(write)


class JobStream:
    """A standard stream that several jobs write; everything else is asked of the stream itself.

    :param stream: where it goes.
    :param side_by_side: whether lines get their job's name; the attribute of this name tells it.
    :param show: as in :func:`job_streams`.
    :param note: as in :func:`job_streams`.
    :param children: the descriptor into which forked processes write their lines, where something is shown beside them.
    """

    def __init__(
        self, stream: TextIO, side_by_side: bool, show: Show | None, note: Note, children: int | None = None
    ) -> None:
        self._stream = stream
        self.side_by_side = side_by_side
        self._whole_lines = side_by_side or show is not None
        self._show = show
        self._note = note
        self._children = children if stream.isatty() else None
        self._process = self._writer = os.getpid()
        self._begun: dict[str, str] = {}

    def write(self, text: str) -> int:
        """Write text; what is no whole line yet waits for the rest, where other lines could come between."""
        if not self._whole_lines:
            self._put(text)
            return len(text)
        if self._writer != os.getpid():  # a fork begins lines of its own
            self._writer, self._begun = os.getpid(), {}
        job = current_job() or ""
        *lines, rest = (self._begun.get(job, "") + text).split("\n")
        for line in lines:
            self._line(job, line)
        self._begun[job] = rest.rpartition("\r")[2] if not rest.endswith("\r") else rest
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Let everything written so far be seen."""
        if self._whole_lines and os.getpid() == self._process and (job := current_job() or ""):
            self._note(job, last_state(self._begun.get(job, "")))
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def finish(self) -> None:
        """Write what is no whole line and will not become one."""
        for job, rest in list(self._begun.items()):
            del self._begun[job]
            if rest.strip():
                self._line(job, rest)
        self.flush()

    def finish_job(self, job: str) -> None:
        """Write what a job that has ended left of a line."""
        rest = self._begun.pop(job, "")
        if rest.strip():
            self._line(job, rest)

    def _line(self, job: str, line: str) -> None:
        state = last_state(line)
        text = f"{job} | {state}" if job and self.side_by_side else state
        if os.getpid() != self._process:
            self._put_from_child(text)
        elif self._show is None or not self._show(text, self._stream):
            self._put(f"{text}\n")

    def _put_from_child(self, text: str) -> None:
        if self._children is not None:
            with suppress(OSError):  # the build is over
                os.write(self._children, f"{text}\n".encode(errors="replace"))
                return
        self._put(f"{text}\n")

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            if self._whole_lines:
                self._stream.flush()
        except (OSError, ValueError):  # nobody reads it, or the disk below it is full: no reason for a job to fail
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stream)


class _LastResort(logging.Handler):
    """Shows the records that nobody else handles: code that sets up logging of its own never meets it."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and not (is_users(record.pathname) or is_ours(record.pathname)):
            return  # what libraries tell about themselves
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        try:
            _tell(f"{level}{self.format(record)}")
        except Exception:  # noqa: BLE001 - as every handler, it must not make its caller fail
            self.handleError(record)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if file is not None:
        file.write(warnings.formatwarning(message, category, filename, lineno, line))
        return
    _tell(f"warning: {shown_file(filename)}:{lineno}: {category.__name__}: {message}")


def _tell(text: str) -> None:
    job = current_job()
    prefix = f"{job} | " if job else ""
    stream: Any = sys.stderr
    if getattr(stream, "side_by_side", False):
        prefix = ""  # the stream puts it there
    try:
        stream.write("".join(f"{prefix}{line}\n" for line in text.splitlines()))
        stream.flush()
    except (OSError, ValueError, AttributeError):  # there is nowhere left to say it
        return
