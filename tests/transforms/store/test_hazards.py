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
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from transforms.engine.local.staging import stage_frame
from transforms.errors import CommitError, DataError, PublishError, UnsupportedTableError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import ledger_upkeep, machine
from transforms.store.change import StagedFile, TableChange
from transforms.store.ledger import Ledger, log_file
from transforms.store.order import Part
from transforms.store.recovery import collect_dead
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


def test_h11_the_ledgers_own_link_is_looked_at_when_its_answer_is_lost(store, commit, rows, monkeypatch):
    """An error after the commit point does not make a committed job look failed."""
    import transforms.store.durable as durable

    commit({"/a": pl.DataFrame({"x": [1]})})
    sync_folder = durable.sync_folder
    failed: list[Path] = []

    def fail_once(path: Path) -> None:
        if path == store.root / "_ledger" / "_delta_log" and not failed:
            failed.append(path)
            raise OSError(5, "Input/output error")
        sync_folder(path)

    monkeypatch.setattr(durable, "sync_folder", fail_once)
    entry = commit({"/a": pl.DataFrame({"x": [2]})})
    assert failed
    assert rows("/a") == [{"x": 2}]
    assert [e.transaction for e in store.newest_entries(1)] == [entry.transaction]


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


def test_h14_publishing_an_entry_twice_changes_nothing(store, commit, rows):
    """delta-rs accepts a repeated transaction identifier, so it is checked before every commit."""
    entry = commit({"/a": pl.DataFrame({"x": [1]})}, mode="append")
    for _ in range(3):
        publish_change(store.storage, store.app_id, Part(entry, entry.changes[0]))
    assert rows("/a") == [{"x": 1}]
    assert DeltaTable(str(path_of(store, A))).version() == 0


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


def test_h16_the_order_of_commits_comes_from_the_log_files_names(store, commit):
    """Housekeeping versions and foreign commits without commitInfo do not shift the numbers."""
    first = commit({"/a": pl.DataFrame({"x": [1]})})
    version = store.ledger.head() + 1
    (store.root / log_file(version)).write_text(json.dumps({"txn": {"appId": "other", "version": 1}}) + "\n")
    second = commit({"/a": pl.DataFrame({"x": [2]})})
    assert (first.seq, second.seq) == (version - 1, version + 1)
    assert [e.seq for e in Store(store.root).newest_entries(9)] == [second.seq, first.seq]
    assert store.view(A, "master", until=first.seq)[0].table.to_pyarrow_dataset().to_table(
        use_threads=False
    ).to_pylist() == [{"x": 1}]


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


def test_readers_through_the_store_see_all_tables_at_one_point(store, commit):
    """A pinned reader sees what was committed up to its row, whatever lands afterwards."""
    pinned = commit({"/a": pl.DataFrame({"x": [1]}), "/b": pl.DataFrame({"x": [1]})}).seq
    commit({"/a": pl.DataFrame({"x": [2]})})
    commit({"/b": pl.DataFrame({"x": [3]})})
    seen = [
        store.view(r, "master", until=pinned)[0].table.to_pyarrow_dataset().to_table(use_threads=False).to_pylist()
        for r in (A, B)
    ]
    assert seen == [[{"x": 1}], [{"x": 1}]]


def test_a_foreign_transaction_identifier_is_not_taken_for_ours(store, commit, rows):
    """The identifier carries the store's own id, so other writers' identifiers say nothing."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    table = DeltaTable(str(path_of(store, A)))
    properties = CommitProperties(app_transactions=[Transaction("other", 10_000)])
    write_deltalake(table, pl.DataFrame({"x": [5]}), mode="append", commit_properties=properties)
    commit({"/a": pl.DataFrame({"x": [2]})}, mode="append")
    assert sorted(row["x"] for row in rows("/a")) == [1, 2, 5]


def test_a_root_with_spaces_and_umlauts_works(tmp_path):
    """Where the store lies is the user's choice, also where Polars' own Delta scan cannot follow."""
    from transforms.engine.local.reading import read_arrow, read_polars

    store = Store(tmp_path / "my größte store" / "50% #1")
    transaction = store.begin("test", "master", [A])
    change = stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [1]}))
    transaction.commit([change], {A.key: {}})
    view, _ = store.view(A, "master")
    assert read_polars(view).to_dicts() == read_arrow(view).to_pylist() == [{"x": 1}]


def test_a_dataset_cannot_lie_inside_another(store, commit):
    """The folders of one would be taken for the data of the other."""
    from transforms.errors import UsageError

    commit({"/a": pl.DataFrame({"x": [1]})})
    with pytest.raises(UsageError, match="inside"):
        commit({"/a/data": pl.DataFrame({"x": [1]})})


def test_a_root_that_readers_would_decode_is_refused(tmp_path):
    """A % with two digits in the path is another path to Delta readers."""
    from transforms.errors import UsageError

    with pytest.raises(UsageError, match="rename"):
        Store(tmp_path / "50%20")


def test_appended_files_are_merged_from_time_to_time_and_pinned_versions_stay(store, commit, rows):
    """A table that is appended to for ever keeps few files, and what a reader pinned reads as before."""
    for number in range(60):
        entry = commit({"/a": pl.DataFrame({"x": [number]})}, mode="append")
        if number == 20:
            pinned = entry.seq
    table = DeltaTable(str(path_of(store, A)))
    assert len(table.file_uris()) < 20
    assert sorted(row["x"] for row in rows("/a")) == list(range(60))
    view, _ = store.view(A, "master", until=pinned)
    assert view.row_count() == 21


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


def test_one_table_cannot_be_changed_twice_in_a_commit(store):
    """The second change would be taken for done and lost."""
    transaction = store.begin("test", "master", [A])
    changes = [stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [n]})) for n in (1, 2)]
    with pytest.raises(CommitError, match="twice"):
        transaction.commit(changes, {A.key: {}})
    transaction.abandon()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_an_interruption_right_after_the_commit_point_takes_nothing_back(store, commit, rows, monkeypatch, error):
    """Ctrl-C between the link and the next line of code: the ledger has the row, so the staged files stay."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    place = Ledger._place

    def link_and_be_interrupted(ledger: Ledger, seq: int, content: bytes) -> bool:
        place(ledger, seq, content)
        monkeypatch.setattr(Ledger, "_place", place)
        raise error

    monkeypatch.setattr(Ledger, "_place", link_and_be_interrupted)
    if error is OSError:
        commit({"/a": pl.DataFrame({"x": [2]})})
    else:
        with pytest.raises(error):
            commit({"/a": pl.DataFrame({"x": [2]})})
        assert rows("/a") == [{"x": 1}]
    Store(store.root).recover()
    assert rows("/a") == [{"x": 2}]


