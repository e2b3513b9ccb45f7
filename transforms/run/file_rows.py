"""The rows that stand for the raw files of a dataset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from transforms.common.hashing import sha256_of
from transforms.common.paths import inside
from transforms.run.files import FileStatus
from transforms.store import raw_files
from transforms.store.change import TableChange
from transforms.store.storage.base import StoredFile
from transforms.store.transaction import Transaction


def file_row(dataset: str, table: str, path: str, status: FileStatus, file: StoredFile) -> dict[str, Any]:
    """Return the row of one file.

    :param dataset: the dataset, for messages.
    :param table: its table's folder, relative to the root, which the file lies in.
    :param path: the file's path inside the dataset.
    :param status: its size and time.
    :param file: where its bytes are; a sum that was committed with them is kept.
    :raises DataError: if no file of a dataset can have this path.
    """
    return {
        "path": inside(path, dataset),
        "size": status.size,
        "modified": datetime.fromtimestamp(status.modified / 1000, UTC),
        "sha256": file.sha256 or sha256_of(file.local()),
        "location": file.name.removeprefix(f"{table}/"),
    }


def stage_listing(
    transaction: Transaction, table: str, rows: list[dict[str, Any]], mode: Literal["overwrite", "append"], what: str
) -> TableChange:
    """Stage the rows about raw files, and mark their table as one of files."""
    import polars as pl

    from transforms.engine.local.staging import stage_frame

    schema: dict[str, Any] = {
        "path": pl.String,
        "size": pl.Int64,
        "modified": pl.Datetime("us", "UTC"),
        "sha256": pl.String,
        "location": pl.String,
    }
    change = stage_frame(transaction, table, pl.DataFrame(rows, schema=schema, orient="row"), mode, what=what)
    return replace(change, schema=raw_files.marked(change.schema))
