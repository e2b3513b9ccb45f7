"""Ids of transactions: they rise with time."""

from __future__ import annotations

from transforms.store import machine


def new_transaction_id() -> str:
    """Return an id that no other transaction has: 32 hexadecimal digits."""
    return f"{machine.milliseconds():012x}{machine.unique()[:20]}"


def number_of(transaction: str) -> int:
    """Return the first 63 bits of an id, which is what a Delta transaction identifier can hold of it."""
    return int(transaction[:16], 16) >> 1
