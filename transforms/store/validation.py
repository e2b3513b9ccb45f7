"""Checking a change before the commit point for everything that could make its publishing fail later."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from transforms.common.forks import is_panic
from transforms.common.paths import escape
from transforms.errors import CommitError, ConflictError, DataError
from transforms.store import machine
from transforms.store.change import TableChange, fields_of
from transforms.store.columns import folded
from transforms.store.features import check_writable
from transforms.store.layout import alias_of
from transforms.store.storage.base import Storage
from transforms.store.tables import refreshed

if TYPE_CHECKING:
    from deltalake import DeltaTable


_log = logging.getLogger(__name__)


def validate_changes(
    storage: Storage, changes: Sequence[TableChange], opened: Mapping[str, DeltaTable]
) -> dict[str, DeltaTable]:
    """Check every change of a transaction, side by side.

    :param storage: the store's storage.
    :param changes: what is to happen to each table; each table is in one of them.
    :param opened: tables that were opened earlier, by their folder below the root; they are brought up to date.
    :returns: the tables as they are now, by their folder below the root; without those that are not there yet.
    :raises CommitError: if a table is in two changes, a staged file is gone or altered, or a table moved on.
    :raises DataError: if an append does not fit its table's columns.
    :raises UnsupportedTableError: if a table has a feature or a rule that cannot be kept here.
    """
    tables = [change.table for change in changes]
    if len(set(tables)) < len(tables):
        twice = next(table for table in tables if tables.count(table) > 1)
        raise CommitError(
            f"{alias_of(twice)} would be changed twice in one commit; nothing was committed. Write it once."
        )

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
    :raises DataError: if an append does not fit the table's columns, or the table refuses the new ones.
    :raises UnsupportedTableError: if the table has a feature or a rule that cannot be kept here.
    :raises CommitError: if a staged file is gone or altered, or the table moved on since the change was computed.
    """
    check_files(storage, change)
    table = storage.delta.open(change.table) if opened is None else refreshed(opened)
    if table is not None and change.base_version is not None and table.version() != change.base_version:
        raise ConflictError(
            f"{alias_of(change.table)} was changed by somebody else while this job ran (version {change.base_version} became "
            f"{table.version()}). Nothing was committed; build again."
        )
    check_fits(storage, table, change)
    return table


def check_fits(storage: Storage, table: DeltaTable | None, change: TableChange) -> None:
    """Refuse a change that its table could not take; upgrade the table's protocol where the change needs that.

    :param storage: the store's storage.
    :param table: the table; None where there is none yet.
    :param change: what is to happen to it.
    :raises DataError: if an append does not fit the table's columns, or the table refuses the new ones.
    :raises UnsupportedTableError: if the table has a feature or a rule that cannot be kept here.
    :raises CommitError: if it is partitioned in another way.
    """
    what = alias_of(change.table)
    if table is None:
        _rehearse(storage, None, change, what)
        return
    check_writable(table, what, change.mode)
    there, partitions = fields_of(table.schema().to_json()), table.metadata().partition_columns
    if list(change.partition_by) != list(partitions):
        raise CommitError(
            f"{what} is partitioned by {partitions}, the new content by {list(change.partition_by)}; Delta cannot change "
            f"that. Write it under a new alias."
        )
    if change.mode == "append":
        check_appended(what, there, change)
    else:
        _warn_of_rules(what, there)
    _allow_naive_timestamps(storage, table, change)
    if not _has_columns(there, fields_of(change.schema), change.mode):
        _rehearse(storage, table, change, what)


def check_files(storage: Storage, change: TableChange) -> None:
    """Refuse a change whose files are not there as they were staged.

    :raises CommitError: names the file.
    """
    for file in change.files:
        if escape(file.path) or file.path.startswith("_"):
            raise CommitError(
                f"{alias_of(change.table)}: {file.path!r} does not lie inside the table, so readers could not find it."
            )
    sizes = storage.sizes([f"{change.table}/{file.path}" for file in change.files])
    for file, size in zip(change.files, sizes, strict=True):
        if size != file.size:
            raise ConflictError(
                f"{alias_of(change.table)}: the staged file {file.path} is gone or was altered before the commit (a full VACUUM "
                f"deletes files that are not committed yet). Nothing was committed; build again."
            )


