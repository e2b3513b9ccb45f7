"""Beginning a dataset on a branch with what another branch has: its files are linked or copied, not read."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from urllib.parse import quote

from transforms.engine.local.data_files import FoundFile, files_of
from transforms.engine.local.partitions import NULL
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
    :raises DataError: if the added columns do not fit, or are partitioned otherwise than those of the other branch.
    :raises UnsupportedTableError: if it has a feature or a rule that cannot be kept here.
    """
    what = alias_of(table)
    check_writable(parent.table, what, "append")  # its files mean in the new table what they mean there
    partitions = tuple(parent.table.metadata().partition_columns)
    if added is not None and added.partition_by != partitions:
        raise DataError(
            f"{what} is partitioned by {list(partitions)} on the branch that it goes on from, the new rows by "
            f"{list(added.partition_by)}; Delta cannot change that. Write them alike, or replace the dataset with "
            f"set_mode('replace')."
        )
    files = tuple(_linked(transaction, table, parent, file) for file in files_of(parent))
    if added is None:
        return TableChange(table, "append", parent.schema_json, files, partitions)
    there = fields_of(parent.schema_json)
    check_appended(what, there, added)
    known = {field["name"] for field in there}
    fields = there + [field for field in fields_of(added.schema) if field["name"] not in known]
    schema = json.dumps({"type": "struct", "fields": fields})
    return TableChange(table, "append", schema, (*files, *added.files), partitions)


def _linked(transaction: Transaction, table: str, parent: TableView, file: FoundFile) -> StagedFile:
    storage, values = transaction.store.storage, file.partition_values
    # Not every reader asks the log for partition values; the names of folders tell them, too.
    folders = file.path.split("/")[:-1][-len(values) :] if values else []
    if not all("=" in folder for folder in folders) or len(folders) < len(values):
        folders = [f"{quote(name, '')}={NULL if text is None else quote(text, '')}" for name, text in values.items()]
    name = "/".join((transaction.staging_name(table), *folders, f"part-{uuid.uuid4().hex}.parquet"))
    storage.copy(f"{parent.name}/{file.path}", name)
    (size,) = storage.sizes([name])
    assert size is not None
    return replace(staged_file(storage, table, name.removeprefix(f"{table}/"), size), partition_values=dict(values))
