"""Giving disk space back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transforms.engine.local.staging import stage_frame
from transforms.errors import StoreError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import layout, ledger_upkeep, log_cleanup, machine, merging, replaced_files
from transforms.store.store import Store
from transforms.store.vacuum import vacuum_tables

pytestmark = pytest.mark.slow

FIRST, SECOND = pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2]})


def test_only_replaced_files_go(store: Store, commit: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """A table below another one, and every table's newest version, stay whole."""
    commit({"/a": FIRST, "/a/b": FIRST, "/with space/é": FIRST})
    commit({"/a": SECOND})
    commit({"/with space/é": SECOND})

    would = vacuum_tables(store, 0, dry_run=True)
    deleted = vacuum_tables(store, 0, dry_run=False)

    assert would == deleted
    assert {table: len(files) for table, files in deleted.items()} == {
        "master/datasets/a": 1,
        "master/datasets/with~20space/~C3~A9": 1,
    }
    assert all(name.startswith("data/") for name in deleted["master/datasets/a"])
    assert rows("/a") == [{"x": 2}]
    assert rows("/a/b") == [{"x": 1}]
    assert vacuum_tables(store, 0, dry_run=False) == {}


def test_what_killed_processes_left_goes(store: Store, commit: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """Merged files that no log names, rows that lost their place, temporary files, empty folders; nothing that is in use."""
    commit({"/a": FIRST, "/p": pl.DataFrame({"x": [1], "k": ["u"]})}, mode="append")
    commit({"/a": SECOND})
    root = Path(store.root)
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    process, head = int(dead.stdout), store.ledger.head()
    block, table = root / "_ledger/block=0", root / "master/datasets/a"
    left = [
        table / "part-00000-1b2c-c000.zstd.parquet",
        table / "k=u/part-00000-1b2c-c000.zstd.parquet",
        block / f"{1:012}-{'0' * 32}.parquet",
        root / f"_ledger/._published.{process}.0011aabb",
        root / f"_ledger/_delta_log/.{9:020}.json.{process}.0011aabb",
        root / f"_ledger/_replaced/.{9:020}.json.{process}.0011aabb",
        table / f"_replaced/.{9:020}.json.{process}.0011aabb",
        table / "_delta_log/_last_checkpoint#1",
        table / f"_delta_log/{9:020}.json#2",
        table / "k=u/part-00000-1b2c-c000.zstd.parquet#1",
        root / f"_ledger/_delta_log/{9:020}.checkpoint.parquet#1",
        block / "part-00000-1b2c-c000.zstd.parquet#1",
    ]
    running = store.begin("running", "master", [Resource("dataset", "/new")])
    kept = [
        table / "notes.txt",
        table / "notes#1",
        block / f"{head + 50:012}-{'0' * 32}.parquet",
        root / f"_ledger/._published.{os.getpid()}.0011aabb",
        running.staging("master/datasets/new"),
        running.staging("master/datasets/a"),
    ]
    (table / "data" / ("0" * 32)).mkdir()
    for place in [*left, *kept[:4]]:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"x")
        written_days_ago(place, 2)
    before = sorted(root.rglob("*.parquet"))

    would = vacuum_tables(store, 1, dry_run=True)
    assert sorted(root.rglob("*.parquet")) == before
    deleted = vacuum_tables(store, 1, dry_run=False)

    assert would == deleted
    assert sorted(
        Path(store.storage.uri(f"{t}/{n}".lstrip("/"))) for t, names in deleted.items() for n in names
    ) == sorted(left)
    assert not any(place.exists() for place in left)
    assert all(place.exists() for place in kept)
    assert not (table / "data" / ("0" * 32)).exists()
    running.abandon()
    assert rows("/a") == [{"x": 2}]
    assert pl.read_delta(str(root / "_ledger")).height == head
    # Nobody is left who could place this row.
    assert vacuum_tables(store, 1, dry_run=False) == {"": [kept[2].relative_to(root).as_posix()]}
    assert vacuum_tables(store, 1, dry_run=True) == {}


