"""The values of a run's metrics as MLflow logged them, so that code in the block can read them back."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_NAN = float("nan")


class Logged(NamedTuple):
    """A value of a metric as MLflow logged it.

    Attributes:
        key: the metric.
        step: MLflow's step.
        timestamp: MLflow's time, in milliseconds since 1970.
        value: the value.
    """

    key: str
    step: int
    timestamp: int
    value: float


class _Column:
    __slots__ = ("known", "steps", "times", "values")

    def __init__(self) -> None:
        self.steps, self.times, self.values = array("q"), array("q"), array("d")
        self.known: set[tuple[int, int, float]] | None = None  # made for the first who asks

    def rows(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.steps, self.times, self.values, strict=True)


class History:
    """What was logged to one run, in the order it came. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._columns: dict[str, _Column] = {}

    def add(self, values: Iterable[Logged]) -> None:
        """Remember values."""
        with self._lock:
            for value in values:
                self.append(*value)

    def append(self, key: str, step: int, time: int, value: float) -> None:
        """Remember a value."""
        with self._lock:
            column = self._columns.get(key)
            if column is None:
                column = self._columns[key] = _Column()
            column.steps.append(step)
            column.times.append(time)
            column.values.append(value)
            if column.known is not None:
                column.known.add(_comparable(step, time, value))

    def holds(self, value: Logged) -> bool:
        """Whether exactly this value was logged already."""
        with self._lock:
            column = self._columns.get(value.key)
            if column is None:
                return False
            if column.known is None:
                column.known = {_comparable(*row) for row in column.rows()}
            return _comparable(value.step, value.timestamp, value.value) in column.known

    def repeats(self, key: str, step: int, value: float) -> bool:
        """Whether a value is the metric's last one once more: the same step, but the one of calls that give none."""
        with self._lock:
            column = self._columns.get(key)
            if column is None or not step or column.steps[-1] != step:
                return False
            last = column.values[-1]
            return last == value or (last != last and value != value)

    def of(self, key: str) -> list[Logged]:
        """Return the values of a metric."""
        with self._lock:
            column = self._columns.get(key)
            return [] if column is None else [Logged(key, *row) for row in column.rows()]

    def latest(self) -> list[Logged]:
        """Return the last value of each metric."""
        with self._lock:
            return [
                Logged(key, column.steps[-1], column.times[-1], column.values[-1])
                for key, column in self._columns.items()
            ]


def _comparable(step: int, time: int, value: float) -> tuple[int, int, float]:
    return step, time, value if value == value else _NAN  # one object, as NaN equals nothing else
