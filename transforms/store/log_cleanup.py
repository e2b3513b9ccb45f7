"""Checkpoints of a table's log, and deleting of the log what they make superfluous."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from transforms.store import machine
from transforms.store.delta_log import CHECKPOINT, log_folder
from transforms.store.pins import lowest_pin
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

SHORTEN_EVERY = 100  # versions
_NEWEST_CHECKPOINTS = 3  # somebody may be about to read one that was the newest a moment ago


def write_checkpoint(storage: Storage, name: str, table: DeltaTable) -> None:
    """Write down the state of an opened table, so that opening it reads what came since and no more."""
    storage.delta.checkpoint(table)
    settle_checkpoint(storage, name, table.version())


def settle_checkpoint(storage: Storage, name: str, version: int) -> None:
    """Bring a checkpoint to the disk for good, as log files before it may be deleted."""
    written = (f"{version:020}{CHECKPOINT}", "_last_checkpoint")
    storage.settle([f"{log_folder(name)}/{file}" for file in written], log_folder(name))


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
