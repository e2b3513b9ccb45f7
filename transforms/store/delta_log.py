"""The log of a Delta table: where its files are, and how they come to stay."""

from __future__ import annotations

from transforms.store.storage.base import Storage

CHECKPOINT = ".checkpoint.parquet"
"""How the name of a checkpoint ends, behind the 20 digits of its version."""


def log_folder(table: str) -> str:
    """Return the folder of a table's log."""
    return f"{table}/_delta_log"


def log_file(table: str, version: int) -> str:
    """Return the name of the log file that a version of a table is, or would be."""
    return f"{log_folder(table)}/{version:020}.json"


def make_durable(storage: Storage, table: str, before: int) -> int:
    """Bring the log files after a version to the disk, as delta-rs syncs nothing; return the newest version."""
    version = storage.newest(lambda number: log_file(table, number), before)
    # A table that is new has new folders above it, too.
    top = "" if before < 0 else log_folder(table)
    storage.settle([log_file(table, number) for number in range(before + 1, version + 1)], top)
    return version
