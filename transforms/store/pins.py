"""Which rows of the ledger live transactions read at: what they may still ask for has to stay readable."""

from __future__ import annotations

from transforms.common.json_text import from_json
from transforms.store import layout
from transforms.store.storage.base import Storage, content_of


def lowest_pin(storage: Storage) -> int | None:
    """Return the lowest ledger row that a live transaction reads at; None where no transaction is alive.

    One that has only just begun, or was begun by an older version of this package, may read at any: that is 0.
    """
    pins = []
    for name in storage.names(layout.TRANSACTIONS):
        record = f"{layout.TRANSACTIONS}/{name}"
        content = content_of(storage, record)
        if content is not None and storage.is_held(record):
            pins.append(_pin(content))
    return min(pins, default=None)


def _pin(content: bytes) -> int:
    try:
        return int(from_json(content)["pinned"])
    except (ValueError, KeyError, TypeError):
        return 0
