"""Recovery: what a process that died had ratified is finished, and what it had only staged is deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any

from transforms.errors import UsageError
from transforms.store import layout, leases, machine
from transforms.store.contents import Contents
from transforms.store.entry import Entry
from transforms.store.ledger import Ledger
from transforms.store.storage.base import Storage, content_of

_AT_ONCE = 8
_PATIENCE_SECONDS = 60.0
_log = logging.getLogger(__name__)


def finish(store: Contents, afresh: bool = False) -> tuple[list[Entry], list[str]]:
    """Finish what was ratified and delete what dead jobs left behind; what a table refuses waits.

    :param store: the store.
    :param afresh: look at all tables, also where everything was published once, and leave it to the caller to tell what was
        refused.
    :returns: the entries that were brought into their tables, and the transactions that were cleaned up.
    """
    if not store.exists:
        return [], []
    store.identity.ensure()
    published = store.publisher.publish_all(afresh=afresh)
    for found in () if afresh else store.publisher.refused:
        _log.warning("%s", found.error)
    return published, collect_dead(store)


def give_up(store: Contents, seq: int) -> Entry:
    """Withdraw a committed job that a table refuses, and delete what it had staged; nothing else is lost.

    What was committed later to the same tables is published then.

    :param store: the store.
    :param seq: the ledger row.
    :returns: the entry that was withdrawn.
    :raises UsageError: if there is no such row, or none of its tables refuses it.
    :raises PublishError: if it is in one of its tables already.
    :raises LeaseHeldError: if one of its outputs is being built.
    """
    entry = store.ledger.entry(seq) if store.exists else None
    if entry is None:
        raise UsageError(f"There is no commit #{seq}; 'transforms log' lists those there are.")
    with ExitStack() as held:
        for resource in sorted(entry.resources):
            name, what = layout.lease_path(resource, entry.branch), f"{resource} on branch {entry.branch}"
            held.callback(leases.acquire(store.storage, name, what, {"transform": "recover --give-up"}).release)
        store.publisher.publish_all(afresh=True)
        if all(found.entry.seq != seq for found in store.publisher.refused):
            raise UsageError(
                f"#{seq} {entry.transform} is in its tables, or was given up before; there is nothing to give up."
            )
        ledger = leases.acquire(store.storage, layout.MAINTENANCE, "the ledger", {}, _PATIENCE_SECONDS, "tidied")
        held.callback(ledger.release)
        store.publisher.give_up(entry)
        discard(store.storage, entry.staged_folders)
    return entry


def discard(storage: Storage, folders: Iterable[str]) -> None:
    """Delete what was staged, all that can be.

    :param storage: the store's storage.
    :param folders: relative to the root.
    :raises OSError: what kept the first of those that are left from being deleted.
    """
    failed: list[OSError] = []
    for folder in folders:
        try:
            storage.delete_folder(folder)
        except OSError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def dead_transactions(storage: Storage) -> list[str]:
    """Return the ids of transactions whose process died before they ended; nothing is deleted."""
    dead = []
    for name in storage.names(layout.TRANSACTIONS):
        record = f"{layout.TRANSACTIONS}/{name}"
        # Asking takes nothing, so that whoever may only read can ask. One without content has only just begun.
        known = content_of(storage, record)
        if known and not storage.is_held(record) and storage.exists(record):
            dead.append(name.removesuffix(".json"))
    return dead


def collect_dead(store: Contents) -> list[str]:
    """Delete what transactions staged whose process died before they were ratified.

    :param store: the store.
    :returns: the ids of those transactions.
    """
    collect = partial(_collect, store.storage, store.ledger)
    names = store.storage.names(layout.TRANSACTIONS)
    if store.storage.is_local:
        return [name for name in map(collect, names) if name is not None]
    with machine.pool(_AT_ONCE, "collect") as pool:  # each may take time to be sure
        return [name for name in pool.map(collect, names) if name is not None]


def _collect(storage: Storage, ledger: Ledger, name: str) -> str | None:
    """Collect what one transaction had staged if its process is dead; return its id if there was something."""
    transaction = name.removesuffix(".json")
    if not layout.is_identifier(transaction):
        return None  # no record of ours
    lease = storage.try_acquire(f"{layout.TRANSACTIONS}/{name}")
    if lease is None:
        return None  # alive
    done = False
    try:
        staging = _staging(storage, transaction, lease.content)
        if staging is None:
            return None
        if staging and not storage.is_local:
            # It may only have stood still. Whoever wants to commit it from here on meets this note, so that nothing
            # is deleted that a commit names; a commit that came before is found below.
            ledger.give_up(transaction)
        is_collected = bool(staging) and not _is_ratified(ledger, transaction, lease.content)
        if is_collected:
            discard(storage, staging)
        done = True
        return transaction if is_collected else None
    except OSError as error:
        _log.warning("What transaction %s had staged could not be deleted yet: %s", transaction, error)
        return None  # its record stays, so that it is not forgotten
    finally:
        lease.release(remove=done)


def _staging(storage: Storage, transaction: str, record: dict[str, Any]) -> list[str] | None:
    """Return the folders that a transaction's record names; None where they cannot be its own."""
    staging = record.get("staging", [])
    if isinstance(staging, list) and all(layout.is_staging(one, transaction) for one in staging):
        return staging
    _log.warning(
        "%s names folders that transaction %s cannot have staged into, so nothing of it was deleted. Look at "
        "the file, and delete it and what is left over by hand.",
        storage.uri(f"{layout.TRANSACTIONS}/{transaction}.json"),
        transaction,
    )
    return None


def _is_ratified(ledger: Ledger, transaction: str, record: dict[str, Any]) -> bool:
    # It committed nothing before it noted what it pinned. No clock tells as much.
    pinned = record.get("pinned")
    return any(
        entry.transaction == transaction for entry in ledger.entries(after=pinned if isinstance(pinned, int) else 0)
    )
