"""Files that a table replaced by others: letting its log forget them, finding them, deleting them."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from transforms.common.json_text import from_json
from transforms.common.paths import escape, fault
from transforms.store import machine
from transforms.store.delta_log import actions, in_time, make_durable
from transforms.store.log_cleanup import write_checkpoint
from transforms.store.storage.base import Storage
from transforms.store.storage.delta import WEEK
from transforms.store.storage.files import numbers_of

if TYPE_CHECKING:
    from deltalake import DeltaTable

REPLACED = "_replaced"  # a table's folder of lists of files that its log forgot
_NO_TIME = "interval 0 seconds"


def forget_replaced(storage: Storage, name: str, table: DeltaTable) -> None:
    """Let the log of a table name no file any more that was replaced, as opening it takes longer with each of them.

    A list beside the log does, from which :func:`delete_replaced` deletes them once nobody can be reading them.
    """
    there = replaced(storage, name, table, 0)
    if there:
        content = json.dumps({"time": machine.now().isoformat(), "files": there}).encode()
        storage.write(f"{name}/{REPLACED}/{table.version():020}.json", content)
        storage.settle([f"{name}/{REPLACED}/{table.version():020}.json"], name)
    before = table.version()
    # A checkpoint leaves out what was replaced longer ago than a property of the table says.
    kept = in_time(storage, name, table, lambda: storage.delta.keep_replaced(table, _NO_TIME))
    write_checkpoint(storage, name, table)
    # It was for this checkpoint alone, as other programs go by it, too.
    in_time(storage, name, table, lambda: storage.delta.keep_replaced(table, WEEK if kept == _NO_TIME else kept))
    make_durable(storage, name, before)


def lists(storage: Storage, name: str) -> list[str]:
    """Return the lists of files that the log of a table forgot, relative to the root; none that is only being written."""
    versions = numbers_of(storage.names(f"{name}/{REPLACED}"), ".json")
    return [f"{name}/{REPLACED}/{version:020}.json" for version in sorted(versions)]


def delete_replaced(storage: Storage, name: str, table: DeltaTable, hours: int, dry_run: bool = False) -> list[str]:
    """Delete the files of a table that its log forgot some hours ago.

    :returns: the files that were still there, relative to the table's folder.
    """
    until = machine.now().timestamp() - hours * 3600
    named = {path for path, _ in storage.delta.files(name, table)}  # another program may have brought one back
    deleted: list[str] = []
    for listed in lists(storage, name):
        content = from_json(storage.read(listed))
        if datetime.fromisoformat(content["time"]).timestamp() > until:
            continue
        files = [file for file in content["files"] if file not in named and fault(file) is None]
        sizes = storage.sizes([f"{name}/{file}" for file in files])
        there = [file for file, size in zip(files, sizes, strict=True) if size is not None]
        deleted += there
        if not dry_run:
            storage.delete_many([f"{name}/{file}" for file in there])
            storage.delete(listed)
    return list(dict.fromkeys(deleted))  # more than one list may name a file


def replaced(storage: Storage, name: str, table: DeltaTable, hours: int) -> list[str]:
    """Find the data files that a table replaced some hours ago; what running jobs have staged is not looked at.

    A checkpoint forgets after a week which files were replaced. The log files before it, which datasets keep, know it longer.

    :param storage: the store's storage.
    :param name: the table's folder.
    :param table: the table, opened at its newest version.
    :param hours: versions that were replaced longer ago cannot be read any more without these files.
    :returns: the files that are still there, relative to the table's folder, sorted.
    :raises StoreError: if a log file is damaged.
    """
    base, until = storage.uri(name), machine.now().timestamp() - hours * 3600
    # Where another program cut the log, the checkpoint alone names some.
    old = {file.removeprefix("file://").removeprefix(f"{base}/") for file in storage.delta.replaced(table, hours)}
    last: dict[str, float] = {}  # a file that was brought back may have been replaced again
    for action in actions(storage, name):
        if remove := action.get("remove"):
            last[unquote(remove["path"])] = remove.get("deletionTimestamp") or math.inf
    old |= {path for path, at in last.items() if at / 1000 <= until}
    old -= {path for path, at in last.items() if at / 1000 > until}
    old -= {path for path, _ in storage.delta.files(name, table)}
    files = sorted(path for path in old if escape(path) is None)
    sizes = storage.sizes([f"{name}/{file}" for file in files])
    return [file for file, size in zip(files, sizes, strict=True) if size is not None]
