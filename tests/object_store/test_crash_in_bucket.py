"""A process that is killed while it commits to a bucket, and processes that race: the same promise as on a disk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.crash.racing import race
from tests.crash.test_crash_commit import expected
from transforms.store.storage.address import open_storage
from transforms.store.store import Store

STEPS = [
    "after the leases",
    "first frame staged",
    "sealed",
    "validated",
    "ledger row written",
    "before the link",
    "after the link",
    "before table 3",
    "after table 6",
    "before the mark",
    "before the release",
]
ROUNDS = 5


@pytest.mark.parametrize("step", STEPS)
def test_a_commit_killed_at_any_step_is_whole_or_nothing(bucket, nursery, outside, step):
    """Before the conditional put nobody sees anything; after it recovery completes what was ratified."""
    assert nursery.run(root=bucket, generation=1, mode="append") == 0
    assert nursery.run(root=bucket, generation=2, mode="append", step=step) == -9

    store = Store(bucket)
    committed = [1, 2][: len(store.newest_entries(9))]
    seen = outside()
    old, whole = expected([1], "append"), expected(committed, "append")
    assert all(rows in (whole[name], old[name]) for name, rows in seen.items())

    store.recover()
    assert outside() == whole
    assert staged_and_unknown(store) == []

    assert nursery.run(root=bucket, generation=3, mode="append") == 0
    assert outside() == expected([*committed, 3], "append")


def test_four_processes_racing_and_dying_end_exactly_once(bucket, bucket_nurseries, outside):
    """Conditional puts decide who commits: no job twice, none lost, versions and names distinct."""
    acknowledged = race(bucket_nurseries, bucket, ROUNDS, wait=60.0, within=1.5)
    store = Store(bucket)
    store.recover()
    ratified = [entry.transaction for entry in store.newest_entries(1000)]
    seen = outside()
    assert len(ratified) == len(set(ratified)) == len(seen["datasets/a"])
    assert seen["datasets/a"] == seen["datasets/b"]
    assert len(set(seen["datasets/a"])) == len(seen["datasets/a"]), "a job is in a table twice"
    assert set(acknowledged) <= set(seen["datasets/a"]), "an acknowledged job is lost"
    assert len(set(seen["models/model/versions"])) == len(seen["models/model/versions"]) == len(ratified)
    assert len(set(seen["models/model/experiments"])) == len(ratified)
    assert len(acknowledged) >= ROUNDS * 2


def staged_and_unknown(store: Store) -> list[str]:
    """Return the objects in staging folders that no table knows."""
    storage, known = store.storage, set()
    for entry in store.newest_entries(100):
        known |= {f"{change.table}/{file.path}" for change in entry.changes for file in change.files}
        known |= {str(output.get("version_id")) for output in entry.outputs.values()}
    objects = [f"master/{name}" for name in storage.files("master")]
    data = [name for name in objects if "/data/" in name and name not in known]
    return data + [name for name in objects if "/artifacts/" in name and name.split("/")[4] not in known]


def test_every_name_in_the_bucket_is_one_that_is_documented(bucket, nursery):
    """Apart from tables there are the ledger, leases and the store's own file."""
    assert nursery.run(root=bucket, generation=1, mode="replace") == 0
    storage = open_storage(bucket)
    assert storage.folders("") == ["_ledger", "_locks", "master"]
    content: dict[str, Any] = json.loads(storage.read("_store.json"))
    assert content["format"] == 1
    assert storage.names("_locks/transactions") == []
