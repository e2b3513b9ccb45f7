"""One session for all jobs of a build, started by the first that asks."""

from __future__ import annotations

import logging
import textwrap
from unittest.mock import Mock

import polars as pl
import pytest

from transforms.engine.spark import engine as module
from transforms.engine.spark.engine import shared_engine
from transforms.run.project import BuildOptions, Project


@pytest.fixture
def nothing_started(monkeypatch):
    """A process in which nothing has asked for Spark yet."""
    monkeypatch.setattr(module, "_engines", {})


def test_asking_for_the_engine_starts_nothing(nothing_started):
    """Only its session does."""
    assert not shared_engine({}).has_started


def test_all_jobs_share_an_engine_and_put_their_profiles_together(nothing_started):
    """Before it starts; the order in which jobs come does not matter."""
    first = shared_engine({}, ["A"])
    assert shared_engine({}, ["B", "A"]) is first
    assert first.profiles == ("A", "B")


def test_other_settings_make_another_engine(nothing_started):
    """A process has one Spark at a time."""
    assert shared_engine({"conf": {"spark.a": "1"}}) is not shared_engine({})


JOBS = """
    from transforms.api import Input, Output, Pipeline, transform, transform_df
    from pyspark.sql import functions as F

    def with_application(frame):
        return frame.withColumn("application", F.lit(frame.sparkSession.sparkContext.applicationId))

    @transform_df(Output("/a"))
    def a(ctx):
        return with_application(ctx.spark_session.range(3))

    @transform_df(Output("/b"))
    def b(ctx):
        return with_application(ctx.spark_session.range(4))

    @transform(a=Input("/a"), b=Input("/b"), out=Output("/out"))
    def both(a, b, out):
        out.write_dataframe(a.dataframe().union(b.dataframe()).union(with_application(b.dataframe().select("id"))))

    pipeline = Pipeline()
    pipeline.add_transforms(a, b, both)
"""


def test_a_build_has_one_session(spark, tmp_path, monkeypatch):
    """Two jobs at a time, each in a thread of its own."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\npipelines = ["jobs_of_one_session"]\n')
    (tmp_path / "jobs_of_one_session.py").write_text(textwrap.dedent(JOBS))
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project.open(tmp_path)
    options = BuildOptions(workers=2)
    results = project.build(project.plan([], [], options), Mock(), options)
    assert [(result.status, result.error) for result in results] == [("committed", None)] * 3
    found = pl.read_delta(str(tmp_path / ".transforms/master/datasets/out"))
    assert found["application"].to_list() == [spark.sparkContext.applicationId] * 11


def test_an_executor_imports_what_this_process_can(spark_engine, spark, tmp_path, monkeypatch):
    """From its project and from elsewhere on its path, in whatever folder Spark was started."""
    for place in ("project", "elsewhere"):
        (tmp_path / place).mkdir()
        (tmp_path / place / f"module_in_{place}.py").write_text("VALUE = 20\n")
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    spark_engine.show_sources(tmp_path / "project")

    def total(_):
        import module_in_elsewhere
        import module_in_project

        return module_in_elsewhere.VALUE + module_in_project.VALUE

    assert spark.sparkContext.parallelize([0], 1).map(total).collect() == [40]


def test_the_jvm_says_nothing_unless_asked(spark, capfd, caplog):
    """Errors say why; stacks beside them are for who sets spark.log.level."""
    with caplog.at_level(logging.WARNING), pytest.raises(Exception, match="is not true"):
        spark.sql("select assert_true(1 = 2)").collect()
    assert capfd.readouterr().err == ""
