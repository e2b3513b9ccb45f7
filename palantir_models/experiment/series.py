"""Columns that grow while a job runs: the metrics of an experiment, and its images or plots.

A metric value is one fixed-size record in one byte buffer of the experiment, so that a value enters whole or
not at all (an interrupt can arrive between any two calls), memory stays compact, and whoever drains the
buffer takes it away in one move. Steps are reserved before the record is written, hence an interrupted call
can leave a gap but never a step twice.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.values import MOST

RECORD = struct.Struct("<qqdq")
"""A metric value: number of its series, step, value, nanoseconds since 1970."""

_pack = RECORD.pack
_MANY = 256
"""The short path for batches packs up to so many records in one move."""


class Series:
    """A series' number and last step."""

    __slots__ = ("code", "last")

    def __init__(self, code: int, last: int) -> None:
        self.code = code
        self.last = last


class Metrics:
    """The metric values of one experiment that were not drained yet, and how far each series is.

    The lock is the experiment's: checking a step and appending the value are one action for other threads.

    :param limit: most values across all series, drained ones included.
    :param lock: a re-entrant lock, since a signal handler may log while its thread is logging.
    :param clock: the time in nanoseconds since 1970.
    """

    __slots__ = (
        "_clock",
        "_drained",
        "_extend",
        "_full",
        "_limit",
        "_lock",
        "_mark",
        "_names",
        "_named",
        "_open",
        "_rows",
    )

    def __init__(self, limit: int, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = lock
        self._clock = clock
        self._names: list[str] = []
        self._named = 0
        self._open: dict[str, Series] = {}
        self._drained = 0
        self._mark: int | None = None
        self._rows = bytearray()
        self._extend = self._rows.extend
        self._full = limit * RECORD.size

    def __len__(self) -> int:
        return self._drained + self.waiting

    @property
    def waiting(self) -> int:
        """How many values were not drained yet."""
        return len(self._rows) // RECORD.size

    def append(self, name: str, value: float, step: int | None) -> bool:
        """Append a float to a series that exists; this is the path of nearly every call, so it only does what
        it must.

        :param name: the series.
        :param value: a ``float``.
        :param step: an ``int``, or ``None`` for the next step.
        :returns: ``False``, with nothing done, when the call needs :meth:`extend` to follow or refuse it.
        """
        with self._lock:
            try:
                series = self._open[name]
            except (KeyError, TypeError):
                return False
            if len(self._rows) >= self._full:
                return False
            # No call between reading and setting the last step: a signal handler could log in between.
            last = series.last
            if step is None:
                step = last + 1
            if not last < step <= MOST:
                return False
            series.last = step
            self._extend(_pack(series.code, step, value, self._clock()))
        return True

    def append_all(self, values: Mapping[str, float], step: int | None) -> bool:
        """Append a float to each of several series that exist, in one move: what most batches need.

        :param values: series name to value.
        :param step: an ``int``, or ``None`` for each series' next step.
        :returns: ``False``, with nothing done, when the call needs :meth:`extend` to follow or refuse it.
        """
        count = len(values)
        numbers = values.values()
        if not 0 < count <= _MANY or {*map(type, numbers)} != _FLOATS:
            return False
        with self._lock:
            series_by_name = self._open
            try:
                found = [series_by_name[name] for name in values]
            except (KeyError, TypeError):
                return False
            if len(self._rows) + count * RECORD.size > self._full:
                return False
            if step is None:
                if MOST in [series.last for series in found]:
                    return False
            elif step > MOST or step <= max([series.last for series in found]):
                return False
            now = self._clock()
            fields: list[Any] = []
            for series, value in zip(found, numbers, strict=True):
                series.last = number = series.last + 1 if step is None else step
                fields += (series.code, number, value, now)
            self._extend(_packer(count)(*fields))
        return True

    def extend(self, values: Mapping[str, float], step: int | None) -> None:
        """Append one value to each of several series, all of them or none.

        :param values: series name to value.
        :param step: the step of every value, or ``None`` for each series' own next step.
        :raises ExperimentStepError: when a step does not rise.
        :raises ExperimentLimitError: when the experiment has no room for all values.
        """
        with self._lock:
            steps = {name: next_step(name, self._open.get(name), step) for name in values}
            if len(self) + len(values) > self._limit:
                raise ExperimentLimitError(
                    f"{', '.join(map(repr, values))}: no room, as an experiment holds {self._limit:,} "
                    "metric values across its series. Log less often, or raise the limit metric_values."
                )
            now = self._clock()
            records = []
            for name, value in values.items():
                records.append(_pack(self._reserve(name, steps[name]).code, steps[name], value, now))
            self._extend(b"".join(records))

    def pause_at(self, waiting: int | None) -> None:
        """Send calls to :meth:`extend` once so many values wait, so that its caller can look after them.

        :param waiting: the number of values; 0 sends every call, None sends those that the limit stops.
        """
        with self._lock:
            room = self._limit - self._drained
            self._mark = waiting
            self._full = (room if waiting is None else min(room, waiting)) * RECORD.size

    def drain(self) -> tuple[bytearray, list[str]]:
        """Take away the values that wait.

        :returns: records in the order they came, each a :data:`RECORD`, and the names of the series that began
            since the last time, by rising number.
        """
        with self._lock:
            rows, names = self._rows, self._names[self._named :]
            self._rows = fresh = bytearray()
            self._extend = fresh.extend
            self._drained += len(rows) // RECORD.size
            self._named = len(self._names)
            self.pause_at(self._mark)
            return rows, names

    def _reserve(self, name: str, step: int) -> Series:
        series = self._open.get(name)
        if series is None:
            series = Series(len(self._names), step)
            self._names.append(name)
            self._open[name] = series
        else:
            series.last = step
        return series


_FLOATS = {float}


@cache
def _packer(count: int) -> Callable[..., bytes]:
    """Return what packs so many records at once."""
    return struct.Struct("<" + "qqdq" * count).pack


class MediaRow(NamedTuple):
    """An image or a plot: what it is stays with whoever made it."""

    series: str
    step: int
    timestamp: int
    caption: str | None
    content: Any


class Media:
    """The images, or the plots, of one experiment; rows stay in the order they came.

    What a row holds may still be in the making, in another thread: then only the rows before it can be drained.

    :param lock: the experiment's lock.
    :param clock: the time in nanoseconds since 1970.
    """

    __slots__ = ("_clock", "_drained", "_last", "_lock", "_rows")

    def __init__(self, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._clock = clock
        self._drained = 0
        self._last: dict[str, Series] = {}
        self._lock = lock
        self._rows: list[MediaRow] = []

    def __len__(self) -> int:
        return self._drained + len(self._rows)

    def append(self, name: str, content: Any, caption: str | None, step: int | None) -> None:
        """Append to a series, creating it on first use.

        :param name: the series.
        :param content: the image or plot as it is stored, or its :class:`concurrent.futures.Future`.
        :param caption: a text or ``None``.
        :param step: the step, or ``None`` for the next one.
        :raises ExperimentStepError: when the step does not rise.
        """
        with self._lock:
            number = next_step(name, self._last.get(name), step)
            self._last.setdefault(name, Series(len(self._last), number)).last = number
            self._rows.append(MediaRow(name, number, self._clock(), caption, content))

    def check(self, name: str, step: int | None) -> None:
        """Refuse a step that does not rise before the costly work of encoding begins.

        :param name: the series.
        :param step: the step, or ``None`` for the next one.
        :raises ExperimentStepError: when it does not rise.
        """
        next_step(name, self._last.get(name), step)

    def waiting(self) -> list[MediaRow]:
        """Return the rows that were not drained yet, in the order they came."""
        with self._lock:
            return list(self._rows)

    def drain(self) -> list[MediaRow]:
        """Take away the rows that are ready: those before the first that is still in the making."""
        with self._lock:
            ready = list(takewhile(_is_made, self._rows))
            del self._rows[: len(ready)]
            self._drained += len(ready)
            return ready

    def forget(self) -> None:
        """Count one drained row out again that could not be made after all; its step stays used."""
        with self._lock:
            self._drained -= 1


def _is_made(row: MediaRow) -> bool:
    return not isinstance(row.content, Future) or row.content.done()


def next_step(name: str, series: Series | None, step: int | None) -> int:
    """Return the step at which a value enters a series: the one given, else 0, else the last one plus one.

    :param name: the series' name, for the message.
    :param series: the series, or ``None`` when nothing was logged to it.
    :param step: the step asked for.
    :returns: the step.
    :raises ExperimentStepError: when it is not above the last one.
    """
    if series is None:
        return 0 if step is None else step
    if step is None:
        if series.last == MOST:
            raise ExperimentStepError(f"Series {name!r} is at step {MOST}, the last that 64 bits hold.")
        return series.last + 1
    if step <= series.last:
        raise ExperimentStepError(
            f"Series {name!r} is at step {series.last}, so step {step} cannot follow: steps must rise. "
            f"Pass a step above {series.last}, or none for {series.last + 1}."
        )
    return step
