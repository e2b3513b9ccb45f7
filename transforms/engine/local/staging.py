"""Staging a frame: its rows as Parquet in a transaction's own folder, and the change they make to a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from transforms.engine.local.statistics import footer_statistics
from transforms.engine.local.types import delta_schema, stored_schema, types_there
from transforms.engine.local.writing import write_frame
from transforms.errors import DataError
from transforms.store.change import StagedFile, TableChange
from transforms.store.columns import check_names
from transforms.store.durable import is_full
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    import pyarrow as pa

    from transforms.store.transaction import Transaction

Mode = Literal["overwrite", "append"]


@dataclass(frozen=True)
class Columns:
    """What is known of the columns of a dataset beside the rows that are staged.

    Attributes:
        dataset: the dataset, for messages; the table's folder when empty.
        descriptions: a description of each column that has one; they become Delta column comments.
        there: the Delta fields of the dataset as it is. A column that can hold nothing but nulls takes its type from them,
            and becomes text where it is new.
        encodings: of an Arrow frame, the Parquet encoding of each column that a dictionary does not suit.
    """

    dataset: str = ""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    there: Sequence[Mapping[str, Any]] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)

    def described(self, names: Iterable[str]) -> dict[str, str]:
        """Return the descriptions of the columns that there are."""
        return {name: self.descriptions[name] for name in names if name in self.descriptions}


_NOTHING_KNOWN = Columns()


def stage_frame(
    transaction: Transaction,
    table: str,
    frame: Any,
    mode: Mode = "overwrite",
    columns: Columns = _NOTHING_KNOWN,
) -> TableChange:
    """Write a frame where its table will find it, and return the change that would commit it.

    :param transaction: the transaction that stages.
    :param table: the table's folder, relative to the store's root.
    :param frame: a Polars DataFrame or LazyFrame, a pandas DataFrame (its index is not stored), a PyArrow Table or
        RecordBatchReader, a DuckDB relation, or anything else that offers Arrow's C stream.
    :param mode: ``overwrite`` or ``append``.
    :param columns: what is known of its columns.
    :raises DataError: if the frame is of another kind, or a column has a name, a type or a value that Delta cannot hold.
    """
    what = columns.dataset or table
    storage = transaction.store.storage
    file = transaction.staging(table) / f"part-{uuid.uuid4().hex}.parquet"
    try:
        schema = write_frame(frame, file, what, types_there(columns.there), columns.encodings)
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, Exception) and is_full(error):
            raise transaction.unwritable(error) from error
        raise
    staged = staged_file(storage, table, file.relative_to(storage.work(table)).as_posix(), file.stat().st_size)
    if staged.rows == 0:
        file.unlink()
    return TableChange(
        table, mode, delta_schema(schema, columns.described(schema.names)), (staged,) if staged.rows else ()
    )


def stage_files(
    transaction: Transaction,
    table: str,
    files: Sequence[Path],
    mode: Mode,
    columns: Columns,
) -> TableChange:
    """Return the change that commits Parquet files which lie in the transaction's staging folder already.

    :param transaction: the transaction that stages.
    :param table: the table's folder, relative to the store's root.
    :param files: the files, at least one.
    :param mode: ``overwrite`` or ``append``.
    :param columns: what is known of their columns.
    :raises DataError: if a file is not Parquet, has a column that Delta cannot hold, or other columns than the first.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    what = columns.dataset or table
    storage = transaction.store.storage
    names = [file.relative_to(storage.work(table)).as_posix() for file in files]
    schema: pa.Schema | None = None
    for file, place in zip(files, names, strict=True):
        try:
            found = pq.read_schema(file)
        except pa.ArrowInvalid as error:
            raise DataError(f"{what}: {file.name} is not a Parquet file ({error}); write Parquet only.") from error
        check_names(found.names, f"{what}: {file.name}")
        for folder in place.split("/")[:-1]:
            column, is_column, _ = folder.partition("=")
            if is_column and column not in found.names:
                raise DataError(
                    f"{what}: column {column!r} stands in the name of the folder {folder!r} alone and would be lost. Write it "
                    f"into the files as well, or pass the frame itself to write_table()."
                )
        stored = stored_schema(found, {}, f"{what}: {file.name}")
        for there, here in zip(found, stored, strict=True):
            if not _is_as_stored(there.type, here.type):
                raise DataError(
                    f"{what}: {file.name}: column {there.name!r} has the type {there.type}, which Delta cannot hold as it "
                    f"is; write it as {here.type}, or pass the frame itself to write_table()."
                )
        if schema is not None and stored != schema:
            raise DataError(
                f"{what}: {file.name} has other columns or types than {files[0].name}: {_differences(schema, stored)}."
            )
        schema = stored
    assert schema is not None
    staged = tuple(
        staged_file(storage, table, name, file.stat().st_size) for name, file in zip(names, files, strict=True)
    )
    return TableChange(table, mode, delta_schema(schema, columns.described(schema.names)), staged)


def _differences(first: pa.Schema, other: pa.Schema) -> str:
    if set(first.names) != set(other.names):
        return f"{', '.join(map(repr, sorted(set(first.names) ^ set(other.names))))} is in one only"
    if first.names != other.names:
        return "the columns are in another order"
    odd = [f"{a.name!r} is {b.type} and not {a.type}" for a, b in zip(first, other, strict=True) if a.type != b.type]
    return ", ".join(odd)


def staged_file(storage: Storage, table: str, path: str, size: int) -> StagedFile:
    """Describe a staged Parquet file from its footer.

    :param storage: where it lies.
    :param table: its table's folder, relative to the root.
    :param path: its path inside the table.
    :param size: its size in bytes.
    """
    rows, statistics = footer_statistics(storage.open(f"{table}/{path}"))
    return StagedFile(path, size, rows, statistics)


def _is_as_stored(there: pa.DataType, stored: pa.DataType) -> bool:
    import pyarrow.types as t

    textual = t.is_large_string(there) or t.is_large_binary(there) or t.is_large_list(there) or t.is_dictionary(there)
    return there == stored or textual or str(there) == str(stored)
