"""Where the contents of experiments are: Delta tables, the files of one kept apart, or the journal of a live one."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from palantir_models.experiment.columns.schema import schema
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.unpublished import Unpublished
from transforms.store.store import Store
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl

_LARGE = ("series", "environment")  # columns of the experiments table that no list needs
_REOPEN_SECONDS = 600.0  # files that small ones were merged into others stay for far longer
_TIMES = ("created_time", "finished_time")


class Source(Protocol):
    """Gives what experiments logged; many of them in one go, so that a comparison reads each table once."""

    is_published: bool
    """Whether they are in the model's tables."""

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """Return some experiments' rows of one table, with the column ``experiment_id``."""

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

    is_published = True

    def __init__(self, store: Store, model: str, seq: int) -> None:
        self._store = store
        self._model = model
        self._seq = seq
        self._views: dict[str, tuple[TableView | None, float]] = {}

    def rows(self) -> list[dict[str, Any]]:
        """Return the experiments, newest first, without the columns that lists do not need."""
        import polars as pl

        frame = self._scan("experiments").drop(_LARGE)
        later = [entry.transaction for entry in self._store.ledger.entries(after=self._seq)]
        if later:
            frame = frame.filter(~pl.col("transaction").is_in(later).fill_null(value=False))
        return frame.sort("created_time", descending=True).collect().to_dicts()

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """See :class:`Source`."""
        import polars as pl

        identity = pl.col("experiment_id")
        return self._scan(table).filter(identity == ids[0] if len(ids) == 1 else identity.is_in(list(ids)))

    def details(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`Source`."""
        frame = self.part("experiments", ids).select("experiment_id", *_LARGE).collect()
        return {row["experiment_id"]: row for row in frame.iter_rows(named=True)}

    def _scan(self, table: str) -> pl.LazyFrame:
        from transforms.engine.local.reading import scan_polars

        view, opened = self._views.get(table, (None, -math.inf))
        if time.monotonic() - opened > _REOPEN_SECONDS:
            view = self._store.view_table(f"{self._model}/{table}")
            self._views[table] = view, time.monotonic()
        return _empty(table) if view is None else scan_polars(view)


class Apart:
    """One experiment that is not part of a version.

    :param experiment: the experiment.
    """

    is_published = False

    def __init__(self, experiment: Unpublished) -> None:
        self._experiment = experiment

    def part(self, table: str, ids: Sequence[str]) -> pl.LazyFrame:
        """See :class:`Source`."""
        rows = self._experiment.part(table)
        return _empty(table) if rows is None else rows

    def details(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """See :class:`Source`."""
        row = self._experiment.row
        return {row["experiment_id"]: row}


def unpublished(journals: Journals, model: str | None, branch: str) -> list[tuple[dict[str, Any], Source]]:
    """Return the experiments that run, were abandoned, failed or were not published, newest first.

    :param journals: the store's journals.
    :param model: the path or RID of their model; with None those of all models, and those that cannot be read.
    :param branch: its branch.
    """
    found: list[tuple[dict[str, Any], Source]] = []

    def wanted(row: Mapping[str, Any]) -> bool:
        if model is None and row["model"] is None:
            return True
        return row.get("branch") == branch and model in (None, row["model"])

    for experiment in journals.unpublished(wanted):
        timed = {name: _time(experiment.row.get(name)) for name in _TIMES}
        found.append(({**experiment.row, **timed}, Apart(experiment)))
    return sorted(found, key=lambda pair: pair[0]["created_time"], reverse=True)


def _time(value: str | None) -> datetime | None:
    if value is None:
        return None
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _empty(table: str) -> pl.LazyFrame:
    import polars as pl

    return pl.LazyFrame(schema(table).empty_table())
