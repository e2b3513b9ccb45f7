"""Keeping history cheap: a merged ledger with a short log, and a saved index."""

from __future__ import annotations

import logging

from transforms.store import merging, upkeep
from transforms.store.contents import Contents
from transforms.store.layout import LEDGER, MAINTENANCE
from transforms.store.ledger import Ledger
from transforms.store.ledger_log import BLOCK
from transforms.store.log_cleanup import shorten_log
from transforms.store.replaced_files import delete_replaced, forget_replaced
from transforms.store.storage.base import Storage

_EVERY = 100  # commits
_KEPT = 200  # log files, for whoever looks at the newest commits; of all that live transactions read at more
_log = logging.getLogger(__name__)


def maintain(store: Contents, kept_days: float | None = None) -> None:
    """Do what is due after commits. Failing costs only speed.

    :param store: the store.
    :param kept_days: do it now, and keep files of the ledger that were merged for so long; None for when it is due.
    """
    try:
        is_due = store.ledger.head() - max(store.index.saved_seq(), 0) >= _EVERY
        if not is_due and kept_days is None:
            return
        lease = store.storage.try_acquire(MAINTENANCE)
        if lease is None:
            return
        try:
            store.index.refresh()
            store.index.save()
            tidy(store.storage, store.ledger, upkeep.KEPT_HOURS if kept_days is None else int(kept_days * 24))
        finally:
            lease.release()
    except Exception as error:  # noqa: BLE001 - the job is committed, whatever goes wrong here
        _log.warning("The ledger could not be tidied (%s); everything committed is safe.", error)


def tidy(storage: Storage, ledger: Ledger, kept_hours: int = upkeep.KEPT_HOURS) -> None:
    """Merge the small files of the newest blocks and shorten the log: the table has every row, in the same order.

    :param storage: the store's storage.
    :param ledger: the ledger.
    :param kept_hours: how long files stay that were merged into others, in hours.
    """
    block, table = max(ledger.head(), 0) // BLOCK, ledger.table()
    for merged in {max(block - 1, 0), block}:
        merging.merge_small_files(storage, LEDGER, table, partition=("block", str(merged)))
    forget_replaced(storage, LEDGER, table)
    delete_replaced(storage, LEDGER, table, kept_hours)
    shorten_log(storage, LEDGER, ledger.head() - _KEPT, lambda opened: opened.version())
