"""The Arrow form of an experiment: the schemas of its six tables, and the columns that fill five of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.series import RECORD, MediaRow
from palantir_models.experiment.tables import Table
from palantir_models.experiment.values import Parameter

if TYPE_CHECKING:
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
    },
}

TABLES = tuple(_COLUMNS)
"""The names of the six tables that hold experiments."""


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


def metrics(experiment_id: str, records: bytes, names: Sequence[str]) -> pa.Table:
    """Return metric records as a table ordered by series and step.

    :param experiment_id: the value of the first column.
    :param records: the records of :meth:`Metrics.since`.
    :param names: the series by number.
    :returns: a table of the schema ``metrics``.
    """
    import numpy as np
    import pyarrow as pa

    layout = np.dtype([("code", "<i8"), ("step", "<i8"), ("value", "<f8"), ("time", "<i8")])
    assert layout.itemsize == RECORD.size
    rows = np.frombuffer(records, dtype=layout)
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype="<i8")
    rank[order] = np.arange(len(names))
    picked = np.lexsort((rows["step"], rank[rows["code"]]))
    rows = rows[picked]
    ordered = pa.array([names[number] for number in order], pa.string())
    return _table(
        "metrics",
        experiment_id,
        {
            "series": ordered.take(pa.array(rank[rows["code"]])),
            "step": pa.array(np.ascontiguousarray(rows["step"])),
            "value": pa.array(np.ascontiguousarray(rows["value"])),
            "timestamp": _times(rows["time"]),
        },
    )


def images(experiment_id: str, rows: Iterable[MediaRow]) -> pa.Table:
    """Return logged images as a table ordered by series and step.

    :param experiment_id: the value of the first column.
    :param rows: the images, each with a :class:`Png` as content.
    :returns: a table of the schema ``images``.
    """
    ordered = _ordered(rows)
    columns = {
        "width": [row.content.width for row in ordered],
        "height": [row.content.height for row in ordered],
        "png": [row.content.data for row in ordered],
    }
    return _table("images", experiment_id, _media(ordered) | columns)


def plots(experiment_id: str, rows: Iterable[MediaRow]) -> pa.Table:
    """Return logged plots as a table ordered by series and step.

    :param experiment_id: the value of the first column.
    :param rows: the plots, each with its Plotly JSON as content.
    :returns: a table of the schema ``plots``.
    """
    ordered = _ordered(rows)
    return _table("plots", experiment_id, _media(ordered) | {"figure": [row.content for row in ordered]})


def hyperparameters(experiment_id: str, parameters: Mapping[str, Parameter]) -> pa.Table:
    """Return hyperparameters as a table in the order they were first logged.

    :param experiment_id: the value of the first column.
    :param parameters: name to typed value.
    :returns: a table of the schema ``hyperparameters``; of its value columns the one that ``type`` names is
        set.
    """
    found = list(parameters.values())
    columns: dict[str, Any] = {"name": list(parameters), "type": [value.type for value in found]}
    for kind in ("boolean", "date", "datetime", "double", "integer", "string"):
        columns[f"{kind}_value"] = [value.value if value.type == kind else None for value in found]
    return _table("hyperparameters", experiment_id, columns)


def tables(experiment_id: str, logged: Mapping[str, Table]) -> pa.Table:
    """Return logged tables as rows of one table, in the order they were first logged.

    :param experiment_id: the value of the first column.
    :param logged: name to table.
    :returns: a table of the schema ``tables``.
    """
    columns: dict[str, Any] = {"name": list(logged)}
    columns |= {field: [getattr(table, field) for table in logged.values()] for field in Table._fields}
    return _table("tables", experiment_id, columns)


def _ordered(rows: Iterable[MediaRow]) -> list[MediaRow]:
    return sorted(rows, key=lambda row: (row.series, row.step))


def _media(rows: Sequence[MediaRow]) -> dict[str, Any]:
    return {
        "series": [row.series for row in rows],
        "step": [row.step for row in rows],
        "timestamp": [instant(row.timestamp) for row in rows],
        "caption": [row.caption for row in rows],
    }


def _times(nanoseconds: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array(nanoseconds // 1000).cast(pa.timestamp("us", tz="UTC"))


def _table(table: str, experiment_id: str, columns: Mapping[str, Any]) -> pa.Table:
    import pyarrow as pa

    wanted = schema(table)
    height = len(next(iter(columns.values())))
    columns = {"experiment_id": pa.repeat(pa.scalar(experiment_id, pa.string()), height)} | dict(columns)
    made = [
        column if isinstance(column := columns[field.name], pa.Array) else pa.array(column, field.type)
        for field in wanted
    ]
    return pa.Table.from_arrays(made, schema=wanted)
