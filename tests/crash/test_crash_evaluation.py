"""A process killed at any step of a commit with an evaluation in it leaves all of the job or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from palantir_models import open_model
from tests.crash.jobs import evaluate
from tests.crash.killing import STEPS
from tests.crash.test_crash_commit import staged_and_unknown
from tests.processes import Nursery
from transforms.store.checkup import check_store
from transforms.store.store import Store

_NEVER = ("artifacts saved", *(f"{when} table {n}" for when in ("before", "after") for n in (4, 5, 6)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Path:
    """A store with a version of the model, and one evaluation of it."""
    root = tmp_path_factory.mktemp("trained") / "store"
    assert nursery.run(root=str(root), generation=1, mode="replace") == 0
    assert nursery.run(root=str(root), evaluate=1) == 0
    return root


@pytest.mark.parametrize("step", [step for step in STEPS if step not in _NEVER])
def test_a_commit_with_an_evaluation_killed_at_any_step_is_whole_or_nothing(
    tmp_path: Path, nursery: Nursery, trained: Path, outside: Callable[[Path], dict[str, Any]], step: str
) -> None:
    """The dataset, the evaluation and what it logged; afterwards the next one has a name of its own."""
    root = tmp_path / "store"
    shutil.copytree(trained, root)
    assert nursery.run(root=str(root), evaluate=2, step=step) == -9

    store = Store(root)
    is_done = len([entry for entry in store.newest_entries(9) if entry.transform == "judge"]) == 2
    before, after = seen(outside(root)), ([2], 2, 2) if is_done else ([1], 1, 1)
    assert before == after or is_done, "a job that did not commit is visible"
    store.recover()
    assert seen(outside(root)) == after
    assert staged_and_unknown(root) == []
    assert list(check_store(store)) == []

    assert evaluate(str(root), 3).status == "committed"
    found = open_model("/model", root=root).evaluations()
    assert [one.metrics["generation"] for one in found] == ([3, 2, 1] if is_done else [3, 1])
    assert [one.name for one in found][::-1] == ["holdout", "holdout-2", "holdout-3"][: len(found)]
    assert [one.tables["rows"].polars()["x"].item() for one in found] == [one.metrics["generation"] for one in found]


def seen(tables: dict[str, Any]) -> tuple[Any, ...]:
    """Return what outside readers see of the job: its dataset, evaluations, and their tables."""
    return tables["datasets/scores"], tables["models/model/evaluations"], tables["models/model/tables"]
