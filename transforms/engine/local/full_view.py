"""A dataset as it will be once a change is committed, read before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.engine.local.data_files import dataset_of, scan_files
from transforms.engine.local.reading import read_arrow, scan_polars
from transforms.engine.local.types import arrow_schema
from transforms.store.change import TableChange, fields_of
from transforms.store.storage.base import Storage
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


def scan_changed(storage: Storage, change: TableChange, before: TableView | None) -> pl.LazyFrame:
    """Return the rows that a dataset will have.

    :param storage: where the staged files lie.
    :param change: the change.
    :param before: the dataset that it changes; None where there is none.
    """
    import polars as pl

    staged = scan_files(storage, change.table, fields_of(change.schema), change.files)
    if change.mode == "overwrite" or before is None:
        return staged
    return pl.concat([scan_polars(before), staged], how="diagonal_relaxed")


def read_changed(storage: Storage, change: TableChange, before: TableView | None) -> pa.Table:
    """Return the same rows as an Arrow table; see :func:`scan_changed`."""
    import pyarrow as pa

    staged = dataset_of(storage, change.table, arrow_schema(change.schema), change.files).to_table()
    if change.mode == "overwrite" or before is None:
        return staged
    return pa.concat_tables([read_arrow(before), staged], promote_options="default")
