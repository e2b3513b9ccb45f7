"""Publishing: bringing a ratified change into its Delta table, exactly once, however often it is tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from transforms.common.forks import is_panic
from transforms.errors import PublishError
from transforms.store import machine
from transforms.store.belonging import diverged
from transforms.store.delta_log import came_too_late, log_file, make_durable
from transforms.store.entry import Entry
from transforms.store.growth import Growth
from transforms.store.order import Part
from transforms.store.storage.base import Storage
from transforms.store.storage.delta import Mark, apply
from transforms.store.storage.patience import PATIENCE_SECONDS, is_outage
from transforms.store.table_row import Row, row_of
from transforms.store.tables import refreshed
from transforms.store.upkeep import tidy
from transforms.store.validation import check_files, check_fits

if TYPE_CHECKING:
    from deltalake import DeltaTable

_ATTEMPTS = 50


class Examined(NamedTuple):
    """A table that takes a change, as it was a moment ago.

    Attributes:
        table: the table; None where there is none yet.
    """

    table: DeltaTable | None


def examine(
    storage: Storage,
    app_id: str,
    part: Part,
    has: Callable[[Row, str], bool],
    validated: Examined | None = None,
) -> Examined | None:
    """Look whether a table takes its part of a ratified entry, so that no other table gets its own if this one does not.

    :param storage: the store's storage.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param part: the entry, and what it does to the table.
    :param has: whether the ledger has a row that a table names, and it is one that wrote this table.
    :param validated: the table, if it was found to take the change a moment ago.
    :returns: the table; None where it has the change already.
    :raises DivergedError: if it has a row that this ledger does not have.
    :raises StoreError: if it does not take the change.
    """
    entry, change = part
    table, is_looked_at = _newest(storage, change.table, validated)
    row = None if table is None else row_of(storage, change.table, table, app_id)
    is_there = row is not None and row.seq >= entry.seq
    # A table that was found to take the change belonged to this ledger then.
    is_asked = row is not None and (is_there or validated is None)
    if row is not None and is_asked and not (row.is_of(entry.seq, entry.transaction) or has(row, change.table)):
        raise diverged(storage, change.table, row)
    if is_there:
        return None
    if validated is None:
        check_files(storage, change)
    if not is_looked_at:
        check_fits(storage, table, change)
    return Examined(table)


def publish_change(storage: Storage, app_id: str, part: Part, examined: Examined | None = None) -> None:
    """Commit one change of a ratified entry to its table, unless that has been done.

    The table remembers the ledger row in a transaction identifier. Changes must come in the order of the ledger:
    a later one would make an earlier one look done.

    :param storage: the store's storage.
    :param app_id: the store's name in Delta's transaction identifiers.
    :param part: the entry, and what it does to the table.
    :param examined: the table as it was found to take the change, so that it need not be looked at again.
    :raises PublishError: if the table refuses; the entry stays ratified, and recovery tries again.
    """
    entry, change = part
    name = change.table
    failure: BaseException | None = None
    deadline = machine.monotonic() + PATIENCE_SECONDS
    for attempt in range(_ATTEMPTS):
        if attempt == 0 and examined is not None:
            table = examined.table  # a commit on that very version, or none
        else:
            table = storage.delta.open(name)
            if _has(storage, table, part, app_id):
                return
        if failure is not None:  # another program changed the table since it was looked at
            check_fits(storage, table, change)
        before = -1 if table is None else table.version()
        failure = _try(storage, table, part, app_id)
        if failure is None and came_too_late(storage, name, before + 1):
            storage.delete(log_file(name, before + 1))
            continue
        if failure is None:
            version = make_durable(storage, name, before)
            growth = Growth(before, version, len(change.files))
            tidy(storage, app_id, name, growth, change.mode == "append")
            return
        pause = _pause(failure, attempt, deadline)
        # Whether a commit whose answer got lost came about, the table decides.
        if pause is None and not _has(storage, storage.delta.open(name), part, app_id):
            break
        machine.sleep(pause or 0.0)
    raise refusal(storage, entry, name, failure) from failure


def refusal(storage: Storage, entry: Entry, table: str, failure: object) -> PublishError:
    """Return the error for an entry that a table refuses.

    :param storage: the store's storage.
    :param entry: the entry.
    :param table: the table's folder, relative to the root.
    :param failure: why.
    """
    reason = re.sub(r" *Nothing was (committed|changed)(; build again)?\.", "", str(failure)).rstrip(". ")
    return PublishError(
        f"{entry.transform} (transaction {entry.transaction}) is committed as #{entry.seq}, but its part for {table} could "
        f"not be published: {reason}. Nothing is lost, and jobs that touch other tables go on. Repair "
        f"the table at {storage.uri(table)}, then run 'transforms recover'; or do without this commit: "
        f"'transforms recover --give-up {entry.seq}'."
    )


def _newest(storage: Storage, name: str, validated: Examined | None) -> tuple[DeltaTable | None, bool]:
    """Return a table at its newest version, and whether that is the one that was found to take the change."""
    if validated is None:
        return storage.delta.open(name), False
    if validated.table is None:
        return None, True
    version = validated.table.version()
    table = refreshed(validated.table)
    return table, table.version() == version


def _has(storage: Storage, table: DeltaTable | None, part: Part, app_id: str) -> bool:
    row = None if table is None else row_of(storage, part.change.table, table, app_id)
    return row is not None and row.seq >= part.entry.seq


def _try(storage: Storage, table: DeltaTable | None, part: Part, app_id: str) -> BaseException | None:
    """Commit a change once; return what went wrong."""
    mark = _mark(app_id, part.entry)
    try:
        if table is None:
            storage.delta.create(part.change, mark)
        else:
            apply(storage.delta, table, part.change, mark)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        return error
    return None


def _pause(failure: BaseException, attempt: int, deadline: float) -> float | None:
    """Return how long to wait before the next try, in seconds; None for what another try does not mend."""
    if _is_conflict(failure):
        return float(min(0.002 * 2**attempt, 0.2))
    if is_outage(failure) and machine.monotonic() < deadline:
        return float(min(0.1 * 2**attempt, 3.0))
    return None


def _is_conflict(error: BaseException) -> bool:
    from deltalake.exceptions import CommitFailedError

    return isinstance(error, CommitFailedError) or "already exists" in str(error)


def _mark(app_id: str, entry: Entry) -> Mark:
    info: dict[str, str | int] = {
        "ledgerSeq": entry.seq,
        "transaction": entry.transaction,
        "transform": entry.transform,
    }
    return Mark(app_id, entry.seq, info, entry.transaction)
