"""The values of a metric and the rows of a table, as JSON and as Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pydantic_core import to_json

from palantir_models.page.ids import experiment_rid, model_rid
from palantir_models.page.rest.answers import Series, SeriesValue
from palantir_models.page.rest.errors import RefusedError
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.facts import source_of
from transforms.errors import NotFoundError

if TYPE_CHECKING:
    import polars as pl


def series(experiment: RecordedExperiment, name: str, offset: int, size: int) -> Series:
    """Return some values of a metric.

    :param experiment: the experiment.
    :param name: the metric.
    :param offset: how many values are left out from the beginning.
    :param size: how many are returned at the most.
    :raises RefusedError: if the experiment has no such metric.
    """
    rows = _values(experiment, name).slice(offset, size).collect().rows()
    return Series(series=[SeriesValue(value=value, timestamp=moment, step=step) for value, moment, step in rows])


def series_parquet(experiment: RecordedExperiment, name: str) -> bytes:
    """Return all values of a metric as Parquet.

    :raises RefusedError: if the experiment has no such metric.
    """
    buffer = io.BytesIO()
    _values(experiment, name).collect().write_parquet(buffer)
    return buffer.getvalue()


def table_rows(experiment: RecordedExperiment, name: str, offset: int, size: int) -> bytes:
    """Return some rows of a table, as a JSON list with an object a row.

    Floats that are not finite are words, bytes are Base64, and times are ISO 8601.

    :param experiment: the experiment.
    :param name: the table.
    :param offset: how many rows are left out from the beginning.
    :param size: how many are returned at the most.
    :raises RefusedError: if the experiment has no such table.
    """
    try:
        rows = experiment.tables[name].polars(lazy=True)
    except NotFoundError as error:
        raise _missing("ExperimentArtifactNotFound", error, experiment, artifactName=name) from error
    found = rows.slice(offset, size).collect().to_dicts()
    return to_json(found, inf_nan_mode="strings", bytes_mode="base64", timedelta_mode="iso8601")


def table_parquet(experiment: RecordedExperiment, name: str) -> bytes:
    """Return a table as the Parquet that it was stored as.

    :raises RefusedError: if the experiment has no such table.
    """
    import polars as pl

    if name not in experiment.tables:
        error = NotFoundError(f"Experiment {experiment.name!r} has no table {name!r}.")
        raise _missing("ExperimentArtifactNotFound", error, experiment, artifactName=name)
    rows = source_of(experiment).part("tables", [experiment.experiment_id])
    content: bytes = rows.filter(pl.col("name") == name).select("parquet").collect().item()
    return content


def _values(experiment: RecordedExperiment, name: str) -> pl.LazyFrame:
    """Return the values of a metric in the order of their steps: ``value``, ``timestamp`` and ``step``."""
    import polars as pl

    try:
        rows = experiment.metrics(name).polars(lazy=True)
    except NotFoundError as error:
        raise _missing("ExperimentSeriesNotFound", error, experiment, seriesName=name) from error
    return rows.select("value", pl.col("timestamp").dt.epoch("ms"), "step")


def _missing(error_name: str, error: Exception, experiment: RecordedExperiment, **named: str) -> RefusedError:
    of = {"modelRid": model_rid(experiment.model), "experimentRid": experiment_rid(experiment.experiment_id)}
    return RefusedError(404, error_name, str(error), **of, **named)
