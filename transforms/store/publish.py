"""Publishing: bringing a ratified change into its Delta table, exactly once, however often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.errors import PublishError
from transforms.forks import is_panic
from transforms.store import machine
from transforms.store.change import TableChange
from transforms.store.delta_log import make_durable
from transforms.store.entry import Entry
from transforms.store.storage.base import Storage
from transforms.store.storage.delta import Mark, apply
from transforms.store.tables import refreshed
from transforms.store.upkeep import tidy

if TYPE_CHECKING:
    from deltalake import DeltaTable

_ATTEMPTS = 50


def publish_change(
    storage: Storage, app_id: str, entry: Entry, change: TableChange, opened: DeltaTable | None = None
) -> None:
    """Commit one change of a ratified entry to its table, unless that has been done.

    The table remembers the ledger row in a transaction identifier. Changes must come in the order of the ledger:
    a later one would make an earlier one look done.

    :param opened: the table, if it was opened a moment ago: bringing it up to date is cheaper than opening it.
    :raises PublishError: if the table refuses; the entry stays ratified, and recovery tries again.
    """
    name = change.table
    failure: BaseException | None = None
    for attempt in range(_ATTEMPTS):
        table = refreshed(opened) if attempt == 0 and opened is not None else storage.delta.open(name)
        if table is not None and _is_published(table, app_id, entry.seq):
            return
        before = -1 if table is None else table.version()
        try:
            if table is None:
                storage.delta.create(change, _mark(app_id, entry))
            else:
                apply(storage.delta, table, change, _mark(app_id, entry))
        except BaseException as error:  # also a commit whose answer got lost: the table decides
            if not (isinstance(error, Exception) or is_panic(error)):
                raise
            failure = error
            if not _is_conflict(error):
                table = storage.delta.open(name)
                if table is None or not _is_published(table, app_id, entry.seq):
                    break
            machine.sleep(min(0.002 * 2**attempt, 0.2))
            continue
        version = make_durable(storage, name, before)
        tidy(storage, app_id, name, before, version, change.mode == "append")
        return
    raise PublishError(
        f"{entry.transform} (transaction {entry.transaction}) is committed, but its part for {change.table} could "
        f"not be published: {failure}. Nothing is lost. Repair the table at {storage.uri(name)}, then run 'transforms recover'."
    ) from failure


def _is_published(table: DeltaTable, app_id: str, seq: int) -> bool:
    published = table.transaction_version(app_id)
    return published is not None and published >= seq


def _is_conflict(error: BaseException) -> bool:
    from deltalake.exceptions import CommitFailedError

    return isinstance(error, CommitFailedError) or "already exists" in str(error)


def _mark(app_id: str, entry: Entry) -> Mark:
    info: dict[str, str | int] = {
        "ledgerSeq": entry.seq,
        "transaction": entry.transaction,
        "transform": entry.transform,
    }
    return Mark(app_id, entry.seq, info)
