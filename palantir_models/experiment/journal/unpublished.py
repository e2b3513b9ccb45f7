"""An experiment that is in no version: what is known of it, and what it logged."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.columns.parameters import ParameterValue, parsed_parameters
from palantir_models.experiment.columns.points import Points
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.journal import journal
from palantir_models.experiment.journal.file_format import Frame
from transforms.common.json_text import from_json

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


LARGE = ("series", "environment")
"""The columns of the experiments table that no list needs, and most of its size is."""

PARAMETERS = "hyperparameters"
"""What the row of an experiment that is kept has beside the columns of the table; see :func:`parameters_json`."""

_LEFT_OUT = frozenset([*LARGE, PARAMETERS])


class Unpublished:
    """An experiment that runs, was abandoned, or cannot be read.

    :param row: its row of the experiments table, and its model.
    :param frames: what its journal holds; none where that cannot be read.
    """

    has_ended = False
    """Whether it never changes any more."""

    def __init__(self, row: Mapping[str, Any], frames: Sequence[Frame] = ()) -> None:
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

    def parameters(self) -> Mapping[str, ParameterValue] | None:
        """Return its hyperparameters, sorted by name; None where they are to be read as a table."""
        return None

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

    :param row: its row of the experiments table, and its model; see :func:`without_large`.
    :param folder: has a Parquet file of each kind of things it logged, and the whole row.
    :param whole: the whole row, where it is known.
    """

    has_ended = True

    def __init__(self, row: Mapping[str, Any], folder: str, whole: Mapping[str, Any] | None = None) -> None:
        super().__init__(row)
        self._folder = folder
        self._whole = whole

    @property
    def details(self) -> Mapping[str, Any]:
        """Its whole row, with its hyperparameters as :func:`parsed_parameters` takes them."""
        if (whole := self._whole) is not None:
            return whole
        file = self._file(journal.ROW)
        return self.row if file is None else journal.parsed(from_json(file.read_bytes()))

    def parameters(self) -> Mapping[str, ParameterValue] | None:
        """Return its hyperparameters; see :class:`Unpublished`. Where its row lacks them a table has them."""
        return parsed_parameters(self.details.get(PARAMETERS))

    def let_go(self) -> None:
        """Have the whole row read again when somebody asks for it, and keep no memory for it until then."""
        self._whole = None

    def points(self) -> None:
        """Return nothing; see :class:`Unpublished`."""

    def part(self, table: str) -> pl.LazyFrame | None:
        """Return its rows of one table; see :class:`Unpublished`."""
        import polars as pl

        file = self.file(table)
        return None if file is None else pl.scan_parquet(file)

    def file(self, table: str) -> Path | None:
        """Return the Parquet file of one table, on this machine; None where it has none."""
        return self._file(f"{table}.parquet")

    def _file(self, name: str) -> Path | None:
        file = Path(self._folder, name)
        return file if file.exists() else None


def without_large(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that is kept without what no list needs: :data:`LARGE` and :data:`PARAMETERS`."""
    return {sys.intern(name): value for name, value in row.items() if name not in _LEFT_OUT}


def recorded_in(frames: Iterable[Frame]) -> Recorded:
    """Return what the frames of a journal hold, decoded."""
    return Recorded({frame.kind: frame.content()} for frame in frames)
