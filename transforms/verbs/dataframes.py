"""Putting Spark DataFrames together."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from transforms.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def union_many(*dfs: DataFrame, how: str = "strict", spark_session: Any = None) -> DataFrame:
    """Put the rows of several Spark DataFrames one after another.

    :param dfs: the frames, at least one.
    :param how: ``strict`` wants the same columns in each, ``wide`` keeps every column and fills with nulls, ``narrow``
        keeps the columns that all have.
    :param spark_session: kept for compatibility.
    :raises UsageError: if there are none, or ``how`` is another word.
    """
    if not dfs:
        raise UsageError("union_many() needs at least one DataFrame.")
    if how == "wide":
        return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), dfs)
    if how == "narrow":
        shared = [name for name in dfs[0].columns if all(name in frame.columns for frame in dfs)]
        dfs = tuple(frame.select(*shared) for frame in dfs)
    elif how != "strict":
        raise UsageError(f"union_many(how={how!r}): use 'strict', 'wide' or 'narrow'.")
    return reduce(lambda one, other: one.unionByName(other), dfs)
