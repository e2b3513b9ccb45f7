"""Experiments of a model that run: followed by their journals, so that a look costs what is new and not what there is."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from palantir_models.page.columns import Held

if TYPE_CHECKING:
    from palantir_models.experiment.columns.points import Points
    from palantir_models.reading.following import Follower, News
    from palantir_models.reading.model import Model

_LOOK_AROUND_SECONDS = 1.0  # how long a list of the experiments that run is good for
_REMEMBERED_SECONDS = 60.0  # how long one that ended is remembered, for who was away when it did


class Live:
    """The experiments of a model that have a journal: that run, or whose process died.

    Attributes:
        model: the model, as it was opened last.

    :param model: the model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._followed: dict[str, _Followed] = {}
        self._looked = -math.inf

    def heartbeats(self) -> dict[str, datetime | None]:
        """Return when something was last logged to each experiment that runs, by id."""
        with self._lock:
            return {identity: followed.look().heartbeat for identity, followed in self._running().items()}

    def cursors(self) -> dict[str, str]:
        """Return where each journal ends now, by the experiment's id: for who wants only what comes from now on."""
        with self._lock:
            return {identity: followed.look().cursor for identity, followed in self._running().items()}

    def news(self, cursors: Mapping[str, str]) -> list[News]:
        """Return what is new of each experiment that runs, and of those that did when they were looked at last.

        :param cursors: where each was looked at last; one without is told from its beginning.
        """
        with self._lock:
            wanted = {**dict.fromkeys(self._running()), **cursors}
            return [self._followed[one].news(since) for one, since in wanted.items() if one in self._followed]

    def held(self, ids: Sequence[str], series: str, timed: bool) -> dict[str, Held | None]:
        """Return one series of those experiments of some that are followed, by id; None for one that has no such series.

        :param ids: the experiments.
        :param series: the series.
        :param timed: whether the times are needed.
        """
        with self._lock:
            self._running()
            found = {identity: self._followed[identity] for identity in ids if identity in self._followed}
            for followed in found.values():
                followed.look()
            points = {identity: followed.points(series) for identity, followed in found.items()}
        return {
            identity: None if part is None else Held.of(part if timed else replace(part, timestamps=None))
            for identity, part in points.items()
        }

    def _running(self) -> Mapping[str, _Followed]:
        """Find experiments that began, let go of those that ended long ago, and return those that run."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_AROUND_SECONDS:
            for follower in self.model.live:
                self._followed.setdefault(follower.experiment_id, _Followed(follower))
            self._followed = {
                identity: followed
                for identity, followed in self._followed.items()
                if now - followed.ended < _REMEMBERED_SECONDS
            }
            self._looked = now
        return {identity: followed for identity, followed in self._followed.items() if followed.ended == math.inf}


class _Followed:
    """An experiment that has a journal, with what it has logged so far.

    :param follower: follows it.

    Attributes:
        ended: when it was seen to have ended, by the clock that only rises; infinite before.
    """

    def __init__(self, follower: Follower) -> None:
        self.ended = math.inf
        self._follower = follower
        self._cursor: str | None = None
        self._series: dict[str, _Growing] = {}

    def news(self, since: str | None) -> News:
        """Return what is new since a cursor; from the beginning where that is None."""
        news = self._follower.follow(since)
        if news.has_ended:
            self.ended = min(self.ended, time.monotonic())
        return news

    def look(self) -> News:
        """Look for what is new, and take it in."""
        news = self.news(self._cursor)
        if news.is_anew:
            self._series = {}
        for name, points in news.points.items():
            self._series.setdefault(name, _Growing()).extend(points)
        self._cursor = news.cursor
        return news

    def points(self, series: str) -> Points | None:
        """Return what was logged to a series up to the last look."""
        found = self._series.get(series)
        return None if found is None else found.points


class _Growing:
    """Points that come bit by bit, in arrays that have room for more."""

    def __init__(self) -> None:
        self._count = 0
        self._arrays = (np.empty(0, np.int64), np.empty(0), np.empty(0, "datetime64[us]"))

    @property
    def points(self) -> Points:
        """All that came so far."""
        from palantir_models.experiment.columns.points import Points

        steps, values, timestamps = self._arrays
        return Points(steps[: self._count], values[: self._count], timestamps[: self._count])

    def extend(self, points: Points) -> None:
        """Add points behind the others."""
        end = self._count + len(points)
        if end > len(self._arrays[0]):
            self._arrays = tuple(np.concatenate([one[: self._count], np.empty(end, one.dtype)]) for one in self._arrays)  # type: ignore[assignment]
        for array, new in zip(self._arrays, (points.steps, points.values, points.timestamps), strict=True):
            array[self._count : end] = new
        self._count = end
