"""Ledger and tables that come from different places are told apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from transforms.engine.local.staging import stage_frame
from transforms.errors import DivergedError, PublishError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import recovery
from transforms.store.checkup import check_store
from transforms.store.store import Store

A, C = Resource("dataset", "/a"), Resource("dataset", "/c")
ONE, TWO, THREE = (pl.DataFrame({"x": [number]}) for number in (1, 2, 3))


def test_a_ledger_behind_its_tables_is_noticed(store, commit, tmp_path):
    """Whoever reads or writes such a table is told, and nothing is committed that nobody would see."""
    commit({"/a": ONE, "/c": ONE})
    copied = copy_of(store, tmp_path)
    commit({"/a": TWO})
    shutil.rmtree(store.root / "_ledger")
    shutil.copytree(copied / "_ledger", store.root / "_ledger")
    behind = Store(store.root)
    with pytest.raises(DivergedError, match=r"datasets/a has commit #2 .*transforms backup"):
        behind.begin("job", "master", [A])
    for number in range(3):  # its numbers catch up: then it is the transaction that tells
        fresh = behind.begin("other", "master", [C])
        change = stage_frame(fresh, behind.table_of(C, "master"), THREE)
        if number == 0:
            with pytest.raises(DivergedError):
                fresh.view(A)
        fresh.commit([change], {C.key: {}})
    with pytest.raises(DivergedError):
        behind.begin("job", "master", [A])
    with pytest.raises(DivergedError):
        Store(store.root).begin("job", "master", [A])


def test_what_such_a_table_has_is_not_advised_to_be_given_up(store, commit, tmp_path):
    """Its commits are in it, and later ones: doctor says which table is ahead, and no command that would be refused."""
    commit({"/a": ONE})
    copied = copy_of(store, tmp_path)
    commit({"/a": TWO})
    shutil.rmtree(store.root / "_ledger")
    shutil.copytree(copied / "_ledger", store.root / "_ledger")
    with pytest.raises(DivergedError):
        Store(store.root).recover()
    with pytest.raises(PublishError, match="has it already, or a later commit"):
        recovery.give_up(Store(store.root), 1)
    troubles = list(check_store(Store(store.root)))
    assert not any("--give-up" in trouble.detail or "in none of its tables" in trouble.detail for trouble in troubles)
    assert "problem" in {trouble.kind for trouble in troubles if trouble.what == "table master/datasets/a"}


@pytest.mark.parametrize("source", ["an earlier dataset", "a later dataset", "another branch"])
def test_a_table_in_place_of_another_is_noticed(anywhere, source):
    """Its rows are not those that the ledger says: nobody reads them, adds to them, or repairs them into a mixture."""
    for alias, branch in (("/first", "master"), ("/a", "master"), ("/a", "dev"), ("/last", "master")):
        put_frame(anywhere, branch, alias, ONE)
    names = {"an earlier dataset": "first", "a later dataset": "last", "another branch": "a"}
    taken = f"{'dev' if source == 'another branch' else 'master'}/datasets/{names[source]}"
    table = anywhere.table_of(A, "master")
    anywhere.storage.delete_folder(table)
    for file in anywhere.storage.files(taken):
        anywhere.storage.write(f"{table}/{file}", anywhere.storage.read(f"{taken}/{file}"))
    there = sorted(anywhere.storage.files(table))

    reader = Store(anywhere.root).begin("job", "master", [C])
    with pytest.raises(DivergedError, match=r"datasets/a has commit #\d .* or of another table"):
        reader.view(A)
    reader.abandon()
    with pytest.raises(DivergedError):
        Store(anywhere.root).begin("job", "master", [A])
    with pytest.raises(DivergedError):
        Store(anywhere.root).recover()
    found = {trouble.what: trouble.kind for trouble in check_store(Store(anywhere.root))}
    assert found["table master/datasets/a"] == "problem"
    assert sorted(anywhere.storage.files(table)) == there


def copy_of(store: Store, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store.root, tmp_path / "copy"))
