"""Hyperparameters as typed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palantir_models.experiment.columns.parameters import ParameterValue as ParameterValue

if TYPE_CHECKING:
    import polars as pl


def parameters_by_experiment(rows: pl.LazyFrame) -> dict[str, dict[str, ParameterValue]]:
    """Return each experiment's hyperparameters with the types they were logged with, sorted by name.

    :param rows: rows of the hyperparameters table.
    """
    found: dict[str, dict[str, ParameterValue]] = {}
    for row in rows.collect().sort("name").iter_rows(named=True):
        found.setdefault(row["experiment_id"], {})[row["name"]] = row[f"{row['type']}_value"]
    return found


def are_same(left: object, right: object) -> bool:
    """Whether two values are one: by type too, as 1, 1.0 and True are equal and say different things; NaN is itself."""
    if type(left) is not type(right):
        return False
    return left == right or (left != left and right != right)
