"""Ids of transactions: they rise with time, and tell when theirs began."""

from __future__ import annotations

from transforms.store import machine


def new_transaction_id() -> str:
    """Return an id that no other transaction has: 32 hexadecimal digits."""
    return f"{machine.milliseconds():012x}{machine.unique()[:20]}"


def began_seconds(transaction: str) -> float:
    """Return when a transaction began, in seconds since 1970 UTC."""
    return int(transaction[:12], 16) / 1000
