"""Staging a frame: its rows as Parquet in a transaction's own folder, and the change they make to a table."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from transforms.engine.local.statistics import footer_statistics
from transforms.engine.local.types import arrow_type, delta_schema, polars_type
from transforms.errors import DataError
from transforms.store.change import StagedFile, TableChange
from transforms.store.columns import RENAMING, check_names
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from transforms.store.transaction import Transaction

Mode = Literal["overwrite", "append"]
_COMPRESSION: Literal["zstd"] = "zstd"
_LEVEL = 1


def stage_frame(
    transaction: Transaction,
    table: str,
    frame: Any,
    mode: Mode = "overwrite",
    descriptions: Mapping[str, str] | None = None,
    what: str = "",
    encodings: Mapping[str, str] | None = None,
) -> TableChange:
    """Write a frame where its table will find it, and return the change that would commit it.

    :param transaction: the transaction that stages.
    :param table: the table's folder, relative to the store's root.
    :param frame: a Polars DataFrame or LazyFrame, a pandas DataFrame (its index is not stored), a PyArrow Table or
        RecordBatchReader, a DuckDB relation, or anything else that offers Arrow's C stream.
    :param mode: ``overwrite`` or ``append``.
    :param descriptions: a description of each column that has one; they become Delta column comments.
    :param what: the dataset, for messages; the table's folder when empty.
    :param encodings: of an Arrow frame, the Parquet encoding of each column that a dictionary does not suit.
    :raises DataError: if the frame is of another kind, or a column has a name or type that Delta cannot hold.
    """
    what = what or table
    storage = transaction.store.storage
    file = transaction.staging(table) / f"part-{uuid.uuid4().hex}.parquet"
    try:
        schema = _write(frame, file, what, encodings or {})
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    known = {name: text for name, text in (descriptions or {}).items() if name in schema.names}
    staged = staged_file(storage, table, file.relative_to(storage.work(table)).as_posix(), file.stat().st_size)
    if staged.rows == 0:
        file.unlink()
    return TableChange(table, mode, delta_schema(schema, known), (staged,) if staged.rows else ())


def stage_files(
    transaction: Transaction, table: str, files: list[Path], mode: Mode, descriptions: Mapping[str, str] | None
) -> TableChange:
    """Return the change that commits Parquet files which lie in the transaction's staging folder already.

    :raises DataError: if a file is not Parquet or the files' columns differ.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema: pa.Schema | None = None
    for file in files:
        try:
            found = pq.read_schema(file)
        except pa.ArrowInvalid as error:
            raise DataError(f"{table}: {file.name} is not a Parquet file ({error}); write Parquet only.") from error
        check_names(found.names, table)
        stored = pa.schema([(f.name, arrow_type(f.type, f.name, table)) for f in found])
        if any(not _same_on_disk(there.type, here.type) for there, here in zip(found, stored, strict=True)):
            raise DataError(f"{table}: {file.name} has column types that Delta cannot hold as they are; cast them.")
        if schema is not None and stored != schema:
            raise DataError(f"{table}: {file.name} has other columns or types than {files[0].name}.")
        schema = stored
    if schema is None:
        raise DataError(f"{table}: no Parquet file was written below path_for_write_table; write one first.")
    storage = transaction.store.storage
    names = [file.relative_to(storage.work(table)).as_posix() for file in files]
    staged = tuple(
        staged_file(storage, table, name, file.stat().st_size) for name, file in zip(names, files, strict=True)
    )
    return TableChange(table, mode, delta_schema(schema, dict(descriptions or {})), staged)


def staged_file(storage: Storage, table: str, path: str, size: int) -> StagedFile:
    """Describe a staged Parquet file from its footer.

    :param storage: where it lies.
    :param table: its table's folder, relative to the root.
    :param path: its path inside the table.
    :param size: its size in bytes.
    """
    rows, statistics = footer_statistics(storage.open(f"{table}/{path}"))
    return StagedFile(path, size, rows, statistics)


