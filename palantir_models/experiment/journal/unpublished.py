"""An experiment that is in no version: what is known of it, and what it logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.points import Points
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal.file_format import Frame

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


class Unpublished:
    """An experiment that runs, was abandoned, or cannot be read.

    :param row: its row of the experiments table, and its model.
    :param frames: what its journal holds; none where that cannot be read.
    """

    def __init__(self, row: dict[str, Any], frames: Sequence[Frame] = ()) -> None:
        self.row = row
        """Its row of the experiments table, and its model; what is known of its series may be in :attr:`details` alone."""
        self._frames = frames

    @property
    def details(self) -> Mapping[str, Any]:
        """Its row with what is known of its series, for which what it logged is decoded."""
        return {**self.row, "series": self._recorded.series_json()}

    def part(self, table: str) -> pl.LazyFrame | None:
        """Return its rows of one table, with the column ``experiment_id``; None where there are none.

        :param table: one of :data:`~palantir_models.experiment.columns.schema.TABLES`.
        """
        import polars as pl

        rows = self._tables.get(table)
        return None if rows is None else pl.LazyFrame(rows)

    def points(self) -> Mapping[str, Points] | None:
        """Return the values of each metric series as far as they are in memory; None where they are to be read as a table."""
        return self._recorded.points()

    @cached_property
    def _recorded(self) -> Recorded:
        return recorded_in(self._frames)

    @cached_property
    def _tables(self) -> Mapping[str, pa.Table]:
        return self._recorded.arrow(self.row["experiment_id"])


class Kept(Unpublished):
    """An experiment that has ended and is kept apart from its model's tables.

    :param row: its row of the experiments table, and its model.
    :param folder: has a Parquet file of each kind of things it logged.
    """

    def __init__(self, row: dict[str, Any], folder: Path) -> None:
        super().__init__(row)
        self._folder = folder

    @property
    def details(self) -> Mapping[str, Any]:
        """Its row, which says it all."""
        return self.row

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


def recorded_in(frames: Iterable[Frame]) -> Recorded:
    """Return what the frames of a journal hold, decoded."""
    return Recorded({frame.kind: frame.content()} for frame in frames)
