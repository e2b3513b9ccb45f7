"""Beginning a dataset on a branch with what another branch has: its files are linked or copied, not read."""

from __future__ import annotations

import json
import uuid

from transforms.engine.local.staging import staged_file
from transforms.errors import DataError
from transforms.store.change import StagedFile, TableChange, fields_of
from transforms.store.features import check_writable
from transforms.store.layout import alias_of
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction
from transforms.store.validation import check_appended


def inherit_rows(transaction: Transaction, table: str, parent: TableView, added: TableChange | None) -> TableChange:
    """Return the change that makes a table of another branch's rows and those that are added.

    :param transaction: the transaction that stages.
    :param table: the new table's folder, relative to the store's root.
    :param parent: the version of the other branch.
    :param added: what is appended, if anything.
    :raises DataError: if the added columns do not fit, or the other branch's dataset is partitioned.
    :raises UnsupportedTableError: if it has a feature or a rule that cannot be kept here.
    """
    what = alias_of(table)
    check_writable(parent.table, what, "append")  # its files mean in the new table what they mean there
    if parent.table.metadata().partition_columns:
        raise DataError(f"{what}: rows cannot be added on a new branch to a partitioned dataset; build it there first.")
    files = [_linked(transaction, table, parent, path) for path in parent.file_paths()]
    if added is None:
        return TableChange(table, "append", parent.schema_json, tuple(files))
    there = fields_of(parent.schema_json)
    check_appended(what, there, added)
    known = {field["name"] for field in there}
    fields = there + [field for field in fields_of(added.schema) if field["name"] not in known]
    schema = json.dumps({"type": "struct", "fields": fields})
    return TableChange(table, "append", schema, (*files, *added.files))


def _linked(transaction: Transaction, table: str, parent: TableView, path: str) -> StagedFile:
    storage = transaction.store.storage
    name = f"{transaction.staging_name(table)}/part-{uuid.uuid4().hex}.parquet"
    storage.copy(f"{parent.name}/{path}", name)
    (size,) = storage.sizes([name])
    assert size is not None
    return staged_file(storage, table, name.removeprefix(f"{table}/"), size)
