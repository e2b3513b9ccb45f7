"""Reading one version of a dataset, or what was added to it, as a Polars, Arrow or pandas frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from transforms.common.forks import need_threads
from transforms.engine.local.conversion import stored_column
from transforms.engine.local.data_files import dataset_of, scan_files
from transforms.engine.local.pandas_frames import pandas_frame
from transforms.engine.local.types import types_there
from transforms.store.additions import AddedFile
from transforms.store.features import can_read, can_read_whole, unreadable
from transforms.store.layout import alias_of
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.dataset as ds
    from deltalake import DeltaTable


def scan_polars(view: TableView) -> pl.LazyFrame:
    """Return the version as a lazy Polars frame.

    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    import polars as pl
    from deltalake.exceptions import DeltaProtocolError

    need_threads(f"Reading {alias_of(view.name)}")
    if not can_read(view.table, "polars"):
        return pl.LazyFrame(_whole(view))
    named = [view.uri, *view.table.metadata().partition_columns]  # the latter in the names of folders
    if any(quote(name, safe="/:") != name for name in named):  # Polars' own scan cannot follow, for example a space
        return (
            pl.scan_pyarrow_dataset(_dataset(view)) if can_read(view.table, "arrow") else pl.LazyFrame(read_arrow(view))
        )
    view.check_paths()
    try:
        # Polars sends such a scan to another process by the table's path; without the version, that would read the newest.
        # An older Polars sends the list of files, and has a warning for a version beside a table.
        version = view.table.version() if hasattr(pl.io.delta, "_dataset") else None
        return pl.scan_delta(view.table, version=version, storage_options=view.storage.options)
    except DeltaProtocolError:  # an older Polars knows fewer features
        return pl.LazyFrame(_whole(view))


def scan_added(view: TableView, files: Sequence[AddedFile]) -> pl.LazyFrame:
    """Return the rows of files that were added to a table as a lazy Polars frame with all columns of a version.

    :param view: the version; not all of the files need to be in it, as merging may have put others in their place.
    :param files: the files; none make an empty frame.
    :raises UnsupportedTableError: if files of the table do not tell their rows by themselves.
    """
    _check_added(view, files)
    return scan_files(view.storage, view.name, view.fields, files)


def lazy_polars(view: TableView, files: Sequence[AddedFile] | None = None) -> pl.LazyFrame:
    """Return the version, or files of it, as a lazy frame for users, who may take it into a process that they fork.

    See :func:`scan_polars` and :func:`scan_added`.
    """
    from transforms.engine.local.lazy import PinnedFrame

    return PinnedFrame.of(_scanned(view, files))


def read_polars(view: TableView, files: Sequence[AddedFile] | None = None) -> pl.DataFrame:
    """Return the version, or files that were added, as a Polars frame; see :func:`scan_polars` and :func:`scan_added`."""
    return _scanned(view, files).collect()


def read_arrow(view: TableView, files: Sequence[AddedFile] | None = None) -> pa.Table:
    """Return the version, or files that were added, as an Arrow table.

    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    if files is not None:
        import pyarrow as pa

        _check_added(view, files)
        return dataset_of(view.storage, view.name, pa.schema(view.table.schema().to_arrow()), files).to_table()
    if not can_read(view.table, "arrow"):
        return _whole(view)
    return _dataset(view).to_table()


def read_pandas(view: TableView, files: Sequence[AddedFile] | None = None) -> pd.DataFrame:
    """Return the version, or files that were added, as a pandas frame.

    :raises DataError: if pandas has nothing for a value.
    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    return pandas_frame(read_arrow(view, files), alias_of(view.name))


def read_whole(table: DeltaTable, name: str) -> pa.Table:
    """Return all rows of a table as delta-rs itself reads them, which knows more features than other readers do.

    :param table: the table.
    :param name: the dataset, for messages.
    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    import pyarrow as pa
    from deltalake import QueryBuilder

    need_threads(f"Reading {name}")
    if not can_read_whole(table):
        raise unreadable(table, name, "Spark alone can read, with Delta's jar", "Read it with Spark's dataframe()")
    rows = pa.table(QueryBuilder().register("dataset", table).execute("SELECT * FROM dataset"))
    there = types_there(json.loads(table.schema().to_json())["fields"])
    kinds = [(field.name, there.get(field.name, field.type)) for field in rows.schema]
    columns = [stored_column(rows.column(i), kind, column, name) for i, (column, kind) in enumerate(kinds)]
    return pa.Table.from_arrays(columns, schema=pa.schema(kinds))


def _scanned(view: TableView, files: Sequence[AddedFile] | None) -> pl.LazyFrame:
    return scan_polars(view) if files is None else scan_added(view, files)


def _check_added(view: TableView, files: Sequence[AddedFile]) -> None:
    need_threads(f"Reading {alias_of(view.name)}")
    if files and not can_read(view.table, "added files"):
        why = "does not let single files be read"
        raise unreadable(view.table, alias_of(view.name), why, "Read the whole dataset with the mode 'current'")


def _whole(view: TableView) -> pa.Table:
    view.check_paths()
    return read_whole(view.table, alias_of(view.name))


def _dataset(view: TableView) -> ds.Dataset:
    need_threads(f"Reading {alias_of(view.name)}")
    view.check_paths()
    return view.table.to_pyarrow_dataset(filesystem=view.storage.filesystem(view.name))
