"""The ways in which a commit over several Delta tables is known to go wrong, each shown not to."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from transforms.engine.local.staging import stage_frame
from transforms.errors import CommitError, DataError, PublishError, UnsupportedTableError
from transforms.spec.resource import Resource
from transforms.store.change import StagedFile, TableChange
from transforms.store.ledger import log_file
from transforms.store.order import Part
from transforms.store.storage.delta import Mark
from transforms.store.store import Store
from transforms.store.table_publishing import publish_change

A, B = Resource("dataset", "/a"), Resource("dataset", "/b")


def ratified_only(store: Store, frames: dict[str, pl.DataFrame], mode: Any = "overwrite") -> Any:
    """Bring a commit just past its commit point, as a process that dies there leaves it."""
    resources = [Resource("dataset", alias) for alias in frames]
    transaction = store.begin("dying", "master", resources)
    changes = [stage_frame(transaction, store.table_of(r, "master"), frames[r.alias], mode) for r in resources]
    publish_all, store.publisher.publish_all = store.publisher.publish_all, lambda opened=None, afresh=False: []
    try:
        return transaction.commit(changes, {r.key: {} for r in resources})
    finally:
        store.publisher.publish_all = publish_all


def path_of(store: Store, resource: Resource) -> Path:
    return store.root / store.table_of(resource, "master")


def test_h1_a_later_commit_publishes_what_an_earlier_one_left_behind(store, commit, rows):
    """Publishing is always "everything up to", in the ledger's order, so an older change is never taken for done."""
    ratified_only(store, {"/a": pl.DataFrame({"x": [1]})}, "append")
    ratified_only(store, {"/a": pl.DataFrame({"x": [2]})}, "append")
    commit({"/a": pl.DataFrame({"x": [3]})}, mode="append")
    assert [row["x"] for row in sorted(rows("/a"), key=lambda row: row["x"])] == [1, 2, 3]


def test_h2_an_overwrite_never_keeps_rows_that_an_outsider_appended_meanwhile(store, commit, rows, monkeypatch):
    """A change is committed on the very version that was looked at; a table that moved on is looked at again."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    commit_change, moved = store.storage.delta.commit, []

    def append_first(table: DeltaTable, change: TableChange, mark: Mark) -> None:
        if not moved:
            moved.append(True)
            write_deltalake(str(path_of(store, A)), pl.DataFrame({"x": [50]}), mode="append")
        commit_change(table, change, mark)

    monkeypatch.setattr(store.storage.delta, "commit", append_first)
    commit({"/a": pl.DataFrame({"x": [100]})})
    assert rows("/a") == [{"x": 100}]


def test_h3_an_append_with_another_type_is_refused_before_anything_is_committed(store, commit, rows):
    """delta-rs would take the rows and lose the column's values; here the column and both types are named."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    with pytest.raises(DataError, match=r"column 'x' is string in the new rows but long in the dataset"):
        commit({"/a": pl.DataFrame({"x": ["one"]})}, mode="append")
    nested = pl.DataFrame({"x": [{"a": [1], "b": {"c": "d"}}]})
    with pytest.raises(
        DataError, match=r"'x' is struct<a: array<long>, b: struct<c: string>> in the new rows but long"
    ):
        commit({"/a": nested}, mode="append")
    assert rows("/a") == [{"x": 1}]
    assert len(store.newest_entries(9)) == 1


