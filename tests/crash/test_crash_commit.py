"""A process killed at any step of a commit leaves all of the job or nothing, and the next build works."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from tests.crash.jobs import VALUES, run
from tests.crash.killing import STEPS
from transforms.store.store import Store

MODES = ["replace", "append"]


def expected(generations: list[int], mode: str) -> dict[str, Any]:
    """Return what outside readers see once some generations are committed in order."""
    if not generations:
        return {}
    shown = generations if mode == "append" else generations[-1:]
    count = len(generations)
    return {
        "datasets/a": sorted(shown),
        "datasets/b": sorted(shown),
        "models/model/experiments": sorted(["run", *(f"run-{n}" for n in range(2, count + 1))]),
        "models/model/hyperparameters": count,
        "models/model/metrics": sorted(float(g) for g in generations for _ in range(VALUES)),
        "models/model/versions": [f"1.{n}.0" for n in range(count)],
    }


@pytest.fixture(scope="module")
def built_once(tmp_path_factory, nursery):
    """A store for each mode, with one generation in it."""
    roots = {mode: tmp_path_factory.mktemp(mode) / "store" for mode in MODES}
    for mode, root in roots.items():
        assert nursery.run(root=str(root), generation=1, mode=mode) == 0
    return roots


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("build", ["first build", "rebuild"])
@pytest.mark.parametrize("step", STEPS)
def test_a_commit_killed_at_any_step_is_whole_or_nothing(tmp_path, nursery, built_once, outside, step, build, mode):
    """Before the commit point nobody sees anything; after it recovery completes what was ratified."""
    root = tmp_path / "store"
    before = [] if build == "first build" else [1]
    if before:
        shutil.copytree(built_once[mode], root)
    assert nursery.run(root=str(root), generation=2, mode=mode, step=step) == -9

    store = Store(root)
    ratified = [e for e in store.newest_entries(9) if e.transform == "train"] if store.exists else []
    committed = [1, 2][: len(ratified)] if before else [2][: len(ratified)]
    seen = outside(root)
    if len(ratified) == len(before):
        assert seen == expected(before, mode), "a job that did not commit is visible"
    else:
        whole, old = expected(committed, mode), expected(before, mode)
        assert all(rows in (whole[name], old.get(name)) for name, rows in seen.items())

    store.recover()
    assert outside(root) == expected(committed, mode)
    assert staged_and_unknown(root) == []

    assert run(str(root), 3, mode).status == "committed"
    assert outside(root) == expected([*committed, 3], mode)


def test_duckdb_and_polars_agree_with_delta_after_a_recovery(tmp_path, nursery):
    """The readers that people use see what plain deltalake sees."""
    root = tmp_path / "store"
    assert nursery.run(root=str(root), generation=1, mode="replace") == 0
    assert nursery.run(root=str(root), generation=2, mode="replace", step="after table 2") == -9
    Store(root).recover()
    path = str(root / "master/datasets/a")
    connection = duckdb.connect()
    connection.register("a", DeltaTable(path).to_pyarrow_dataset())
    assert connection.sql("select generation from a").fetchall() == [(2,)]
    assert pl.read_delta(path)["generation"].to_list() == [2]


def test_recovering_twice_and_at_once_changes_nothing(tmp_path, nursery, outside):
    """Recovery is idempotent."""
    root = tmp_path / "store"
    assert nursery.run(root=str(root), generation=1, mode="append", step="after the link") == -9
    for _ in range(3):
        Store(root).recover()
    assert outside(root) == expected([1], "append")


def staged_and_unknown(root: Path) -> list[str]:
    """Return the files in data folders that no table knows."""
    known = set()
    for log in root.glob("master/**/_delta_log"):
        if list(log.glob("*.json")):
            table = DeltaTable(str(log.parent))
            for version in range(table.version() + 1):
                table.load_as_version(version)
                known.update(table.file_uris())
    data = root.glob("master/**/data/*/*.parquet")
    versions = set(_version_ids(root))
    artifacts = [p.name for p in root.glob("master/models/*/artifacts/*") if p.name not in versions]
    return [str(file) for file in data if str(file) not in known] + artifacts


def _version_ids(root: Path) -> list[str]:
    path = root / "master/models/model/versions"
    return pl.read_delta(str(path))["version_id"].to_list() if (path / "_delta_log").exists() else []
