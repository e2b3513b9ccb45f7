"""Keeping tables quick to open and small on the disk, however long their history is.

After some commits to a table its small files are merged, its state is written down in a checkpoint, and what has become
superfluous goes. How far back that reaches depends on the table:

- A *dataset* keeps every version readable, as models name the versions they were trained on. Only checkpoints between go.
- The tables of a *model*, and the ledger, are only ever added to: whoever wants an old state of them leaves out what came
  later. So of their log the newest part is enough, and files that were merged into others go after a day, which is far longer
  than anybody reads a version that they opened.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from transforms.common.forks import is_panic
from transforms.common.json_text import from_json
from transforms.common.paths import escape, fault
from transforms.store import layout, machine
from transforms.store.delta_log import CHECKPOINT, actions, log_folder, make_durable
from transforms.store.pins import lowest_pin
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

CHECKPOINT_EVERY = 10
MERGE_EVERY = 50
SHORTEN_EVERY = 100
_NEWEST_CHECKPOINTS = 3  # somebody may be about to read one that was the newest a moment ago
_KEPT_VERSIONS = 100
KEPT_HOURS = 24
REPLACED = "_replaced"  # a table's folder of lists of files that its log forgot
_log = logging.getLogger(__name__)


def tidy(storage: Storage, app_id: str, name: str, before: int, version: int, appended: bool) -> None:
    """Do what is due after commits to a table. Failing costs only speed and space.

    :param storage: the store's storage.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param name: the table's folder.
    :param before: its version before them.
    :param version: its version after them.
    :param appended: whether they added files and replaced none.
    """
    try:
        if not is_due(CHECKPOINT_EVERY, before, version) or version <= 0:
            return  # of the other numbers, each is a multiple of this one
        table = storage.delta.open(name)
        if table is None:
            return
        if appended and is_due(MERGE_EVERY, before, version):
            _merge_alone(storage, name, table, target_bytes(before, version))
        drops_history = not layout.is_dataset(name)
        if drops_history and is_due(SHORTEN_EVERY, before, version):
            forget_replaced(storage, name, table)
            delete_replaced(storage, name, table, KEPT_HOURS)
        else:
            write_checkpoint(storage, name, table)
        if is_due(SHORTEN_EVERY, before, version):
            keep_from = version - _KEPT_VERSIONS if drops_history else 0
            shorten_log(storage, name, keep_from, lambda opened: opened.transaction_version(app_id) or 0)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        _log.warning("%s could not be tidied (%s); reading it stays correct but slow.", name, error)


def merging_lease(table: str) -> str:
    """Return the lease of whoever merges files of a table: while nobody has it, files that no log names are a dead one's."""
    return f"{layout.LOCKS}/merging/{table.replace('/', '~2F')}.lock"


def _merge_alone(storage: Storage, name: str, table: DeltaTable, target: int | None) -> None:
    lease = storage.try_acquire(merging_lease(name))
    if lease is None:
        return  # somebody else does it at this moment
    try:
        merge_small_files(storage, name, table, target)
    finally:
        lease.release(remove=True)


def is_due(every: int, before: int, version: int) -> bool:
    """Whether a table's version passed a multiple of some number."""
    return version // every > before // every


