"""Following an experiment while it is logged: each look decodes only what was appended since the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from palantir_models.experiment.columns.points import Points
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal.file_format import Frame, length_of
from palantir_models.experiment.journal.look import Look
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.statuses import ABANDONED, DELETED, UNREADABLE
from palantir_models.reading.sources import Apart, ModelTables, Source
from transforms.store.store import Store

FACTS = ("status", "error", "heartbeat", "parameter_count", "value_count", "dropped_count", "is_published")
"""The facts that a look tells of."""
_END = "end"
_KINDS = ("metrics", "hyperparameters", "images", "plots", "tables")


@dataclass(frozen=True)
class News:
    """What a look at an experiment found.

    Attributes:
        experiment_id: the experiment.
        status: as every list shows it; ``DELETED`` when there is no such experiment any more.
        error: what it failed with, or what of it cannot be read.
        heartbeat: when something was last appended to its journal, in UTC; None once it has ended.
        parameter_count: how many hyperparameters it has.
        value_count: how many metric values it has, across its series.
        dropped_count: how many values of any kind were offered and not kept.
        is_published: whether it is in the model's tables by now.
        points: the points that are new, with their times, by series.
        kinds: of what kinds anything is new: ``metrics``, ``hyperparameters``, ``images``, ``plots``, ``tables``.
        is_anew: whether the points begin at the beginning, so that those of earlier looks count no more.
        changed: which of the facts are not what they were at the look before; all of them at the first.
        cursor: what to ask with the next time.
    """

    experiment_id: str
    status: str
    error: str | None
    heartbeat: datetime | None
    parameter_count: int
    value_count: int
    dropped_count: int
    is_published: bool
    points: Mapping[str, Points] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    is_anew: bool = False
    changed: frozenset[str] = frozenset()
    cursor: str = _END

    @property
    def has_ended(self) -> bool:
        """Whether nothing can come any more: it is published, kept apart from its model's tables, or deleted."""
        return self.cursor == _END


