"""Small data in any form, as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transforms.engine.spark.staging import is_spark_frame
from transforms.errors import DataError
from transforms.run.incoming.fault import TableFault
from transforms.run.tables import read_table, table_kind


def as_frame(data: Any) -> Any:
    """Return test data as a frame that an engine can stage.

    :param data: a pandas, Polars, PyArrow or Spark table, a list of dicts (a row each), a dict of columns, or the path of a
        CSV, TSV, Parquet, JSON or NDJSON file or of a Delta table, which is read as ``transforms put`` reads it.
    :raises DataError: if it is something else, the path does not exist, or the file is damaged.
    """
    import polars as pl

    if isinstance(data, (str, Path)):
        return _read(Path(data))
    if isinstance(data, Mapping):
        return pl.DataFrame(dict(data))
    if isinstance(data, Sequence):
        return pl.DataFrame(list(data), infer_schema_length=None)
    return data.toArrow() if is_spark_frame(data) else data


def assert_table_equal(left: Any, right: Any, *, ignore_order: bool = False) -> None:
    """Assert that two tables hold the same rows, whatever library each comes from.

    :param left: a table in any form that :func:`run_transform` takes as input, or one of its outputs.
    :param right: the other one.
    :param ignore_order: whether rows may come in another order.
    :raises AssertionError: says where they differ.
    """
    from polars.testing import assert_frame_equal

    assert_frame_equal(_polars(left), _polars(right), check_row_order=not ignore_order, check_dtypes=False)


def _polars(data: Any) -> Any:
    import polars as pl

    if callable(getattr(data, "polars", None)):
        return data.polars()
    frame = as_frame(data)
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if type(frame).__module__.startswith("pandas"):
        return pl.from_pandas(frame)
    if type(frame).__module__.startswith("pyarrow"):
        return pl.from_arrow(frame)
    return frame


def _read(path: Path) -> Any:
    kind = table_kind(path) if path.exists() else None
    if kind is None:
        raise DataError(f"{path} is no CSV, TSV, Parquet, JSON or NDJSON file and no Delta table.")
    try:
        return read_table(path, kind)
    except TableFault as fault:
        raise DataError(
            f"{fault.message}. Give the rows as a frame, read as they are meant, "
            f"for example pl.read_csv({str(path)!r}, infer_schema=False)."
        ) from fault
