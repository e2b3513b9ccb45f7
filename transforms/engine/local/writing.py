"""Writing a frame of any kind as one Parquet file, with the types that datasets hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, MethodType
from typing import TYPE_CHECKING, Any, Literal

from transforms.common.forks import is_panic
from transforms.engine.local.conversion import stored_column, stored_series
from transforms.engine.local.mixtures import mixture
from transforms.engine.local.types import arrow_to_polars, polars_to_arrow, stored_schema
from transforms.errors import DataError
from transforms.store.columns import RENAMING, check_names

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_COMPRESSION: Literal["zstd"] = "zstd"
_LEVEL = 1
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def write_frame(
    frame: Any, file: Path, what: str, there: Mapping[str, pa.DataType], encodings: Mapping[str, str] = _NOTHING
) -> pa.Schema:
    """Write a frame, and return the schema it is stored with.

    :param frame: a frame of any kind that :func:`~transforms.engine.local.staging.stage_frame` takes.
    :param file: the Parquet file that is made.
    :param what: the dataset, for messages.
    :param there: the types of the columns that the dataset has already.
    :param encodings: of an Arrow frame, the Parquet encoding of each column that a dictionary does not suit.
    :raises DataError: if it is no frame, or has a column whose name, type or values Delta cannot hold; names the column.
    """
    kinds = {(kind.__module__.split(".")[0], kind.__name__) for kind in type(frame).__mro__}
    if kinds & {("polars", "DataFrame"), ("polars", "LazyFrame")}:
        return _write_polars(frame, file, what, there)
    if ("pandas", "DataFrame") in kinds:
        return _write_arrow(_from_pandas(frame, what, there), file, what, there)
    if kinds & {("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("pyarrow", "RecordBatchReader")}:
        check_names(frame.schema.names, what, RENAMING["pyarrow"])
        return _write_arrow(frame, file, what, there, encodings)
    if any(module == "pyspark" for module, _ in kinds):
        raise DataError(
            f"{what}: a Spark DataFrame cannot be written on the local engine; give a pandas or Polars one."
        )
    if hasattr(frame, "__arrow_c_stream__"):  # DuckDB relations, and whatever else speaks Arrow's C interface
        reader = _reader(frame, what)
        check_names(reader.schema.names, what)
        return _write_arrow(reader, file, what, there)
    raise _no_table(frame, what)


def _write_polars(
    frame: pl.DataFrame | pl.LazyFrame, file: Path, what: str, there: Mapping[str, pa.DataType]
) -> pa.Schema:
    import polars as pl
    import polars.selectors as cs

    schema = frame.lazy().collect_schema()
    check_names(schema.names(), what, RENAMING["polars"])
    _need_columns(schema, what)
    stored = stored_schema(polars_to_arrow(schema, what), there, what)
    wanted = {field.name: arrow_to_polars(field.type) for field in stored}
    changed = [
        cs.by_name(name).cast(dtype) if _casts(schema[name]) else _by_arrow(name, stored.field(name).type, dtype, what)
        for name, dtype in wanted.items()
        if dtype != schema[name]
    ]
    try:
        frame.lazy().with_columns(changed).sink_parquet(file, compression=_COMPRESSION, compression_level=_LEVEL)
    except BaseException as error:
        # What a lazy frame fails for may be its own; a panic of Polars is no Exception.
        reason = str(error).partition("\n\nThis error occurred")[0]
        if isinstance(error, DataError):
            raise DataError(reason) from error.__cause__
        ours = isinstance(frame, pl.DataFrame) or (changed and isinstance(error, pl.exceptions.InvalidOperationError))
        if ours and (isinstance(error, pl.exceptions.PolarsError) or is_panic(error)):
            fits_not = isinstance(error, pl.exceptions.InvalidOperationError)
            fault = (
                "a value does not fit the type that Delta stores it as" if fits_not else "the frame cannot be stored"
            )
            raise DataError(f"{what}: {fault}: {reason}") from error
        raise
    return stored


def _casts(dtype: pl.DataType) -> bool:
    # What Polars casts as we mean it, and refuses where a value does not fit.
    import polars as pl

    if isinstance(dtype, pl.Datetime):
        return dtype.time_unit != "ms"  # it cuts nanoseconds, and panics where milliseconds do not fit
    return dtype.is_numeric() or isinstance(dtype, (pl.Categorical, pl.Enum))


def _by_arrow(name: str, kind: pa.DataType, dtype: pl.DataType, what: str) -> pl.Expr:
    import polars.selectors as cs

    column: pl.Expr = cs.by_name(name).as_expr()
    return column.map_batches(lambda series: stored_series(series, kind, what), return_dtype=dtype, is_elementwise=True)


def _write_arrow(
    data: pa.Table | pa.RecordBatch | pa.RecordBatchReader,
    file: Path,
    what: str,
    there: Mapping[str, pa.DataType],
    encodings: Mapping[str, str] = _NOTHING,
) -> pa.Schema:
    import pyarrow as pa
    import pyarrow.parquet as pq

    _need_columns(data.schema.names, what)
    stored = stored_schema(data.schema, there, what)
    written = pa.schema(
        [
            (f.name, f.type if _is_same_on_disk(f.type, kind.type) else kind.type)
            for f, kind in zip(data.schema, stored, strict=True)
        ]
    )
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    with pq.ParquetWriter(
        file,
        written,
        compression=_COMPRESSION,
        compression_level=_LEVEL,
        use_dictionary=[name for name in stored.names if name not in encodings],
        column_encoding=dict(encodings) or None,
        store_schema=written == stored,
    ) as writer:
        if isinstance(data, pa.Table):
            writer.write_table(_converted(data, written, what))
        else:
            for batch in data:
                writer.write_table(_converted(pa.Table.from_batches([batch]), written, what))
    return stored


def _is_same_on_disk(there: pa.DataType, stored: pa.DataType) -> bool:
    # A dictionary of texts is written as the texts that it stands for, without spelling each of them out before.
    import pyarrow.types as t

    large = (t.is_large_string(there) and t.is_string(stored)) or (t.is_large_binary(there) and t.is_binary(stored))
    return large or bool(t.is_dictionary(there) and there.value_type == stored)


def _converted(table: pa.Table, schema: pa.Schema, what: str) -> pa.Table:
    import pyarrow as pa

    columns = [stored_column(table.column(i), field.type, field.name, what) for i, field in enumerate(schema)]
    return pa.Table.from_arrays(columns, schema=schema)


def _need_columns(names: Any, what: str) -> None:
    if not names:
        raise DataError(f"{what}: the frame has no columns; a dataset needs at least one.")


def _reader(frame: Any, what: str) -> pa.RecordBatchReader:
    import pyarrow as pa

    try:
        return pa.RecordBatchReader.from_stream(frame)
    except pa.ArrowInvalid as error:  # a single column, for example a Polars Series
        raise _no_table(frame, what) from error


def _no_table(frame: Any, what: str) -> DataError:
    kind = "None: does a function lack its return?" if frame is None else f"{type(frame).__qualname__}.{_remedy(frame)}"
    return DataError(f"{what}: a table is a pandas, Polars or PyArrow table or a DuckDB relation; got {kind}")


def _remedy(frame: Any) -> str:
    """Return what to type instead of what is no frame, but can be made one."""
    if isinstance(frame, MethodType):
        return f" Call it: .{frame.__name__}()"
    if hasattr(frame, "polars"):  # an input or output of a job
        return " Take its rows: .polars(), .pandas() or .arrow()"
    if hasattr(frame, "to_frame"):
        return " Make it a frame: .to_frame()"
    if isinstance(frame, (list, dict, tuple)) or type(frame).__module__ == "numpy":
        return " Make it a frame, for example: polars.DataFrame(...)"
    return ""


def _from_pandas(frame: Any, what: str, there: Mapping[str, pa.DataType]) -> pa.Table:
    import pyarrow as pa

    check_names(frame.columns, what, RENAMING["pandas"])
    table = arrow_of_pandas(frame, what)
    for index, field in enumerate(table.schema):
        # pandas has floats where a column has no value at all.
        without_value = pa.types.is_floating(field.type) and table.column(index).null_count == table.num_rows
        if without_value and field.name in there:
            table = table.set_column(index, field.name, pa.nulls(table.num_rows))
    return table


def arrow_of_pandas(frame: Any, what: str) -> pa.Table:
    """Return the columns of a pandas frame as an Arrow table.

    :param frame: the frame; its index is left out.
    :param what: what it is, for messages.
    :raises DataError: if Arrow has nothing for a column, or would change values of it; names it.
    """
    import pyarrow as pa

    try:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except Exception as error:  # of PyArrow, pandas, or an object in a column: the column is looked for
        raise _unconvertible(frame, what, error) from error
    for index, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if dtype.kind == "O" and (mixed := mixture(frame.iloc[:, index], table.schema.field(index).type)) is not None:
            raise DataError(
                f"{what}: column {name!r} holds {mixed}, which Arrow would make one; give it values of one kind."
            )
    return table


def _unconvertible(frame: Any, what: str, error: Exception) -> DataError:
    import pyarrow as pa

    for position, name in enumerate(frame.columns):
        try:
            pa.Table.from_pandas(frame.iloc[:, [position]], preserve_index=False)
        except Exception as fault:  # noqa: BLE001 - whatever it is, this column has it
            if "Sparse" in str(fault):
                advice = f"df[{name!r}] = df[{name!r}].sparse.to_dense()"
            elif frame.dtypes.iloc[position].kind == "c":
                advice = "store numpy.real(...) and numpy.imag(...) of it as two columns"
            else:
                advice = "give it values of one type, for example with .astype(str)"
            return DataError(f"{what}: column {name!r} cannot be stored: {_first_words(fault)}. To mend it: {advice}.")
    return DataError(f"{what}: the frame cannot be stored: {_first_words(error)}.")


def _first_words(error: Exception) -> str:
    import pyarrow as pa

    parts = error.args if isinstance(error, pa.ArrowException) else [f"{type(error).__name__}: {error}"]
    return " ".join(str(part) for part in parts).rstrip(".")