def test_a_row_that_lost_its_place_goes_though_the_log_of_that_place_is_gone(
    store: Store, commit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Housekeeping may shorten the log before anybody collects what died; rows that it merged stay until their time comes."""
    for number in range(6):
        commit({"/a": pl.DataFrame({"x": [number]})})
    ledger = Path(store.root) / "_ledger"
    monkeypatch.setattr(ledger_upkeep, "_KEPT", 0)
    ledger_upkeep.tidy(store.storage, store.ledger)
    assert not (ledger / f"_delta_log/{2:020}.json").exists()
    merged = sorted(ledger.glob("block=0/0*.parquet"))
    assert len(merged) == 6
    lost = ledger / f"block=0/{2:012}-{'0' * 32}.parquet"
    lost.write_bytes(b"x")

    assert vacuum_tables(store, 1, dry_run=False)[""] == [lost.relative_to(store.root).as_posix()]
    assert sorted(ledger.glob("block=0/0*.parquet")) == merged
    assert vacuum_tables(store, 1, dry_run=True) == {}


def test_what_delta_is_writing_is_left_alone(
    store: Store, commit: Callable[..., Any], ratified: Callable[..., Any]
) -> None:
    """Somebody may publish a commit of a process that died; the ledger may be tidied; and another program may write its table."""
    commit({"/a": FIRST})
    FIRST.write_delta(str(Path(store.root) / "master/datasets/other"))
    half = [f"{place}/_delta_log/{1:020}.json#1" for place in ("master/datasets/a", "master/datasets/other", "_ledger")]
    half.append("_ledger/block=0/part-0.parquet")
    for file in half:
        store.storage.write(file, b"{")
        written_days_ago(Path(store.root) / file, 10)
    ratified({"/a": SECOND})
    lease = store.storage.try_acquire(layout.MAINTENANCE)
    assert lease is not None
    assert vacuum_tables(store, 0, dry_run=True) == vacuum_tables(store, 0, dry_run=False) == {}
    lease.release()
    store.recover()
    assert vacuum_tables(store, 9, dry_run=True) == vacuum_tables(store, 9, dry_run=False)
    assert [store.storage.exists(file) for file in half] == [False, True, False, False]


def test_what_another_program_may_commit_yet_is_left_until_it_is_old(store: Store, commit: Callable[..., Any]) -> None:
    """Its files are in no log before it commits, and it holds no lease of ours."""
    commit({"/a": FIRST})
    table = Path(store.root) / "master/datasets/a"
    files = [table / "part-00000-1b2c-c000.zstd.parquet", table / "part-00000-1b2d-c000.zstd.parquet#1"]
    for file in files:
        file.write_bytes(b"x")
    assert vacuum_tables(store, 1, dry_run=False) == {}
    for file in files:
        written_days_ago(file, 2)
    assert vacuum_tables(store, 1, dry_run=True) == {"master/datasets/a": [file.name for file in files]}
    assert vacuum_tables(store, 1, dry_run=False) == {"master/datasets/a": [file.name for file in files]}
    assert vacuum_tables(store, 0, dry_run=False) == {}


def test_who_merges_now_is_left_alone(store: Store, commit: Callable[..., Any]) -> None:
    """What they have written is in no log yet."""
    commit({"/a": FIRST})
    file = Path(store.root) / "master/datasets/a/part-00000-1b2c-c000.zstd.parquet"
    file.write_bytes(b"x")
    lease = store.storage.try_acquire(merging.merging_lease("master/datasets/a"))
    assert lease is not None
    assert vacuum_tables(store, 0, dry_run=False) == {}
    lease.release(remove=True)
    assert vacuum_tables(store, 0, dry_run=False) == {"master/datasets/a": [file.name]}


def test_files_of_versions_that_stay_readable_are_no_leftovers(
    store: Store, commit: Callable[..., Any], rows: Callable[..., Any]
) -> None:
    """A checkpoint forgets after some time which merged files were merged again; older versions are made of them."""
    alias = Resource("dataset", "/a")
    table = store.table_of(alias, "master")
    for number in range(4):
        commit({"/a": pl.DataFrame({"x": [number]})}, mode="append")
        merging.merge_small_files(store.storage, table, opened(store, table))
    merged = opened(store, table).version()
    commit({"/a": pl.DataFrame({"x": [9]})}, mode="append")
    merging.merge_small_files(store.storage, table, opened(store, table))
    forget(store, table)

    assert vacuum_tables(store, 30, dry_run=False) == {}
    assert sorted(row["x"] for row in rows("/a", version=merged)) == [0, 1, 2, 3]


def test_what_a_checkpoint_forgot_is_found_all_the_same(anywhere: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of versions that were replaced go when they are older than said, though Delta forgets them after a week."""
    for number in range(3):
        put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [number]}))
    table = anywhere.table_of(Resource("dataset", "/a"), "master")
    forget(anywhere, table)
    put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [3]}))
    assert len(opened(anywhere, table).vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False)) == 1

    assert vacuum_tables(anywhere, 30, dry_run=False) == {}
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) + timedelta(days=29.9))
    assert vacuum_tables(anywhere, 30, dry_run=False) == {}
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) + timedelta(days=30.1))
    would = vacuum_tables(anywhere, 30, dry_run=True)
    assert vacuum_tables(anywhere, 30, dry_run=False) == would
    assert {name: len(files) for name, files in would.items()} == {table: 3}
    view = anywhere.view_table(table)
    assert view is not None
    assert sorted(anywhere.storage.files(f"{table}/data")) == [name.removeprefix("data/") for name in view.file_paths()]
    assert vacuum_tables(anywhere, 30, dry_run=True) == {}