class Follower:
    """Follows one experiment. It remembers what it has seen, so keep it from one look to the next; cursors outlive it.

    :param store: the store.
    :param model: the folder of its model below the store's root, if that is known.
    :param experiment_id: the experiment.
    """

    def __init__(self, store: Store, model: str | None, experiment_id: str) -> None:
        self.experiment_id = experiment_id
        """The experiment."""
        self._store = store
        self._model = model
        self._journals = journals_of(store.storage)
        self._facts: dict[str, Any] = {}
        self._end = 0
        self._names: list[str] = []
        self._parameters: set[str] = set()
        self._value_count = self._dropped_count = 0
        self._last_steps: dict[str, int] = {}

    def follow(self, since: str | None = None) -> News:
        """Look at what is new.

        :param since: the cursor of the look before, also of another process; without it everything is new.
        :returns: what is new. A cursor that does not fit, as the journal is gone or was another one, gives everything anew.
        """
        try:
            return self._look(since)
        except ValueError as error:
            facts = {"status": UNREADABLE, "error": f"Experiment {self.experiment_id} cannot be read: {error}."}
            return self._news({**self._counted(), **facts}, cursor=since or "0")

    def _look(self, since: str | None) -> News:
        if since == _END:
            return self._ended(wanted=False)
        fits = since is None or since.isdecimal()
        begin, known = int(since) if since is not None and fits else 0, self._end
        found = self._journals.look(self.experiment_id, min(begin, known))
        if found is None or (self._is_abandoned_anew(found) and self._published() is not None):
            told = self._last_steps if since is not None and fits and begin == known else {}
            return self._ended(told=told, is_anew=not fits or begin not in (0, known))
        frames = list(zip(_ends(min(begin, known), found.frames), found.frames, strict=True))
        fresh = [frame for end, frame in frames if end > known]
        points = self._learn(fresh)
        self._end = max(known, found.end)
        if not (
            frames if begin < known else begin in (known, *(end for end, _ in frames))
        ):  # no cursor of this journal
            return replace(self.follow(), is_anew=True)
        new = fresh
        if begin != known:
            new = [frame for end, frame in frames if end > begin]
            points = self._points(new)
        return self._news(
            {
                **self._counted(),
                "status": found.row["status"],
                "error": found.row["error"],
                "heartbeat": datetime.fromtimestamp(found.changed, UTC),
            },
            points=points,
            kinds=frozenset(frame.kind for frame in new).intersection(_KINDS),
            is_anew=not fits,
            cursor=str(self._end),
        )

    def _learn(self, frames: Iterable[Frame]) -> dict[str, Points]:
        """Remember what later looks need of frames that were not seen before, and return their points."""
        for frame in frames:
            if frame.kind == "metrics":
                self._value_count += frame.rows
            elif frame.kind == "series":
                self._names += frame.content()
            elif frame.kind == "dropped":
                self._dropped_count = Recorded([{frame.kind: frame.content()}]).dropped_count
            elif frame.kind == "hyperparameters":
                self._parameters.update(frame.content()["name"].to_pylist())
        points = self._points(frames)
        self._last_steps |= {name: int(part.steps[-1]) for name, part in points.items()}
        return points

    def _points(self, frames: Iterable[Frame]) -> dict[str, Points]:
        pieces = [{frame.kind: frame.content()} for frame in frames if frame.kind == "metrics"]
        return Recorded([{"series": self._names}, *pieces]).points()

    def _counted(self) -> dict[str, Any]:
        """Return what is known of one that is neither published nor readable otherwise."""
        return {
            "error": None,
            "heartbeat": None,
            "parameter_count": len(self._parameters),
            "value_count": self._value_count,
            "dropped_count": self._dropped_count,
            "is_published": False,
        }

    def _is_abandoned_anew(self, found: Look) -> bool:
        """Whether its process has just died, which may have been right after its commit."""
        return bool(found.row["status"] == ABANDONED != self._facts.get("status"))

    def _ended(self, wanted: bool = True, told: Mapping[str, int] | None = None, is_anew: bool = False) -> News:
        """Tell of an experiment whose journal counts no more.

        :param wanted: whether its points are wanted.
        :param told: the last step of each series that was told of.
        :param is_anew: whether points that were told of are told of again.
        """
        kept = self._journals.kept(self.experiment_id)
        there: tuple[Source, Mapping[str, Any]] | None = self._published()
        if there is None and kept is not None:
            there = Apart([kept], self._store), kept.row
        if there is None:
            return self._news({**self._counted(), "status": DELETED}, is_anew=is_anew)
        source, row = there
        found = source.points([self.experiment_id], None, timestamps=True) if wanted else ()
        points = {name: _behind(part, (told or {}).get(name)) for _, name, part in found}
        return self._news(
            {**{name: row.get(name) for name in FACTS}, "heartbeat": None, "is_published": source.is_published},
            points={name: part for name, part in points.items() if len(part)},
            kinds=frozenset(_KINDS) if wanted else frozenset(),
            is_anew=is_anew,
        )

    def _published(self) -> tuple[Source, Mapping[str, Any]] | None:
        view = None if self._model is None else self._store.view_table(f"{self._model}/experiments")
        if view is None or self._model is None:
            return None
        tables = ModelTables(self._store, self._model, view.seq)
        rows = tables.part("experiments", [self.experiment_id]).collect().to_dicts()
        return (tables, rows[0]) if rows else None

    def _news(self, facts: Mapping[str, Any], **what: Any) -> News:
        changed = frozenset(name for name in FACTS if name not in self._facts or self._facts[name] != facts[name])
        self._facts = dict(facts)
        return News(self.experiment_id, **facts, changed=changed, **what)


def _ends(begin: int, frames: Iterable[Frame]) -> Iterable[int]:
    """Return the byte behind each frame."""
    return (begin + length for length in accumulate(length_of([frame]) for frame in frames))


def _behind(points: Points, step: int | None) -> Points:
    if step is None:
        return points
    import numpy as np

    first = int(np.searchsorted(points.steps, step, "right"))
    times = None if points.timestamps is None else points.timestamps[first:]
    return Points(points.steps[first:], points.values[first:], times)