def check_appended(what: str, there: Sequence[Mapping[str, Any]], change: TableChange) -> None:
    """Check that rows to be added fit the fields there are.

    :param what: the dataset, for messages.
    :param there: the fields of the table.
    :param change: what is added.
    :raises DataError: names the column, and what is there.
    """
    added = {field["name"]: field["type"] for field in fields_of(change.schema)}
    known = {folded(field["name"]): field for field in there}
    for name, kind in added.items():
        field = known.get(folded(name))
        if field is None:
            continue
        if field["name"] != name:
            raise DataError(
                f"{what}: column {name!r} of the new rows differs from the dataset's {field['name']!r} in case alone, and "
                f"Delta takes both for one. Rename it to {field['name']!r}, or replace the dataset with set_mode('replace')."
            )
        if nullable(field["type"]) != kind:
            raise DataError(
                f"{what}: column {name!r} is {_name(kind)} in the new rows but {_name(field['type'])} in the dataset; "
                f"appended rows must have the dataset's types. Cast the column, or replace the dataset with "
                f"set_mode('replace')."
            )
    for field in there:
        _check_rules(what, field, field["name"] in added, change)


def _check_rules(what: str, field: Mapping[str, Any], is_added: bool, change: TableChange) -> None:
    name = field["name"]
    if (rules := _rules_of(field)) and rules != ["NOT NULL"]:
        raise DataError(
            f"{what}: column {name!r} is {' '.join(rules)}, which cannot be checked here for rows that are added. Replace "
            f"the dataset with set_mode('replace'), or add to it with Spark."
        )
    if field.get("nullable", True):
        return
    nulls = [json.loads(file.stats)["nullCount"].get(name) for file in change.files]
    if change.rows and (not is_added or any(count != 0 for count in nulls)):
        raise DataError(
            f"{what}: column {name!r} is NOT NULL in the dataset, and the new rows may hold nulls in it. Fill them, or "
            f"replace the dataset with set_mode('replace')."
        )


def _warn_of_rules(what: str, there: Sequence[Mapping[str, Any]]) -> None:
    rules = {field["name"]: " ".join(found) for field in there if (found := _rules_of(field))}
    if rules:
        names = ", ".join(f"{name} ({rule})" for name, rule in rules.items())
        _log.warning("%s: with the new content the rules of its columns end: %s.", what, names)


def _rules_of(field: Mapping[str, Any]) -> list[str]:
    rules = [] if field.get("nullable", True) else ["NOT NULL"]
    if nullable(field["type"]) != field["type"]:
        rules.append("NOT NULL inside")
    length = field.get("metadata", {}).get("__CHAR_VARCHAR_TYPE_STRING")
    return rules if length is None else [*rules, length]


def nullable(kind: Any) -> Any:
    """Return a type of Delta's schema JSON with nulls allowed everywhere in it, and nothing said of its fields but the type."""
    if not isinstance(kind, Mapping):
        return kind
    if kind["type"] == "array":
        return {"type": "array", "elementType": nullable(kind["elementType"]), "containsNull": True}
    if kind["type"] == "map":
        sides = {side: nullable(kind[side]) for side in ("keyType", "valueType")}
        return {"type": "map", **sides, "valueContainsNull": True}
    fields = [
        {"name": field["name"], "type": nullable(field["type"]), "nullable": True, "metadata": {}}
        for field in kind["fields"]
    ]
    return {"type": "struct", "fields": fields}


def _has_columns(
    there: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], mode: Literal["overwrite", "append"]
) -> bool:
    if mode == "overwrite":
        return list(there) == list(wanted)
    return {field["name"] for field in wanted} <= {field["name"] for field in there}


def _rehearse(storage: Storage, table: DeltaTable | None, change: TableChange, what: str) -> None:
    # Columns are what a table refuses, and who knows all the reasons: so what changes them is tried out before.
    try:
        storage.delta.rehearse(table, change)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        raise DataError(
            f"{what}: its Delta table cannot take the new content: {error}. Nothing was committed."
        ) from error


def _allow_naive_timestamps(storage: Storage, table: DeltaTable, change: TableChange) -> None:
    # Without the table feature, a commit with such a column lands and then no reader can open the table.
    if '"timestamp_ntz"' in change.schema and "timestampNtz" not in (table.protocol().writer_features or ()):
        storage.delta.allow_naive_timestamps(table)


def _name(kind: Any) -> str:
    """Return a type of Delta as it is written in a declaration."""
    if isinstance(kind, str):
        return kind
    if kind["type"] == "struct":
        fields = (f"{field['name']}: {_name(field['type'])}" for field in kind["fields"])
        return f"struct<{', '.join(fields)}>"
    if kind["type"] == "array":
        return f"array<{_name(kind['elementType'])}>"
    return f"map<{_name(kind['keyType'])}, {_name(kind['valueType'])}>"
