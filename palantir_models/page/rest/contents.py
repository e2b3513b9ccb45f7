"""What experiments logged, read for many of them in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.reading.comparison import Comparison
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.parameters import ParameterValue
from palantir_models.reading.points import sources_of
from palantir_models.reading.sources import Source

if TYPE_CHECKING:
    import polars as pl


class TableFacts(NamedTuple):
    """What is known of a table.

    Attributes:
        name: its name.
        description: what was written about it, if anything.
        rows: how many rows it has.
        size: how many bytes it has as Parquet.
    """

    name: str
    description: str | None
    rows: int
    size: int


class Metric(NamedTuple):
    """What is known of a metric without reading it.

    Attributes:
        name: its name.
        length: how many values it has.
        min: the least value that is a number; None where none is.
        max: the greatest value that is a number; None where none is.
        last: the newest value; None where every value was dropped.
    """

    name: str
    length: int
    min: float | None
    max: float | None
    last: float | None


class Contents:
    """What some experiments logged. Each kind of it is read at the first question, for all of them.

    :param experiments: the experiments, of one model or several.
    """

    def __init__(self, experiments: Sequence[RecordedExperiment]) -> None:
        self._experiments = experiments

    def parameters_of(self, experiment: RecordedExperiment) -> Mapping[str, ParameterValue]:
        """Return the hyperparameters of one of the experiments."""
        return self._parameters.get(experiment.experiment_id, {})

    def metrics_of(self, experiment: RecordedExperiment) -> Mapping[str, Metric]:
        """Return what is known of each metric of one of the experiments."""
        return self._metrics.get(experiment.experiment_id, {})

    def tables_of(self, experiment: RecordedExperiment) -> Sequence[TableFacts]:
        """Return what is known of each table of one of the experiments."""
        return self._tables.get(experiment.experiment_id, ())

    @cached_property
    def _sources(self) -> list[tuple[Source, list[str]]]:
        return sources_of(self._experiments)

    @cached_property
    def _parameters(self) -> dict[str, Mapping[str, ParameterValue]]:
        found: dict[str, Mapping[str, ParameterValue]] = {}
        for source, ids in self._sources:
            found |= source.parameters(ids)
        return found

    @cached_property
    def _summaries(self) -> pl.DataFrame:
        return Comparison(self._experiments).summaries.polars()

    @cached_property
    def _metrics(self) -> dict[str, dict[str, Metric]]:
        if not self._experiments:
            return {}
        found: dict[str, dict[str, Metric]] = {}
        rows = self._summaries.filter(kind="metric").select("experiment_id", *Metric._fields)
        for identity, *facts in rows.iter_rows():
            metric = Metric(*facts)
            found.setdefault(identity, {})[metric.name] = metric
        return found

    @cached_property
    def _tables(self) -> dict[str, list[TableFacts]]:
        having = set(self._summaries.filter(kind="table")["experiment_id"]) if self._experiments else set()
        tables: dict[str, list[TableFacts]] = {}
        for source, ids in self._sources:
            if chosen := [identity for identity in ids if identity in having]:
                for identity, *facts in _table_rows(source.part("tables", chosen)):
                    tables.setdefault(identity, []).append(TableFacts(*facts))
        return tables


def _table_rows(rows: pl.LazyFrame) -> list[tuple[Any, ...]]:
    import polars as pl

    size = pl.col("parquet").bin.size()
    return rows.select("experiment_id", "name", "description", "row_count", size).collect().rows()
