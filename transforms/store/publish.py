"""Publishing: bringing a ratified change into its Delta table, exactly once, however often it is tried."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from transforms.errors import PublishError
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.storage.base import Storage
from transforms.store.tables import data_files, open_table, refreshed

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

_ATTEMPTS = 50
_CHECKPOINT_EVERY = 10
_MERGE_EVERY = 50
_log = logging.getLogger(__name__)


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
    failure: Exception | None = None
    for attempt in range(_ATTEMPTS):
        table = refreshed(opened) if attempt == 0 and opened is not None else open_table(storage, name)
        if table is not None and _is_published(table, app_id, entry.seq):
            return
        before = -1 if table is None else table.version()
        try:
            if table is None:
                _create(storage, app_id, entry, change)
            else:
                _commit(table, app_id, entry, change)
        except Exception as error:  # noqa: BLE001 - also a commit whose answer got lost: the table decides
            failure = error
            if not _is_conflict(error):
                table = open_table(storage, name)
                if table is None or not _is_published(table, app_id, entry.seq):
                    break
            time.sleep(min(0.002 * 2**attempt, 0.2))
            continue
        version = _make_durable(storage, name, before)
        _tidy(storage, name, before, version, change.mode)
        return
    raise PublishError(
        f"{entry.transform} (transaction {entry.transaction}) is committed, but its part for {change.table} could "
        f"not be published: {failure}. Nothing is lost. Repair the table at {storage.uri(name)}, then run 'transforms recover'."
    ) from failure


def _tidy(storage: Storage, name: str, before: int, version: int, mode: str) -> None:
    """Write a checkpoint and merge appended files from time to time, so that long histories open and read as fast.

    Failing costs only speed.
    """
    from deltalake.exceptions import DeltaError

    try:
        if mode == "append" and version // _MERGE_EVERY > before // _MERGE_EVERY:
            merge_small_files(storage, name)
        if version > 0 and version // _CHECKPOINT_EVERY > before // _CHECKPOINT_EVERY:
            table = open_table(storage, name)
            if table is not None:
                table.create_checkpoint()
    except (DeltaError, OSError) as error:
        _log.warning("%s could not be tidied (%s); reading it stays correct but slow.", name, error)


def merge_small_files(storage: Storage, name: str, partition: tuple[str, str] | None = None) -> None:
    """Rewrite the small files of a table as few large ones; its rows, and every pinned version, stay as they are.

    :param storage: the store's storage.
    :param name: the table's folder.
    :param partition: a partition column and the one value of it to look at.
    """
    from deltalake import CommitProperties

    table = open_table(storage, name)
    if table is None:
        return
    before, version = {path for path, _ in data_files(storage, name, table)}, table.version()
    table.optimize.compact(
        partition_filters=None if partition is None else [(partition[0], "=", partition[1])],
        commit_properties=CommitProperties(max_commit_retries=15),
        post_commithook_properties=_no_hooks(),
    )
    table.update_incremental()
    made = {path for path, _ in data_files(storage, name, table)} - before
    storage.settle([f"{name}/{path}" for path in made], name)
    _make_durable(storage, name, version)


def _is_published(table: DeltaTable, app_id: str, seq: int) -> bool:
    published = table.transaction_version(app_id)
    return published is not None and published >= seq


def _is_conflict(error: Exception) -> bool:
    from deltalake.exceptions import CommitFailedError

    return isinstance(error, CommitFailedError) or "already exists" in str(error)


def _create(storage: Storage, app_id: str, entry: Entry, change: TableChange) -> None:
    from deltalake import Schema
    from deltalake.transaction import create_table_with_add_actions

    create_table_with_add_actions(
        storage.uri(change.table),
        Schema.from_json(change.schema),
        _add_actions(change),
        mode="error",
        partition_by=list(change.partition_by),
        storage_options=storage.options,
        commit_properties=_properties(app_id, entry),
        post_commithook_properties=_no_hooks(),
    )


def _commit(table: DeltaTable, app_id: str, entry: Entry, change: TableChange) -> None:
    from deltalake import Schema

    schema = Schema.from_json(change.schema)
    if change.mode == "append":
        _add_columns(table, schema)
    table.create_write_transaction(
        _add_actions(change),
        mode=change.mode,
        schema=schema,
        partition_by=list(change.partition_by) or None,
        commit_properties=_properties(app_id, entry),
        post_commithook_properties=_no_hooks(),
    )


def _add_columns(table: DeltaTable, schema: Any) -> None:
    # An append takes the table's schema as it is, so columns that are new must be there before. They are empty
    # until the append lands, and adding them twice is a no-op: a crash between the two costs nothing.
    known = {field.name for field in table.schema().fields}
    missing = [field for field in schema.fields if field.name not in known]
    if missing:
        table.alter.add_columns(missing)
        table.update_incremental()


def _add_actions(change: TableChange) -> list[Any]:
    from deltalake.transaction import AddAction

    now = int(time.time() * 1000)
    return [
        AddAction(file.path, file.size, dict(file.partition_values), now, True, file.stats) for file in change.files
    ]


def _properties(app_id: str, entry: Entry) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(
        max_commit_retries=0,  # compare-and-swap: never on top of a version that was not looked at
        app_transactions=[Transaction(app_id, entry.seq)],
        custom_metadata={"ledgerSeq": entry.seq, "transaction": entry.transaction, "transform": entry.transform},
    )


def _no_hooks() -> Any:
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def _make_durable(storage: Storage, name: str, before: int) -> int:
    """Bring the log files after a version to the disk, as delta-rs syncs nothing; return the newest version."""

    def log_file(version: int) -> str:
        return f"{name}/_delta_log/{version:020}.json"

    version = storage.newest(log_file, before)
    # A table that is new has new folders above it, too.
    top = name if before < 0 else f"{name}/_delta_log"
    storage.settle([log_file(number) for number in range(before + 1, version + 1)], top)
    return version
