"""The table of evaluations, and what an evaluation logged as rows of the model's tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from palantir_models.evaluation.subsets import Grouped, grouped
from palantir_models.experiment.columns.schema import arrow_schema, schema
from transforms.common.json_text import from_json, json_number

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS: Mapping[str, str] = {
    "evaluation_id": "string",
    "set": "string",
    "name": "string",
    "model_version_id": "string",
    "branch": "string",
    "transform": "string",
    "transaction": "string",
    "created_time": "timestamp",
    "metrics": "string",
    "version": "string",
    "version_branch": "string",
    "source": "string",
    "code_version": "string",
}
"""The columns of the table of evaluations, with their types."""

MEDIA = ("images", "plots", "tables")
"""The tables of a model that hold the rest, under the evaluation's id."""


@cache
def evaluations_schema() -> pa.Schema:
    """Return the Arrow schema of the table of evaluations."""
    return arrow_schema(COLUMNS)


def metrics_json(metrics: Mapping[str, float]) -> str:
    """Return metrics as the column ``metrics`` has them: a list of objects with ``name``, ``subset`` and ``value``.

    JSON has no number for what is not finite: such a value is the string NaN, Infinity or -Infinity.

    :param metrics: values by the names that they were logged under.
    """
    found = ((grouped(key), value) for key, value in metrics.items())
    rows = [{"name": part.name, "subset": part.subset, "value": json_number(value)} for part, value in found]
    return json.dumps(rows, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def metrics_of(text: str) -> dict[str, float]:
    """Return the metrics of :func:`metrics_json` by the names that they were logged under."""
    return {Grouped(row["subset"], row["name"]).key: float(row["value"]) for row in from_json(text)}


def media_tables(contents: Mapping[str, Any], identity: str) -> dict[str, pa.Table]:
    """Return images, plots and tables as rows of the tables that have such rows of experiments, each as the only step of a series.

    :param contents: rows by table, as columns without ``experiment_id``; empty ones are left out.
    :param identity: the evaluation's id.
    """
    import pyarrow as pa

    return {
        table: pa.Table.from_pylist([{"experiment_id": identity, **row} for row in rows], schema=schema(table))
        for table, rows in contents.items()
        if rows
    }
