"""The images, or the plots, of an experiment that wait to be drained."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from itertools import takewhile
from typing import Any, NamedTuple

from palantir_models.experiment.memory.steps import Series, next_step


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

    def last(self, name: str) -> int | None:
        """Return a series' last step; ``None`` when it is empty."""
        series = self._last.get(name)
        return None if series is None else series.last

    @property
    def has_news(self) -> bool:
        """Whether rows were not drained yet."""
        return bool(self._rows)

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