def test_h3_an_append_may_bring_new_columns(store, commit, rows):
    """Older rows read as null in a column that came later."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    commit({"/a": pl.DataFrame({"x": [2], "y": ["new"]})}, mode="append")
    assert sorted(rows("/a"), key=lambda row: row["x"]) == [{"x": 1, "y": None}, {"x": 2, "y": "new"}]


def test_h4_naive_timestamps_do_not_brick_a_table_that_had_none(store, commit, rows):
    """The table gets the feature that such a column needs before the commit that brings the column."""
    from datetime import datetime

    moment = datetime(2026, 1, 2, 3, 4, 5)
    commit({"/a": pl.DataFrame({"x": [1]})})
    commit({"/a": pl.DataFrame({"x": [1], "at": [moment]})})
    assert rows("/a") == [{"x": 1, "at": moment}]
    commit({"/a": pl.DataFrame({"x": [2], "at": [moment], "b": [moment]})}, mode="append")
    assert len(rows("/a")) == 2


def test_h5_aliases_with_spaces_and_percent_signs_are_readable_by_everyone(store, commit):
    """The folder's name has only characters that every reader can follow."""
    alias = "/my data/50% off/häßlich"
    commit({alias: pl.DataFrame({"x": [1]})})
    path = store.root / store.table_of(Resource("dataset", alias), "master")
    assert pl.read_delta(str(path)).to_dicts() == [{"x": 1}]
    assert DeltaTable(str(path)).to_pyarrow_dataset().to_table(use_threads=False).to_pylist() == [{"x": 1}]


@pytest.mark.parametrize("path", ["/abs/x.parquet", "../other/x.parquet", "_hidden/x.parquet"])
def test_h6_a_file_outside_the_table_or_hidden_from_vacuum_is_refused(store, path):
    """Readers cannot follow absolute or climbing paths, and vacuum never sees hidden folders."""
    transaction = store.begin("test", "master", [A])
    table = store.table_of(A, "master")
    change = stage_frame(transaction, table, pl.DataFrame({"x": [1]}))
    moved = TableChange(table, "overwrite", change.schema, (StagedFile(path, 1, 1, "{}"),))
    with pytest.raises(CommitError):
        transaction.commit([moved], {A.key: {}})
    transaction.abandon()
    assert store.newest_entries(9) == []


def test_h7_a_full_vacuum_under_a_running_job_fails_the_job_and_shows_nothing(store, commit, rows):
    """Somebody's VACUUM FULL deletes staged files; the commit finds that out before its commit point."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    transaction = store.begin("test", "master", [A])
    change = stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [2]}))
    DeltaTable(str(path_of(store, A))).vacuum(
        retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True
    )
    with pytest.raises(CommitError, match="is gone"):
        transaction.commit([change], {A.key: {}})
    transaction.abandon()
    assert rows("/a") == [{"x": 1}]


def test_h8_everything_is_on_the_disk_before_the_next_step_relies_on_it(store, commit, monkeypatch):
    """Staged files are synced before the ledger's row, and the row before any table; delta-rs itself syncs nothing."""
    synced: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}").replace(str(store.root), ""))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    commit({"/a": pl.DataFrame({"x": [1]})})
    staged = next(i for i, name in enumerate(synced) if name.startswith("/master/datasets/a/data/") and "part-" in name)
    row = next(i for i, name in enumerate(synced) if name.startswith("/_ledger/_delta_log/.") and "0001.json" in name)
    table = next(
        i for i, name in enumerate(synced) if name == "/master/datasets/a/_delta_log/00000000000000000000.json"
    )
    assert staged < row < table
    assert synced.index("/_ledger/_delta_log") > row or "/_ledger/_delta_log" in synced[row:]


def test_h9_a_commit_can_be_redone_from_the_ledgers_rows_alone(store, rows):
    """Log files expire and checkpoints drop commitInfo; the row in the ledger's Parquet has everything."""
    ratified_only(store, {"/a": pl.DataFrame({"x": [7]})})
    ledger = store.ledger.table()
    ledger.create_checkpoint()
    for version in range(ledger.version() + 1):
        (store.root / log_file(version)).unlink()
    Store(store.root).recover()
    assert rows("/a") == [{"x": 7}]


