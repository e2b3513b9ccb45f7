"""Which row of the ledger last wrote a table: what its log keeps of that."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, NamedTuple

from transforms.common.json_text import from_json
from transforms.store.delta_log import log_file
from transforms.store.identifiers import number_of
from transforms.store.storage.base import Storage, content_of
from transforms.store.storage.delta import transaction_app

if TYPE_CHECKING:
    from deltalake import DeltaTable


class Row(NamedTuple):
    """What a table knows of the ledger row that last wrote it.

    Attributes:
        seq: the row.
        number: of its transaction, see :func:`~transforms.store.identifiers.number_of`; None where the table does not tell.
    """

    seq: int
    number: int | None

    def is_of(self, seq: int, transaction: str) -> bool:
        """Whether it is this row of this transaction."""
        return self.seq == seq and self.number in (None, number_of(transaction))


def row_of(storage: Storage, name: str, table: DeltaTable, app_id: str) -> Row | None:
    """Return the ledger row that last wrote an opened table; None where no job of the store did.

    A job asks several times, so the answer is kept for as long as the table is at that version.

    :param storage: the store's storage.
    :param name: the table's folder, relative to the root.
    :param table: the table, at some version.
    :param app_id: the store's name in Delta's transaction identifiers.
    """
    known = _known.get(id(table))
    if known is not None and known[0]() is table and known[1:3] == (app_id, table.version()):
        return known[3]
    row = _in_last_commit(storage, name, table, app_id) or _in_whole_log(table, app_id)
    _remember(table, app_id, row)
    return row


def _remember(table: DeltaTable, app_id: str, row: Row | None) -> None:
    # Nothing is called when a table ends: an interruption that came in such a call would be lost, and the job go on.
    if len(_known) >= _MOST:
        for identity, (reference, *_) in list(_known.items()):
            if reference() is None:
                _known.pop(identity, None)
    _known[id(table)] = weakref.ref(table), app_id, table.version(), row


def _in_last_commit(storage: Storage, name: str, table: DeltaTable, app_id: str) -> Row | None:
    """Look into the one log file that mostly tells; None where it does not."""
    content = content_of(storage, log_file(name, table.version()))
    numbers: dict[str, int] = {}
    for line in (content or b"").splitlines():
        if b'"txn"' in line:  # few of the lines do, and the rest may be long
            try:
                mark = from_json(line).get("txn", {})
                numbers[mark["appId"]] = mark["version"]
            except (ValueError, TypeError, AttributeError, KeyError):
                continue  # what the word stands for there is not for us
    seq = numbers.get(app_id)
    return None if seq is None else Row(seq, numbers.get(transaction_app(app_id)))


def _in_whole_log(table: DeltaTable, app_id: str) -> Row | None:
    """Have delta-rs look through all of the log, which takes it longer the more files the table has."""
    seq = table.transaction_version(app_id)
    return None if seq is None else Row(seq, table.transaction_version(transaction_app(app_id)))


_MOST = 256  # from which on those of tables that are gone are forgotten
_known: dict[int, tuple[weakref.ref[DeltaTable], str, int, Row | None]] = {}
"""The row of each opened table, with the version it was looked up for; opened tables cannot be hashed."""
