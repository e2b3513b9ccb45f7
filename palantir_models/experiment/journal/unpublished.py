"""An experiment that is in no version: what is known of it, and what it logged."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.points import Points
from palantir_models.experiment.columns.recorded import Recorded

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


class Unpublished:
    """An experiment that runs, was abandoned, or cannot be read.

    :param row: its row of the experiments table, and its model.
    :param recorded: what its journal holds; None where that cannot be read.
    """

    def __init__(self, row: dict[str, Any], recorded: Recorded | None = None) -> None:
        self.row = row
        """Its row of the experiments table, and its model."""
        self._recorded = recorded

    def part(self, table: str) -> pl.LazyFrame | None:
        """Return its rows of one table, with the column ``experiment_id``; None where there are none.

        :param table: one of :data:`~palantir_models.experiment.columns.schema.TABLES`.
        """
        import polars as pl

        rows = self._tables.get(table)
        return None if rows is None else pl.LazyFrame(rows)

    def points(self) -> Mapping[str, Points] | None:
        """Return the values of each metric series as far as they are in memory; None where they are to be read as a table."""
        return {} if self._recorded is None else self._recorded.points()

    @cached_property
    def _tables(self) -> Mapping[str, pa.Table]:
        return {} if self._recorded is None else self._recorded.arrow(self.row["experiment_id"])


class Kept(Unpublished):
    """An experiment that has ended and is kept apart from its model's tables.

    :param row: its row of the experiments table, and its model.
    :param folder: has a Parquet file of each kind of things it logged.
    """

    def __init__(self, row: dict[str, Any], folder: Path) -> None:
        super().__init__(row)
        self._folder = folder

    def points(self) -> None:
        """Return nothing; see :class:`Unpublished`."""

    def part(self, table: str) -> pl.LazyFrame | None:
        """Return its rows of one table; see :class:`Unpublished`."""
        import polars as pl

        file = self._file(f"{table}.parquet")
        return None if file is None else pl.scan_parquet(file)

    def _file(self, name: str) -> Path | None:
        file = self._folder / name
        return file if file.exists() else None
