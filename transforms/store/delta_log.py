"""The log of a Delta table: where its files are, and how they come to stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from transforms.common.json_text import from_json
from transforms.errors import StoreError
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

T = TypeVar("T")
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


def came_too_late(storage: Storage, table: str, version: int) -> bool:
    """Whether the place of a log file, which was free a moment ago, was so only because it is in the past.

    That is so where this process stood still since it looked at the log, and others wrote it and shortened it meanwhile: they
    delete what is before a checkpoint, so a file that none precedes was there before them only where it is the checkpoint's own.

    :param storage: the store's storage.
    :param table: the table's folder.
    :param version: the version whose log file this process has just made.
    """
    if version > 0:
        is_next = storage.exists(log_file(table, version - 1))
        return not is_next and not storage.exists(f"{log_folder(table)}/{version:020}{CHECKPOINT}")
    names = storage.names(log_folder(table))
    return any(name.endswith(CHECKPOINT) for name in names) and f"{1:020}.json" not in names


def in_time(storage: Storage, name: str, table: DeltaTable, commit: Callable[[], T]) -> T:
    """Let a process that tidies a table commit to it, and take back what came too late, before anything is built on it.

    :param storage: the store's storage.
    :param name: the table's folder.
    :param table: the table, opened.
    :param commit: commits once, on the opened version or on what came after it.
    :returns: what that returned.
    :raises StoreError: if it came too late; then nothing is changed.
    """
    version = table.version() + 1
    try:
        return commit()
    finally:
        if came_too_late(storage, name, version):
            storage.delete(log_file(name, version))
            raise StoreError(
                f"This process stood still while it tidied {storage.uri(name)}, for so long that others have shortened the log "
                f"meanwhile. Nothing was changed."
            )
