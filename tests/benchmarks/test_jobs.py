"""What a job costs beside its function, in an empty store and in one with a long history."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from tests.benchmarks.timing import median_seconds
from transforms.api import Input, Output, transform
from transforms.config import Config
from transforms.engine.local.staging import stage_frame
from transforms.plan.graph import Graph, Node
from transforms.plan.selection import select
from transforms.plan.staleness import plan_jobs
from transforms.run.job import JobOptions, run_job
from transforms.spec.resource import Resource
from transforms.spec.source import SourceLocation
from transforms.store.store import Store

FRAME = pl.DataFrame({"x": range(100)})
HISTORY = 10_000


def overhead(store: Store, outputs: int, rounds: int = 25) -> float:
    """Return what a job with one small input costs beside its function, as the median in seconds."""
    spent = []

    @transform.using(source=Input("/d0"), **{f"out{n}": Output(f"/bench{n}") for n in range(outputs)})
    def job(source, **outs):
        began = time.perf_counter()
        rows = source.polars()
        for out in outs.values():
            out.write_table(rows)
        spent.append(time.perf_counter() - began)

    config = Config(Path.cwd(), str(store.root))
    beside = []
    for _ in range(rounds):
        result = run_job(job, store, config, JobOptions())
        assert result.error is None
        beside.append(result.seconds - spent[-1])
    return sorted(beside)[rounds // 2]


def commit(store: Store, number: int, datasets: int = 20) -> None:
    """Commit one small job to one of some datasets."""
    resource = Resource("dataset", f"/d{number % datasets}")
    transaction = store.begin(f"t{number % datasets}", "master", [resource])
    change = stage_frame(transaction, store.table_of(resource, "master"), FRAME)
    transaction.commit([change], {resource.key: {"rows": 100}})


@pytest.fixture(scope="module")
def young(tmp_path_factory):
    """A store with one commit to each of 20 datasets."""
    store = Store(tmp_path_factory.mktemp("young") / "store")
    for number in range(20):
        commit(store, number)
    return store


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A store with 10,000 commits to 20 datasets."""
    store = Store(tmp_path_factory.mktemp("old") / "store")
    for number in range(HISTORY):
        commit(store, number)
    return store


def test_small_jobs(young, report):
    """Everything synced to the disk."""
    report("job with 1 input and 2 outputs, beside its function", overhead(young, 2) * 1000, 60, "ms")
    report("job with 1 input and 10 outputs, beside its function", overhead(young, 10) * 1000, 150, "ms")


def test_planning_500_transforms(report):
    """Pure functions over the graph."""

    def plan() -> None:
        nodes = [
            Node(
                f"t{n}",
                tuple(Resource("dataset", f"/{n - back}") for back in (1, 2, 3) if n >= back),
                (Resource("dataset", f"/{n}"),),
                SourceLocation("x.py", n),
                lambda: "v",
            )
            for n in range(500)
        ]
        graph = Graph(nodes)
        plan_jobs(graph, select(graph))

    report("planning 500 transforms", median_seconds(plan, 5) * 1000, 1000, "ms")


def test_growth(young, old, report):
    """A history of 10,000 jobs costs next to nothing."""
    ratio = overhead(old, 2) / overhead(young, 2)
    report(f"job after {HISTORY:,} jobs, against one in a young store", ratio, 1.5)
    for what, call in {
        "what plan reads": lambda store: Store(store.root).writes(),
        "log, last 20": lambda store: Store(store.root).newest_entries(20),
    }.items():
        before, after = (median_seconds(partial(call, store), 11) for store in (young, old))
        report(f"{what} after {HISTORY:,} jobs, against a young store", after / before, 1.5)
