"""A transaction as people see it in a debugger or a log."""

from __future__ import annotations

import polars as pl

from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

A = Resource("dataset", "/a")


def test_a_transaction_and_its_ledger_tell_what_they_are(store: Store) -> None:
    """Who writes what, from which row, and how it ended."""
    transaction = store.begin("clean", "master", [A])
    assert repr(transaction) == f"<Transaction {transaction.id[:8]} of clean on master: writes /a; reads at #0>"
    change = stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [1]}))
    transaction.commit([change], {A.key: {"rows": 1}})
    assert repr(transaction).endswith("writes /a; committed>")
    assert repr(store.ledger) == f"<Ledger of {store.storage.root}>"
