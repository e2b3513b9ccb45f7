"""Where the contents of experiments are: Delta tables, the files of one kept apart, or the journal of a live one."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from palantir_models.experiment.columns.points import Points, points_by
from palantir_models.experiment.columns.schema import schema
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.journal.unpublished import LARGE, PARAMETERS, Kept, Unpublished
from palantir_models.reading.parameters import ParameterValue, parameters_by_experiment
from transforms.errors import UsageError
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.store import Store
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl

_REOPEN_SECONDS = 600.0  # files that small ones were merged into others stay for far longer
_TIMES = ("created_time", "finished_time")
_KEYS = ("experiment_id", "series")

SeriesPoints = tuple[str, str, Points]
"""An experiment's id, one of its metric series, and the points of it."""


class Source(Protocol):
    """Gives what experiments logged; many of them in one go, so that a comparison reads each table once."""

    is_published: bool
    """Whether they are in the model's tables."""
    is_final: bool
    """Whether nothing of them changes any more."""

    store: Store
    """The store."""
    model: str | None
    """The model's folder below the store's root; None where nothing tells which it is."""

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """Return some experiments' rows of one table, with the column ``experiment_id``."""

    def parameters(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, ParameterValue]]:
        """Return the hyperparameters of some experiments by name, by id; one that has none may be left out."""

    def points(self, ids: Sequence[str], series: Sequence[str] | None, timestamps: bool) -> Iterable[SeriesPoints]:
        """Return id, series and points of some metric series of some experiments; of all series with None."""

    def details(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the columns ``series`` and ``environment`` of some experiments, by id."""


class ModelTables:
    """The tables of a model, all as they were with one row of the ledger.

    Rows of a model are added and never changed. So the newest tables tell everything, less what was committed since, and no
    old version of them has to stay readable.

    :param store: the store.
    :param model: the model's folder below the store's root.
    :param seq: the row of the ledger; a later one that no job of the model wrote says the same.
    """

    is_published = is_final = True

    def __init__(self, store: Store, model: str, seq: int) -> None:
        self.store = store
        self.model: str | None = model
        self._seq = seq
        self._views: dict[str, tuple[TableView | None, float]] = {}

    def rows(self) -> list[dict[str, Any]]:
        """Return the experiments, newest first, without the columns that lists do not need."""
        import polars as pl

        frame = self._scan("experiments").drop(LARGE)
        later = [entry.transaction for entry in self.store.ledger.entries(after=self._seq)]
        if later:
            frame = frame.filter(~pl.col("transaction").is_in(later).fill_null(value=False))
        return frame.sort("created_time", descending=True).collect().to_dicts()

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """See :class:`Source`."""
        import polars as pl

        identity = pl.col("experiment_id")
        return self._scan(table).filter(identity == ids[0] if len(ids) == 1 else identity.is_in(list(ids)))

    def parameters(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, ParameterValue]]:
        """See :class:`Source`."""
        return parameters_by_experiment(self.part(PARAMETERS, ids))

    def points(self, ids: Sequence[str], series: Sequence[str] | None, timestamps: bool) -> Iterable[SeriesPoints]:
        """See :class:`Source`."""
        return _points(self.part("metrics", ids), series, timestamps)

    def details(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`Source`."""
        frame = self.part("experiments", ids).select("experiment_id", *LARGE).collect()
        return {row["experiment_id"]: row for row in frame.iter_rows(named=True)}

    def _scan(self, table: str) -> pl.LazyFrame:
        from transforms.engine.local.reading import scan_polars

        view, opened = self._views.get(table, (None, -math.inf))
        if time.monotonic() - opened > _REOPEN_SECONDS:
            view = self.store.view_table(f"{self.model}/{table}")
            self._views[table] = view, time.monotonic()
        return _empty(table) if view is None else scan_polars(view)


class Apart:
    """Experiments of one model that are no part of a version.

    :param experiments: those that ended, or one that runs or was abandoned.
    :param store: the store.
    """

    is_published = False

    def __init__(self, experiments: Iterable[Unpublished], store: Store) -> None:
        self._experiments = {one.row["experiment_id"]: one for one in experiments}
        self.store = store
        self.is_final = all(one.has_ended for one in self._experiments.values())
        self.model = next((folder_of(one.row) for one in self._experiments.values()), None)

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """See :class:`Source`; the files of those that ended are read as one table."""
        import polars as pl

        chosen = [self._experiments[identity] for identity in ids]
        files = [file for one in chosen if isinstance(one, Kept) and (file := one.file(table)) is not None]
        parts = [rows for one in chosen if not isinstance(one, Kept) and (rows := one.part(table)) is not None]
        if files:
            parts.append(pl.scan_parquet(files))
        return pl.concat(parts) if parts else _empty(table)

    def parameters(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, ParameterValue]]:
        """See :class:`Source`; files are opened of those alone whose rows do not have them."""
        known = {identity: self._experiments[identity].parameters() for identity in ids}
        found = {identity: params for identity, params in known.items() if params is not None}
        if stored := [identity for identity in ids if identity not in found]:
            found |= parameters_by_experiment(self.part(PARAMETERS, stored))
        return found

    def points(self, ids: Sequence[str], series: Sequence[str] | None, timestamps: bool) -> Iterable[SeriesPoints]:
        """See :class:`Source`."""
        stored = []
        for identity in ids:
            found = self._experiments[identity].points()
            if found is None:
                stored.append(identity)
                continue
            for name, points in found.items():
                if series is None or name in series:
                    yield identity, name, points if timestamps else replace(points, timestamps=None)
        if stored:
            yield from _points(self.part("metrics", stored), series, timestamps)

    def details(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`Source`."""
        return {identity: self._experiments[identity].details for identity in ids}


def unpublished(
    store: Store, model: str | None, branch: str, ids: Collection[str] | None = None
) -> list[tuple[dict[str, Any], Source]]:
    """Return the experiments that run, were abandoned, failed or were not published, newest first.

    :param store: the store.
    :param model: the path or RID of their model; with None those of all models, and those that cannot be read.
    :param branch: its branch.
    :param ids: only these are looked at; all when None.
    """
    ended: dict[str | None, list[Unpublished]] = {}
    others: list[Unpublished] = []

    def wanted(row: Mapping[str, Any]) -> bool:
        if model is None and row["model"] is None:
            return True
        return row.get("branch") == branch and model in (None, row["model"])

    for experiment in journals_of(store.storage).unpublished(wanted, ids):
        (ended.setdefault(experiment.row["model"], []) if experiment.has_ended else others).append(experiment)
    found: list[tuple[dict[str, Any], Source]] = []
    for together in (*ended.values(), *([one] for one in others)):
        source = Apart(together, store)
        found += (({**one.row, **{name: _time(one.row.get(name)) for name in _TIMES}}, source) for one in together)
    return sorted(found, key=lambda pair: pair[0]["created_time"], reverse=True)


def folder_of(row: Mapping[str, Any]) -> str | None:
    """Return the folder of an experiment's model below the store's root; None if its row tells of no model that can be.

    :param row: its row or its journal's header, with ``model`` and ``branch``.
    """
    alias, branch = row.get("model"), row.get("branch")
    if not isinstance(alias, str) or not isinstance(branch, str):
        return None
    try:
        return layout.resource_path(Resource("model", alias), branch)
    except UsageError:
        return None


def _points(rows: pl.LazyFrame, series: Sequence[str] | None, timestamps: bool) -> Iterable[SeriesPoints]:
    import polars as pl

    if series is not None:
        rows = rows.filter(pl.col("series").is_in(list(series)))
    found = rows.select(*_KEYS, "step", "value", *(["timestamp"] if timestamps else [])).collect()
    for (identity, name), points in points_by(found, _KEYS).items():
        yield identity, name, points


def _time(value: str | None) -> datetime | None:
    if value is None:
        return None
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _empty(table: str) -> pl.LazyFrame:
    import polars as pl

    return pl.LazyFrame(schema(table).empty_table())
