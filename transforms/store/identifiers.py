"""Ids of transactions: they rise with time."""

from __future__ import annotations

from transforms.store import machine


def new_transaction_id() -> str:
    """Return an id that no other transaction has: 32 hexadecimal digits."""
    return f"{machine.milliseconds():012x}{machine.unique()[:20]}"
