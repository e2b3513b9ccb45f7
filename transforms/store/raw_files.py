"""Datasets of raw files: how they are told from datasets of rows, and what a row of theirs may say.

Such a dataset is a Delta table with a row for each file. That it is one stands in the metadata of its columns, which nothing
but the store sets: rows that a user has written with columns of the same names are rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.common.paths import inside, shown
from transforms.errors import DataError
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.change import fields_of

if TYPE_CHECKING:
    from transforms.store.ledger import Ledger

COLUMNS = ("path", "size", "modified", "sha256", "location")
"""The columns of the table."""
_KEY, _FILES = "transforms.content", "raw files"
_LOCATION = re.compile(rf"{layout.FILES}/[0-9a-f]{{32}}/(?P<path>.*)", re.DOTALL)


def marked(schema: str) -> str:
    """Return the schema, as Delta's JSON, of a table of files with the mark that tells it."""
    fields = [{**field, "metadata": {**field.get("metadata", {}), _KEY: _FILES}} for field in fields_of(schema)]
    return json.dumps({"type": "struct", "fields": fields})


def is_marked(fields: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a table with these fields says of itself that it is one of raw files."""
    if tuple(field["name"] for field in fields) != COLUMNS:
        return False
    return all(isinstance(found := field.get("metadata"), dict) and found.get(_KEY) == _FILES for field in fields)


def was_committed(ledger: Ledger, table: str, seq: int) -> bool:
    """Whether a row of the ledger put raw files into a table: how tables are told that were made before there was a mark.

    :param ledger: the ledger.
    :param table: the table's folder, relative to the root; it has the columns of one of raw files.
    :param seq: the row that last wrote it; 0 where none did, so that its rows are somebody else's.
    """
    for entry in ledger.entries(after=seq - 1, until=seq) if seq else ():
        for key, summary in entry.outputs.items():
            kind, _, alias = key.partition(":")
            if kind == "dataset" and layout.resource_path(Resource("dataset", alias), entry.branch) == table:
                return "files" in summary or not summary.get("rows")
    return False


def place_of(row: Mapping[str, Any], dataset: str) -> str:
    """Return where the bytes of a file lie, relative to the table, after a look at what its row says.

    :param row: the row.
    :param dataset: the dataset, for messages.
    :raises DataError: if the row names a path that no file of a dataset can have, or bytes elsewhere than it must.
    """
    path = inside(row["path"], dataset)
    location = row["location"]
    found = _LOCATION.fullmatch(location) if isinstance(location, str) else None
    if found is None or found["path"] != path:
        raise DataError(
            f"{dataset}: the row of the file {shown(path)} names {shown(location)}, which is not where its bytes were put. "
            "Nothing was read. Somebody has changed the dataset's table; restore it, or put the files in again."
        )
    return str(location)
