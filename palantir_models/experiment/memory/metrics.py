"""Metric values that wait to be drained: columns that grow while a job runs.

A value is one fixed-size record in a byte buffer, so that it enters whole or not at all (an interrupt can arrive between
any two calls), memory stays compact, and whoever drains takes the buffer away in one move. Series that are logged together
again and again share a buffer of rows, one row a call. Steps are reserved before anything is written, hence an interrupted
call can leave a gap but never a step twice.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentLimitError
from palantir_models.experiment.limits import advice, shortened
from palantir_models.experiment.memory.series import Series, next_step
from palantir_models.experiment.values import MOST, plain_metric

RECORD = struct.Struct("<qqdq")
"""A single metric value: number of its series, step, value, nanoseconds since 1970."""
ROW = struct.Struct("<qq")
"""How a row of a group begins: step, nanoseconds since 1970. A value of each series follows."""
LATE = 2
"""What a short way returns in place of True when its caller should see to the draining."""

_pack = RECORD.pack
_FLOATS = {float}
_MOST_GROUPS = 64
_WIDEST_GROUP = 1024
_NEVER = 2**63  # nanoseconds
_FEW_ROWS = 64  # of a group that ends: not worth a block of their own


class Block(NamedTuple):
    """Drained metric values in the order they came.

    Attributes:
        codes: the numbers of a group's series; none where ``data`` is one :data:`RECORD` a value.
        offsets: how far the step of each series is above the step of the row.
        data: records, or rows of a group: a :data:`ROW` and as many 64-bit floats as the group has series.
    """

    codes: Sequence[int]
    offsets: Sequence[int]
    data: bytes | bytearray

    @property
    def value_count(self) -> int:
        """How many values it holds."""
        if not self.codes:
            return len(self.data) // RECORD.size
        return len(self.data) // (ROW.size + 8 * len(self.codes)) * len(self.codes)


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


class Group:
    """Series that are logged together; while they are, their common step is kept here."""

    __slots__ = ("extend", "last", "names", "offsets", "pack", "room", "rows", "series", "top")

    extend: Callable[[bytes], None]

    def __init__(self, names: tuple[str, ...], series: list[Series]) -> None:
        self.names = names
        self.series = series
        self.last = min(one.last for one in series)
        self.offsets = [one.last - self.last for one in series]
        self.top = MOST - max(self.offsets)
        self.pack = _packer(len(series))
        self.room = len(series) * RECORD.size
        self.clear()

    def clear(self) -> None:
        """Begin a new buffer."""
        self.rows = bytearray()
        self.extend = self.rows.extend

    def block(self) -> Block:
        """Return what waits."""
        return Block([one.code for one in self.series], self.offsets, self.rows)

    def records(self) -> bytes:
        """Return what waits as single records."""
        count = len(self.series)
        found = struct.iter_unpack(f"<qq{count}d", self.rows)
        return b"".join(
            _pack(one.code, step + offset, value, now)
            for step, now, *values in found
            for one, offset, value in zip(self.series, self.offsets, values, strict=True)
        )


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
        "_latest",
        "_limit",
        "_lock",
        "_mark",
        "_members",
        "_named",
        "_names",
        "_parted",
        "_patience",
        "_rows",
        "_single",
    )

    def __init__(self, limit: int, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = lock
        self._clock = clock
        self._names: list[str] = []
        self._named = 0
        self._single: dict[str, Series] = {}  # a series is either here
        self._members: dict[str, Group] = {}  # or here
        self._groups: dict[tuple[str, ...], Group] = {}
        self._latest: tuple[str, ...] = ()
        self._parted: list[Block] = []
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
        return bool(self._rows or self._parted or any(group.rows for group in list(self._groups.values())))

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
            for name in names:
                if (member := self._members.get(name)) and member is not group:
                    self._part(member)
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
            self._join(names)

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
            for name in names:
                if member := self._members.get(name):
                    self._part(member)
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
            self._rows, self._parted = bytearray(), []
            self._extend = self._rows.extend
            for group in self._groups.values():
                group.clear()
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
        found = [Block((), (), self._rows), *self._parted, *(group.block() for group in self._groups.values())]
        return [block for block in found if block.data]

    def _reserve(self, name: str, step: int) -> Series:
        series = self._single.get(name)
        if series is None:
            series = self._single[name] = Series(len(self._names), step)
            self._names.append(name)
        else:
            series.last = step
        return series

    def _join(self, names: tuple[str, ...]) -> None:
        """Make a group of series that are logged together for the second time in a row."""
        again, self._latest = names == self._latest, names
        if again and 1 < len(names) <= _WIDEST_GROUP and len(self._groups) < _MOST_GROUPS:
            group = Group(names, [self._single[name] for name in names])
            for name in names:
                del self._single[name]
                self._members[name] = group
            self._groups[names] = group

    def _part(self, group: Group) -> None:
        """End a group, whose series are logged in another way now."""
        for name, series, offset in zip(group.names, group.series, group.offsets, strict=True):
            series.last = group.last + offset
            del self._members[name]
            self._single[name] = series
        del self._groups[group.names]
        self._latest = ()
        if len(group.rows) < _FEW_ROWS * (ROW.size + 8 * len(group.series)):
            self._extend(group.records())
        else:
            self._parted.append(group.block())
        group.rows = bytearray()
        group.extend = partial(self._append_late, group)
        self.pause_at(self._mark)

    def _append_late(self, group: Group, row: bytes) -> None:
        """Append a row that a signal handler interrupted with a call that ended its group."""
        group.rows = bytearray(row)
        self._extend(group.records())


@cache
def _packer(count: int) -> Callable[..., bytes]:
    """Return what packs a group's row."""
    return struct.Struct(f"<qq{count}d").pack