def target_bytes(before: int, version: int) -> int | None:
    """Return up to which size files are merged: rarely larger ones, so that no byte is written again more than some times.

    :returns: the size in bytes; None for the largest there are.
    """
    for often, size in ((400 * MERGE_EVERY, None), (20 * MERGE_EVERY, 16 * 2**20)):
        if is_due(often, before, version):
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

    :param condition: which, in SQL.
    """
    _rewrite(storage, name, table, lambda: storage.delta.delete_rows(table, condition))


def _rewrite(storage: Storage, name: str, table: DeltaTable, rewrite: Callable[[], None]) -> None:
    before, version = {path for path, _ in storage.delta.files(name, table)}, table.version()
    rewrite()
    made = {path for path, _ in storage.delta.files(name, table)} - before
    storage.settle([f"{name}/{path}" for path in made], name)
    make_durable(storage, name, version)


def write_checkpoint(storage: Storage, name: str, table: DeltaTable) -> None:
    """Write down the state of an opened table, so that opening it reads what came since and no more."""
    storage.delta.checkpoint(table)
    _settle_checkpoint(storage, name, table.version())


def _settle_checkpoint(storage: Storage, name: str, version: int) -> None:
    # On the disk for good, as log files before it may be deleted.
    written = (f"{version:020}{CHECKPOINT}", "_last_checkpoint")
    storage.settle([f"{log_folder(name)}/{file}" for file in written], log_folder(name))


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
    _settle_checkpoint(storage, name, storage.delta.forget_replaced(table))
    make_durable(storage, name, before)


def delete_replaced(storage: Storage, name: str, table: DeltaTable, hours: int, dry_run: bool = False) -> list[str]:
    """Delete the files of a table that its log forgot some hours ago.

    :returns: the files that were still there, relative to the table's folder.
    """
    until = machine.now().timestamp() - hours * 3600
    named = {path for path, _ in storage.delta.files(name, table)}  # another program may have brought one back
    found: list[str] = []
    for listed in storage.names(f"{name}/{REPLACED}"):
        content = from_json(storage.read(f"{name}/{REPLACED}/{listed}"))
        if datetime.fromisoformat(content["time"]).timestamp() > until:
            continue
        files = [file for file in content["files"] if file not in named and fault(file) is None]
        sizes = storage.sizes([f"{name}/{file}" for file in files])
        there = [file for file, size in zip(files, sizes, strict=True) if size is not None]
        found += there
        if not dry_run:
            storage.delete_many([f"{name}/{file}" for file in there])
            storage.delete(f"{name}/{REPLACED}/{listed}")
    return list(dict.fromkeys(found))  # more than one list may name a file


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
    found = {file.removeprefix("file://").removeprefix(f"{base}/") for file in storage.delta.replaced(table, hours)}
    last: dict[str, float] = {}  # a file that was brought back may have been replaced again
    for action in actions(storage, name):
        if remove := action.get("remove"):
            last[unquote(remove["path"])] = remove.get("deletionTimestamp") or math.inf
    found |= {path for path, at in last.items() if at / 1000 <= until}
    found -= {path for path, at in last.items() if at / 1000 > until}
    found -= {path for path, _ in storage.delta.files(name, table)}
    files = sorted(path for path in found if escape(path) is None)
    sizes = storage.sizes([f"{name}/{file}" for file in files])
    return [file for file, size in zip(files, sizes, strict=True) if size is not None]


def shorten_log(storage: Storage, name: str, keep_from: int, seq_of: Callable[[DeltaTable], int]) -> None:
    """Delete of a table's log what nobody needs any more.

    :param storage: the store's storage.
    :param name: the table's folder.
    :param keep_from: versions from here on stay readable; those before do not, save those that a live transaction may ask
        for. With 0 all stay readable, and only checkpoints go that others make superfluous.
    :param seq_of: tells the ledger row that an opened version stands for.
    """
    files = [file for file in storage.names(log_folder(name)) if file[:20].isdigit()]
    checkpoints = sorted(int(file[:20]) for file in files if file[20:] == CHECKPOINT)
    thin = superfluous(checkpoints)
    base = _base(
        storage, name, [number for number in checkpoints if number <= keep_from and number not in thin], seq_of
    )
    # Oldest first: what is left after an interruption has no gap.
    old = [file for file in files if int(file[:20]) < base or (file[20:] == CHECKPOINT and int(file[:20]) in thin)]
    storage.delete_many([f"{log_folder(name)}/{file}" for file in old])


def version_before(storage: Storage, name: str, days: float) -> int:
    """Return the newest version with a checkpoint that was written some days ago; 0 where there is none."""
    latest = machine.now().timestamp() - days * 86_400
    files = storage.files(log_folder(name)).items()
    written = [int(file[:20]) for file, found in files if file[20:] == CHECKPOINT and found.modified <= latest]
    return max(written, default=0)


def superfluous(checkpoints: Iterable[int]) -> set[int]:
    """Return the checkpoints that only repeat others: all but the newest few and the first of every hundred versions."""
    ordered = sorted(checkpoints)
    firsts = {number // SHORTEN_EVERY: number for number in reversed(ordered)}
    return set(ordered) - set(firsts.values()) - set(ordered[-_NEWEST_CHECKPOINTS:])


def _base(storage: Storage, name: str, checkpoints: Sequence[int], seq_of: Callable[[DeltaTable], int]) -> int:
    """Return the newest of some checkpoints that is old enough for every live transaction; 0 where none is."""
    pinned = lowest_pin(storage) if checkpoints else 0
    for number in reversed(checkpoints):
        table = storage.delta.open(name)
        if table is None:
            break
        table.load_as_version(number)
        if pinned is None or seq_of(table) <= pinned:
            return number
    return 0
