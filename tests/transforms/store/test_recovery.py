"""Recovery: what a process left that died, and what is given up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from transforms.engine.local.staging import stage_frame
from transforms.errors import UsageError
from transforms.spec.resource import Resource
from transforms.store import machine
from transforms.store.recovery import collect_dead, finish, give_up
from transforms.store.store import Store

pytestmark = pytest.mark.slow

A, B = Resource("dataset", "/a"), Resource("dataset", "/b")
ONE, TWO, THREE = (pl.DataFrame({"x": [number]}) for number in (1, 2, 3))


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


def log_of(store: Store, resource: Resource) -> Path:
    return Path(store.storage.uri(store.table_of(resource, "master"))) / "_delta_log"


def test_giving_it_up_loses_nothing_else(store, stuck, commit, ratified, rows):
    """Every process agrees; its files are gone; what was committed later to its tables is published."""
    folders = [Path(store.storage.uri(folder)) for folder in stuck.staged_folders]
    assert sum(folder.exists() for folder in folders) == 2
    commit({"/c": TWO})
    other = Store(store.root)
    _ = other.writes()

    assert give_up(store, stuck.seq).transaction == stuck.transaction

    DeltaTable(str(log_of(store, B).parent)).alter.set_table_properties({"delta.appendOnly": "false"})
    assert not any(folder.exists() for folder in folders)
    for each in (store, other, Store(store.root)):
        assert each.writes()["master", A.key].seq == 1
        each.recover()
        assert each.publisher.refused == []
    commit({"/a": THREE, "/b": THREE})
    assert rows("/a") == rows("/b") == [{"x": 3}]
    assert rows("/c") == [{"x": 2}]
    with pytest.raises(UsageError, match="nothing to give up"):
        give_up(store, stuck.seq)


def test_what_waits_behind_it_is_published_when_it_is_given_up(store, commit, ratified, rows):
    """The order of each table is kept until then."""
    commit({"/a": ONE, "/b": ONE})
    first, second = ratified({"/a": TWO, "/b": TWO}, "append"), ratified({"/a": THREE}, "append")
    log = log_of(store, B)
    shutil.copytree(log, log.with_name("whole"))
    (log / f"{1:020}.json").write_text("no json\n")
    finish(Store(store.root))
    assert rows("/a") == [{"x": 1}]
    give_up(store, first.seq)
    assert sorted(row["x"] for row in rows("/a")) == [1, 3]
    assert store.writes()["master", A.key].seq == second.seq


@pytest.mark.parametrize("seq", [1, 99])
def test_only_what_is_refused_can_be_given_up(store, stuck, seq):
    """Anything else is answered in words."""
    with pytest.raises(UsageError, match=f"#{seq}"):
        give_up(store, seq)


def test_a_table_that_lost_its_last_commit_gets_it_again(store, commit, rows):
    """The ledger has it; a mark that says it was published once is not believed."""
    commit({"/a": ONE, "/b": ONE})
    commit({"/a": TWO}, mode="append")
    newest = max(log_of(store, A).glob("*.json"))
    for use in ("output", "input", "recover"):
        newest.unlink()
        assert rows("/a") == [{"x": 1}]
        again = Store(store.root)
        if use == "recover":
            again.recover()
        else:
            transaction = again.begin("job", "master", [A if use == "output" else B])
            assert transaction.view(A)[0].seq == 2
            transaction.abandon()
        assert sorted(row["x"] for row in rows("/a")) == [1, 2], use


def test_a_dataset_that_was_deleted_by_hand_stays_deleted(store, commit, rows):
    """Its files are gone, so nothing can be published again, and the next job begins anew."""
    commit({"/a": ONE})
    commit({"/b": ONE})
    shutil.rmtree(log_of(store, A).parent)
    (store.root / "_ledger/_published").unlink()
    Store(store.root).recover()
    assert not log_of(store, A).exists()
    commit({"/a": TWO})
    assert rows("/a") == [{"x": 2}]