def test_h10_a_table_with_a_feature_that_cannot_be_written_is_refused_before_work_starts(store, commit, run_transform):
    """The error names the feature and the property to drop; the table stays as it is."""
    from transforms.api import Output, transform

    commit({"/a": pl.DataFrame({"x": [1]})})
    log = path_of(store, A) / "_delta_log" / f"{1:020}.json"
    features = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [], "writerFeatures": ["rowTracking"]}
    log.write_text(json.dumps({"protocol": features}) + "\n")
    ran = []

    @transform.using(out=Output("/a"))
    def build(out):
        ran.append(True)

    with pytest.raises(UnsupportedTableError, match=r"rowTracking.*delta\.enableRowTracking"):
        run_transform(build)
    assert ran == []


def test_h12_a_restored_table_is_not_given_the_undone_commit_again(store, commit, rows):
    """RESTORE keeps the transaction identifier, so recovery leaves what a person rolled back."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    commit({"/a": pl.DataFrame({"x": [2]})})
    DeltaTable(str(path_of(store, A))).restore(0)
    (store.root / "_ledger" / "_published").unlink()
    store.recover()
    assert rows("/a") == [{"x": 1}]


def test_h13_two_stores_creating_one_table_end_with_both_commits(store, commit, rows):
    """The loser of the race for version 0 looks again and commits on top."""
    entries = [ratified_only(store, {"/a": pl.DataFrame({"x": [n]})}, "append") for n in (1, 2)]
    stores = [Store(store.root) for _ in range(4)]
    threads = [threading.Thread(target=s.recover) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row["x"] for row in rows("/a")) == [1, 2]
    assert len(entries) == 2


def test_h15_an_output_that_was_not_written_becomes_empty(store, run_transform, rows):
    """Empty is a state like any other: the columns stay, the rows go."""
    from transforms.api import Output, transform

    full = [True]

    @transform.using(out=Output("/a"))
    def build(out):
        if full.pop():
            out.write_table(pl.DataFrame({"x": [1]}))

    run_transform(build)
    full.append(False)
    result = run_transform(build)
    assert rows("/a") == []
    assert result.outputs["out"].polars().schema == {"x": pl.Int64}


def test_a_table_that_refuses_leaves_the_commit_ratified_and_recovery_finishes_it(store, commit, rows):
    """Nothing is dropped: the error says what to repair, and until then the commit is in none of its tables."""
    commit({"/a": pl.DataFrame({"x": [1]}), "/b": pl.DataFrame({"x": [1]})})
    ratified_only(store, {"/a": pl.DataFrame({"x": [2]}), "/b": pl.DataFrame({"x": [2]})})
    log = path_of(store, B) / "_delta_log"
    hidden = log.with_name("hidden")
    shutil.copytree(log, hidden)
    (log / f"{1:020}.json").write_text("no json at all\n")
    with pytest.raises((PublishError, UnsupportedTableError)):
        store.recover()
    assert rows("/a") == [{"x": 1}]
    shutil.rmtree(log)
    hidden.rename(log)
    store.recover()
    assert rows("/a") == rows("/b") == [{"x": 2}]


def test_a_commit_that_lands_while_another_begins_is_read_whole_or_not_at_all(store, commit, monkeypatch):
    """A transaction pins a point up to which everything is published, not the ledger's newest row."""
    commit({"/a": pl.DataFrame({"x": [1]}), "/b": pl.DataFrame({"x": [1]})})
    publish_all = store.publisher.publish_all
    other = Store(store.root)

    def and_then_somebody_ratifies(opened: Any = None) -> Any:
        published = publish_all(opened)
        entry = ratified_only(other, {"/a": pl.DataFrame({"x": [2]}), "/b": pl.DataFrame({"x": [2]})})
        publish_change(store.storage, store.app_id, Part(entry, entry.changes[0]))
        return published

    monkeypatch.setattr(store.publisher, "publish_all", and_then_somebody_ratifies)
    transaction = store.begin("reader", "master", [])
    seen = [transaction.view(r)[0].table.to_pyarrow_dataset().to_table(use_threads=False).to_pylist() for r in (A, B)]
    transaction.abandon()
    assert seen == [[{"x": 1}], [{"x": 1}]]
