"""The Arrow schemas of the six tables that hold experiments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

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
    return arrow_schema(_COLUMNS[table])


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """Return columns of Delta's types as an Arrow schema; every column may be null.

    :param columns: name to type: ``string``, ``binary``, ``boolean``, ``int``, ``long``, ``double``, ``date`` or ``timestamp``.
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
    return pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])


def part_schema(table: str) -> pa.Schema:
    """Return the columns of one experiment's part of a table: all but the first, which names the experiment."""
    return schema(table).remove(0)
