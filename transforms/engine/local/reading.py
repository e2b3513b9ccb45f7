"""Reading one version of a dataset as a Polars, Arrow or pandas frame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from transforms.common.forks import need_threads
from transforms.engine.local.conversion import stored_column
from transforms.engine.local.pandas_frames import pandas_frame
from transforms.engine.local.types import types_there
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


def lazy_polars(view: TableView) -> pl.LazyFrame:
    """Return the version as a lazy frame for users, who may take it into a process that they fork; see :func:`scan_polars`."""
    from transforms.engine.local.lazy import PinnedFrame

    return PinnedFrame.of(scan_polars(view))


def read_polars(view: TableView) -> pl.DataFrame:
    """Return the version as a Polars frame; see :func:`scan_polars`."""
    return scan_polars(view).collect()


def read_arrow(view: TableView) -> pa.Table:
    """Return the version as an Arrow table.

    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    if not can_read(view.table, "arrow"):
        return _whole(view)
    return _dataset(view).to_table()


def read_pandas(view: TableView) -> pd.DataFrame:
    """Return the version as a pandas frame.

    :raises DataError: if pandas has nothing for a value.
    :raises UnsupportedTableError: if the table has a feature that cannot be read.
    """
    return pandas_frame(read_arrow(view), alias_of(view.name))


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


def _whole(view: TableView) -> pa.Table:
    view.check_paths()
    return read_whole(view.table, alias_of(view.name))


def _dataset(view: TableView) -> ds.Dataset:
    need_threads(f"Reading {alias_of(view.name)}")
    view.check_paths()
    return view.table.to_pyarrow_dataset(filesystem=view.storage.filesystem(view.name))
