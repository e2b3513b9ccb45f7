"""Whether the ledger, the tables and the store's own file belong together, or one of them comes from somewhere else."""

from __future__ import annotations

from transforms.errors import DivergedError
from transforms.store.layout import LEDGER, STORE_FILE
from transforms.store.ledger import Ledger
from transforms.store.ledger_log import OWNER
from transforms.store.storage.base import Storage
from transforms.store.table_row import Row


def diverged(storage: Storage, table: str, row: Row) -> DivergedError:
    """Return the error for a table that names a row which the ledger does not have."""
    return DivergedError(
        f"The table {storage.uri(table)} has commit #{row.seq} of a ledger that is not the one at {storage.uri(LEDGER)}, or of "
        f"another table: the ledger was lost, restored from an older copy, or copied while a build ran, or the table's folder "
        f"was moved or replaced. Nothing was changed. Restore the whole "
        f"store from one backup (made by 'transforms backup', or while nothing was running); 'transforms doctor' lists the "
        f"tables concerned."
    )


def check_owner(storage: Storage, app_id: str, ledger: Ledger) -> None:
    """Look whether the ledger is the one of this store.

    By another store's name no table would know what it has, and all of the ledger would be published to it again.

    :raises DivergedError: if it is another store's.
    """
    owner = ledger.table().metadata().configuration.get(OWNER, app_id)  # older ledgers do not say
    if owner != app_id:
        raise DivergedError(
            f"{storage.uri(LEDGER)} is the ledger of another store than the one that {storage.uri(STORE_FILE)} names: one of "
            f"them was copied or restored without the other. Nothing was changed. Restore the whole store from one backup "
            f"(made by 'transforms backup', or while nothing was running)."
        )
