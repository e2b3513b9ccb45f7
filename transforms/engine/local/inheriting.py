"""Beginning a dataset on a branch with what another branch has: its files are linked, not read."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path
from urllib.parse import unquote

from transforms.engine.local.staging import staged_file
from transforms.errors import DataError
from transforms.store.change import StagedFile, TableChange
from transforms.store.tables import TableView
from transforms.store.transaction import Transaction
from transforms.store.validation import check_types, fields_of


def inherit_rows(transaction: Transaction, table: str, parent: TableView, added: TableChange | None) -> TableChange:
    """Return the change that makes a table of another branch's rows and those that are added.

    :param transaction: the transaction that stages.
    :param table: the new table's folder, relative to the store's root.
    :param parent: the version of the other branch.
    :param added: what is appended, if anything.
    :raises DataError: if the added columns do not fit, or the other branch's dataset is partitioned.
    """
    if parent.table.metadata().partition_columns:
        raise DataError(
            f"{table}: rows cannot be added on a new branch to a partitioned dataset; build it there first."
        )
    files = [_linked(transaction, table, address) for address in parent.table.file_uris()]
    if added is None:
        return TableChange(table, "append", parent.schema_json, tuple(files))
    there = fields_of(parent.schema_json)
    check_types(table, there, fields_of(added.schema))
    known = {field["name"] for field in there}
    fields = there + [field for field in fields_of(added.schema) if field["name"] not in known]
    schema = json.dumps({"type": "struct", "fields": fields})
    return TableChange(table, "append", schema, (*files, *added.files))


def link(source: Path, place: Path) -> None:
    """Give a file a second name, or copy it where the file system cannot; neither touches the first one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def _linked(transaction: Transaction, table: str, address: str) -> StagedFile:
    place = transaction.staging(table) / f"part-{uuid.uuid4().hex}.parquet"
    link(Path(address if os.path.exists(address) else unquote(address)), place)
    return staged_file(place, transaction.store.root / table)
