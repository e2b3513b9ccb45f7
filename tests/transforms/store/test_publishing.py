"""Rolling forward: an entry is in all of its tables or in none, and one that cannot be published stops nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from transforms.engine.local.staging import stage_frame
from transforms.errors import PublishError
from transforms.spec.resource import Resource
from transforms.store import publishing
from transforms.store.recovery import give_up
from transforms.store.store import Store

A, B, C = (Resource("dataset", alias) for alias in ("/a", "/b", "/c"))
ONE, TWO, THREE = (pl.DataFrame({"x": [number]}) for number in (1, 2, 3))


def log_of(store: Store, resource: Resource) -> Path:
    return Path(store.storage.uri(store.table_of(resource, "master"))) / "_delta_log"


def set_property(store: Store, resource: Resource, name: str, value: str) -> None:
    DeltaTable(str(log_of(store, resource).parent)).alter.set_table_properties({name: value})


def refuse(store: Store, resource: Resource) -> None:
    set_property(store, resource, "delta.appendOnly", "true")


def test_a_table_that_refuses_stops_the_jobs_of_its_commit_and_no_others(store, stuck, commit, rows):
    """The refused commit is in none of its tables; other datasets are built, read and written as ever."""
    commit({"/c": TWO, "/d": TWO})
    assert rows("/c") == rows("/d") == [{"x": 2}]
    for alias in ("/a", "/b"):
        with pytest.raises(PublishError, match=rf"#{stuck.seq}, .*datasets/b .*recover --give-up {stuck.seq}'"):
            commit({alias: THREE})
    transaction = Store(store.root).begin("reader", "master", [Resource("dataset", "/e")])
    assert transaction.view(C) is not None
    for resource in (A, B):
        with pytest.raises(PublishError, match=f"--give-up {stuck.seq}"):
            transaction.view(resource)
    transaction.abandon()
    assert rows("/a") == rows("/b") == [{"x": 1}]
    with pytest.raises(PublishError, match=f"--give-up {stuck.seq}"):
        store.recover()
    assert [found.entry.seq for found in store.publisher.refused] == [stuck.seq]


def test_it_is_published_once_its_table_takes_it(store, stuck, commit, rows):
    """Also after other jobs committed meanwhile, and by whatever begins next."""
    commit({"/c": TWO})
    set_property(store, B, "delta.appendOnly", "false")
    commit({"/c": THREE})
    assert rows("/a") == rows("/b") == [{"x": 2}]
    assert Store(store.root).recover() == ([], [])


def test_a_mistake_that_is_made_again_names_the_command(store, commit, ratified, monkeypatch):
    """Where a table refuses after the commit point, the job's own error tells the way out."""
    commit({"/a": ONE})
    resource = A
    transaction = store.begin("job", "master", [resource])
    change = stage_frame(transaction, store.table_of(resource, "master"), TWO)
    monkeypatch.setattr("transforms.store.transaction.validate_changes", lambda *_: (refuse(store, A), {})[1])
    with pytest.raises(PublishError, match=r"recover --give-up 2'"):
        transaction.commit([change], {resource.key: {}})


@pytest.mark.parametrize("at_once", [True, False], ids=["before it is asked", "after it was asked"])
def test_a_commit_never_lands_on_a_version_that_was_not_looked_at(store, commit, monkeypatch, at_once):
    """Another program changes a table between a job's last look and its publishing: the table is looked at again."""
    commit({"/a": ONE})
    transaction = store.begin("job", "master", [A])
    change = stage_frame(transaction, store.table_of(A, "master"), TWO)
    step = "examine" if at_once else "publish_change"
    original = getattr(publishing, step)

    def late(*given: Any, **named: Any) -> Any:
        refuse(store, A)
        return original(*given, **named)

    monkeypatch.setattr(publishing, step, late)
    with pytest.raises(PublishError, match=r"recover --give-up 2'"):
        transaction.commit([change], {A.key: {}})
    assert DeltaTable(str(log_of(store, A).parent)).to_pyarrow_table().to_pydict() == ONE.to_dict(as_series=False)
    monkeypatch.undo()
    give_up(store, 2)


def test_each_job_is_told_in_an_error_of_its_own(store, stuck):
    """What one job adds to it, such as the line that met it, is nothing to another."""
    told = []
    for _ in range(2):
        with pytest.raises(PublishError) as caught:
            store.begin("job", "master", [A])
        caught.value.add_note("met here")
        told.append(caught.value)
    assert told[0] is not told[1]
    assert [error.__notes__ for error in told] == [["met here"], ["met here"]]
