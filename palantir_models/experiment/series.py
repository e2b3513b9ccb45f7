"""Columns that grow while a job runs: the metrics of an experiment, and its images or plots.

A metric value is one fixed-size record in one byte buffer of the experiment, so that a value enters whole or
not at all (an interrupt can arrive between any two calls), memory stays compact, and whoever drains the
buffer needs no more than the position it has reached. Steps are reserved before the record is written, hence
an interrupted call can leave a gap but never a step twice.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.values import MOST

RECORD = struct.Struct("<qqdq")
"""A metric value: number of its series, step, value, nanoseconds since 1970."""

_pack = RECORD.pack


class Series:
    """A series' number and last step."""

    __slots__ = ("code", "last")

    def __init__(self, code: int, last: int) -> None:
        self.code = code
        self.last = last


class Metrics:
    """All metric values of one experiment.

    The lock is the experiment's: checking a step and appending the value are one action for other threads.

    :param limit: most values across all series.
    :param lock: a re-entrant lock, since a signal handler may log while its thread is logging.
    :param clock: the time in nanoseconds since 1970.
    """

    __slots__ = ("_clock", "_extend", "_full", "_limit", "_lock", "_names", "_open", "_rows")

    def __init__(self, limit: int, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._limit = limit
        self._full = limit * RECORD.size
        self._lock = lock
        self._clock = clock
        self._names: list[str] = []
        self._open: dict[str, Series] = {}
        self._rows = bytearray()
        self._extend = self._rows.extend

    def __len__(self) -> int:
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

    def close(self) -> None:
        """Send every later call to :meth:`extend`, past the experiment's check that it is open."""
        with self._lock:
            self._open = {}

    def since(self, position: int) -> tuple[bytes, list[str]]:
        """Return the records from a position on, and the series' names by number.

        :param position: how many records to skip.
        :returns: records in the order they came, each a :data:`RECORD`, and the names.
        """
        with self._lock:
            return bytes(self._rows[position * RECORD.size :]), list(self._names)

    def _reserve(self, name: str, step: int) -> Series:
        series = self._open.get(name)
        if series is None:
            series = Series(len(self._names), step)
            self._names.append(name)
            self._open[name] = series
        else:
            series.last = step
        return series


class MediaRow(NamedTuple):
    """An image or a plot: what it is stays with whoever made it."""

    series: str
    step: int
    timestamp: int
    caption: str | None
    content: Any


class Media:
    """All images, or all plots, of one experiment; rows stay in the order they came.

    :param lock: the experiment's lock.
    :param clock: the time in nanoseconds since 1970.
    """

    __slots__ = ("_clock", "_last", "_lock", "_rows")

    def __init__(self, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._lock = lock
        self._clock = clock
        self._last: dict[str, Series] = {}
        self._rows: list[MediaRow] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[MediaRow]:
        return iter(self.since(0))

    def append(self, name: str, content: Any, caption: str | None, step: int | None) -> None:
        """Append to a series, creating it on first use.

        :param name: the series.
        :param content: the image or plot as it is stored.
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

    def since(self, position: int) -> list[MediaRow]:
        """Return the rows from a position on, in the order they came.

        :param position: how many rows to skip.
        :returns: the rows.
        """
        with self._lock:
            return self._rows[position:]


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