def _write(frame: Any, file: Path, what: str, encodings: Mapping[str, str]) -> pa.Schema:
    kind = type(frame).__module__.split(".")[0]
    name = type(frame).__name__
    if kind == "polars" and name in ("DataFrame", "LazyFrame"):
        return _write_polars(frame.lazy(), file, what)
    if kind == "pandas" and name == "DataFrame":
        return _write_arrow(_from_pandas(frame, what), file, what)
    if kind == "pyarrow" and name in ("Table", "RecordBatch", "RecordBatchReader"):
        return _write_arrow(frame, file, what, encodings)
    if kind == "pyspark":
        raise DataError(
            f"{what}: a Spark DataFrame cannot be written on the local engine; give a pandas or Polars one."
        )
    if hasattr(frame, "__arrow_c_stream__"):  # DuckDB relations, and whatever else speaks Arrow's C interface
        return _write_arrow(_reader(frame, what), file, what)
    raise _no_table(frame, what)


def _write_polars(frame: pl.LazyFrame, file: Path, what: str) -> pa.Schema:
    import polars as pl
    import polars.selectors as cs

    schema = frame.collect_schema()
    check_names(schema.names(), what, RENAMING["polars"])
    if not schema:
        raise DataError(f"{what}: the frame has no columns; a dataset needs at least one.")
    stored = {name: polars_type(dtype, name, what) for name, dtype in schema.items()}
    changed = [cs.by_name(name).cast(dtype) for name, dtype in stored.items() if dtype != schema[name]]
    try:
        frame.with_columns(changed).sink_parquet(file, compression=_COMPRESSION, compression_level=_LEVEL)
    except pl.exceptions.InvalidOperationError as error:
        if not changed:
            raise
        raise DataError(f"{what}: a value does not fit the type that Delta stores it as: {error}") from error
    return pl.DataFrame(schema=stored).to_arrow().schema


def _write_arrow(
    data: pa.Table | pa.RecordBatchReader, file: Path, what: str, encodings: Mapping[str, str] = MappingProxyType({})
) -> pa.Schema:
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_names(data.schema.names, what, RENAMING["pyarrow"])
    if not data.schema.names:
        raise DataError(f"{what}: the frame has no columns; a dataset needs at least one.")
    stored = pa.schema([(field.name, arrow_type(field.type, field.name, what)) for field in data.schema])
    # A dictionary of texts is written as the texts that it stands for, without spelling each of them out before.
    written = pa.schema(
        [there if _spells(there, here) else here for there, here in zip(data.schema, stored, strict=True)]
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
            writer.write_table(_cast(data, written, what))
        else:
            for batch in data:
                writer.write_table(_cast(pa.Table.from_batches([batch]), written, what))
    return stored


def _spells(there: pa.Field, here: pa.Field) -> bool:
    import pyarrow.types as t

    return bool(t.is_dictionary(there.type) and there.type.value_type == here.type)


def _cast(table: pa.Table, schema: pa.Schema, what: str) -> pa.Table:
    import pyarrow as pa

    for index, field in enumerate(schema):
        if table.schema.field(index).type != field.type:
            try:
                # Nanoseconds may be cut to Delta's microseconds; anything else must fit.
                loose = pa.types.is_timestamp(field.type)
                column = table.column(index).cast(field.type, safe=not loose)
            except pa.ArrowInvalid as error:
                raise DataError(f"{what}: column {field.name!r} does not fit Delta's {field.type}: {error}") from error
            table = table.set_column(index, field, column)
    return table


def _reader(frame: Any, what: str) -> pa.RecordBatchReader:
    import pyarrow as pa

    try:
        return pa.RecordBatchReader.from_stream(frame)
    except pa.ArrowInvalid as error:  # a single column, for example a Polars Series
        raise _no_table(frame, what) from error


def _no_table(frame: Any, what: str) -> DataError:
    kind = type(frame).__qualname__
    return DataError(f"{what}: a table is a pandas, Polars or PyArrow table or a DuckDB relation; got {kind}.")


def _from_pandas(frame: Any, what: str) -> pa.Table:
    import pyarrow as pa

    check_names(frame.columns, what, RENAMING["pandas"])
    try:
        return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        reason = " ".join(str(part) for part in error.args)
        raise DataError(f"{what}: a column holds values that have no common type: {reason}") from error


def _same_on_disk(there: pa.DataType, stored: pa.DataType) -> bool:
    import pyarrow.types as t

    textual = t.is_large_string(there) or t.is_large_binary(there) or t.is_large_list(there) or t.is_dictionary(there)
    return there == stored or textual or str(there) == str(stored)
