"""A copy of a store in use is a whole store."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import polars as pl
import pytest

import transforms.store.backup as backup
from transforms.errors import StoreError, UsageError
from transforms.spec.resource import Resource
from transforms.store import ledger_upkeep
from transforms.store.backup import back_up
from transforms.store.checkup import check_store
from transforms.store.ledger_log import log_file
from transforms.store.store import Store

pytestmark = pytest.mark.slow

NAMES = ("/a", "/b/c")


def generation(number: int) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame({"x": [number]}) for name in NAMES}


def rows_of(store: Store) -> list[list[int]]:
    return [
        sorted(pl.read_delta(str(store.root / store.table_of(Resource("dataset", n), "master")))["x"]) for n in NAMES
    ]


def test_commits_that_come_while_it_is_made_are_in_all_of_its_tables_or_in_none(store, commit, tmp_path, monkeypatch):
    """Whatever is copied when: the copy is in order, has what was there before, and can be built upon."""
    number = iter(range(1, 100))
    for _ in range(3):
        commit(generation(next(number)), mode="append")
    original = backup._copy

    def and_commit(root, target, is_wanted):
        def asked(path):
            if path.name.endswith((".json", ".parquet")) and done < 12:
                later()
            return is_wanted(path)

        done = 0

        def later():
            nonlocal done
            done += 1
            commit(generation(next(number)), mode="append")

        later()
        original(root, target, asked)

    running = store.begin("running", "master", [Resource("dataset", "/running")])
    (running.staging("master/datasets/running") / "part.parquet").write_bytes(b"x")
    monkeypatch.setattr(backup, "_copy", and_commit)
    copied = back_up(store, tmp_path / "copy")
    monkeypatch.undo()
    running.abandon()

    first, second = rows_of(copied)
    assert first == second == list(range(1, len(first) + 1))
    assert 3 <= len(first) < next(number)
    assert len(copied.newest_entries(1000)) == len(first)
    assert list(check_store(copied)) == []
    assert not list(copied.root.rglob("running"))
    assert not (tmp_path / "copy/_locks").exists() or not list((tmp_path / "copy/_locks/transactions").iterdir())
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    transaction = copied.begin("job", "master", [Resource("dataset", name) for name in NAMES])
    transaction.abandon()


def test_a_store_whose_ledgers_log_was_shortened_is_copied(store, commit, tmp_path, monkeypatch):
    """As that of every store with some hundred commits is; older rows are in the ledger's table alone."""
    monkeypatch.setattr(ledger_upkeep, "_EVERY", 3)
    monkeypatch.setattr(ledger_upkeep, "_KEPT", 2)
    for number in range(12):
        commit(generation(number), mode="append")
    assert not store.storage.exists(log_file(1))
    copied = back_up(store, tmp_path / "copy")
    assert rows_of(copied) == [list(range(12))] * 2
    assert len(list(copied.ledger.entries(after=0))) == 12
    assert list(check_store(copied)) == []


def test_a_copy_that_would_not_be_whole_is_refused(store, commit, tmp_path):
    """Nothing is left behind, and what is at the target is not touched."""
    with pytest.raises(UsageError, match="nothing was committed"):
        back_up(store, tmp_path / "copy")
    commit(generation(1))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        back_up(store, tmp_path / "full")
    with pytest.raises(UsageError, match="inside the store"):
        back_up(store, Path(store.root) / "copy")
    shutil.rmtree(next(Path(store.root).glob("master/datasets/a/data")))
    with pytest.raises(StoreError, match=r"part-.*parquet is gone"):
        back_up(store, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert (tmp_path / "full/file").read_text() == "mine"


def test_messages_name_the_files_of_the_store(store, commit, tmp_path, caplog):
    """Not those of a copy that is gone when they are read."""
    commit({"/a": pl.DataFrame({"x": [1]}), "/gone": pl.DataFrame({"x": [1]})})
    shutil.rmtree(store.root / "master/datasets/gone")
    back_up(store, tmp_path / "copy")
    (warning,) = caplog.messages
    assert warning.startswith(f"{store.root}/master/datasets/gone was deleted with its files")
    (data,) = (store.root / "master/datasets/a").glob("data/*/*.parquet")
    data.unlink()
    with pytest.raises(StoreError) as raised:
        back_up(store, tmp_path / "second")
    assert f"{data} is gone; restore it" in str(raised.value)
    assert ".second." not in str(raised.value)
    assert logging.getLogger("transforms.store.publishing").filters == []


def test_a_ledger_with_a_gap_is_not_copied(store, commit, tmp_path):
    """What comes after the gap would be missing from the copy, also what changed no table."""
    for number in range(3):
        commit(generation(number))
        commit({})
    gone = store.root / f"_ledger/_delta_log/{4:020}.json"
    gone.unlink()
    with pytest.raises(StoreError, match=rf"{gone} is gone"):
        back_up(store, tmp_path / "copy")
    assert list(tmp_path.glob("*copy*")) == []


def test_a_bucket_has_its_own_way(bucket):
    """The command says where it is written."""
    with pytest.raises(UsageError, match=r"docs/backup\.md"):
        back_up(Store(bucket), Path("copy"))
