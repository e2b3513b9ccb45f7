"""Merging the small files of tables when somebody asks for it, rather than when it is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.common.forks import is_panic
from transforms.errors import StoreError, UnsupportedTableError
from transforms.spec.resource import Resource
from transforms.store import layout, log_cleanup, merging
from transforms.store.contents import Contents
from transforms.store.features import check_writable
from transforms.store.finding import find_tables
from transforms.store.leases import tried_all

if TYPE_CHECKING:
    from deltalake import DeltaTable

_log = logging.getLogger(__name__)
SMALL_BYTES = 64 * 2**20
"""Files of less are small; Delta's own limit for merged ones is higher."""


@dataclass(frozen=True)
class Optimized:
    """What became of a table.

    Attributes:
        table: its folder, relative to the root.
        files_before: how many files its newest version had.
        files_after: how many it has.
        size: how large they are together, in bytes.
        version: its newest version.
        left_alone: why nothing was done, in words; empty where it was, or nothing was small.
    """

    table: str
    files_before: int
    files_after: int
    size: int
    version: int
    left_alone: str = ""


def optimize_tables(
    store: Contents, resources: Sequence[tuple[Resource, str]] = (), dry_run: bool = False
) -> list[Optimized]:
    """Merge the small files of tables into few large ones.

    Rows, and every older version, stay as they are; files that were merged stay until ``gc --older-than`` deletes them, and so
    incremental transforms go on from where they were. A table that is being built is left alone, as its job looks whether
    somebody changed it.

    :param store: the store.
    :param resources: datasets and models, each with its branch; all that there are when empty.
    :param dry_run: tell what is there, merge nothing.
    :returns: a table each, those with one file or none left out.
    :raises StoreError: if a table cannot be read or written.
    """
    if not store.exists:
        return []
    if not dry_run:
        store.publisher.publish_all()
    locks = store.written()
    wanted = [layout.resource_path(resource, branch) for resource, branch in resources]
    found = []
    for name in find_tables(store.storage):
        owner = name if name in locks else name.rpartition("/")[0]  # a model's tables lie right below its folder
        if not wanted or name in wanted or (owner in wanted and layout.is_model(owner)):
            told = _optimize(store, name, locks.get(owner, ()), dry_run)
            if told is not None:
                found.append(told)
    return found


def _optimize(store: Contents, name: str, locks: Sequence[str], dry_run: bool) -> Optimized | None:
    with tried_all(store.storage, () if dry_run else locks) as is_free:
        table = store.storage.delta.open(name)
        sizes = [] if table is None else [file.size for _, file in store.storage.delta.files(name, table)]
        if table is None or len(sizes) < 2:
            return None
        reason = ""
        if not is_free:
            reason = "it is being built now"
        elif sum(size < SMALL_BYTES for size in sizes) > 1 and not (reason := _refusal(table, name)) and not dry_run:
            reason = _merge(store, name, table)
        after = [file.size for _, file in store.storage.delta.files(name, table)]
        return Optimized(name, len(sizes), len(after), sum(after), table.version(), reason)


def _merge(store: Contents, name: str, table: DeltaTable) -> str:
    """Merge the files of a table; return why not, where somebody else does so at this moment."""
    before = table.version()
    try:
        if not merging.merge_alone(store.storage, name, table):
            return "somebody else merges it now"
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)) or isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{store.storage.uri(name)} could not be merged: {error}. Its rows are as they were."
        ) from error
    if table.version() > before:
        log_cleanup.write_checkpoint(store.storage, name, table)
    return ""


def _refusal(table: DeltaTable, name: str) -> str:
    try:
        check_writable(table, layout.alias_of(name), "overwrite")
    except UnsupportedTableError as error:
        return str(error)
    return ""
