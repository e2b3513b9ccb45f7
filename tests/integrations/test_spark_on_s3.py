"""Spark on a store in a bucket: executors write through S3A, and the same single commit puts it into the tables."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pytest

from tests.processes import await_true, kill
from transforms.config import Config
from transforms.engine.spark.buckets import client_package
from transforms.run.adding import Addition, add
from transforms.run.job import JobOptions
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store

PIPELINE = """
    import os
    import time
    from pyspark.sql import functions as F
    import pandas as pd
    import palantir_models as pm
    from palantir_models.transforms import ModelInput, ModelOutput
    from tests.crash.jobs import Generation
    from transforms.api import Input, Output, Pipeline, incremental, transform, transform_df

    @transform_df(Output("/numbers"))
    def numbers(ctx):
        frame = ctx.spark_session.range(1000).withColumn("half", F.col("id") / 2)
        return frame.withColumn("group", (F.col("id") % 3).cast("string"))

    @transform(out=Output("/grouped"), numbers=Input("/numbers"))
    def grouped(numbers, out):
        out.write_dataframe(numbers.dataframe(), partition_cols=["group"])

    @transform(out=Output("/grown"), numbers=Input("/numbers"))
    def grown(numbers, out):
        out.set_mode("append")
        out.write_dataframe(numbers.dataframe().limit(10))

    @transform_df(Output("/summed"), grouped=Input("/grouped"))
    def summed(grouped):
        return grouped.groupBy("group").agg(F.sum("id").alias("sum"), F.count("*").alias("n"))

    @transform(out=Output("/lengths"), raw=Input("/raw"))
    def lengths(ctx, raw, out):
        files = raw.filesystem()

        def measure(row):
            with files.open(row.path, "rb") as file:
                yield row.path, len(file.read())

        found = files.files().rdd.flatMap(measure)
        out.write_dataframe(ctx.spark_session.createDataFrame(found, "path string, length int"))

    @transform(out=Output("/copies"), raw=Input("/raw"))
    def copies(ctx, raw, out):
        source, target = raw.filesystem(), out.filesystem()

        def copy(row):
            with source.open(row.path, "rb") as old, target.open(row.path, "wb") as new:
                new.write(old.read())

        source.files().foreach(copy)
        ctx.spark_session.range(5).coalesce(1).write.csv(target.hadoop_path + "/csv")

    @transform(out=Output("/lines"), raw=Input("/raw"))
    def lines(ctx, raw, out):
        out.write_dataframe(ctx.spark_session.read.text(raw.filesystem().hadoop_path))

    @transform(model=ModelOutput("/model"), numbers=Input("/numbers"))
    def train(numbers, model):
        experiment = model.create_experiment("spark")
        experiment.log_metric("rows", numbers.dataframe().count())
        model.publish(Generation(3), experiment=experiment)

    @transform(out=Output("/failing"), numbers=Input("/numbers"))
    def failing(numbers, out):
        @F.udf("int")
        def refuse(value):
            raise ValueError("nothing suits")

        out.write_dataframe(numbers.dataframe().withColumn("x", refuse("id")))

    @transform(out=Output("/endless"), numbers=Input("/numbers"))
    def endless(numbers, out):
        out.set_mode("append")
        out.write_dataframe(numbers.dataframe())

        @F.udf("int")
        def sleep(value):
            time.sleep(1)
            return 1

        out.write_dataframe(numbers.dataframe().withColumn("group", sleep("id").cast("string")))

    @incremental(require_incremental=True)
    @transform(out=Output("/copied"), rows=Input("/rows"))
    def copied(rows, out):
        pause = float(os.environ.get("PAUSE", "0"))

        @F.udf("long")
        def wait(value):
            time.sleep(pause)
            return value

        added = rows.dataframe()
        first = added.filter("n % 100 < 50").coalesce(1)
        second = added.filter("n % 100 >= 50").coalesce(1).withColumn("n", wait("n"))
        out.write_dataframe(first.union(second))

    @incremental(require_incremental=True)
    @transform(out=Output("/named"), raw=Input("/raw"))
    def named(ctx, raw, out):
        files = raw.filesystem()

        def name(row):
            with files.open(row.path, "rb") as file:
                return row.path, len(file.read())

        out.write_dataframe(ctx.spark_session.createDataFrame(files.files().rdd.map(name), "path string, length int"))

    pipeline = Pipeline()
    pipeline.add_transforms(
        numbers, grouped, grown, summed, lengths, copies, lines, train, failing, endless, copied, named
    )
"""


@pytest.fixture
def project(bucket: str, tmp_path: Path, needs_spark: None) -> Path:
    """A project whose root is the bucket; Spark fetches Hadoop's client for S3."""
    (tmp_path / "steps.py").write_text(textwrap.dedent(PIPELINE))
    (tmp_path / "pyproject.toml").write_text(
        f"""
[tool.transforms]
root = "{bucket}"
pipelines = ["steps"]

[tool.transforms.spark]
master = "local[2]"
packages = ["{client_package()}"]
conf = {{ "spark.sql.shuffle.partitions" = 2 }}
"""
    )
    return tmp_path


