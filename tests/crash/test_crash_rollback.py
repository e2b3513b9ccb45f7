"""A process killed at any step of a rollback leaves all of the job taken back or nothing, and what comes next works."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.model.restoring import restore_model
from tests.crash.jobs import run
from tests.crash.killing import STEPS
from tests.crash.test_crash_commit import staged_and_unknown
from tests.processes import Nursery
from transforms.common.hashing import sha256_of
from transforms.run.rollback import plan_rollback, roll_back
from transforms.store.store import Store

_NEVER = (
    "first frame staged",
    "artifacts saved",
    *(f"{when} table {n}" for when in ("before", "after") for n in (4, 5, 6)),
)
STEPS_OF_A_ROLLBACK = [step for step in STEPS if step not in _NEVER]


@pytest.fixture(scope="module")
def built_twice(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> dict[str, Path]:
    """A store for each mode, with two generations in it."""
    roots = {mode: tmp_path_factory.mktemp(mode) / "store" for mode in ("replace", "append")}
    for mode, root in roots.items():
        for generation in (1, 2):
            assert nursery.run(root=str(root), generation=generation, mode=mode) == 0
    return roots


@pytest.mark.parametrize("mode", ["replace", "append"])
@pytest.mark.parametrize("step", STEPS_OF_A_ROLLBACK)
def test_a_rollback_killed_at_any_step_is_whole_or_nothing(
    tmp_path: Path,
    nursery: Nursery,
    built_twice: dict[str, Path],
    outside: Callable[[Path], dict[str, Any]],
    step: str,
    mode: str,
) -> None:
    """Before the commit point nothing has gone back; after it recovery brings everything back; then it can be done, or built."""
    root = tmp_path / "store"
    shutil.copytree(built_twice[mode], root)
    store = Store(root)
    taken, _ = store.newest_entries(2)
    assert nursery.run(root=str(root), rollback=taken.seq, step=step) == -9
    store = Store(root)
    store.recover()
    assert staged_and_unknown(root) == []

    is_done = store.newest_entries(1)[0].seq != taken.seq
    assert generations(root, outside) == ([1] if is_done else [2] if mode == "replace" else [1, 2])
    if not is_done:
        roll_back(store, plan_rollback(store, taken.seq), restore_model)
    assert generations(root, outside) == [1]
    assert outside(root)["models/model/versions"] == ["1.0.0", "1.1.0", "1.2.0"]
    assert latest_state(root) == open_model("/model", root=root).version("1.0.0").sha256
    assert run(str(root), 3, mode).status == "committed"
    assert generations(root, outside) == ([3] if mode == "replace" else [1, 3])
    assert latest_state(root) not in [one.sha256 for one in open_model("/model", root=root).versions[:3]]


def generations(root: Path, outside: Callable[[Path], dict[str, Any]]) -> list[int]:
    """Return what both datasets hold, which must be the same."""
    found = outside(root)
    assert found["datasets/a"] == found["datasets/b"]
    return found["datasets/a"]  # type: ignore[no-any-return]


def latest_state(root: Path) -> Mapping[str, str]:
    """Return the sums of the files of the model's latest version, which must be theirs."""
    version = open_model("/model", root=root).version()
    folder = root / "master/models/model/artifacts" / version.version_id
    assert {name: sha256_of(folder / name) for name in version.sha256} == version.sha256
    return version.sha256