@pytest.mark.parametrize("name", ["plain", "with space ä", "behind a link"])
def test_small_files_are_merged_wherever_the_root_lies(tmp_path, name):
    """Delta's own addresses spell such a root in other ways than the path does; what is merged is synced all the same."""
    (tmp_path / "real").mkdir()
    if name == "behind a link":
        (tmp_path / name).symlink_to(tmp_path / "real")
    store = Store(tmp_path / name)
    for number in range(3):
        put_frame(store, "master", "/a", pl.DataFrame({"x": [number]}))
    ledger_upkeep.tidy(store.storage, store.ledger)
    assert [entry.seq for entry in Store(store.root).newest_entries(9)] == [3, 2, 1]
    assert (tmp_path / name / "_ledger/_delta_log/_last_checkpoint").exists()


def test_the_ledgers_memory_may_be_emptied_while_somebody_reads(store, commit):
    """A job that ends tidies up beside others that are looking through the ledger."""
    for number in range(3):
        commit({"/a": pl.DataFrame({"x": [number]})})
    seen = []
    for entry in store.ledger.entries(after=0):
        seen.append(entry.seq)
        store.ledger.forget(until=99)
    assert seen == [1, 2, 3]


def test_what_a_clock_that_was_put_back_committed_stays(store, commit, rows, monkeypatch):
    """Whether a dead transaction was committed is looked up in the ledger from what it pinned on, whatever any clock says."""
    clock = machine.milliseconds
    with monkeypatch.context() as patched:
        patched.setattr(machine, "milliseconds", lambda: clock() + 3 * 86_400_000)
        patched.setattr("transforms.store.transaction.Transaction._release", lambda *_, **__: None)  # it died before
        held = store.begin("dying", "master", [A])
        change = stage_frame(held, store.table_of(A, "master"), pl.DataFrame({"x": [1]}), "overwrite")
        held.commit([change], {A.key: {}})
    for lease in [held._own, *held._leases]:
        lease.release()
    for number in range(70):
        commit({"/b": pl.DataFrame({"x": [number]})})
    assert Store(store.root).recover() == ([], [])
    assert rows("/a") == [{"x": 1}]


def test_what_could_not_be_deleted_is_not_forgotten(store, commit, monkeypatch, caplog):
    """Neither when a job fails nor when it is collected; what else there is goes, and the next collection tries again."""
    transaction = store.begin("job", "master", [A, B])
    folders = [transaction.staging(store.table_of(r, "master")) for r in (A, B)]
    for folder in folders:
        (folder / "part.parquet").write_bytes(b"x")
    unlink = os.unlink

    def refused(path, *rest, **named):
        if str(path).endswith("part.parquet") and (folders[0] / "part.parquet").exists() and not refused.calls:
            refused.calls += 1
            raise PermissionError(13, "Permission denied", str(path))
        return unlink(path, *rest, **named)

    refused.calls = 0
    monkeypatch.setattr(os, "unlink", refused)
    transaction.abandon()
    assert [folder.exists() for folder in folders] == [True, False]
    refused.calls = 0
    assert collect_dead(store) == []
    assert [folder.exists() for folder in folders] == [True, False]
    assert "Permission denied" in caplog.text
    assert collect_dead(store) == [transaction.id]
    assert not any(folder.exists() for folder in folders)


def test_what_fails_after_the_commit_point_fails_no_job(store, run_transform, monkeypatch, caplog):
    """Giving locks back, tidying up, deleting what is of no use any more: all of it is told, and the job is committed."""
    from transforms.api import Output, transform
    from transforms.store.storage.flock import FileLease

    @transform.using(out=Output("/a"))
    def build(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    def broken(*_, **__):
        raise OSError(5, "Input/output error")

    release = FileLease.release
    monkeypatch.setattr(FileLease, "release", lambda self, remove=False: (release(self, remove), broken()))
    monkeypatch.setattr("transforms.store.index.Index.saved_seq", broken)
    result = run_transform(build, store=store)
    assert result.status == "committed"
    assert "could not be given back" in caplog.text
    assert "could not be tidied" in caplog.text
