"""Metric values that wait to be drained: columns that grow while a job runs.

A value is one fixed-size record in a byte buffer, so that it enters whole or not at all, memory stays compact, and whoever
drains takes the buffer away in one move. Series that are logged together again and again are in a group; see
:mod:`~palantir_models.experiment.memory.groups`.

The lock keeps other threads out, but neither an interrupt nor a signal handler that logs itself. Python lets these in after
a call and at the end of a loop's turn, and nowhere else: the lines behind a comment "No call" happen as one. What they rely
on is looked up among them, not before, and whatever came in between is seen. Steps are reserved before anything is written,
hence an interrupted call can leave a gap but never a step twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentLimitError
from palantir_models.experiment.limits import advice, shortened
from palantir_models.experiment.memory.blocks import RECORD, Block, Waiting
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
        "_count",
        "_drained",
        "_due",
        "_extend",
        "_full",
        "_groups",
        "_limit",
        "_lock",
        "_mark",
        "_moved",
        "_new",
        "_patience",
        "_rows",
        "_single",
        "_together",
        "_waiting",
    )

    def __init__(self, limit: int, lock: AbstractContextManager[Any], clock: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = lock
        self._clock = clock
        self._waiting = Waiting()
        self._count = 0
        self._new: list[str] = []  # names of the series that began since the last draining
        self._single: dict[str, Series] = {}  # a series is either here
        self._together = Groups(self._single, self._waiting)  # or in one of these
        self._groups = self._together.by_names
        self._drained = 0
        self._moved: list[Block] = []  # drained, and not in the number of drained ones yet
        self._mark: int | None = None
        self._patience = self._due = _NEVER
        self._rows = self._waiting.rows  # the same, looked up faster
        self._extend = self._rows.extend
        self._full = 0  # bytes that the single records may take before a call goes the long way
        self.pause_at(None)

    def __len__(self) -> int:
        return self._drained + sum(block.value_count for block in self._moved) + self.waiting

    @property
    def waiting(self) -> int:
        """How many values were not drained yet."""
        return sum(block.value_count for block in self._blocks())

    @property
    def has_news(self) -> bool:
        """Whether values were not drained yet."""
        return bool(self._waiting.rows or self._waiting.parted or self._together.has_news)

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
            used = len(self._rows)
            # No call until the step is taken.
            try:
                series = self._single[name]
            except (KeyError, TypeError):
                return False
            if used >= self._full:
                return False
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
            # No call until the step is taken: a signal handler may have logged, or put the series into a group.
            if name not in self._single or not series.last < step <= MOST:
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
            names, used = tuple(values), len(self._rows)
            # No call until the step is taken.
            try:
                group = self._groups[names]
            except (KeyError, TypeError):
                return False
            if used + group.room > self._full:
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
            while (group := self._group(names, step)) is not None:
                last, top = group.last, group.top
                if group.has_ended:
                    continue
                next_step(names[0], last + MOST - top, step)
                self._require_room(names, len(names))
                if self._append_row(group, values.values(), step):
                    return
            self._part(names)
            for name in names:
                next_step(name, self._last(name), step)
            self._require_room(names, len(names))
            now = self._clock()
            records = []
            for name, value in values.items():
                while (taken := self._reserve(name, step)) is None:
                    next_step(name, self._last(name), step)
                records.append(_pack(*taken, value, now))
            data = b"".join(records)
            self._extend(data)
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
            lasts = {name: self._last(name) for name in names}
            steps = []
            for value in values:
                last = lasts[value.name]
                step = place(value.name, value.step, last)
                lasts[value.name] = next_step(value.name, last, step)
                steps.append(step)
            records = []
            for value, step in zip(values, steps, strict=True):
                while (taken := self._reserve(value.name, step)) is None:
                    last = self._last(value.name)
                    step = next_step(value.name, last, place(value.name, value.step, last))
                records.append(_pack(*taken, value.value, value.time))
            data = b"".join(records)
            self._extend(data)

    def pause_at(self, waiting: int | None) -> None:
        """Send calls to :meth:`extend` once so many values wait, so that its caller can look after them.

        :param waiting: the number of values; 0 sends every call, None sends those that the limit stops.
        """
        with self._lock:
            room = self._limit - self._drained
            self._mark = waiting
            allowed = room if waiting is None else min(room, waiting)
            self._full = (allowed - self.waiting) * RECORD.size + len(self._rows)

    def drain(self, blocks: list[Block], names: list[str]) -> None:
        """Move away the values that wait; interrupted, it has moved some of them and left the others.

        :param blocks: takes the values; empty.
        :param names: takes the names of the series that began since the last time, by rising number; each value's series is
            among these or older ones.
        """
        with self._lock:
            self._count_moved()
            self._moved = blocks
            waiting, groups, new = self._waiting, self._together.whole(), list[str]()
            rows, parted = bytearray(), list[Block]()
            extend, single = rows.extend, Block((), (), waiting.rows)
            # No call: names and values move together.
            if waiting.rows is single.data:
                names += self._new
                blocks += [single]
                blocks += waiting.parted
                waiting.rows, waiting.parted, self._new = rows, parted, new
                self._rows, self._extend = rows, extend
            for group in groups:
                block, rows = group.block(), bytearray()
                extend = rows.extend
                # No call.
                if group.rows is block.data and not group.has_ended:
                    blocks += [block]
                    group.rows, group.extend = rows, extend
            filled = [block for block in blocks if block.data]
            blocks[:] = filled
            self._count_moved()
            if self._patience < _NEVER:
                self._due = self._clock() + self._patience
            self.pause_at(self._mark)

    def _count_moved(self) -> None:
        moved, none = self._moved, list[Block]()
        count = sum(block.value_count for block in moved)
        # No call.
        if self._moved is moved:
            self._drained += count
            self._moved = none

    def _require_room(self, names: Iterable[str], count: int) -> None:
        if len(self) + count > self._limit:
            raise ExperimentLimitError(
                f"{shortened(names)}: no room, as an experiment holds {self._limit:,} "
                f"metric values across its series. Log less often, or {advice('metric_values')}."
            )

    def _blocks(self) -> list[Block]:
        waiting = [Block((), (), self._waiting.rows), *list(self._waiting.parted), *self._together.blocks()]
        return [block for block in waiting if block.data]

    def _last(self, name: str) -> int | None:
        series = self._single.get(name)
        return None if series is None else series.last

    def _group(self, names: tuple[str, ...], step: int | None) -> Group | None:
        """Return the group whose series are logged together once more; none where a common step ends their different ones."""
        group = self._groups.get(names)
        if group is None or (step is not None and group.top != MOST):
            return None
        if group.has_ended:  # and a call that was interrupted had not come to its end
            self._together.end(group)
            return None
        return group

    def _append_row(self, group: Group, numbers: Iterable[float], step: int | None) -> bool:
        now = self._clock()
        # No call until the step is taken.
        last = group.last
        number = last + 1 if step is None else step
        if not last < number <= group.top:
            return False
        group.last = number
        self._full -= group.room
        row = group.pack(number, now, *numbers)
        group.extend(row)
        return True

    def _reserve(self, name: str, step: int | None) -> tuple[int, int] | None:
        """Take a step of a series, which begins with it where it is new.

        :returns: the series' number and the step; ``None`` when the step does not rise (any more).
        """
        single, members = self._single, self._together.members
        while True:
            if name in members:
                self._part((name,))
            fresh = None if name in single else Series(0, 0)
            # No call until the step is taken.
            if name in single:
                series = single[name]
                number = series.last + 1 if step is None else step
                if not series.last < number <= MOST:
                    return None
                series.last = number
                return series.code, number
            if fresh is not None and name not in members:
                number = 0 if step is None else step
                fresh.code, fresh.last = self._count, number
                self._count += 1
                self._new += [name]
                single[name] = fresh
                return fresh.code, number

    def _part(self, names: Iterable[str]) -> None:
        if self._together.part(names):
            self.pause_at(self._mark)
