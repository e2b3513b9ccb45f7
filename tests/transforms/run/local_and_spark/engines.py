"""One way to write a test of a compute function for both engines: how each declares, reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from transforms.api import transform

Rows = list[dict[str, Any]]

A: Rows = [{"x": 1, "s": "a"}, {"x": 2, "s": "b"}]
B: Rows = [{"x": 3, "s": "c"}]
C: Rows = [{"x": 9, "s": "z"}]
COLUMNS = {"x": "long", "s": "string"}


def by_x(rows: Rows) -> Rows:
    """Return rows in one order."""
    return sorted(rows, key=lambda row: row["x"])


@dataclass(frozen=True)
class Engine:
    """How a compute function works on one engine.

    Attributes:
        declare: the decorator.
        read: returns rows of an input or output; what is said beside goes to the reader.
        write: writes rows; nothing where there are none.
        schema: a schema of its own library, from names to ``long`` or ``string``.
    """

    declare: Callable[..., Any]
    read: Callable[..., Rows]
    write: Callable[[Any, Rows], None]
    schema: Callable[[Mapping[str, str]], Any]


def _read_spark(dataset: Any, *args: Any, **kwargs: Any) -> Rows:
    return [row.asDict() for row in dataset.dataframe(*args, **kwargs).collect()]


def _write_spark(output: Any, rows: Rows) -> None:
    from transforms.run.scope import spark_session

    if rows:
        output.write_dataframe(spark_session().createDataFrame([tuple(row.values()) for row in rows], list(rows[0])))


def _write_local(output: Any, rows: Rows) -> None:
    if rows:
        output.write_table(pl.DataFrame(rows))


def _spark_schema(names: Mapping[str, str]) -> Any:
    from pyspark.sql import types as T

    kinds = {"long": T.LongType(), "string": T.StringType()}
    return T.StructType([T.StructField(name, kinds[kind]) for name, kind in names.items()])


def _polars_schema(names: Mapping[str, str]) -> pl.Schema:
    return pl.Schema({name: {"long": pl.Int64(), "string": pl.String()}[kind] for name, kind in names.items()})


ENGINES = {
    "local": Engine(
        transform.using,
        lambda dataset, *args, **kwargs: dataset.polars(*args, **kwargs).to_dicts(),
        _write_local,
        _polars_schema,
    ),
    "spark": Engine(
        transform,
        _read_spark,
        _write_spark,
        _spark_schema,
    ),
}
