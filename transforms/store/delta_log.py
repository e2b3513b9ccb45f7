"""The log of a Delta table: where its files are, and how they come to stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transforms.common.json_text import from_json
from transforms.errors import StoreError
from transforms.store.storage.base import Storage

CHECKPOINT = ".checkpoint.parquet"
"""How the name of a checkpoint ends, behind the 20 digits of its version."""
_AT_ONCE = 64  # log files that are read side by side


def log_folder(table: str) -> str:
    """Return the folder of a table's log."""
    return f"{table}/_delta_log"


def log_file(table: str, version: int) -> str:
    """Return the name of the log file that a version of a table is, or would be."""
    return f"{log_folder(table)}/{version:020}.json"


def actions(storage: Storage, table: str) -> Iterator[dict[str, Any]]:
    """Yield what the log files of a table say, oldest first; checkpoints forget with time what was replaced.

    :raises StoreError: if one is damaged.
    """
    logs = [f"{log_folder(table)}/{name}" for name in storage.names(log_folder(table)) if name.endswith(".json")]
    for first in range(0, len(logs), _AT_ONCE):
        batch = logs[first : first + _AT_ONCE]
        for log, content in zip(batch, storage.read_many(batch), strict=True):
            try:
                yield from [_action(line) for line in (content or b"").splitlines() if line.strip()]
            except ValueError as error:
                raise StoreError(
                    f"The log {storage.uri(log)} is damaged ({error}), so nobody can tell what of its table was replaced, "
                    f"and nothing of it was deleted. Restore the file from a backup of the store."
                ) from error


def _action(line: bytes) -> dict[str, Any]:
    found = from_json(line)
    if not isinstance(found, dict):
        raise ValueError("a line of it is no JSON object")
    return found


def make_durable(storage: Storage, table: str, before: int) -> int:
    """Bring the log files after a version to the disk, as delta-rs syncs nothing; return the newest version."""
    version = storage.newest(lambda number: log_file(table, number), before)
    # A table that is new has new folders above it, too.
    top = "" if before < 0 else log_folder(table)
    storage.settle([log_file(table, number) for number in range(before + 1, version + 1)], top)
    return version
