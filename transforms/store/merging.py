"""Merging the small files of a table into few large ones; other rewriting of a table's files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from transforms.store import layout
from transforms.store.delta_log import in_time, make_durable
from transforms.store.growth import Growth
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

MERGE_EVERY = 50  # commits


def merging_lease(table: str) -> str:
    """Return the lease of whoever merges files of a table: while nobody has it, files that no log names are a dead one's."""
    return f"{layout.LOCKS}/merging/{table.replace('/', '~2F')}.lock"


def merge_alone(storage: Storage, name: str, table: DeltaTable, target: int | None = None) -> bool:
    """Merge as :func:`merge_small_files` does, unless somebody does so at this moment; return whether nobody did."""
    lease = storage.try_acquire(merging_lease(name))
    if lease is None:
        return False
    try:
        merge_small_files(storage, name, table, target)
    finally:
        lease.release(remove=True)
    return True


def target_bytes(growth: Growth) -> int | None:
    """Return up to which size files are merged: rarely larger ones, so that no byte is written again more than some times.

    :returns: the size in bytes; None for the largest there are.
    """
    for often, size in ((400 * MERGE_EVERY, None), (20 * MERGE_EVERY, 16 * 2**20)):
        if growth.passed(often):
            return size
    return 2**20


def merge_small_files(
    storage: Storage,
    name: str,
    table: DeltaTable,
    target: int | None = None,
    partition: tuple[str, str] | None = None,
) -> None:
    """Rewrite the small files of a table as few large ones; its rows, and every pinned version, stay as they are.

    :param storage: the store's storage.
    :param name: the table's folder.
    :param table: the table, opened; it is brought up to date.
    :param target: how large files may get, in bytes; larger ones stay as they are. What Delta holds best when None.
    :param partition: a partition column and the one value of it to look at.
    """
    _rewrite(storage, name, table, lambda: storage.delta.compact(table, partition, target))


def delete_rows(storage: Storage, name: str, table: DeltaTable, condition: str) -> None:
    """Delete rows of an opened table, for good.

    :param storage: the store's storage.
    :param name: the table's folder, relative to the root.
    :param table: the table; it is brought up to date.
    :param condition: which, in SQL.
    """
    _rewrite(storage, name, table, lambda: storage.delta.delete_rows(table, condition))


def _rewrite(storage: Storage, name: str, table: DeltaTable, rewrite: Callable[[], None]) -> None:
    before, version = {path for path, _ in storage.delta.files(name, table)}, table.version()
    in_time(storage, name, table, rewrite)
    made = {path for path, _ in storage.delta.files(name, table)} - before
    storage.settle([f"{name}/{path}" for path in made], name)
    make_durable(storage, name, version)
