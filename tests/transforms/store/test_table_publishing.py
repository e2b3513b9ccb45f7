"""One table's part of a commit, exactly once. How all tables of a commit go together is shown in ``test_publishing``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from transforms.spec.resource import Resource
from transforms.store import table_publishing
from transforms.store.log_cleanup import shorten_log, write_checkpoint
from transforms.store.order import Part
from transforms.store.store import Store
from transforms.store.table_publishing import Examined, publish_change

A = Resource("dataset", "/a")
ONE = pl.DataFrame({"x": [1]})


def path_of(store: Store, resource: Resource) -> Path:
    return store.root / store.table_of(resource, "master")


def test_h11_a_commit_whose_answer_was_lost_is_recognised_by_its_transaction(store, commit, rows, monkeypatch):
    """Whatever exception a table's commit ends in, the table's own log decides whether it happened."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    real = DeltaTable.create_write_transaction

    def lose_the_answer(self: DeltaTable, *args: Any, **kwargs: Any) -> None:
        real(self, *args, **kwargs)
        raise OSError("connection reset")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", lose_the_answer)
    commit({"/a": pl.DataFrame({"x": [2]})}, mode="append")
    assert sorted(row["x"] for row in rows("/a")) == [1, 2]


def test_h14_publishing_an_entry_twice_changes_nothing(store, commit, rows):
    """delta-rs accepts a repeated transaction identifier, so it is checked before every commit."""
    entry = commit({"/a": pl.DataFrame({"x": [1]})}, mode="append")
    for _ in range(3):
        publish_change(store.storage, store.app_id, Part(entry, entry.changes[0]))
    assert rows("/a") == [{"x": 1}]
    assert DeltaTable(str(path_of(store, A))).version() == 0


def test_a_foreign_transaction_identifier_is_not_taken_for_ours(store, commit, rows):
    """The identifier carries the store's own id, so other writers' identifiers say nothing."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    table = DeltaTable(str(path_of(store, A)))
    properties = CommitProperties(app_transactions=[Transaction("other", 10_000)])
    write_deltalake(table, pl.DataFrame({"x": [5]}), mode="append", commit_properties=properties)
    commit({"/a": pl.DataFrame({"x": [2]})}, mode="append")
    assert sorted(row["x"] for row in rows("/a")) == [1, 2, 5]


@pytest.mark.parametrize("known", [-1, 0, 1])
def test_who_stood_still_while_others_published_and_shortened_the_log_leaves_nothing_in_the_past(
    store, commit, rows, monkeypatch, known
):
    """A place in the log that is free again is no place: the change is there already, and no reader finds it twice."""
    late = [commit({"/a": pl.DataFrame({"x": [number]})}, mode="append") for number in range(4)][known + 1]
    table = None if known < 0 else DeltaTable(str(path_of(store, A)), version=known)
    place = log_of(store, A) / f"{known + 1:020}.json"
    content, left = place.read_text(), []

    def stand_still(*_: Any) -> None:
        name = store.table_of(A, "master")
        write_checkpoint(store.storage, name, DeltaTable(str(path_of(store, A))))
        shorten_log(store.storage, name, 3, lambda opened: 0)
        left.extend(sorted(log_of(store, A).iterdir()))
        assert place not in left
        place.write_text(content)

    monkeypatch.setattr(table_publishing, "_try", stand_still)
    publish_change(store.storage, store.app_id, Part(late, late.changes[0]), Examined(table))

    assert sorted(log_of(store, A).iterdir()) == left
    assert sorted(row["x"] for row in rows("/a")) == [0, 1, 2, 3]


def log_of(store: Store, resource: Resource) -> Path:
    return Path(store.storage.uri(store.table_of(resource, "master"))) / "_delta_log"


def test_the_log_of_a_table_tells_the_transaction(store, commit):
    """In a transaction identifier, which outlives commit infos, and of which there is one however long the history is."""
    entries = [commit({"/a": ONE}) for _ in range(3)]
    newest = max(log_of(store, A).glob("*.json"))
    known = [json.loads(line)["txn"] for line in newest.read_text().splitlines() if "txn" in line]
    assert {txn["appId"]: txn["version"] for txn in known} == {
        store.app_id: 3,
        f"{store.app_id}.transaction": int(entries[-1].transaction[:16], 16) >> 1,
    }
