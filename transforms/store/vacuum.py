"""Giving disk space back: what dead jobs staged, and files that no recent version of a table needs."""

from __future__ import annotations

import logging

from transforms.errors import StoreError
from transforms.store import log_cleanup, replaced_files, upkeep
from transforms.store.contents import Contents
from transforms.store.delta_log import log_folder
from transforms.store.finding import find_tables
from transforms.store.leases import tried_all
from transforms.store.ledger_upkeep import maintain
from transforms.store.pins import lowest_pin
from transforms.store.stragglers import clear_stragglers
from transforms.store.unnamed_files import clear_folders, clear_ledger, clear_table

_log = logging.getLogger(__name__)


def vacuum_tables(store: Contents, days: float, dry_run: bool) -> dict[str, list[str]]:
    """Delete data files that every version of their table since some days has done without, and the log of older versions.

    Files that a table's log says were replaced go, what a killed process had merged without coming to commit it, and what came
    to be staged for a transaction that had ended; so what running jobs have staged is safe. A table that is being built now is
    left alone, and a warning says so.

    :param store: the store.
    :param days: how long ago a file must have been replaced, in days; versions older than that cannot be read after.
    :param dry_run: find the files, delete nothing.
    :returns: the files, relative to their table or model, by its folder relative to the root; those without any are left out.
        What was left in folders of the store itself stands below an empty name.
    :raises StoreError: if a table cannot be opened or cleaned.
    """
    from deltalake.exceptions import DeltaError

    owners = store.written()
    deleted: dict[str, list[str]] = {}
    for table in find_tables(store.storage):
        # A model's tables lie right below its folder.
        locks = owners.get(table) or owners.get(table.rpartition("/")[0], ())
        with tried_all(store.storage, locks, dry_run) as is_free:
            if not is_free:
                _log.warning("%s is being built now, so it was left alone.", table)
                continue
            try:
                files = [*_clean(store, table, days, dry_run), *clear_table(store, table, days, dry_run)]
                if not dry_run:
                    clear_folders(store, table)
            except DeltaError as error:
                raise StoreError(f"{store.storage.uri(table)} could not be cleaned: {error}") from error
        if files:
            deleted[table] = files
    for table, files in [*clear_stragglers(store, days, dry_run).items(), ("", clear_ledger(store, dry_run))]:
        if files:
            deleted.setdefault(table, []).extend(files)
    if not dry_run and store.exists:
        maintain(store, days)
    return deleted


def _clean(store: Contents, name: str, days: float, dry_run: bool) -> list[str]:
    table = store.storage.delta.open(name)
    if table is None:
        return []
    pinned = lowest_pin(store.storage)
    if pinned is not None and (table.transaction_version(store.app_id) or 0) > pinned:
        _log.warning("A running job may be reading an older version of %s, so it was left alone.", name)
        return []
    files = replaced_files.replaced(store.storage, name, table, int(days * 24))
    if not dry_run:
        store.storage.delete_many([f"{name}/{file}" for file in files])
    files += [
        file
        for file in replaced_files.delete_replaced(store.storage, name, table, int(days * 24), dry_run)
        if file not in files
    ]
    if not dry_run and len(store.storage.names(log_folder(name))) > upkeep.CHECKPOINT_EVERY:
        log_cleanup.write_checkpoint(store.storage, name, table)
        keep_from = log_cleanup.version_before(store.storage, name, days)
        log_cleanup.shorten_log(
            store.storage, name, keep_from, lambda opened: opened.transaction_version(store.app_id) or 0
        )
    return files
