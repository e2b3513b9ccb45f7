"""What processes left behind that were killed: files that no log names, files on their way to another name, empty folders.

What a killed transaction had ratified or staged is recovery's (:mod:`transforms.store.recovery`); this is the rest, for ``gc``.

Nothing here goes by how old a file is alone. A row of the ledger can only come to stand at the place in its name, so one whose
place is taken is of no use, and so is any other once no transaction is left that could place it; who merges a table holds its
lease of merging; a temporary file tells its process, or is delta-rs's in a place where at this moment nobody has to commit; and
what a live transaction stages into, its record says before the folder is made. Age is asked in addition where programs that know
no leases may be writing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from transforms.common.json_text import from_json
from transforms.store import layout, machine
from transforms.store.contents import Contents
from transforms.store.delta_log import actions
from transforms.store.leases import tried
from transforms.store.ledger_log import BLOCK, log_file
from transforms.store.merging import merging_lease
from transforms.store.replaced_files import REPLACED, lists
from transforms.store.storage.base import Storage, content_of
from transforms.store.storage.files import Found
from transforms.store.table_row import row_of

if TYPE_CHECKING:
    from deltalake import DeltaTable

_ROW = re.compile(r"(\d{12})-[0-9a-f]{32}\.parquet")
_MERGED = re.compile(r"part-.*\.parquet")
_TEMPORARY = re.compile(r"\..+\.(\d+)\.[0-9a-f]{8}")
_HALF_WRITTEN = re.compile(r"(part-.*|\d{20}\..*|_last_checkpoint)#\d+")
"""As delta-rs names a file of a folder until it is whole; whose it was, nothing tells."""


def clear_ledger(store: Contents, dry_run: bool) -> list[str]:
    """Delete rows of the ledger that lost their place, and files that were on their way to another name.

    :returns: the files, relative to the root.
    """
    if not store.exists:
        return []
    ledger = layout.LEDGER
    folders = [
        "",
        ledger,
        *(f"{ledger}/{name}" for name in ("_delta_log", "_index", REPLACED)),
        *_blocks(store.storage),
    ]
    found = [*_lost_rows(store), *_temporary(store.storage, folders)]
    with tried(store.storage, layout.MAINTENANCE, dry_run) as is_alone:
        if is_alone:
            found += _half_written(store.storage, [f"{ledger}/_delta_log", *_blocks(store.storage)])
            found += _merged_rows(store)
        if not dry_run:
            store.storage.delete_many(found)
    return found


def clear_table(store: Contents, table: str, days: float, dry_run: bool) -> list[str]:
    """Delete what a killed process had merged of a table without coming to commit it, and its files on their way to another name.

    The caller holds the lease of whoever writes the table. Programs that know no leases write into it as well, and their files
    are in no log before they commit; only their age tells them from what a dead process left.

    :param store: the store.
    :param table: the table's folder, relative to the root.
    :param days: how long ago a file that no log names must have been written, in days; 0 asks for no age.
    :param dry_run: find the files, delete nothing.
    :returns: the files, relative to the table.
    """
    storage = store.storage
    with tried(storage, merging_lease(table), dry_run, remove=True) as is_alone:
        if not is_alone:
            return []
        places = list(_places(storage, table))
        listed = [f"{place}{file}" for place in places for file in _names(storage, table, place)]
        folders = [f"{table}/{place}".rstrip("/") for place in places]
        half = list(_half_written(storage, [f"{table}/_delta_log", *folders]))
        opened = storage.delta.open(table) if listed or half else None
        found = list(_temporary(storage, [f"{table}/{REPLACED}"]))
        if opened is not None:
            named = named_files(storage, table, opened)
            nobodys = [f"{table}/{file}" for file in listed if file not in named]
            nobodys += half if half and _is_at_rest(store, table, opened) else []
            found += _old(storage, table, nobodys, days)
        if not dry_run:
            storage.delete_many(found)
        return [file.removeprefix(f"{table}/") for file in found]


def clear_folders(store: Contents, table: str) -> None:
    """Delete the empty folders in which something of a table was staged, but for those that live transactions stage into."""
    storage = store.storage
    if not storage.is_local:
        return  # a bucket has none
    folders = [
        f"{table}/{kind}/{name}"
        for kind in (layout.DATA, layout.FILES, layout.ARTIFACTS)
        for name in storage.folders(f"{table}/{kind}")
        if layout.is_identifier(name)
    ]
    empty = [folder for folder in folders if not storage.files(folder)]
    live = staging_folders(storage)  # read after the folders: whoever begins to stage now makes one that was not listed
    for folder in empty:
        if live is not None and folder not in live:
            storage.delete_folder(folder)


def named_files(storage: Storage, table: str, opened: DeltaTable) -> set[str]:
    """Return the data files that some version of a table names, relative to it.

    :param opened: its newest version, as delta-rs opened it.
    """
    return {file for file, _ in storage.delta.files(table, opened)} | files_in_log(storage, table)


def files_in_log(storage: Storage, table: str) -> set[str]:
    """Return every file that some version of a table names whose log is still there.

    The newest checkpoint does not do, as it forgets after a week what was replaced, and older versions stay readable.
    """
    named: set[str] = set()
    for action in actions(storage, table):
        named |= {unquote(action[kind]["path"]) for kind in ("add", "remove") if kind in action}
    for listed in lists(storage, table):  # read after the log: what that forgets meanwhile is in one of them by then
        content = content_of(storage, listed)
        named |= set() if content is None else set(from_json(content)["files"])
    return named


def staging_folders(storage: Storage) -> set[str] | None:
    """Return the folders that transactions stage into, as their records tell; None where one does not tell at this moment."""
    staged: set[str] = set()
    for name in storage.names(layout.TRANSACTIONS):
        if not layout.is_identifier(name.removesuffix(".json")):
            continue  # no record of ours
        content = content_of(storage, f"{layout.TRANSACTIONS}/{name}")
        try:
            folders = from_json(content or b"{}").get("staging", [])  # without content it has only just begun
            staged.update(folder for folder in folders if isinstance(folder, str))
        except (ValueError, TypeError, AttributeError):
            return None
    return staged


def is_old(file: Found, days: float) -> bool:
    """Whether a file was written that many days ago or longer; 0 asks for no age."""
    return not days or file.modified <= machine.now().timestamp() - days * 86_400


def _lost_rows(store: Contents) -> Iterator[str]:
    folders = [f"block={block}" for block in range(store.ledger.head() // BLOCK + 2)]
    files = [(folder, file) for folder in folders for file in store.storage.names(f"{layout.LEDGER}/{folder}")]
    # Read after the rows, and the head after them: whoever wrote one of the rows is still there, or has committed or given up.
    # A bucket may take a request of a process that has died meanwhile.
    may_commit = not store.storage.is_local or bool(store.storage.names(layout.TRANSACTIONS))
    head = store.ledger.head()
    named = {file for file, _ in store.storage.delta.files(layout.LEDGER, store.ledger.table())}
    in_log = cache(lambda: files_in_log(store.storage, layout.LEDGER))
    for folder, file in files:
        row = _ROW.fullmatch(file)
        if row is None or f"{folder}/{file}" in named:
            continue
        if int(row[1]) > head:
            is_lost = not may_commit
        else:
            log = content_of(store.storage, log_file(int(row[1])))
            # One that was merged since is named by its log, or by what took its place when the log was shortened.
            is_lost = file.encode() not in log if log is not None else f"{folder}/{file}" not in in_log()
        if is_lost:
            yield f"{layout.LEDGER}/{folder}/{file}"


def _temporary(storage: Storage, folders: Iterable[str]) -> Iterator[str]:
    for folder in folders if storage.is_local else ():  # a bucket has none
        for file in storage.names(folder):
            found = _TEMPORARY.fullmatch(file)
            if found is not None and not _lives(int(found[1])):
                yield f"{folder}/{file}".lstrip("/")


def _half_written(storage: Storage, folders: Iterable[str]) -> Iterator[str]:
    for folder in folders if storage.is_local else ():  # a bucket shows no file before it is whole
        yield from (f"{folder}/{file}" for file in storage.names(folder) if _HALF_WRITTEN.fullmatch(file))


def _old(storage: Storage, table: str, files: list[str], days: float) -> list[str]:
    if not files or not days:
        return files
    known = storage.files(table)
    found = {file: known[inside] for file in files if (inside := file.removeprefix(f"{table}/")) in known}
    return [file for file in found if is_old(found[file], days)]


def _is_at_rest(store: Contents, table: str, opened: DeltaTable) -> bool:
    """Whether nobody has to commit to a table of which we hold the lease: it is a job's, and all there is to publish is in it."""
    if row_of(store.storage, table, opened, store.app_id) is None:
        return False
    return not any(change.table == table for entry in store.unpublished() for change in entry.changes)


