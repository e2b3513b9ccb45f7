"""Checks of a job that uses Spark are asked of Spark, on frames, partitions and appended rows alike."""

from __future__ import annotations

import pytest

from tests.transforms.run.test_checking import results
from transforms import expectations as E
from transforms.api import Check, Input, Output, transform, transform_df
from transforms.checks import spark as on_spark
from transforms.errors import CheckFailedError, EngineError, TransformsWarning

ROWS = [{"id": 1, "x": 5, "s": "a"}, {"id": 2, "x": None, "s": "b"}, {"id": 3, "x": 7, "s": "b"}]


@pytest.fixture
def asked(monkeypatch):
    """How often Spark was asked."""
    counted = []
    answers = on_spark.SparkRows.answers

    def counting(self, questions):
        counted.append(len(questions))
        return answers(self, questions)

    monkeypatch.setattr(on_spark.SparkRows, "answers", counting)
    return counted


def test_inputs_and_outputs_are_checked(run_transform, spark, asked):
    """With Spark's types, and once for all checks of a dataset; a warning shows rows."""
    from pyspark.sql import types as T

    @transform_df(
        Output("/out", checks=[Check(E.schema().equals({"id": T.LongType(), "s": T.StringType}), "columns")]),
        raw=Input("/raw", checks=[Check(E.primary_key("id"), "key"), Check(E.col("x").non_null(), "there", "WARN")]),
    )
    def build(raw):
        return raw.select("id", "s")

    with pytest.warns(TransformsWarning, match=r"(?s)check 'there' on /raw: 1 row of 3 fails.*id=2, x=None"):
        found = results(run_transform(build, {"raw": ROWS}).entry)
    assert {name: one.passed for name, one in found.items()} == {"columns": True, "key": True, "there": False}
    assert len(asked) == 2


def test_what_is_staged_in_partitions_is_checked_with_what_is_there(run_transform, spark, store, asked):
    """Partition columns stand in the names of folders alone, and rows that were there count."""

    @transform(raw=Input("/raw"), out=Output("/out", checks=Check(E.group_by("s").count().lt(3), "few of each")))
    def build(raw, out):
        out.set_mode("append")
        out.write_dataframe(raw.dataframe(), partition_cols=["s"])

    run_transform(build, {"raw": ROWS}, store=store)
    with pytest.raises(CheckFailedError, match=r"(?s)4 rows of 6 fail.*s='b', measured=4"):
        run_transform(build, {"raw": ROWS}, store=store)
    assert len(asked) == 2


def test_partitions_are_checked_on_one_node_too(run_transform, spark, store):
    """A dataset that Spark has partitioned is an input of a transform that does without."""

    @transform(raw=Input("/raw"), out=Output("/parts"))
    def partitioned(raw, out):
        out.write_dataframe(raw.dataframe(), partition_cols=["s"])

    @transform.using(parts=Input("/parts", checks=Check(E.col("s").is_in("a", "b"), "letters")), out=Output("/out"))
    def reads(parts, out):
        out.write_table(parts.polars())

    run_transform(partitioned, {"raw": ROWS}, store=store)
    assert results(run_transform(reads, store=store).entry)["letters"].passed


def test_an_expression_that_spark_does_not_know_is_told(run_transform, spark):
    """The message names the transform and the dataset, and shows no stack of Java's."""

    @transform_df(Output("/out"), raw=Input("/raw", checks=Check(E.col("s").rlike("("), "odd")))
    def build(raw):
        raise AssertionError

    with pytest.raises(EngineError, match="build, checking /raw: .*"):
        run_transform(build, {"raw": ROWS})
