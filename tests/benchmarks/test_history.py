"""A history of 10,000 versions, or of 100,000 jobs, costs next to nothing.

Both are made without waiting for the disk, and with housekeeping as it runs by itself; what is measured waits.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import palantir_models as pm
from palantir_models.experiment.columns.schema import schema
from palantir_models.model.staging import stage_tables
from palantir_models.model.versions import ModelVersion, version_row, versions_schema
from tests.benchmarks.test_jobs import commit, overhead
from tests.benchmarks.timing import median_seconds
from transforms.spec.resource import Resource
from transforms.store import durable, layout, machine
from transforms.store.entry import Entry
from transforms.store.ledger_upkeep import maintain
from transforms.store.store import Store
from transforms.store.vacuum import vacuum_tables

VERSIONS, JOBS = 10_000, 100_000
MODEL = Resource("model", "/model")
PARAMETERS, VALUES = 20, 500


@contextmanager
def no_waiting_for_the_disk() -> Iterator[None]:
    """Let nothing be synced, as only what is measured has to be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable.os, "fsync", lambda descriptor: None)
        yield


def publish(store: Store, number: int) -> float:
    """Publish a version with an experiment of 20 parameters and 500 values; return how long that took."""
    began = time.perf_counter()
    transaction = store.begin("train", "master", [MODEL])
    identity, now = machine.unique(), machine.now()
    folder = layout.resource_path(MODEL, "master")
    (transaction.staging(folder, layout.ARTIFACTS, identity) / "model.json").write_text(json.dumps({"w": number}))
    version = ModelVersion(
        identity, f"1.{number}.0", now, "master", "train", transaction.id, "adapters:Linear", "{}", "{}",
        {"model.json": "0" * 64}, "[]", "{}", "v", identity, None, "MINOR",
    )  # fmt: skip
    zero = pa.array([identity]).dictionary_encode().indices
    ids = pa.DictionaryArray.from_arrays(pa.repeat(zero[0], VALUES), pa.array([identity]))
    row = {
        "experiment_id": identity, "name": f"trial-{number}", "status": "SUCCEEDED", "created_time": now,
        "finished_time": now, "branch": "master", "transform": "train", "transaction": transaction.id,
        "source": "train.py:1", "model_version_id": identity, "parameter_count": PARAMETERS, "value_count": VALUES,
        "dropped_count": 0, "error": None, "series": json.dumps([{"kind": "metric", "name": "loss", "length": VALUES}]),
        "code_version": "v", "environment": json.dumps({"python": "3.11", "packages": [f"p{n}==1.{n}" for n in range(60)]}),
    }  # fmt: skip
    values = [{"name": f"p{n}", "type": "double", "double_value": number + n / 7} for n in range(PARAMETERS)]
    metrics = {
        "experiment_id": ids,
        "series": pa.repeat("loss", VALUES),
        "step": pa.array(range(VALUES), pa.int64()),
        "value": pa.array([1 / (number + step + 1) for step in range(VALUES)]),
        "timestamp": pa.array([now] * VALUES, pa.timestamp("us", tz="UTC")),
    }
    tables = {
        "hyperparameters": pa.Table.from_pylist(
            [{"experiment_id": identity, **value} for value in values], schema=schema("hyperparameters")
        ),
        "metrics": pa.table(metrics).cast(schema("metrics")),
        "experiments": pa.Table.from_pylist([row], schema=schema("experiments")),
        layout.VERSIONS: pa.Table.from_pylist([version_row(version)], schema=versions_schema()),
    }
    summary = {
        "version": version.version,
        "version_id": identity,
        "version_count": number + 1,
        "experiments": [row["name"]],
    }
    transaction.commit(stage_tables(transaction, folder, tables), {MODEL.key: summary})
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, float]:
    """A store with 10,000 versions of a model, and the ratio of the last publishes to the first."""
    store, young = (Store(tmp_path_factory.mktemp(name) / "store") for name in ("studied", "young"))
    with no_waiting_for_the_disk():
        for number in range(VERSIONS):
            publish(store, number)
    # Side by side and 200 each, so that every kind of housekeeping but the rarest is among them.
    pairs = [(publish(young, number), publish(store, VERSIONS + number)) for number in range(200)]
    first, last = (statistics.mean(times[20:]) for times in zip(*pairs, strict=True))
    return store, last / first


def size_of(folder: Path) -> int:
    """Return how many bytes the files below a folder have."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_publishing(studied: tuple[Store, float], report: Callable[..., None]) -> None:
    """The mean, housekeeping included."""
    report(f"publish after {VERSIONS:,} versions, against the first", studied[1], 1.2)


def test_opening_and_listing(studied: tuple[Store, float], report: Callable[..., None]) -> None:
    """Every version and experiment as an object."""
    root = studied[0].root

    def listed() -> None:
        model = pm.open_model("/model", root=root)
        assert len(model.versions) == len(model.experiments) >= VERSIONS

    report(f"opening and listing {VERSIONS:,} versions and experiments", median_seconds(listed, 5) * 1000, 500, "ms")


def test_size(studied: tuple[Store, float], report: Callable[..., None]) -> None:
    """What an experiment takes with its version, its commit and its artifact: by itself, and once all of yesterday is gone."""
    store, _ = studied
    vacuum_tables(store, 0, dry_run=False)
    report("size of an experiment once housekeeping ran", size_of(Path(store.root)) / VERSIONS / 1000, 25, "kB")
    assert len(pm.open_model("/model", root=store.root).experiments) >= VERSIONS


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with 100,000 jobs in its ledger, the last of which wrote 20 datasets."""
    store = Store(tmp_path_factory.mktemp("busy") / "store")
    with no_waiting_for_the_disk():
        for number in range(20):
            commit(store, number)
        template = store.newest_entries(1)[0]
        for number in range(JOBS):
            append(store, template, number)
        for number in range(20):
            commit(store, number)
    return store


def append(store: Store, template: Entry, number: int) -> None:
    """Append a job that read and wrote no table, with housekeeping as after every commit."""
    outputs: dict[str, Any] = {f"dataset:/other{number % 50}": {"rows": 1}}

    store.ledger.append(replace(template, transaction=machine.unique(), outputs=outputs, changes=()))
    if number % 10 == 0:
        store.publisher.publish_all()
        maintain(store)


def test_jobs(busy: Store, tmp_path: Path, report: Callable[..., None]) -> None:
    """The same as in a young store."""
    young = Store(tmp_path / "store")
    for number in range(20):
        commit(young, number)
    report(f"job after {JOBS:,} jobs, against one in a young store", overhead(busy, 2) / overhead(young, 2), 1.2)
    for what, limit, call in (
        ("what plan reads", 0.5, lambda store: Store(store.root).writes()),
        ("log, last 20", 0.5, lambda store: Store(store.root).newest_entries(20)),
        ("log, last 1,000", 0.5, lambda store: Store(store.root).newest_entries(1_000)),
    ):
        report(f"{what}, after {JOBS:,} jobs", median_seconds(partial(call, busy), 5), limit, "s")
    report("size of a job in the ledger", size_of(Path(busy.root) / layout.LEDGER) / JOBS / 1000, 25, "kB")
