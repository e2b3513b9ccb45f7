"""Sessions that somebody else made, stopped or lost; each in a process of its own, as one has one Spark."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[4]

THEIRS = """
    import os, signal
    from pyspark import SparkContext
    from pyspark.sql import SparkSession, functions as F

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2")
    theirs = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.app.name", "theirs").getOrCreate()
    theirs.sparkContext.setLogLevel("OFF")
    theirs.createDataFrame([("12",), ("n/a",)], "s string").createOrReplaceTempView("of_their_own")
    before = theirs.conf.getAll

    from transforms.api import Input, Output, transform, transform_df
    from transforms.store.store import Store
    from transforms.testing import run_transform
    from transforms.testing.spark import session_for_tests

    store = Store("st[o]re")
    rows = [{"s": "12", "day": "2024-01-01", "n": None}, {"s": "n/a", "day": "a b{c}[d]", "n": [{"k": 1.5}]}]

    @transform(src=Input("/in"), out=Output("/out"))
    def spread(src, out):
        same = SparkSession.builder.getOrCreate()
        assert SparkSession.getActiveSession() is same
        assert src.dataframe().sparkSession is same
        number = F.col("s").cast("int").alias("v")
        assert src.dataframe().checkpoint(eager=True).count() == 2
        out.write_dataframe(src.dataframe().select("day", "n", number, F.current_timestamp().alias("t")), ["DAY"])

    @transform_df(Output("/again"), src=Input("/out"))
    def again(src):
        return src.filter("v is null or v = 12")

    def built():
        run_transform(spread, {"src": rows}, store=store)
        found = run_transform(again, store=store).outputs["output"].polars().sort("day")
        assert found["v"].to_list() == [12, None], found
        assert found["day"].to_list() == ["2024-01-01", "a b{c}[d]"], found
        assert found["n"].to_list() == [None, [{"k": 1.5}]], found

    context, other = theirs.sparkContext, theirs.newSession()
    environment = dict(context.environment)
    active = SparkSession._get_j_spark_session_class(theirs._jvm)
    active.setActiveSession(other._jsparkSession)
    built()
    assert active.getActiveSession().get().equals(other._jsparkSession)
    assert theirs is SparkSession.builder.getOrCreate() is session_for_tests()
    assert theirs.conf.getAll == before, set(theirs.conf.getAll.items()) ^ set(before.items())
    assert (context.environment, context.getCheckpointDir()) == (environment, None)
    assert theirs.range(2).withColumn("x", F.col("id") + 1).count() == 2
    assert theirs.table("of_their_own").count() == 2
    try:
        theirs.table("of_their_own").select(F.col("s").cast("int")).collect()
    except Exception as error:
        assert "CAST_INVALID_INPUT" in str(error)
    else:
        raise AssertionError("ANSI is on in a session as its maker left it")
    print("adopted")

    theirs.stop()
    built()  # the JVM stays, and cannot load Delta's jars any more
    print("stopped")

    process = SparkContext._gateway.proc
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    built()
    print("killed")

    # Ours now, with Delta: whoever asks for a session finds it.
    ours = SparkSession.builder.config("spark.sql.shuffle.partitions", "3").getOrCreate()
    assert ours.conf.get("spark.sql.ansi.enabled") == "false"
    assert ours.conf.get("spark.sql.extensions", "") != ""
    built()
    assert ours is SparkSession.builder.getOrCreate()
    assert ours.range(3).count() == 3
    print("ours")
"""

WITH_DELTA = """
    from pathlib import Path
    from pyspark.sql import SparkSession, functions as F
    from transforms.engine.spark.confs import DELTA_CONFS
    from transforms.engine.spark.jars import find_jars

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    builder = builder.config("spark.jars", ",".join(map(str, find_jars())))
    for key, value in DELTA_CONFS.items():
        builder = builder.config(key, value)
    theirs = builder.config("spark.databricks.delta.snapshotPartitions", "1").getOrCreate()
    theirs.sparkContext.setLogLevel("OFF")
    theirs.range(3).write.format("delta").save("mine")
    before, environment = theirs.conf.getAll, dict(theirs.sparkContext.environment)

    from transforms.api import Input, Output, incremental, transform, transform_df
    from transforms.store.store import Store
    from transforms.testing import run_transform

    Path("helping.py").write_text("def doubled(value): return 2 * value")
    store = Store("store")

    @incremental()
    @transform(src=Input("/in"), out=Output("/out"))
    def grow(src, out):
        import helping
        from pyspark.sql.types import LongType
        assert src.dataframe().sparkSession is theirs
        frame = src.dataframe().withColumn("y", F.udf(helping.doubled, LongType())("x"))
        out.write_dataframe(frame.localCheckpoint(eager=True))

    first = run_transform(grow, {"src": theirs.createDataFrame([(1,), (2,)], "x long")}, store=store)
    second = run_transform(grow, {"src": [{"x": 3}]}, previous=first)
    assert second.is_incremental
    assert sorted(second.output.column("y")) == [2, 4, 6]
    assert sorted(row.y for row in second.output.dataframe().collect()) == [2, 4, 6]

    assert theirs.conf.getAll == before, set(theirs.conf.getAll.items()) ^ set(before.items())
    assert (theirs.sparkContext.environment, theirs.sparkContext.getCheckpointDir()) == (environment, None)
    theirs.range(3, 5).write.format("delta").mode("append").save("mine")
    assert theirs.read.format("delta").load("mine").count() == 5
    assert theirs.read.format("delta").load("store/master/datasets/out").count() == 3
    print("both work")
