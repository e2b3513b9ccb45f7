"""The Arrow form of an experiment: the schemas of its six tables, and what was logged as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.contents import Batch
from palantir_models.experiment.metrics import RECORD, ROW, Block
from palantir_models.experiment.series import MediaRow
from palantir_models.experiment.tables import Table
from palantir_models.experiment.values import Parameter

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_COLUMNS: dict[str, dict[str, str]] = {
    "metrics": {
        "experiment_id": "string",
        "series": "string",
        "step": "long",
        "value": "double",
        "timestamp": "timestamp",
    },
    "hyperparameters": {
        "experiment_id": "string",
        "name": "string",
        "type": "string",
        "boolean_value": "boolean",
        "date_value": "date",
        "datetime_value": "timestamp",
        "double_value": "double",
        "integer_value": "long",
        "string_value": "string",
    },
    "images": {
        "experiment_id": "string",
        "series": "string",
        "step": "long",
        "timestamp": "timestamp",
        "caption": "string",
        "width": "int",
        "height": "int",
        "png": "binary",
    },
    "plots": {
        "experiment_id": "string",
        "series": "string",
        "step": "long",
        "timestamp": "timestamp",
        "caption": "string",
        "figure": "string",
    },
    "tables": {
        "experiment_id": "string",
        "name": "string",
        "description": "string",
        "row_count": "long",
        "columns": "string",
        "parquet": "binary",
    },
    "experiments": {
        "experiment_id": "string",
        "name": "string",
        "status": "string",
        "created_time": "timestamp",
        "finished_time": "timestamp",
        "branch": "string",
        "transform": "string",
        "transaction": "string",
        "source": "string",
        "model_version_id": "string",
        "parameter_count": "long",
        "value_count": "long",
        "dropped_count": "long",
        "error": "string",
        "series": "string",
        "code_version": "string",
        "environment": "string",
    },
}

TABLES = tuple(_COLUMNS)
"""The names of the six tables that hold experiments."""

ENCODINGS = {"metrics": {"step": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED", "value": "PLAIN"}}
"""Parquet encodings of columns that a dictionary does not suit, by table: they halve time and size."""


@cache
def schema(table: str) -> pa.Schema:
    """Return the Arrow schema of one of the tables that hold experiments; every column may be null.

    :param table: one of :data:`TABLES`.
    :returns: the schema; times are microseconds in UTC.
    """
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "binary": pa.binary(),
        "boolean": pa.bool_(),
        "int": pa.int32(),
        "long": pa.int64(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(name, types[kind]) for name, kind in _COLUMNS[table].items()])


def instant(nanoseconds: int) -> datetime:
    """Return a clock reading as a UTC datetime.

    :param nanoseconds: since 1970.
    :returns: the time, cut to microseconds.
    """
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def pieces(batch: Batch) -> dict[str, Any]:
    """Return a batch as columns: what a journal's frames hold, one for each kind that is not empty.

    :param batch: what came since the last time.
    :returns: any of ``series`` (the names that are new, by rising number), ``metrics`` (with the series' number
        in place of its name), ``hyperparameters``, ``images``, ``plots`` and ``tables``; the tables have the
        columns of their schema without ``experiment_id``, and rows in the order they came.
    """
    made: dict[str, Any] = {}
    if batch.names:
        made["series"] = batch.names
    if batch.metrics:
        made["metrics"] = _metrics(batch.metrics)
    if batch.parameters:
        made["hyperparameters"] = _hyperparameters(batch.parameters)
    if batch.images:
        png = {field: [getattr(row.content, field) for row in batch.images] for field in ("width", "height")}
        png["png"] = [row.content.data for row in batch.images]
        made["images"] = _table("images", _media(batch.images) | png)
    if batch.plots:
        made["plots"] = _table("plots", _media(batch.plots) | {"figure": [row.content for row in batch.plots]})
    if batch.tables:
        columns: dict[str, Any] = {"name": list(batch.tables)}
        columns |= {field: [getattr(table, field) for table in batch.tables.values()] for field in Table._fields}
        made["tables"] = _table("tables", columns)
    return made


def part_schema(table: str) -> pa.Schema:
    """Return the columns of one experiment's part of a table: all but the first, which names the experiment."""
    return schema(table).remove(0)


def _metrics(blocks: Sequence[Block]) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    columns = [_singles(block) if not block.codes else _group(block) for block in blocks]
    series, step, value, time = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    return pa.table(
        {
            "series": series,
            "step": step,
            "value": value,
            "timestamp": pa.array(time // 1000).cast(pa.timestamp("us", tz="UTC")),
        }
    )


def _singles(block: Block) -> tuple[npt.NDArray[Any], ...]:
    """Return series number, step, value and time of single records."""
    import numpy as np

    layout = np.dtype([("series", "<i8"), ("step", "<i8"), ("value", "<f8"), ("time", "<i8")])
    assert layout.itemsize == RECORD.size
    rows = np.frombuffer(block.data, dtype=layout)
    return rows["series"].astype("<i4"), rows["step"], rows["value"], rows["time"]


def _group(block: Block) -> tuple[npt.NDArray[Any], ...]:
    """Return the same of a group's rows, series after series."""
    import numpy as np

    width = len(block.codes)
    layout = np.dtype([("step", "<i8"), ("time", "<i8"), ("values", "<f8", (width,))])
    assert layout.itemsize == ROW.size + 8 * width
    rows = np.frombuffer(block.data, dtype=layout)
    series = np.repeat(np.array(block.codes, "<i4"), len(rows))
    step = np.add.outer(np.array(block.offsets, "<i8"), rows["step"]).ravel()
    return series, step, rows["values"].T.ravel(), np.tile(rows["time"], width)


def _hyperparameters(parameters: Mapping[str, Parameter]) -> pa.Table:
    found = list(parameters.values())
    columns: dict[str, Any] = {"name": list(parameters), "type": [value.type for value in found]}
    for kind in ("boolean", "date", "datetime", "double", "integer", "string"):
        columns[f"{kind}_value"] = [value.value if value.type == kind else None for value in found]
    return _table("hyperparameters", columns)


def _media(rows: Sequence[MediaRow]) -> dict[str, Any]:
    return {
        "series": [row.series for row in rows],
        "step": [row.step for row in rows],
        "timestamp": [instant(row.timestamp) for row in rows],
        "caption": [row.caption for row in rows],
    }


def _table(table: str, columns: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    wanted = part_schema(table)
    return pa.Table.from_arrays([pa.array(columns[field.name], field.type) for field in wanted], schema=wanted)
