"""The raw files of a dataset: what the row is that stands for each of them, written and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from transforms.common.hashing import sha256_of
from transforms.common.paths import inside
from transforms.run.files import FileStatus
from transforms.store import layout, raw_files
from transforms.store.additions import AddedFile
from transforms.store.change import TableChange
from transforms.store.storage.base import StoredFile
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction

Listing: TypeAlias = Mapping[str, tuple[FileStatus, StoredFile]]
"""Files by their paths inside the dataset, with the places of their bytes."""


def committed_files(
    view: TableView, dataset: str, part: Sequence[AddedFile] | None = None
) -> dict[str, tuple[FileStatus, StoredFile]]:
    """Return the files of a version of a dataset of raw files.

    :param view: the version.
    :param dataset: the dataset, for messages.
    :param part: the data files whose rows are looked at; all when None.
    :raises DataError: if a row names a path that no file can have, or bytes that are none of the dataset's.
    """
    from transforms.engine.local.reading import read_polars

    files = {}
    for row in read_polars(view, part).iter_rows(named=True):
        modified = round(row["modified"].timestamp() * 1000)
        place = StoredFile(view.storage, f"{view.name}/{raw_files.place_of(row, dataset)}", row["sha256"])
        files[row["path"]] = (FileStatus(row["path"], row["size"], modified), place)
    return files


def staged_files(transaction: Transaction, table: str) -> dict[str, tuple[FileStatus, StoredFile]]:
    """Return the files that a transaction has put into its folder for a table so far.

    :param transaction: the transaction.
    :param table: the table's folder, relative to the root.
    """
    storage = transaction.store.storage
    folder = f"{table}/{layout.FILES}/{transaction.id}"
    return {
        path: (FileStatus(path, there.size, int(there.modified * 1000)), StoredFile(storage, f"{folder}/{path}"))
        for path, there in sorted(storage.files(folder).items())
    }


def stage_listing(
    transaction: Transaction, table: str, files: Listing, mode: Literal["overwrite", "append"], dataset: str
) -> TableChange:
    """Stage a row for each file, and mark their table as one of files.

    :param transaction: the transaction that stages.
    :param table: the table's folder, relative to the root, which the files lie in.
    :param files: the files; a sum that was committed with one is kept.
    :param mode: ``overwrite`` or ``append``.
    :param dataset: the dataset, for messages.
    :raises DataError: if no file of a dataset can have a path that one has.
    """
    import polars as pl

    from transforms.engine.local.staging import Columns, stage_frame

    rows = [_row(dataset, table, path, *file) for path, file in files.items()]
    kinds = (pl.String, pl.Int64, pl.Datetime("us", "UTC"), pl.String, pl.String)
    frame = pl.DataFrame(rows, schema=dict(zip(raw_files.COLUMNS, kinds, strict=True)), orient="row")
    change = stage_frame(transaction, table, frame, mode, Columns(dataset))
    return replace(change, schema=raw_files.marked(change.schema))


def summary_of(files: Listing) -> dict[str, Any]:
    """Return what the ledger says of files that were written: how many, and how many bytes."""
    return {"files": len(files), "bytes": sum(status.size for status, _ in files.values())}


def _row(dataset: str, table: str, path: str, status: FileStatus, file: StoredFile) -> dict[str, Any]:
    return {
        "path": inside(path, dataset),
        "size": status.size,
        "modified": datetime.fromtimestamp(status.modified / 1000, UTC),
        "sha256": file.sha256 or sha256_of(file.local()),
        "location": file.name.removeprefix(f"{table}/"),
    }
