"""Transforms that ask for Spark: what they read, what they write, and how their failures are told."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from transforms.api import Input, Output, configure, transform, transform_df
from transforms.config import Config
from transforms.errors import DataError, EngineError, MissingExtraError, UsageError
from transforms.run.job import JobOptions, run_job
from transforms.testing import assert_table_equal

ROWS = [{"a": 1, "b": "x", "c": 1.5}, {"a": 2, "b": "y", "c": None}, {"a": 3, "b": None, "c": 2.5}]


def test_transform_df_takes_and_returns_spark_frames(run_transform, spark):
    @configure(profile=["DRIVER_MEMORY_LARGE", "OURS"])
    @transform_df(Output("/out"), data=Input("/data"))
    def double(data):
        return data.withColumn("d", data.a * 2)

    result = run_transform(double, {"data": ROWS})
    assert result.outputs["output"].rows() == [{**row, "d": row["a"] * 2} for row in ROWS]


def test_transform_df_must_return_a_spark_frame(run_transform, spark):
    @transform_df(Output("/out"), data=Input("/data"))
    def wrong(data):
        return data.toPandas()

    with pytest.raises(DataError, match="must return a pyspark DataFrame; it returned pandas.DataFrame"):
        run_transform(wrong, {"data": ROWS})


def test_a_plain_transform_gets_spark_when_it_asks(run_transform, spark):
    seen = {}

    @transform(out=Output("/out"), data=Input("/data"))
    def ask(ctx, data, out):
        frame = data.dataframe()
        seen["same"] = data.dataframe() is frame
        seen["session"] = ctx.spark_session is spark
        out.write_dataframe(frame.select("a"), column_descriptions={"a": "the a", "gone": "nothing"})

    result = run_transform(ask, {"data": ROWS})
    assert seen == {"same": True, "session": True}
    assert result.outputs["out"].polars()["a"].to_list() == [1, 2, 3]

    @transform(out=Output("/again"), data=Input("/out"))
    def described(data, out):
        assert data.column_descriptions == {"a": "the a"}
        out.write_dataframe(data.dataframe())

    run_transform(described)


def test_spark_using_with_profiles(run_transform, spark):
    @transform.spark.using(data=Input("/data"), out=Output("/out")).with_config(profiles=["NUM_EXECUTORS_8"])
    def count(data, out):
        out.write_dataframe(data.dataframe().groupBy().count())

    assert run_transform(count, {"data": ROWS}).outputs["out"].rows() == [{"count": 3}]


def test_partitions_become_delta_partitions(run_transform, spark, store):
    @transform(out=Output("/out"), data=Input("/data"))
    def spread(data, out):
        out.write_dataframe(data.dataframe(), partition_cols=["b"])

    result = run_transform(spread, {"data": [*ROWS, {"a": 4, "b": "sl/ash = %", "c": 0.0}]})
    assert_table_equal(result.outputs["out"], [*ROWS, {"a": 4, "b": "sl/ash = %", "c": 0.0}], ignore_order=True)
    table = store.root / "master/datasets/out"
    assert pl.scan_delta(str(table)).filter(pl.col("b") == "y").select("a").collect()["a"].to_list() == [2]
    files = {str(file) for file in table.rglob("*") if file.is_file() and "_delta_log" not in file.parts}
    assert files == set(DeltaTable(table).file_uris()), "Hadoop's sums and marks are gone"
    assert {row["a"] for row in result.outputs["out"].dataframe().filter("b is null").collect()} == {3}


@pytest.mark.parametrize(
    "layout", [{"partition_cols": ["B"]}, {"bucket_cols": ["A"], "bucket_count": 2, "sort_by": "C"}]
)
def test_a_layout_names_columns_in_any_case(run_transform, spark, store, layout):
    """As Spark does; the table has them as the frame spells them."""

    @transform(out=Output("/out"), data=Input("/data"))
    def spread(data, out):
        out.write_dataframe(data.dataframe(), **layout)

    result = run_transform(spread, {"data": ROWS})
    assert_table_equal(result.outputs["out"], ROWS, ignore_order=True)
    assert result.outputs["out"].dataframe().filter("b = 'y'").select("a").collect()[0].a == 2
    partitions = [path.name for path in (store.root / "master/datasets/out").rglob("b=*")]
    assert bool(partitions) == ("partition_cols" in layout)


def test_buckets_are_files_that_are_sorted(run_transform, spark, store, caplog):
    @transform(out=Output("/out"))
    def spread(ctx, out):
        frame = ctx.spark_session.range(1000).selectExpr("id % 7 as k", "1000 - id as v")
        out.write_dataframe(frame, bucket_cols=["k"], bucket_count=3, sort_by=["v"])

    result = run_transform(spread)
    assert result.outputs["out"].polars().height == 1000
    files = sorted((store.root / "master/datasets/out").rglob("*.parquet"))
    assert len(files) == 3
    for file in files:
        assert pl.read_parquet(file)["v"].is_sorted()
    assert "3 buckets of k, which Delta cannot note" in caplog.text


def test_options_reach_the_writer_and_an_unknown_one_is_named(run_transform, spark, store, caplog):
    @transform(out=Output("/out"))
    def write(ctx, out):
        options = {"compression": "gzip", "parquet.page.size": "4096", "compresion": "snappy"}
        out.write_dataframe(ctx.spark_session.range(10), options=options)

    run_transform(write)
    file = next((store.root / "master/datasets/out").rglob("*.parquet"))
    assert pq.read_metadata(file).row_group(0).column(0).compression == "GZIP"
    warned = [record.getMessage() for record in caplog.records if "changes nothing" in record.getMessage()]
    assert len(warned) == 1
    assert "'compresion' changes nothing" in warned[0]
    assert "Did you mean 'compression'?" in warned[0]


@pytest.mark.parametrize(
    ("layout", "error", "message"),
    [
        ({"output_format": "csv"}, UsageError, "output_format must be 'parquet'"),
        ({"bucket_cols": ["a"]}, UsageError, "bucket_cols and bucket_count belong together"),
        ({"sort_by": ["a"]}, UsageError, "sort_by sorts the rows of a bucket"),
        ({"partition_cols": ["nope"]}, DataError, "partition_cols names 'nope', which is no column"),
        ({"partition_cols": ["a", "b", "c"]}, DataError, "leave at least one"),
    ],
)
def test_a_layout_that_cannot_be_is_refused_and_nothing_is_written(run_transform, spark, store, layout, error, message):
    @transform(out=Output("/out"), data=Input("/data"))
    def spread(data, out):
        out.write_dataframe(data.dataframe(), **layout)

    with pytest.raises(error, match=message):
        run_transform(spread, {"data": ROWS})
    assert not (store.root / "master/datasets/out/_delta_log").exists()


def test_appending_and_reading_what_was_there(run_transform, spark):
    @transform(out=Output("/out"), data=Input("/data"))
    def add(data, out):
        out.set_mode("append")
        out.write_dataframe(data.dataframe())

    run_transform(add, {"data": ROWS})
    run_transform(add)

    @transform(out=Output("/out"))
    def count(out):
        before = out.dataframe()
        out.write_dataframe(before.groupBy().count())

    assert run_transform(count).outputs["out"].rows() == [{"count": 6}]


def test_an_empty_frame_keeps_its_columns(run_transform, spark):
    @transform_df(Output("/out"), data=Input("/data"))
    def none(data):
        return data.filter("a > 99")

    result = run_transform(none, {"data": ROWS})
    assert result.outputs["output"].polars().schema.names() == ["a", "b", "c"]
    assert result.outputs["output"].dataframe().count() == 0


def failing(kind):
    """Return a transform whose frame fails when it is computed."""

    @transform(out=Output("/out"), data=Input("/data"))
    def fail(data, out):
        from pyspark.sql import functions as F

        @F.udf("int")
        def broken(value):
            raise ValueError(f"no such thing as {value}")

        column = broken("a") if kind == "python" else F.expr("assert_true(a > 2)").cast("string")
        out.write_dataframe(data.dataframe().withColumn("z", column))

    return fail


def test_a_frame_that_fails_when_computed_shows_the_users_line(run_transform, spark, store, capfd):
    with pytest.raises(
        EngineError, match=r"ValueError: no such thing as 1, raised in broken \(.*test_jobs_on_spark.py:\d+\)"
    ):
        run_transform(failing("python"), {"data": ROWS})
    with pytest.raises(EngineError, match="is not true"):
        run_transform(failing("sql"))
    assert "at org.apache" not in capfd.readouterr().err, "the JVM's stack is nobody's business"
    assert not (store.root / "master/datasets/out/_delta_log").exists()
    assert not list((store.root / "master/datasets/out").rglob("*.parquet")), "what was staged is collected"


def test_a_frame_of_a_stopped_session_is_refused(run_transform, spark, monkeypatch):
    class Stranger:
        _sc = None

    frame = spark.range(3)
    monkeypatch.setattr(type(frame), "sparkSession", property(lambda self: Stranger()))

    @transform(out=Output("/out"))
    def write(out):
        out.write_dataframe(frame)

    with pytest.raises(DataError, match="belongs to another Spark session"):
        run_transform(write)


def test_files_as_a_frame_and_opened_on_the_workers(run_transform, spark):
    @transform(raw=Input("/raw"), out=Output("/out"), copy=Output("/copy"))
    def read(ctx, raw, out, copy):
        files, target = raw.filesystem(), copy.filesystem()

        def lines(status):
            with files.open(status.path) as source, target.open(f"copy/{status.path}", "w") as file:
                text = source.read()
                file.write(text)
            return [(status.path, line) for line in text.splitlines()]

        found = files.files("**/*.txt")
        assert found.columns == ["path", "size", "modified"]
        out.write_dataframe(found.rdd.flatMap(lines).toDF(["path", "line"]))
        assert ctx.spark_session.read.text(f"{files.hadoop_path}/sub").count() == 2

    result = run_transform(read, {"raw": {"a.txt": "1\n2\n", "sub/b.txt": "3\n4\n", "c.csv": "x"}})
    assert sorted(result.outputs["out"].polars()["line"].to_list()) == ["1", "2", "3", "4"]


def test_files_that_spark_writes_into_the_folder_are_the_outputs(run_transform, spark):
    @transform(data=Input("/data"), out=Output("/files"))
    def export(data, out):
        data.dataframe().coalesce(1).write.csv(f"{out.filesystem().hadoop_path}/csv", header=True)

    run_transform(export, {"data": ROWS})

    @transform(files=Input("/files"), out=Output("/names"))
    def names(files, out):
        found = [status.path for status in files.filesystem().ls("**/*.csv")]
        out.write_table(pl.DataFrame({"path": found}))

    (row,) = run_transform(names).outputs["out"].rows()
    assert row["path"].startswith("csv/part-")


def test_inputs_travel_to_the_workers(run_transform, spark):
    @transform(raw=Input("/raw"), out=Output("/out"))
    def read(ctx, raw, out):
        def text(name):
            with raw.filesystem().open(name) as file:
                return (raw.path, file.read())

        rows = ctx.spark_session.sparkContext.parallelize(["a.txt"]).map(text).collect()
        out.write_dataframe(ctx.spark_session.createDataFrame(rows, "path string, text string"))

    result = run_transform(read, {"raw": {"a.txt": "hello"}})
    assert result.outputs["out"].rows() == [{"path": "/raw", "text": "hello"}]


def test_a_transform_without_inputs_finds_a_session_that_is_active(run_transform, spark):
    """Before it asks for anything."""

    @transform_df(Output("/out"))
    def make():
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        assert session is SparkSession.builder.getOrCreate() is spark
        return session.range(3)

    assert run_transform(make).outputs["output"].polars().height == 3


def test_the_local_engine_rules_spark_out(store, spark):
    @transform(out=Output("/out"))
    def ask(ctx, out):
        ctx.spark_session  # noqa: B018

    config = Config(project=store.root.parent, root=str(store.root))
    result = run_job(ask, store, config, JobOptions(engine="local"))
    assert isinstance(result.error, MissingExtraError)
    assert "ctx.spark_session needs Spark, and this job runs on the local engine" in str(result.error)


def test_single_node_forms_start_no_java(tmp_path):
    code = """
import sys
from transforms.api import Input, Output, transform, transform_pandas
from transforms.testing import run_transform

@transform.using(data=Input("/d"), out=Output("/o"))
def copy(data, out):
    out.write_table(data.polars())

@transform(data=Input("/d"), out=Output("/o"))
def plain(data, out):
    "Not pyspark."
    out.write_dataframe(data.pandas())

@transform_pandas(Output("/o"), data=Input("/d"))
def frames(data):
    return data

for each in (copy, plain, frames):
    run_transform(each, {"data": [{"a": 1}]})
print([name for name in sys.modules if name.split(".")[0] in ("pyspark", "py4j")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "[]"
