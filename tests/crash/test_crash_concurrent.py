"""Processes that build the same outputs under random deaths end with every committed job in, exactly once."""

from __future__ import annotations

import pytest

from tests.crash.racing import race
from transforms.store.store import Store

ROUNDS = 8


@pytest.mark.parametrize("processes", [2, 4])
def test_racing_and_dying_processes_end_exactly_once(tmp_path, nurseries, outside, processes):
    """Whatever was ratified is in every table once; whatever was not is in none."""
    root = tmp_path / "store"
    acknowledged = race(nurseries[:processes], str(root), ROUNDS, wait=20.0, within=0.5)
    store = Store(root)
    store.recover()
    ratified = [entry.transaction for entry in store.newest_entries(1000)]
    seen = outside(root)
    assert len(ratified) == len(set(ratified)) == len(seen["datasets/a"]) == len(seen["models/model/versions"])
    assert seen["datasets/a"] == seen["datasets/b"]
    assert len(set(seen["datasets/a"])) == len(seen["datasets/a"]), "a job is in a table twice"
    assert set(acknowledged) <= set(seen["datasets/a"]), "an acknowledged job is lost"
    assert len(set(seen["models/model/versions"])) == len(ratified)
    assert len(set(seen["models/model/experiments"])) == len(ratified)
