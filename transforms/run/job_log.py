"""What the jobs of a build say, written down: prints, log records and warnings, each for the job in whose name it comes.

Nothing changes for whoever speaks or listens: streams, handlers and filters get what they would have got.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TextIO

from transforms.common.known_secrets import without_known
from transforms.common.masking import masked_text
from transforms.common.text import last_state
from transforms.common.usercode import shown_file
from transforms.run.running import current_job
from transforms.store import machine
from transforms.store.job_logs import Line

_FIRST_BYTES, _LAST_BYTES, _LONGEST_LINE = 128 * 1024, 384 * 1024, 8 * 1024
_PRINTED = {"stdout": "STDOUT", "stderr": "STDERR"}
_FORMAT = logging.Formatter()


class JobLog:
    """What one job said, up to a size: where it said more, the first and the last of it.

    Any thread may add to it, and signal handlers; a forked child's copy takes nothing.
    """

    def __init__(self) -> None:
        self.started_time = machine.now()
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._first: list[Line] = []
        self._last: deque[Line] = deque()
        self._sizes = [0, 0]
        self._left_out = 0
        self._begun: dict[str, str] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said so far."""
        return not self._first and not any(self._begun.values())

    def add(self, level: str, text: str) -> None:
        """Note something that was said as a whole.

        :param level: its level.
        :param text: what was said.
        """
        if os.getpid() != self._process:  # whoever held the lock may not be there
            return
        with self._lock:
            self._add(Line(machine.now(), level, _shortened(text)))

    def written(self, stream: str, text: str) -> None:
        """Note what was written to a standard stream, a line at a time.

        :param stream: ``stdout`` or ``stderr``.
        :param text: what was written.
        """
        if os.getpid() != self._process:
            return
        with self._lock:
            *lines, rest = (self._begun.get(stream, "") + text).split("\n")
            for line in lines:
                self._add(Line(machine.now(), _PRINTED[stream], _shortened(last_state(line))))
            # Of a line that is written over and over, as progress bars do, a terminal shows the last state.
            self._begun[stream] = rest if rest.endswith("\r") else rest.rpartition("\r")[2]
            if len(self._begun[stream]) > _LONGEST_LINE:
                self._add(Line(machine.now(), _PRINTED[stream], self._begun.pop(stream)))

    def failed(self, error: BaseException) -> None:
        """Note what a job failed with, whole."""
        self._end_lines()
        told = "".join(traceback.format_exception(error)).rstrip("\n")
        self.add("ERROR", told if len(told) <= _LONGEST_LINE else f"... {told[-_LONGEST_LINE:]}"[:_LONGEST_LINE])

    def lines(self) -> tuple[Line, ...]:
        """Return what was said, without the secrets in it."""
        self._end_lines()
        with self._lock:
            left = [Line(self._last[0].time, "", f"... {self._left_out} lines left out ...")] if self._left_out else []
            return tuple(_masked(line) for line in (*self._first, *left, *self._last))

    def _end_lines(self) -> None:
        with self._lock:
            for stream, rest in self._begun.items():
                if rest.strip():
                    self._add(Line(machine.now(), _PRINTED[stream], last_state(rest)))
            self._begun = {}

    def _add(self, line: Line) -> None:
        size = len(line.text) + 64
        if not self._last and self._sizes[0] + size <= _FIRST_BYTES:
            self._first.append(line)
            self._sizes[0] += size
            return
        self._last.append(line)
        self._sizes[1] += size
        while self._sizes[1] > _LAST_BYTES:
            self._sizes[1] -= len(self._last.popleft().text) + 64
            self._left_out += 1


class JobLogs:
    """The logs of the jobs that run now, by the jobs' names."""

    def __init__(self) -> None:
        self._logs: dict[str, JobLog] = {}

    @contextmanager
    def of(self, job: str) -> Iterator[JobLog]:
        """Write down what a job says while the block runs it."""
        log = self._logs[job] = JobLog()
        try:
            yield log
        finally:
            del self._logs[job]

    def here(self) -> JobLog | None:
        """Return the log of the job that runs here; None where nobody can tell."""
        job = current_job()
        return None if job is None else self._logs.get(job)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear standard streams, log records and warnings while the block runs."""
        ear = _Ear(self)
        with ExitStack() as stack:
            for name in _PRINTED:
                stack.enter_context(_replaced(sys, name, _HeardStream(getattr(sys, name), name, ear)))
            stack.enter_context(
                _replaced(logging.Logger, "callHandlers", ear.record_heard(logging.Logger.callHandlers))
            )
            stack.enter_context(_replaced(warnings, "showwarning", ear.warning_heard(warnings.showwarning)))
            yield


class _Ear:
    """Hears everything once: what a handler prints of a record is that record."""

    def __init__(self, logs: JobLogs) -> None:
        self._logs = logs
        self._here = threading.local()

    def printed(self, stream: str, text: str) -> None:
        if not getattr(self._here, "is_told", False) and (log := self._logs.here()) is not None:
            log.written(stream, text)

    def record_heard(self, call_handlers: Any) -> Any:
        def heard(logger: logging.Logger, record: logging.LogRecord) -> None:
            if (log := self._logs.here()) is not None:
                log.add(record.levelname, f"{record.name}: {_text(record)}")
            with self._told():
                call_handlers(logger, record)

        return heard

    def warning_heard(self, show: Any) -> Any:
        def heard(  # noqa: PLR0913 - the hook's signature
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if (log := self._logs.here()) is not None and file is None:
                log.add("WARNING", f"{shown_file(filename)}:{lineno}: {category.__name__}: {message}")
            with self._told():
                show(message, category, filename, lineno, file, line)

        return heard

    @contextmanager
    def _told(self) -> Iterator[None]:
        before = getattr(self._here, "is_told", False)
        self._here.is_told = True
        try:
            yield
        finally:
            self._here.is_told = before


class _HeardStream:
    """A standard stream of which is heard what is written to it; everything else is asked of the stream itself."""

    def __init__(self, stream: Any, name: str, ear: _Ear) -> None:
        self._stream = stream
        self._name = name
        self._ear = ear

    def write(self, text: str) -> int:
        """Write text."""
        if isinstance(text, str):
            self._ear.printed(self._name, text)
        return int(self._stream.write(text))

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stream)


@contextmanager
def _replaced(holder: Any, name: str, value: Any) -> Iterator[None]:
    """Put something in another's place while the block runs, and back unless somebody put a third there meanwhile."""
    before = getattr(holder, name)
    setattr(holder, name, value)
    try:
        yield
    finally:
        if getattr(holder, name) is value:
            setattr(holder, name, before)


def _text(record: logging.LogRecord) -> str:
    try:
        return _FORMAT.format(record)
    except Exception:  # noqa: BLE001 - its arguments do not fit; the handlers say so, as they do without us
        return str(record.msg)


def _shortened(text: str) -> str:
    left = len(text) - _LONGEST_LINE
    return text if left <= 0 else f"{text[:_LONGEST_LINE]}... ({left} characters more)"


def _masked(line: Line) -> Line:
    return Line(line.time, line.level, masked_text(without_known(line.text)))