def test_a_file_that_was_brought_back_counts_from_when_it_was_replaced_again(
    store: Store, commit: Callable[..., Any], rows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program restored an old version in between; who reads that one still may."""
    commit({"/a": FIRST})
    commit({"/a": SECOND})
    table = store.table_of(Resource("dataset", "/a"), "master")
    log = Path(store.root, table, "_delta_log", f"{1:020}.json")
    long_ago = [json.loads(line) for line in log.read_text().splitlines()]
    for action in long_ago:
        if "remove" in action:
            action["remove"]["deletionTimestamp"] = 1000
    log.write_text("\n".join(map(json.dumps, long_ago)))
    opened(store, table).restore(0)
    assert vacuum_tables(store, 30, dry_run=True) == {}, "it is in use"
    commit({"/a": SECOND})
    assert vacuum_tables(store, 30, dry_run=True) == {}
    assert rows("/a", version=2) == [{"x": 1}]
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) + timedelta(days=31))
    assert len(vacuum_tables(store, 30, dry_run=True)[table]) == 2


def test_merged_files_of_a_model_that_a_checkpoint_forgot_are_listed(store: Store) -> None:
    """Else nothing would ever delete them: their log is cut soon after."""
    model = Resource("model", "/m")
    table = store.table_of(model, "master")
    for number in range(3):
        transaction = store.begin("train", "master", [model])
        change = stage_frame(transaction, table, pl.DataFrame({"x": [number]}), "append")
        transaction.commit([change], {model.key: {}})
    merging.merge_small_files(store.storage, table, opened(store, table))
    forget(store, table)
    replaced_files.forget_replaced(store.storage, table, opened(store, table))
    assert len(replaced_files.delete_replaced(store.storage, table, opened(store, table), 0)) == 3
    assert pl.read_delta(str(store.root / table))["x"].sort().to_list() == [0, 1, 2]


def test_a_damaged_log_is_named_and_nothing_of_its_table_goes(anywhere: Store) -> None:
    """Nobody can tell what was replaced."""
    for number in range(12):
        put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [number]}))
    table = anywhere.table_of(Resource("dataset", "/a"), "master")
    before = sorted(anywhere.storage.files(table))
    # Before the checkpoint, so that readers notice nothing.
    anywhere.storage.write(f"{table}/_delta_log/{4:020}.json", b"[]")
    with pytest.raises(StoreError, match=r"0004\.json is damaged .* nothing of it was deleted\. Restore the file"):
        vacuum_tables(anywhere, 0, dry_run=False)
    assert sorted(anywhere.storage.files(table)) == before


def forget(store: Store, table: str) -> None:
    """Write a checkpoint as it is written a week after files were replaced."""
    at_once = {"delta.deletedFileRetentionDuration": "interval 0 seconds"}
    opened(store, table).alter.set_table_properties(at_once)
    log_cleanup.write_checkpoint(store.storage, table, opened(store, table))
    week = {"delta.deletedFileRetentionDuration": "interval 7 days"}
    opened(store, table).alter.set_table_properties(week)


def opened(store: Store, table: str) -> Any:
    """Open a table that is there."""
    return store.storage.delta.open(table)


def written_days_ago(file: Path, days: int) -> None:
    moment = machine.now().timestamp() - days * 86_400
    os.utime(file, (moment, moment))
