"""Small data in any form, as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transforms.common.frames import is_spark_frame
from transforms.engine.local.mixtures import mixture
from transforms.errors import DataError
from transforms.run.incoming.fault import TableFault
from transforms.run.tables import read_table, table_kind
from transforms.testing.result import Output


def as_content(data: Any) -> Any:
    """Return test data as a dataset takes it in: a frame, or raw files.

    :param data: as for :func:`as_frame`; or, for raw files, a dict of file name to bytes or text, the path of a folder, or an
        output of raw files.
    :raises DataError: if it is something else, the path does not exist, or the file is damaged.
    """
    if isinstance(data, Output) and data.holds_files:
        return data.files()
    return data if _is_files(data) else as_frame(data)


def _is_files(data: Any) -> bool:
    if isinstance(data, Mapping) and data:
        return all(isinstance(value, (bytes, str)) for value in data.values())
    return isinstance(data, (str, Path)) and Path(data).is_dir() and not (Path(data) / "_delta_log").is_dir()


def as_frame(data: Any) -> Any:
    """Return test data as a frame that an engine can stage.

    :param data: a pandas, Polars, PyArrow or Spark table, a list of dicts (a row each), a dict of columns, an output of an
        earlier result, or the path of a CSV, TSV, Parquet, JSON or NDJSON file or of a Delta table, which is read as
        ``transforms put`` reads it.
    :raises DataError: if it is something else, the path does not exist, or the file is damaged.
    """
    import polars as pl

    if callable(getattr(data, "polars", None)):
        return data.polars()
    if isinstance(data, (str, Path)):
        return _read(Path(data))
    if isinstance(data, Mapping):
        plain = {name: _column(name, values) if isinstance(values, list) else values for name, values in data.items()}
        return pl.DataFrame(plain)
    if isinstance(data, Sequence):
        if not all(isinstance(row, Mapping) for row in data):
            return pl.DataFrame(list(data), infer_schema_length=None)
        names = dict.fromkeys(name for row in data for name in row)
        return pl.DataFrame({name: _column(name, [row.get(name) for row in data]) for name in names})
    return data.toArrow() if is_spark_frame(data) else data


def _column(name: str, values: list[Any]) -> Any:
    """Return plain values as a column of the one type that holds all of them as they are."""
    import polars as pl
    import pyarrow as pa

    try:
        array = pa.array(values)
        if mixed := mixture(values, array.type):
            raise DataError(f"Column {name!r} of the test's data holds {mixed}; give it values of one kind.")
        return pl.from_arrow(array)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        first = {
            type(value).__name__: (row, value)
            for row, value in reversed(list(enumerate(values, 1)))
            if value is not None
        }
        found = ", ".join(f"{value!r} ({kind}) in row {row}" for kind, (row, value) in sorted(first.items()))
        raise DataError(f"Column {name!r} of the test's data has no one type: {found}. {error}") from error


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
