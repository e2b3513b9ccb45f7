"""Reading one version of a dataset as a Polars, Arrow or pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from transforms.forks import need_threads
from transforms.store.tables import TableView

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.dataset as ds


def scan_polars(view: TableView) -> pl.LazyFrame:
    """Return the version as a lazy Polars frame."""
    import polars as pl

    need_threads(f"Reading {view.name}")
    if quote(view.uri, safe="/:") != view.uri:  # Polars' own scan cannot follow such a path, for example with a space
        return pl.scan_pyarrow_dataset(_dataset(view))
    view.check_paths()
    return pl.scan_delta(view.table, storage_options=view.storage.options)


def read_polars(view: TableView) -> pl.DataFrame:
    """Return the version as a Polars frame."""
    return scan_polars(view).collect()


def read_arrow(view: TableView) -> pa.Table:
    """Return the version as an Arrow table."""
    return _dataset(view).to_table()


def read_pandas(view: TableView) -> pd.DataFrame:
    """Return the version as a pandas frame."""
    return read_arrow(view).to_pandas()


def _dataset(view: TableView) -> ds.Dataset:
    need_threads(f"Reading {view.name}")
    view.check_paths()
    return view.table.to_pyarrow_dataset(filesystem=view.storage.filesystem(view.name))