"""

AT_IMPORT = """
    from pyspark.sql import Window, functions as F
    from transforms.api import Input, Output, Pipeline, transform, transform_df

    IS_GOOD = F.col("s").cast("int").isNotNull() & (F.col("s") != "")
    BY = Window.partitionBy("s")

    @transform_df(Output("/numbers"))
    def numbers(ctx):
        return ctx.spark_session.createDataFrame([("1",), ("x",)], "s string")

    @transform(src=Input("/numbers"), out=Output("/good"))
    def good(src, out):
        out.write_dataframe(src.dataframe().filter(IS_GOOD).withColumn("n", F.count("s").over(BY)))

    pipeline = Pipeline()
    pipeline.add_transforms(numbers, good)
"""

BUILD = """
    import sys
    from transforms.cli.app import main

    sys.argv[:1] = ["transforms"]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
"""

BEFORE_IT_READS = """
    from pyspark.ml.feature import SQLTransformer
    from pyspark.sql import SparkSession, Window, functions as F
    from transforms.api import Input, Output, transform
    from transforms.testing import run_transform

    SparkSession.builder.getOrCreate().stop()
    assert SparkSession.getActiveSession() is None

    @transform(src=Input("/in"), out=Output("/out"))
    def count(src, out):
        by = Window.partitionBy("a")
        wanted = F.col("a") == 1
        stage = SQLTransformer(statement="SELECT a, b + 1 AS b FROM __THIS__")
        assert SparkSession.getActiveSession() is not None
        out.write_dataframe(stage.transform(src.dataframe()).filter(wanted).withColumn("n", F.count("b").over(by)))

    print(run_transform(count, {"src": {"a": [1, 1, 2], "b": [5, None, 7]}}).outputs["out"].rows())
"""


def python(folder: Path, code: str, *arguments: str, **environment: str) -> Any:
    """Run code in a process of its own."""
    (folder / "program.py").write_text(textwrap.dedent(code))
    return subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
    )


def test_a_session_of_somebody_else_is_used_and_left_as_it_was(needs_spark: None, tmp_path: Path) -> None:
    """Jobs run on it as on ours; when it was stopped, or its JVM is gone, the next job has another one."""
    done = python(tmp_path, THEIRS)
    assert done.stdout.splitlines() == ["adopted", "stopped", "killed", "ours"], done.stderr[-4000:]


def test_a_session_with_deltas_jars_is_used_and_left_as_it_was(needs_spark: None, tmp_path: Path) -> None:
    """Its own Delta tables and the store's are read and written side by side, by jobs and by its maker."""
    done = python(tmp_path, WITH_DELTA)
    assert done.stdout == "both work\n", done.stderr[-4000:]


def test_columns_of_a_module_and_of_a_function_before_it_reads(needs_spark: None, tmp_path: Path) -> None:
    """Spark starts when they are made: when the module is imported, or the first job begins of a process in which none runs.

    A project without such a module starts none to be listed.
    """
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["jobs"]\n')
    (tmp_path / "jobs.py").write_text(textwrap.dedent(AT_IMPORT))
    local = python(tmp_path, BUILD, "build", "--engine", "local")
    assert local.returncode != 0
    assert "SESSION_OR_CONTEXT_NOT_EXISTS" in local.stderr or "AssertionError" in local.stderr, "no Spark means none"
    done = python(tmp_path, BUILD + BEFORE_IT_READS, "build")
    assert done.returncode == 0, done.stderr
    assert "OK=2" in done.stdout
    assert done.stdout.splitlines()[-1] == "[{'a': 1, 'b': 6, 'n': 1}, {'a': 1, 'b': None, 'n': 1}]", done.stderr[
        -4000:
    ]


def test_columns_at_import_on_a_machine_without_spark_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing stands there, and not that an assertion failed."""
    from transforms.config import Config
    from transforms.engine.spark import engine, installation, sessions
    from transforms.errors import TransformsError
    from transforms.run.pipelines import load_pipelines

    pytest.importorskip("pyspark")
    source = AT_IMPORT.replace("F.col", "no_session")
    fails = "from pyspark.errors import PySparkAssertionError\ndef no_session(name):\n    from pyspark.util import f\n"
    (tmp_path / "jobs_without_spark.py").write_text(fails + textwrap.dedent(source))
    monkeypatch.setattr(engine, "_engines", {})
    monkeypatch.setattr(sessions, "running", lambda: None)
    monkeypatch.setattr(installation, "installed_version", lambda package: None)
    from transforms.run import pipelines

    monkeypatch.setattr(pipelines, "_is_without_session", lambda error: True)
    with pytest.raises(TransformsError, match="Spark cannot start"):
        load_pipelines(Config(project=tmp_path, root=str(tmp_path / "store"), pipelines=("jobs_without_spark",)))
