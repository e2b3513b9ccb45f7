"""What stands in a log file of the ledger: the row of a job, or a note in the order of jobs."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from transforms.common.json_text import from_json
from transforms.errors import CommitError
from transforms.store import machine
from transforms.store.entry import Entry
from transforms.store.layout import LEDGER
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1000
"""Rows are partitioned by ``seq // BLOCK``, so that merging small files never rewrites old history."""
LOG = f"{LEDGER}/_delta_log"
GIVEN_UP = "transformsGivenUp"
WITHDRAWN = "transformsWithdrawn"
OWNER = "transforms.store"
"""The property of the ledger's table that names its store, as every checkpoint keeps it."""
_PAYLOAD = "transforms"
_ENGINE = "transforms-on-delta"
_NAME = re.compile(r"\d{20}\.json")


class GivenUp(NamedTuple):
    """A note in the order of commits: from here on a transaction cannot be committed any more.

    Attributes:
        transaction: its id.
    """

    transaction: str


class Withdrawn(NamedTuple):
    """A note in the order of commits: a row before it is in none of its tables, and will be in none.

    Attributes:
        seq: the row.
        transaction: the id of the transaction that wrote it.
    """

    seq: int
    transaction: str


Note = Entry | GivenUp | Withdrawn | None


def note_in(content: bytes) -> Note:
    """Return what a log file says; None for one of housekeeping.

    :raises ValueError: if it is damaged.
    """
    try:
        info = from_json(content.split(b"\n", 1)[0]).get("commitInfo", {})
        if GIVEN_UP in info:
            return GivenUp(info[GIVEN_UP])
        if WITHDRAWN in info:
            return Withdrawn(*info[WITHDRAWN])
        return Entry.from_row(info[_PAYLOAD]) if info.get(_PAYLOAD) else None
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def log_file(version: int) -> str:
    """Return the name of the log file that a version of the ledger is, or would be."""
    return f"{LOG}/{version:020}.json"


def numbers_in(names: Iterable[str]) -> list[int]:
    """Return the versions whose log files are among some names, in order."""
    return sorted(int(name[:20]) for name in names if _NAME.fullmatch(name))


def gaps(storage: Storage) -> list[int]:
    """Return the versions of a store's ledger whose log files are gone, while there are some before and after them."""
    missing = _missing(storage)
    # A listing that was made while others wrote or shortened the log may have missed some.
    return sorted(missing & _missing(storage)) if missing else []


def _missing(storage: Storage) -> set[int]:
    numbers = numbers_in(storage.names(LOG))
    return {*range(numbers[0], numbers[-1])} - set(numbers) if numbers else set()


def unreadable(address: str, reason: object = None) -> CommitError:
    """Return the error for a part of the ledger that cannot be read.

    :param address: which.
    :param reason: why; None for one that is gone.
    """
    state = "is gone" if reason is None else f"is damaged or cannot be read ({reason})"
    return CommitError(
        f"The ledger's log {address} {state}. Every commit so far is untouched. Restore the file from a backup of the store; "
        f"'transforms doctor' tells what else is damaged."
    )


@cache
def arrow_schema() -> pa.Schema:
    """Return the columns of the ledger's table."""
    import pyarrow as pa

    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("seq", pa.int64()),
            ("transaction", text),
            ("transform", text),
            ("branch", text),
            ("started_time", moment),
            ("ratified_time", moment),
            ("user", text),
            ("code_version", text),
            ("inputs", text),
            ("outputs", text),
            ("changes", text),
            ("block", pa.int64()),
        ]
    )


def first_content(owner: str) -> bytes:
    """Return the log that a ledger begins with.

    :param owner: the name of the store that it belongs to.
    """
    from deltalake import Schema

    now = machine.milliseconds()
    actions: list[dict[str, Any]] = [
        {"commitInfo": {"timestamp": now, "operation": "CREATE TABLE", "engineInfo": _ENGINE}},
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {
            "metaData": {
                "id": str(uuid.UUID(machine.unique())),
                "name": "ledger",
                "description": "One row per committed job; the version that brought a row is its seq.",
                "format": {"provider": "parquet", "options": {}},
                "schemaString": Schema.from_arrow(arrow_schema()).to_json(),
                "partitionColumns": ["block"],
                "configuration": {OWNER: owner},
                "createdTime": now,
            }
        },
    ]
    return "\n".join(json.dumps(action) for action in actions).encode()


def log_content(entry: Entry, file: str, size: int) -> bytes:
    """Return the log file that adds a row.

    :param entry: the row.
    :param file: the Parquet file that holds it, relative to the table.
    :param size: its size in bytes.
    """
    now = machine.milliseconds()
    row = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in entry.to_row().items()}
    bounds = {"seq": entry.seq}
    actions: list[dict[str, Any]] = [
        {
            "commitInfo": {
                "timestamp": now,
                "operation": "WRITE",
                "operationParameters": {"mode": "Append"},
                "engineInfo": _ENGINE,
                _PAYLOAD: row,
            }
        },
        {
            "add": {
                "path": file,
                "partitionValues": {"block": str(entry.seq // BLOCK)},
                "size": size,
                "modificationTime": now,
                "dataChange": True,
                "stats": json.dumps(
                    {"numRecords": 1, "minValues": bounds, "maxValues": bounds, "nullCount": {"seq": 0}}
                ),
            }
        },
    ]
    return "\n".join(json.dumps(action) for action in actions).encode()


def note_content(note: Mapping[str, Any]) -> bytes:
    """Return the log file that adds no row, but a note.

    :param note: what it says beside its time.
    """
    info = {"timestamp": machine.milliseconds(), "operation": "GIVE UP", "engineInfo": _ENGINE, **note}
    return json.dumps({"commitInfo": info}).encode()
