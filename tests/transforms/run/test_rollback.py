"""Taking a job back: what the plan is, and what is there afterwards, in a folder and in a bucket."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from palantir_models.model.restoring import restore_model
from transforms.engine.local.reading import read_polars
from transforms.errors import ConflictError
from transforms.run.put_frame import put_frame
from transforms.run.rollback import RollbackRefusedError, plan_rollback, roll_back
from transforms.spec.resource import Resource
from transforms.store.store import Store


def put(store: Store, *xs: int, branch: str = "master") -> int:
    """Put rows into /d."""
    return put_frame(store, branch, "/d", pl.DataFrame({"x": xs})).seq


def held(store: Store, until: int | None = None, branch: str = "master") -> list[int]:
    """Return what /d holds, or held at a commit."""
    found = store.view(Resource("dataset", "/d"), branch, until=until)
    assert found is not None
    return sorted(read_polars(found[0])["x"])


def test_a_dataset_goes_back_and_keeps_its_history(anywhere: Store) -> None:
    """What was there at each commit can be read at it, and the row says what it took back."""
    seqs = [put(anywhere, 1), put(anywhere, 2, 3)]
    entry = roll_back(anywhere, plan_rollback(anywhere, seqs[1]), restore_model)
    assert held(anywhere) == [1]
    assert [held(anywhere, until=seq) for seq in seqs] == [[1], [2, 3]]
    output = entry.outputs["dataset:/d"]
    assert (output["rows"], output["rollback"]) == (1, {"of": [seqs[1]], "to": seqs[0]})
    assert (entry.transform, entry.branch) == ("put", "master")


def test_raw_files_go_back(anywhere: Store) -> None:
    """With their bytes, which nobody copied."""
    put_frame(anywhere, "master", "/f", {"a": "1"})
    second = put_frame(anywhere, "master", "/f", {"a": "2", "b": "3"}).seq
    entry = roll_back(anywhere, plan_rollback(anywhere, second), restore_model)
    found = anywhere.view(Resource("dataset", "/f"), "master")
    assert found is not None
    assert found[0].holds_files
    (row,) = read_polars(found[0]).to_dicts()
    assert anywhere.storage.read(f"{found[0].name}/{row['location']}") == b"1"
    assert entry.outputs["dataset:/f"]["files"] == 1
    assert entry.outputs["dataset:/f"]["bytes"] == 1


def test_other_branches_are_left_alone(store: Store) -> None:
    """A commit is of one branch, and so is what took it back."""
    put(store, 1)
    put(store, 10, branch="dev")
    last = put(store, 2)
    put(store, 20, branch="dev")
    roll_back(store, plan_rollback(store, last), restore_model)
    assert (held(store), held(store, branch="dev")) == ([1], [20])


def test_what_came_since_the_plan_is_not_taken_back(store: Store) -> None:
    """Nobody saw it when the plan was made; nothing is committed."""
    put(store, 1)
    plan = plan_rollback(store, put(store, 2))
    newest = put(store, 3)
    with pytest.raises(ConflictError, match=f"#{newest} wrote the same outputs"):
        roll_back(store, plan, restore_model)
    assert held(store) == [3]
    assert store.newest_entries(1)[0].seq == newest


def test_a_commit_that_is_in_no_table_yet_is_recovered_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused with the command that comes first."""
    put(store, 1)
    last = put(store, 2)
    entry = store.ledger.entry(last)
    monkeypatch.setattr(type(store), "unpublished", lambda self: [entry])
    with pytest.raises(RollbackRefusedError, match="Run 'transforms recover' first"):
        plan_rollback(store, last)


def test_a_rollback_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what it had staged nor its lease."""
    put(store, 1)
    plan = plan_rollback(store, put(store, 2))

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as patched:
        patched.setattr("transforms.store.transaction.validate_changes", fail)
        with pytest.raises(RuntimeError, match="on purpose"):
            roll_back(store, plan, restore_model)
    assert held(store) == [2]
    assert len(list((store.root / "master/datasets/d/data").rglob("*.parquet"))) == 2
    roll_back(store, plan, restore_model)
    assert held(store) == [1]
