"""Checking a change before the commit point for everything that could make its publishing fail later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.errors import CommitError, DataError
from transforms.paths import escape
from transforms.store import machine
from transforms.store.change import TableChange, fields_of
from transforms.store.features import check_writable
from transforms.store.storage.base import Storage
from transforms.store.tables import refreshed

if TYPE_CHECKING:
    from deltalake import DeltaTable


def validate_changes(
    storage: Storage, changes: Sequence[TableChange], opened: Mapping[str, DeltaTable]
) -> dict[str, DeltaTable]:
    """Check every change.

    :param opened: tables that were opened earlier, by their folder below the root; they are brought up to date.
    :returns: the tables as they are now, by their folder below the root.
    """

    tables = [change.table for change in changes]
    if len(set(tables)) < len(tables):
        twice = next(table for table in tables if tables.count(table) > 1)
        raise CommitError(f"{twice} would be changed twice in one commit; nothing was committed. Write it once.")

    def validate(change: TableChange) -> DeltaTable | None:
        return validate_change(storage, change, opened.get(change.table))

    if len(changes) == 1:
        opened_now = [validate(changes[0])]
    else:
        with machine.pool(min(max(len(changes), 1), 16), "validate") as pool:
            opened_now = list(pool.map(validate, changes))
    return {change.table: table for change, table in zip(changes, opened_now, strict=True) if table is not None}


def validate_change(storage: Storage, change: TableChange, opened: DeltaTable | None = None) -> DeltaTable | None:
    """Refuse a change that its table could not take; upgrade the table's protocol where the change needs that.

    :returns: the table as it is now, None where there is none yet.
    :raises DataError: if an append does not fit the table's columns.
    :raises UnsupportedTableError: if the table has a feature that cannot be written.
    :raises CommitError: if a staged file is gone or altered, or the table moved on since the change was computed.
    """
    _check_files(storage, change)
    table = storage.delta.open(change.table) if opened is None else refreshed(opened)
    if table is None:
        return None
    check_writable(table, change.table)
    if change.base_version is not None and table.version() != change.base_version:
        raise CommitError(
            f"{change.table} was changed by somebody else while this job ran (version {change.base_version} became "
            f"{table.version()}). Nothing was committed; build again."
        )
    if list(change.partition_by) != list(table.metadata().partition_columns):
        raise CommitError(
            f"{change.table} is partitioned by {table.metadata().partition_columns}, the new content by "
            f"{list(change.partition_by)}; Delta cannot change that. Write it under a new alias."
        )
    if change.mode == "append":
        _check_append(table, change)
    _allow_naive_timestamps(storage, table, change)
    return table


def _check_files(storage: Storage, change: TableChange) -> None:
    for file in change.files:
        if escape(file.path) or file.path.startswith("_"):
            raise CommitError(
                f"{change.table}: {file.path!r} does not lie inside the table, so readers could not find it."
            )
    sizes = storage.sizes([f"{change.table}/{file.path}" for file in change.files])
    for file, size in zip(change.files, sizes, strict=True):
        if size != file.size:
            raise CommitError(
                f"{change.table}: the staged file {file.path} is gone or was altered before the commit (a full VACUUM "
                f"deletes files that are not committed yet). Nothing was committed; build again."
            )


def _check_append(table: DeltaTable, change: TableChange) -> None:
    check_types(change.table, fields_of(table.schema().to_json()), fields_of(change.schema))


def check_types(table: str, there: Sequence[Mapping[str, Any]], added: Sequence[Mapping[str, Any]]) -> None:
    """Check that fields to be added have the types of those there are.

    :raises DataError: names the column and both types.
    """
    known = {field["name"]: field["type"] for field in there}
    for field in added:
        kind = known.get(field["name"], field["type"])
        if kind != field["type"]:
            raise DataError(
                f"{table}: column {field['name']!r} is {_name(field['type'])} in the new rows but "
                f"{_name(kind)} in the dataset; appended rows must have the dataset's types. Cast the column, or "
                f"replace the dataset with set_mode('replace')."
            )


def _allow_naive_timestamps(storage: Storage, table: DeltaTable, change: TableChange) -> None:
    # Without the table feature, a commit with such a column lands and then no reader can open the table.
    if '"timestamp_ntz"' in change.schema and "timestampNtz" not in (table.protocol().writer_features or ()):
        storage.delta.allow_naive_timestamps(table)


def _name(kind: object) -> str:
    return kind if isinstance(kind, str) else json.dumps(kind)
