"""Spark through a job beside plain Spark, and the commit of many files."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.benchmarks.timing import process_seconds
from transforms.api import Input, Output, transform
from transforms.config import Config
from transforms.engine.local.staging import staged_file
from transforms.engine.spark.engine import shared_engine
from transforms.engine.spark.reading import read_dataframe
from transforms.run.job import JobOptions, run_job
from transforms.spec.resource import Resource
from transforms.store.change import TableChange
from transforms.store.store import Store

ROWS = 10_000_000
FILES = 1000


@transform.spark.using(out=Output("/large"))
def write(ctx, out):
    """Write 10 million rows."""
    out.write_dataframe(large(ctx.spark_session))


def large(session):
    """Return six columns of numbers, text and time."""
    return session.range(0, ROWS, 1, 4).selectExpr(
        "id",
        "id % 1000 as k",
        "id * 0.5 as x",
        "sin(id) as y",
        "concat('name ', id % 5000) as name",
        "timestamp_micros(id * 1000) as time",
    )


def read(frame) -> int:
    """Read every column, and count."""
    frame.write.format("noop").mode("overwrite").save()
    return frame.count()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


def run(job, store: Store) -> None:
    """Run a job in a store."""
    result = run_job(job, store, Config(Path.cwd(), str(store.root)), JobOptions())
    assert result.error is None, result.error


def best(rounds: int, **calls: Callable[[], object]) -> dict[str, float]:
    """Return the least seconds of each call, taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - began)
    return {name: min(times) for name, times in seconds.items()}


def test_writing(spark, store, tmp_path, report):
    """A whole job, commit included, beside Spark's own writers."""
    plain, delta = str(tmp_path / "plain"), str(tmp_path / "delta")
    took = best(
        4,
        ours=lambda: run(write, store),
        plain=lambda: large(spark).write.mode("overwrite").option("compression", "zstd").parquet(plain),
        delta=lambda: large(spark).write.mode("overwrite").format("delta").save(delta),
    )
    report(
        f"writing {ROWS:,} rows x 6 in {took['ours']:.1f} s, df.write.parquet = 1", took["ours"] / took["plain"], 1.1
    )
    report("the same, delta-spark = 1", took["ours"] / took["delta"], 1.0)


def test_reading(spark, store, report):
    """Inside a job: opening the input, reading every column, and counting."""
    run(write, store)
    folder = str(next((store.root / "master/datasets/large/data").iterdir()))
    took: dict[str, float] = {}

    @transform.spark.using(large=Input("/large"), out=Output("/count"))
    def measure(large, out):
        took.update(
            best(
                15,
                ours=lambda: read(large.dataframe()),
                plain=lambda: read(spark.read.option("recursiveFileLookup", "true").parquet(folder)),
            )
        )
        out.write_pandas(pd.DataFrame({"rows": [large.dataframe().count()]}))

    run(measure, store)
    ratio = took["ours"] / took["plain"]
    report(f"reading and counting them in {took['ours']:.2f} s, plain Spark = 1", ratio, 1.05)


def test_reading_what_is_small_and_new(spark, store, report):
    """A version that Spark has not met yet, as each run of a pipeline reads one, beside Delta's own reader."""
    seconds: dict[str, list[float]] = {"ours": [], "delta": []}

    @transform.spark.using(out=Output("/small"))
    def grow(ctx, out):
        out.write_dataframe(ctx.spark_session.range(100))

    for _ in range(20):
        run(grow, store)
        view = store.view_table("master/datasets/small")
        at_version = spark.read.format("delta").option("versionAsOf", view.version)
        for name, call in {
            "ours": lambda view=view: read_dataframe(shared_engine({}), view, "/small"),
            "delta": lambda view=view, reader=at_version: reader.load(view.uri),
        }.items():
            began = time.perf_counter()
            assert len(call().toArrow()) == 100
            seconds[name].append(time.perf_counter() - began)
    took = {name: sorted(times)[len(times) // 2] for name, times in seconds.items()}
    report(f"reading a small new version in {took['ours'] * 1000:.0f} ms, Delta = 1", took["ours"] / took["delta"], 0.5)


def test_the_commit_of_many_files(store, report):
    """Everything staged is synced, checked, ratified and published."""
    resource = Resource("dataset", "/many")
    rows = pa.table({"id": range(100), "x": [n / 3 for n in range(100)]})
    seconds = []
    for _ in range(5):
        transaction = store.begin("many", "master", [resource])
        folder = transaction.staging("master/datasets/many")
        for number in range(FILES):
            pq.write_table(rows, folder / f"{number}.parquet")
        root = store.root / "master/datasets/many"
        names = [file.relative_to(root).as_posix() for file in sorted(folder.iterdir())]
        files = tuple(
            staged_file(store.storage, "master/datasets/many", name, (root / name).stat().st_size) for name in names
        )
        schema = '{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},'
        schema += '{"name":"x","type":"double","nullable":true,"metadata":{}}]}'
        change = TableChange("master/datasets/many", "overwrite", schema, files, ())
        began = time.perf_counter()
        transaction.commit([change], {resource.key: {"rows": 100 * FILES}})
        seconds.append(time.perf_counter() - began)
    report(f"committing {FILES:,} files", sorted(seconds)[2] * 1000, 200, "ms")


PIPELINE = """
    from transforms.api import Output, Pipeline, transform_df

    @transform_df(Output("/numbers"))
    def numbers(ctx):
        return ctx.spark_session.range(10)

    pipeline = Pipeline()
    pipeline.add_transforms(numbers)
"""
BARE = """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
"""


def test_a_build_from_the_shell(tmp_path, report):
    """Of one Spark job, beside a script that starts a session and ends; no other Spark runs meanwhile."""
    shared_engine({}).stop()
    (tmp_path / "numbers_job.py").write_text(textwrap.dedent(PIPELINE))
    (tmp_path / "bare.py").write_text(textwrap.dedent(BARE))
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["numbers_job"]\n')
    bare = process_seconds("bare.py", rounds=3, cwd=str(tmp_path))
    built = process_seconds("-m", "transforms", "build", "--force", rounds=3, cwd=str(tmp_path))
    report(f"a one-job Spark build, {built:.1f} s, above a bare session's start, {bare:.1f} s", built - bare, 3, "s")
