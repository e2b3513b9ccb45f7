"""Metric values that wait to be drained: columns that grow while a job runs.

A value is one fixed-size record in a byte buffer, so that it enters whole or not at all (an interrupt can arrive between
any two calls), memory stays compact, and whoever drains takes the buffer away in one move. Series that are logged together
again and again are in a group; see :mod:`~palantir_models.experiment.memory.groups`. Steps are reserved before anything is
written, hence an interrupted call can leave a gap but never a step twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentLimitError
from palantir_models.experiment.limits import advice, shortened
from palantir_models.experiment.memory.blocks import RECORD, Block
from palantir_models.experiment.memory.groups import Group, Groups
from palantir_models.experiment.memory.steps import Series, next_step
from palantir_models.experiment.values import MOST, plain_metric

LATE = 2
"""What a short way returns in place of True when its caller should see to the draining."""

_pack = RECORD.pack
_FLOATS = {float}
_NEVER = 2**63  # nanoseconds


class TimedValue(NamedTuple):
    """A value that brings its own step and time.

    Attributes:
        name: the series.
        value: the value.
        step: what whoever logs it counts; not the series' step.
        time: nanoseconds since 1970.
    """

    name: str
    value: float
    step: int
    time: int


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
        "_due",
        "_extend",
        "_full",
        "_groups",
        "_limit",
        "_lock",
        "_mark",
        "_named",
        "_names",
        "_patience",
        "_rows",
        "_single",
        "_together",
    )

    def __init__(self, limit: int, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = lock
        self._clock = clock
        self._names: list[str] = []
        self._named = 0
        self._single: dict[str, Series] = {}  # a series is either here
        self._together = Groups(self._single)  # or in one of these
        self._groups = self._together.by_names
        self._drained = 0
        self._mark: int | None = None
        self._patience = self._due = _NEVER
        self._rows = bytearray()
        self._extend = self._rows.extend
        self._full = 0  # bytes that the single records may take before a call goes the long way
        self.pause_at(None)

    def __len__(self) -> int:
        return self._drained + self.waiting

    @property
    def waiting(self) -> int:
        """How many values were not drained yet."""
        return sum(block.value_count for block in self._blocks())

    @property
    def has_news(self) -> bool:
        """Whether values were not drained yet."""
        return bool(self._rows or self._together.has_news)

    @property
    def is_late(self) -> bool:
        """Whether the last draining is longer ago than it should be."""
        return self._clock() >= self._due

    def drain_within(self, nanoseconds: int) -> None:
        """Let the short ways return :data:`LATE` when the last draining began longer ago, so that their caller can drain."""
        self._patience = nanoseconds
        self._due = self._clock() + nanoseconds

    def append(self, name: str, value: float, step: int | None) -> bool | int:
        """Append a float to a series that exists; this is the path of nearly every call, so it only does what
        it must.

        :param name: the series.
        :param value: a ``float``.
        :param step: an ``int``, or ``None`` for the next step.
        :returns: ``False``, with nothing done, when the call needs :meth:`extend` to follow or refuse it; :data:`LATE`
            when it is done and the last draining is longer ago than it should be.
        """
        with self._lock:
            try:
                series = self._single[name]
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
            now = self._clock()
            record = _pack(series.code, step, value, now)
            self._extend(record)  # looked up now: a signal handler may have drained
        return now < self._due or LATE

    def append_timed(
        self, name: str, value: float, own: int, time: int, place: Callable[[str, int, int | None], int]
    ) -> bool | int:
        """Append a float that brings its own time to a series that exists; see :meth:`extend_timed`.

        :param name: the series.
        :param value: a ``float``.
        :param own: the step that whoever logs it counts.
        :param time: nanoseconds since 1970.
        :param place: finds the step.
        :returns: ``False``, with nothing done, when the call needs :meth:`extend_timed` to follow or refuse it;
            :data:`LATE` when it is done and the last draining is longer ago than it should be.
        """
        with self._lock:
            series = self._single.get(name)
            if series is None or len(self._rows) >= self._full:
                return False
            step = place(name, own, series.last)
            if not series.last < step <= MOST:  # also when a signal handler logged meanwhile
                return False
            series.last = step
            record = _pack(series.code, step, value, time)
            self._extend(record)
        return time < self._due or LATE

    def append_all(self, values: Mapping[str, float], step: int | None) -> bool | int:
        """Append a number to each series of a group: the path of batches that come again and again.

        :param values: series name to value of any type.
        :param step: an ``int``, or ``None`` for each series' next step.
        :returns: ``False``, with nothing done, when the call needs :meth:`extend` to follow or refuse it; :data:`LATE`
            when it is done and the last draining is longer ago than it should be.
        """
        numbers: Collection[Any] = values.values()
        if {*map(type, numbers)} != _FLOATS:
            numbers = [*map(plain_metric, numbers)]
            if None in numbers:
                return False
        with self._lock:
            try:
                group = self._groups[tuple(values)]
            except (KeyError, TypeError):
                return False
            if len(self._rows) + group.room > self._full:
                return False
            last = group.last
            if step is None:
                step = last + 1
            elif group.top != MOST:  # the series are at different steps, which a common one would bring together
                return False
            if not last < step <= group.top:
                return False
            group.last = step
            self._full -= group.room
            now = self._clock()
            row = group.pack(step, now, *numbers)
            group.extend(row)
        return now < self._due or LATE

    def extend(self, values: Mapping[str, float], step: int | None) -> None:
        """Append one value to each of several series, all of them or none.

        :param values: series name to value.
        :param step: the step of every value, or ``None`` for each series' own next step.
        :raises ExperimentStepError: when a step does not rise.
        :raises ExperimentLimitError: when the experiment has no room for all values.
        """
        with self._lock:
            names = tuple(values)
            group = self._groups.get(names)
            if group is not None and step is not None and group.top != MOST:
                group = None  # a common step ends the different ones
            self._part(names, group)
            if group is None:
                steps = {name: next_step(name, self._single.get(name), step) for name in names}
            else:
                ahead = MOST - group.top
                number = next_step(names[0], Series(0, group.last + ahead), step) - ahead
            self._require_room(values, len(values))
            now = self._clock()
            if group is not None:
                group.last = number
                self._full -= group.room
                row = group.pack(number, now, *values.values())
                group.extend(row)
                return
            records = []
            for name, value in values.items():
                records.append(_pack(self._reserve(name, steps[name]).code, steps[name], value, now))
            self._extend(b"".join(records))
            self._together.join(names)

    def extend_timed(self, values: Sequence[TimedValue], place: Callable[[str, int, int | None], int]) -> None:
        """Append values that bring their own times, all of them or none.

        :param values: the values, in their order.
        :param place: returns a value's step, above the last one, from its series' name, its own step and the
            series' last step (``None`` when it is empty).
        :raises ExperimentStepError: when a step does not rise.
        :raises ExperimentLimitError: when the experiment has no room for all values.
        """
        with self._lock:
            names = {value.name for value in values}
            self._part(names)
            self._require_room(names, len(values))
            lasts = {name: series.last if (series := self._single.get(name)) else None for name in names}
            steps = []
            for value in values:
                last = lasts[value.name]
                step = place(value.name, value.step, last)
                lasts[value.name] = next_step(value.name, None if last is None else Series(0, last), step)
                steps.append(step)
            records = [
                _pack(self._reserve(value.name, step).code, step, value.value, value.time)
                for value, step in zip(values, steps, strict=True)
            ]
            self._extend(b"".join(records))

    def pause_at(self, waiting: int | None) -> None:
        """Send calls to :meth:`extend` once so many values wait, so that its caller can look after them.

        :param waiting: the number of values; 0 sends every call, None sends those that the limit stops.
        """
        with self._lock:
            room = self._limit - self._drained
            self._mark = waiting
            allowed = room if waiting is None else min(room, waiting)
            self._full = (allowed - self.waiting) * RECORD.size + len(self._rows)

    def drain(self) -> tuple[list[Block], list[str]]:
        """Take away the values that wait.

        :returns: the values, and the names of the series that began since the last time, by rising number.
        """
        with self._lock:
            blocks, names = self._blocks(), self._names[self._named :]
            self._rows = bytearray()
            self._extend = self._rows.extend
            self._together.clear()
            self._drained += sum(block.value_count for block in blocks)
            self._named = len(self._names)
            if self._patience < _NEVER:
                self._due = self._clock() + self._patience
            self.pause_at(self._mark)
            return blocks, names

    def _require_room(self, names: Iterable[str], count: int) -> None:
        if len(self) + count > self._limit:
            raise ExperimentLimitError(
                f"{shortened(names)}: no room, as an experiment holds {self._limit:,} "
                f"metric values across its series. Log less often, or {advice('metric_values')}."
            )

    def _blocks(self) -> list[Block]:
        waiting = [Block((), (), self._rows), *self._together.blocks()]
        return [block for block in waiting if block.data]

    def _reserve(self, name: str, step: int) -> Series:
        series = self._single.get(name)
        if series is None:
            series = self._single[name] = Series(len(self._names), step)
            self._names.append(name)
        else:
            series.last = step
        return series

    def _part(self, names: Iterable[str], but: Group | None = None) -> None:
        if self._together.part(names, self._append_records, but):
            self.pause_at(self._mark)

    def _append_records(self, records: bytes) -> None:
        self._extend(records)  # looked up now: the buffer may be another one by then
