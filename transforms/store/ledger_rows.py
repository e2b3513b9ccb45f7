"""What the rows of the ledger say, from its Delta table: that has all of them for good, also where its log was shortened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from transforms.store.entry import Entry
from transforms.store.layout import LEDGER
from transforms.store.ledger_log import unreadable
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    import polars as pl
    from deltalake import DeltaTable


def entries_where(storage: Storage, table: DeltaTable, wanted: pl.Expr) -> Iterator[Entry]:
    """Yield the entries for which a condition holds, in order.

    :param storage: the store's storage.
    :param table: the ledger's table.
    :param wanted: the condition.
    :raises CommitError: if a part of the ledger cannot be read.
    """
    import polars as pl

    for row in _collected(storage, pl.scan_delta(table).filter(wanted).sort("seq")).iter_rows(named=True):
        yield Entry.from_row(row)


def newest_at(storage: Storage, table: DeltaTable, moment: datetime) -> int | None:
    """Return the newest row that was committed at a time or before; None where there is none.

    :param storage: the store's storage.
    :param table: the ledger's table.
    :param moment: the time, compared with the clocks of those who committed.
    :raises CommitError: if a part of the ledger cannot be read.
    """
    import polars as pl

    earlier = pl.scan_delta(table).filter(pl.col("ratified_time") <= moment)
    found = _collected(storage, earlier.select(pl.col("seq").max())).item()
    return None if found is None else int(found)


def identifiers(storage: Storage, table: DeltaTable) -> set[str]:
    """Return every id that a row names: of its transaction, and of what its outputs tell, such as model versions.

    :param storage: the store's storage.
    :param table: the ledger's table.
    :raises CommitError: if a part of the ledger cannot be read.
    """
    import polars as pl

    inside = pl.col("outputs").str.extract_all("[0-9a-f]{32}").alias("inside")
    found = _collected(storage, pl.scan_delta(table).select("transaction", inside))
    return {*found["transaction"], *found["inside"].explode().drop_nulls()}


def _collected(storage: Storage, rows: pl.LazyFrame) -> pl.DataFrame:
    import polars as pl

    try:
        return rows.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise unreadable(storage.uri(LEDGER), error) from error
