"""Schemas: exactly the columns and types that the stored tables have."""

from __future__ import annotations

import pyarrow as pa
import pytest

from palantir_models.experiment.columns.schema import TABLES, schema

TIME = pa.timestamp("us", tz="UTC")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "metrics",
            {
                "experiment_id": pa.string(),
                "series": pa.string(),
                "step": pa.int64(),
                "value": pa.float64(),
                "timestamp": TIME,
            },
        ),
        (
            "hyperparameters",
            {
                "experiment_id": pa.string(),
                "name": pa.string(),
                "type": pa.string(),
                "boolean_value": pa.bool_(),
                "date_value": pa.date32(),
                "datetime_value": TIME,
                "double_value": pa.float64(),
                "integer_value": pa.int64(),
                "string_value": pa.string(),
            },
        ),
        (
            "images",
            {
                "experiment_id": pa.string(),
                "series": pa.string(),
                "step": pa.int64(),
                "timestamp": TIME,
                "caption": pa.string(),
                "width": pa.int32(),
                "height": pa.int32(),
                "png": pa.binary(),
            },
        ),
        (
            "plots",
            {
                "experiment_id": pa.string(),
                "series": pa.string(),
                "step": pa.int64(),
                "timestamp": TIME,
                "caption": pa.string(),
                "figure": pa.string(),
            },
        ),
        (
            "tables",
            {
                "experiment_id": pa.string(),
                "name": pa.string(),
                "description": pa.string(),
                "row_count": pa.int64(),
                "columns": pa.string(),
                "parquet": pa.binary(),
            },
        ),
        (
            "experiments",
            {
                "experiment_id": pa.string(),
                "name": pa.string(),
                "status": pa.string(),
                "created_time": TIME,
                "finished_time": TIME,
                "branch": pa.string(),
                "transform": pa.string(),
                "transaction": pa.string(),
                "source": pa.string(),
                "model_version_id": pa.string(),
                "parameter_count": pa.int64(),
                "value_count": pa.int64(),
                "dropped_count": pa.int64(),
                "error": pa.string(),
                "series": pa.string(),
                "code_version": pa.string(),
                "environment": pa.string(),
            },
        ),
    ],
)
def test_a_table_has_its_columns(table: str, columns: dict[str, pa.DataType]) -> None:
    """Names, order and types are the contract with other readers; every column may be null."""
    found = schema(table)
    assert {field.name: field.type for field in found} == columns
    assert found.names == list(columns)
    assert all(field.nullable for field in found)
    assert table in TABLES


def test_there_are_six_tables() -> None:
    """No table is without a test of its columns."""
    assert len(TABLES) == 6
