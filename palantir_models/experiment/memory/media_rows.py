"""The images, or the plots, of an experiment that wait to be drained."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from itertools import takewhile
from typing import Any, NamedTuple

from palantir_models.experiment.memory.steps import next_step


class MediaRow(NamedTuple):
    """An image or a plot: what it is stays with whoever made it.

    Attributes:
        series: the name of its series.
        step: its step.
        timestamp: when it was logged, in nanoseconds since 1970.
        caption: its caption, if any.
        content: a :class:`Png`, or its future, or the JSON of a plot.
    """

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
        self._last: dict[str, int] = {}
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
            while True:
                number = next_step(name, self._last.get(name), step)
                row = MediaRow(name, number, self._clock(), caption, content)
                # No call, as in the metrics: a signal handler may have logged.
                if name not in self._last or self._last[name] < number:
                    self._last[name] = number
                    self._rows += [row]
                    return

    def check(self, name: str, step: int | None) -> None:
        """Refuse a step that does not rise before the costly work of encoding begins.

        :param name: the series.
        :param step: the step, or ``None`` for the next one.
        :raises ExperimentStepError: when it does not rise.
        """
        next_step(name, self._last.get(name), step)

    def last(self, name: str) -> int | None:
        """Return a series' last step; ``None`` when it is empty."""
        return self._last.get(name)

    @property
    def has_news(self) -> bool:
        """Whether rows were not drained yet."""
        return bool(self._rows)

    def waiting(self) -> list[MediaRow]:
        """Return the rows that were not drained yet, in the order they came."""
        with self._lock:
            return list(self._rows)

    def drain(self, rows: list[MediaRow]) -> None:
        """Move away the rows that are ready: those before the first that is still in the making.

        :param rows: takes them.
        """
        with self._lock:
            ready = list(takewhile(_is_made, self._rows))
            count = len(ready)
            # No call.
            self._rows[:count] = []
            self._drained += count
            rows += ready

    def forget(self, rows: list[MediaRow], index: int) -> None:
        """Take one out of the drained rows that could not be made after all; its step stays used.

        :param rows: what :meth:`drain` moved the row to.
        :param index: where it is in them.
        """
        with self._lock:
            # No call.
            rows[index : index + 1] = []
            self._drained -= 1


def _is_made(row: MediaRow) -> bool:
    return not isinstance(row.content, Future) or row.content.done()
