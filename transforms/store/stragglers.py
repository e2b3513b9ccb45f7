"""Staged files that came when their transaction had ended and what it had staged was deleted: nothing else would find them.

A task of Spark may work on for a while after its driver has died, and a bucket may take a request of whoever is gone.

Whether a transaction may still commit is told by no clock: it has a record before it stages anything, and the ledger has it
before its record goes. So whoever lists folders first, records next and the ledger last finds each transaction that may in
one of the two. What has neither can be needed only by a table that was copied here from another store; so its log is asked,
and the rows that name raw files or versions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from transforms.store import layout
from transforms.store.belonging import check_owner
from transforms.store.contents import Contents
from transforms.store.finding import find_staged
from transforms.store.storage.base import Storage
from transforms.store.table_row import row_of
from transforms.store.unnamed_files import is_old, named_files, staging_folders

_log = logging.getLogger(__name__)


class _Staged(NamedTuple):
    """A folder that some transaction staged into, taken apart.

    Attributes:
        folder: the folder, relative to the root.
        owner: the folder of the table or model that it is for; empty for one that executors of Spark shared.
        kind: what is staged: ``data``, ``files`` or ``artifacts``.
        identity: the id of the transaction or of the version.
    """

    folder: str
    owner: str
    kind: str
    identity: str

    @classmethod
    def of(cls, folder: str) -> _Staged:
        """Take a folder apart."""
        if folder.startswith(f"{layout.TEMPORARY}/"):
            return cls(folder, "", layout.TEMPORARY, folder.rpartition("/")[2])
        return cls(folder, *folder.rsplit("/", 2))

    @property
    def table(self) -> str:
        """The table whose log or rows would name what is in it."""
        return f"{self.owner}/{layout.VERSIONS}" if self.kind == layout.ARTIFACTS else self.owner


def clear_stragglers(store: Contents, days: float, dry_run: bool) -> dict[str, list[str]]:
    """Delete staged files of transactions that can commit no more, and that nothing names.

    Folders that were written into in the last days are left alone, as somebody may still write there.

    :param store: the store.
    :param days: how long ago the youngest file of a folder must have been written, in days; 0 asks for no age.
    :param dry_run: find the files, delete nothing.
    :returns: the files, relative to the folder of their dataset, model or table, by that folder relative to the root; below an
        empty name, what executors of Spark shared.
    :raises StoreError: if the ledger, or a table that is asked, cannot be read.
    """
    storage, found = store.storage, dict[str, list[str]]()
    named_by = cache(lambda table, kind: _named(store, table, kind))
    for staged in _nobodys(store):
        files = storage.files(staged.folder)
        if not all(is_old(file, days) for file in files.values()) or any(
            "_delta_log" in file.split("/") for file in files
        ):
            continue
        named = named_by(staged.table, staged.kind) if staged.owner else frozenset()
        inside = staged.folder.removeprefix(f"{staged.owner}/")
        if named is None or inside in named:
            continue
        left = sorted(file for file in (f"{inside}/{file}" for file in files) if file not in named)
        if (dry_run or _delete(storage, staged, left, len(files))) and left:
            found.setdefault(staged.owner, []).extend(left)
    return found


def _nobodys(store: Contents) -> Iterator[_Staged]:
    """Yield folders of transactions that neither run nor committed."""
    storage = store.storage
    if not store.exists:
        return
    committed = store.ledger.identifiers()  # almost all, so that few have to be kept in mind
    listed = [staged for staged in map(_Staged.of, find_staged(storage)) if staged.identity not in committed]
    if not listed:
        return
    check_owner(storage, store.app_id, store.ledger)
    alive = {name.removesuffix(".json") for name in storage.names(layout.TRANSACTIONS)}
    alive_folders = staging_folders(storage)
    if alive_folders is None:
        _log.warning(
            "The record of a transaction could not be read, so what ended ones left was not looked for; run it again."
        )
        return
    # One that is given up loses its row first, and may be published as long as that is all.
    waiting = {folder for entry in store.unpublished() for folder in entry.staged_folders}
    committed = store.ledger.identifiers()
    resources = store.written().keys()
    for staged in listed:
        is_needed = staged.identity in alive | committed or staged.folder in waiting
        # Where an alias has a part that looks like an id, a whole dataset lies below such a folder.
        if not is_needed and not any(
            f"{place}/".startswith(f"{staged.folder}/") for place in resources | alive_folders
        ):
            yield staged


def _named(store: Contents, table: str, kind: str) -> frozenset[str] | None:
    """Return what is staged and a table names: data files of every version that can be read, raw files, folders of versions.

    :returns: relative to the folder of the dataset or model; None for a table that is not this store's, or that does not tell.
    """
    storage = store.storage
    opened = storage.delta.open(table)
    if opened is None:
        return frozenset()
    row = row_of(storage, table, opened, store.app_id)
    if row is None or not store.ledger.has(row, table):
        return None
    files = named_files(storage, table, opened)
    if kind == layout.DATA:
        return frozenset(files)
    try:
        if kind == layout.FILES:
            return frozenset(_told(storage, table, files, "location"))
        return frozenset(f"{layout.ARTIFACTS}/{identity}" for identity in _told(storage, table, files, "version_id"))
    except (OSError, ValueError) as error:  # PyArrow's are of one of these kinds
        _log.warning("What %s names cannot be read (%s), so nothing that was staged for it was deleted.", table, error)
        return None


def _told(storage: Storage, table: str, files: set[str], column: str) -> Iterator[str]:
    """Yield what some data files of a table have in a column; those without it have nothing."""
    from pyarrow.parquet import ParquetFile

    ordered = sorted(files)
    sizes = storage.sizes([f"{table}/{file}" for file in ordered])
    for file, size in zip(ordered, sizes, strict=True):
        if size is not None:
            with ParquetFile(storage.open(f"{table}/{file}")) as parquet:
                if column in parquet.schema_arrow.names:
                    yield from parquet.read([column])[column].to_pylist()


def _delete(storage: Storage, staged: _Staged, left: list[str], of: int) -> bool:
    """Delete what is left in a folder; say so where that cannot be, and go on."""
    try:
        if len(left) == of:
            storage.delete_folder(staged.folder)
        else:
            storage.delete_many([f"{staged.owner}/{file}" for file in left])
    except OSError as error:
        _log.warning("What is left in %s could not be deleted yet: %s", storage.uri(staged.folder), error)
        return False
    return True
