"""Putting Spark DataFrames together, and names of columns that every format can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from transforms.errors import DataError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_UNSAFE = re.compile(r"[ ,;{}()\n\t=]")


def union_many(*dfs: DataFrame, how: str = "strict", spark_session: Any = None) -> DataFrame:
    """Put the rows of several Spark DataFrames one after another.

    :param dfs: the frames, at least one.
    :param how: ``strict`` wants the same columns in each, in any order; ``wide`` keeps every column and fills with nulls,
        ``narrow`` keeps the columns that all have.
    :param spark_session: kept for compatibility.
    :raises UsageError: if there are none, or ``how`` is another word.
    :raises DataError: if ``strict`` frames have other columns; names them.
    """
    if not dfs:
        raise UsageError("union_many() needs at least one DataFrame.")
    if how == "wide":
        return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), dfs)
    if how == "narrow":
        shared = [name for name in dfs[0].columns if all(name in frame.columns for frame in dfs)]
        dfs = tuple(frame.select(*map(_quoted, shared)) for frame in dfs)
    elif how != "strict":
        raise UsageError(f"union_many(how={how!r}): use 'strict', 'wide' or 'narrow'.")
    for place, frame in enumerate(dfs[1:], 2):
        _need_same(dfs[0].columns, frame.columns, place)
    return reduce(lambda one, other: one.unionByName(other), dfs)


def sanitize_schema_for_parquet(df: DataFrame) -> DataFrame:
    """Return a Spark DataFrame without characters in its names that Parquet's writers refuse.

    Each of ``,;{}()=``, a space, a tab and a line's end becomes ``_``, in the names of columns and of fields inside them.

    :param df: the frame.
    :raises DataError: if two names become the same; names them.
    """
    from pyspark.sql import functions as F

    safe = _safe_type(df.schema, "the frame")
    return df.select(
        *(F.col(_quoted(old.name)).cast(new.dataType).alias(new.name) for old, new in zip(df.schema, safe, strict=True))
    )


def _need_same(first: Sequence[str], other: Sequence[str], place: int) -> None:
    known, found = ({name.lower(): name for name in names} for names in (first, other))
    lacking = [known[name] for name in known if name not in found]
    beyond = [found[name] for name in found if name not in known]
    if lacking or beyond:
        what = " and ".join(
            f"{verb} {', '.join(map(repr, names))}" for verb, names in (("lacks", lacking), ("adds", beyond)) if names
        )
        raise DataError(
            f"union_many(): DataFrame {place} {what}, compared with the first. Use how='wide' to fill with nulls, or "
            f"how='narrow' to keep what all have."
        )


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _safe_type(kind: Any, where: str) -> Any:
    """Return a Spark type with safe names of its fields; casting to it renames them, as Spark goes by their places."""
    from pyspark.sql import types as T

    if isinstance(kind, T.ArrayType):
        return T.ArrayType(_safe_type(kind.elementType, where), kind.containsNull)
    if isinstance(kind, T.MapType):
        return T.MapType(_safe_type(kind.keyType, where), _safe_type(kind.valueType, where), kind.valueContainsNull)
    if not isinstance(kind, T.StructType):
        return kind
    names: dict[str, str] = {}
    for old in kind.names:
        safe = _UNSAFE.sub("_", old)
        if safe in names:
            raise DataError(
                f"sanitize_schema_for_parquet(): {names[safe]!r} and {old!r} of {where} would both be {safe!r}; rename one."
            )
        names[safe] = old
    return T.StructType(
        [
            T.StructField(safe, _safe_type(field.dataType, repr(field.name)), field.nullable, field.metadata)
            for safe, field in zip(names, kind, strict=True)
        ]
    )
