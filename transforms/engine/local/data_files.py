"""Parquet files of a table as one frame with the table's columns, whether its log names them already or not.

They are read as Delta tells to: a column that a file lacks is null in it, a narrower type becomes the table's, and the columns
that a table is partitioned by have the values that its log tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

from transforms.engine.local.partitions import partition_text, partition_value
from transforms.engine.local.types import arrow_to_polars, types_there
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    import pyarrow.dataset as ds


class DataFile(Protocol):
    """What is known of a data file: one that is staged, or one that was added."""

    @property
    def path(self) -> str:
        """Its path relative to the table, not encoded."""

    @property
    def rows(self) -> int | None:
        """How many rows it holds; None where nobody told."""

    @property
    def partition_values(self) -> Mapping[str, str | None]:
        """The value of each partition column, as Delta writes them."""


class FoundFile(NamedTuple):
    """A file of a version of a table."""

    path: str
    partition_values: Mapping[str, str | None]
    rows: int | None = None


def files_of(view: TableView) -> list[FoundFile]:
    """Return the files of a version with their partition values."""
    paths, partitions = view.file_paths(), view.table.metadata().partition_columns
    if not partitions:
        return [FoundFile(path, {}) for path in paths]
    import pyarrow as pa

    values = pa.table(view.table.get_add_actions())["partition"].to_pylist()
    return [
        FoundFile(path, {name: partition_text(there[name]) for name in partitions})
        for path, there in zip(paths, values, strict=True)
    ]


def scan_files(
    storage: Storage, table: str, fields: Sequence[Mapping[str, Any]], files: Iterable[DataFile]
) -> pl.LazyFrame:
    """Return the rows of data files as a lazy Polars frame.

    :param storage: where they lie.
    :param table: their table's folder, relative to the root.
    :param fields: the table's fields as Delta's schema JSON has them.
    :param files: the files.
    """
    import polars as pl

    kinds = types_there(fields)
    schema = {name: arrow_to_polars(kind) for name, kind in kinds.items()}
    groups: dict[tuple[bool, tuple[tuple[str, str | None], ...]], list[str]] = {}
    for file in files:
        if file.rows != 0:
            address, is_here = _address(storage, f"{table}/{file.path}")
            groups.setdefault((is_here, tuple(sorted(file.partition_values.items()))), []).append(address)
    frames = []
    for (is_here, values), addresses in groups.items():
        inside = {name: kind for name, kind in schema.items() if name not in dict(values)}
        literals = [
            pl.lit(partition_value(text, kinds[name]), schema[name]).alias(name)
            for name, text in values
            if name in kinds
        ]
        frame = _scan(addresses, inside, None if is_here else storage.options)
        frames.append(frame.with_columns(literals).select(*schema))
    return pl.concat(frames) if frames else pl.LazyFrame(schema=schema)


def dataset_of(storage: Storage, table: str, schema: pa.Schema, files: Iterable[DataFile]) -> ds.Dataset:
    """Return data files as a dataset of PyArrow, such as delta-rs makes of a whole table.

    :param storage: where they lie.
    :param table: their table's folder, relative to the root.
    :param schema: the table's schema.
    :param files: the files.
    """
    import pyarrow.dataset as ds
    from pyarrow.fs import LocalFileSystem

    place = storage.filesystem(table)
    kind = ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=True))
    fragments = []
    for file in files:
        here = storage.work(f"{table}/{file.path}")
        where = (str(here), LocalFileSystem()) if here.exists() else (file.path, place)
        fragments.append(kind.make_fragment(*where, _expression(file.partition_values, schema)))
    return ds.FileSystemDataset(fragments, schema, kind, place)


def _address(storage: Storage, name: str) -> tuple[str, bool]:
    """Return where Polars finds a file, and whether that is on this machine."""
    here = storage.work(name)
    if here.exists():
        return str(here), True
    uri = storage.uri(name)
    # Polars reads an address of a bucket as it stands, and takes other letters for something else.
    return (uri, False) if quote(uri, safe="/:=") == uri else (str(storage.local(name)), True)


def _scan(files: list[str], schema: Mapping[str, pl.DataType], options: Mapping[str, str] | None) -> pl.LazyFrame:
    import polars as pl

    return pl.scan_parquet(
        files,
        glob=False,
        hive_partitioning=False,
        schema=schema,
        missing_columns="insert",
        extra_columns="ignore",
        cast_options=pl.ScanCastOptions._default_iceberg(),  # noqa: SLF001 - as Polars reads a table
        storage_options=None if options is None else dict(options),
    )


def _expression(values: Mapping[str, str | None], schema: pa.Schema) -> ds.Expression | None:
    import pyarrow as pa
    import pyarrow.dataset as ds

    found = None
    for name, text in values.items():
        kind = schema.field(name).type
        value = partition_value(text, kind)
        one = ds.field(name).is_null() if value is None else ds.field(name) == pa.scalar(value, kind)
        found = one if found is None else found & one
    return found