def command(project: Path, *words: str, pause: float = 0) -> subprocess.Popen[str]:
    """Start ``transforms`` in the project, in a session of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PAUSE": str(pause)}
    return subprocess.Popen(
        [sys.executable, "-m", "transforms", *words],
        cwd=project,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def rows(store: Store, alias: str) -> pl.DataFrame:
    """Read a dataset by its address, with neither Spark nor the store's own reader."""
    address = store.storage.uri(store.table_of(Resource("dataset", alias), "master"))
    return pl.read_delta(address, storage_options=dict(store.storage.options))


def test_spark_reads_and_writes_a_store_in_a_bucket(project, bucket):
    """Rows, partitions, appends, files on the workers, a model: each in one commit, read back by Polars."""
    store = Store(bucket)
    put_frame(store, "master", "/raw", {"a.txt": "one\ntwo\n", "deep/b.txt": "three\n"})
    put_frame(store, "master", "/raw2", {"a.txt": "x"})
    names = ["numbers", "grouped", "grown", "summed", "lengths", "copies", "lines", "train"]
    build = command(project, "build", *names)
    output, _ = build.communicate(timeout=1800)
    assert build.returncode == 0, output
    assert rows(store, "/numbers").sort("id")["half"].sum() == 999 * 500 / 2
    assert sorted(rows(store, "/summed").rows()) == [("0", 166833, 334), ("1", 166167, 333), ("2", 166500, 333)]
    grouped = store.view(Resource("dataset", "/grouped"), "master")
    assert grouped is not None
    assert grouped[0].table.metadata().partition_columns == ["group"]
    assert sorted(rows(store, "/lengths").rows()) == [("a.txt", 8), ("deep/b.txt", 6)]
    copied = sorted(rows(store, "/copies")["path"].to_list())
    assert copied[0] == "a.txt"
    assert copied[1] == "csv/_SUCCESS"
    assert copied[2].startswith("csv/part-")
    assert copied[3:] == ["deep/b.txt"]
    assert rows(store, "/lines").height >= 2  # Spark reads a folder's own files, not those of folders in it
    assert rows(store, "/grown").height == 10


def test_a_job_that_fails_or_dies_on_spark_leaves_nothing(project, bucket):
    """What executors had written is deleted, by the job itself or by the next command."""
    store = Store(bucket)
    first = command(project, "build", "numbers", "failing")
    output, _ = first.communicate(timeout=1800)
    assert first.returncode == 1, output
    assert "nothing suits" in output
    assert {name.split("/")[0] for name in store.storage.files("master/datasets")} == {"numbers"}

    dying = command(project, "build", "endless")
    await_true(lambda: any("/spark-" in f for f in store.storage.files("master/datasets/endless")), "staging", 120)
    kill(dying)
    assert not store.storage.is_table("master/datasets/endless")
    recovered = command(project, "recover")
    output, _ = recovered.communicate(timeout=300)
    assert recovered.returncode == 0, output
    assert store.storage.files("master/datasets/endless") == {}


def test_what_was_added_is_read_once_though_a_job_dies_while_spark_stages(project, bucket):
    """Rows and files; a job that was killed with some of its rows in the bucket left none, and its successor goes on."""
    store, config = Store(bucket), Config(project, bucket)

    def grow(begin: int, name: str) -> None:
        for addition in (
            Addition("/rows", pl.DataFrame({"n": range(begin, begin + 100)})),
            Addition("/raw", {name: "x" * (begin + 1)}),
        ):
            add(store, config, addition, JobOptions())

    def build() -> str:
        output, _ = (building := command(project, "build", "copied", "named")).communicate(timeout=1800)
        assert building.returncode == 0, output
        return output

    grow(0, "a.txt")
    build()
    grow(100, "b.txt")
    before = set(store.storage.files("master/datasets/copied"))
    dying = command(project, "build", "copied", pause=1)
    await_true(
        lambda: any("/spark-" in file for file in set(store.storage.files("master/datasets/copied")) - before),
        "staging",
        300,
    )
    kill(dying)
    assert rows(store, "/copied")["n"].sort().to_list() == list(range(100))
    grow(200, "c.txt")
    build()
    assert rows(store, "/copied")["n"].sort().to_list() == list(range(300))
    assert sorted(rows(store, "/named").rows()) == [("a.txt", 1), ("b.txt", 101), ("c.txt", 201)]
    view = store.view(Resource("dataset", "/copied"), "master")
    assert view is not None
    there = [file for file in store.storage.files("master/datasets/copied") if file.endswith(".zstd.parquet")]
    assert len(there) == len(view[0].table.file_uris()), "what was staged by the job that died is gone"


def test_without_hadoops_client_the_package_to_add_is_named(project, bucket):
    """Nothing of it is fetched unasked: it is large."""
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("packages = ", "# packages = "))
    build = command(project, "build", "numbers")
    output, _ = build.communicate(timeout=1800)
    assert build.returncode == 1, output
    assert client_package() in output
    assert Store(bucket).newest_entries(1) == []
