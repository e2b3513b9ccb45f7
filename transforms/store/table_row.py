"""Which row of the ledger last wrote a table: what its log keeps of that."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from transforms.store.identifiers import number_of
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


def row_of(table: DeltaTable, app_id: str) -> Row | None:
    """Return the ledger row that last wrote an opened table; None where no job of the store did.

    A job asks several times, and delta-rs takes longer to answer than to look whether the table moved on.
    """
    known = _known.get(id(table))
    if known is not None and known[0]() is table and known[1:3] == (app_id, table.version()):
        return known[3]
    seq = table.transaction_version(app_id)
    row = None if seq is None else Row(seq, table.transaction_version(transaction_app(app_id)))
    _known[id(table)] = weakref.ref(table, _forgotten(id(table))), app_id, table.version(), row
    return row


def _forgotten(identity: int) -> Callable[[object], object]:
    return lambda reference: _known.pop(identity, None) if _known.get(identity, (None,))[0] is reference else None


_known: dict[int, tuple[weakref.ref[DeltaTable], str, int, Row | None]] = {}
"""The row of each opened table, with the version it was looked up for; opened tables cannot be hashed."""