def _blocks(storage: Storage) -> list[str]:
    return [f"{layout.LEDGER}/{name}" for name in storage.folders(layout.LEDGER) if name.startswith("block=")]


def _merged_rows(store: Contents) -> list[str]:
    """Return files of the ledger's rows that somebody wrote anew, and that no version of it names.

    We hold the lease of whoever does that, so nobody will name them. In a bucket one who stood still may have lost that lease and
    commit yet, so they stay there.
    """
    storage, ledger = store.storage, layout.LEDGER
    if not storage.is_local:
        return []
    listed = [
        f"{folder}/{name}" for folder in _blocks(storage) for name in storage.names(folder) if _MERGED.fullmatch(name)
    ]
    if not listed:
        return []
    named = named_files(storage, ledger, store.ledger.table())
    return [file for file in listed if file.removeprefix(f"{ledger}/") not in named]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _places(storage: Storage, table: str) -> Iterator[str]:
    """Yield where merged files of a table may lie, relative to it: in itself, and in the folders of its partitions."""
    waiting = [""]
    while waiting:
        place = waiting.pop()
        yield place
        folders = storage.folders(f"{table}/{place}".rstrip("/"))
        waiting += [f"{place}{name}/" for name in folders if "=" in name]


def _names(storage: Storage, table: str, place: str) -> list[str]:
    return list(filter(_MERGED.fullmatch, storage.names(f"{table}/{place}".rstrip("/"))))
