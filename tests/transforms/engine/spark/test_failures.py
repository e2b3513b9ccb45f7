"""What Spark raises is told in a sentence; an executor that dies of its memory is told from one that is lost."""

from __future__ import annotations

import re

import pytest

from transforms.engine.spark.failures import explained, has_lost_executor, reason_of
from transforms.errors import EngineError
from transforms.run.retrying import reason_to_retry


@pytest.mark.parametrize(
    "text",
    [
        "Task 0 failed: ExecutorLostFailure (executor 1 exited): Command exited with code 52",
        "ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason: (exit code 52). The end",
        "ExecutorLostFailure: Remote RPC client disassociated (code 52)",
        "java.lang.OutOfMemoryError: Java heap space",
    ],
)
def test_an_executor_out_of_memory(text):
    """The settings that give it more are named."""
    assert "ran out of memory" in reason_of(RuntimeError(text))
    assert "spark.executor.memory" in reason_of(RuntimeError(text))


@pytest.mark.parametrize("code", [1, 137, 520])
def test_an_executor_that_was_lost_otherwise(code):
    """Where to look is said, and nothing of memory."""
    reason = reason_of(RuntimeError(f"ExecutorLostFailure: Command exited with code {code}"))
    assert "Look at the cluster" in reason
    assert "memory" not in reason


@pytest.mark.parametrize(
    ("text", "is_lost"),
    [
        ("ExecutorLostFailure: Command exited with code 137", True),
        ("ExecutorLostFailure (executor 1 exited): Command exited with code 52", False),
        ("Job aborted: a column is missing", False),
    ],
)
def test_a_lost_executor_may_be_there_again(text, is_lost):
    """One that was too small will be so again, and what the query did wrong stays wrong."""
    from pyspark.errors import PySparkException

    assert has_lost_executor(PySparkException(text)) is is_lost
    assert not has_lost_executor(RuntimeError(text)), "a program's own words are no error of Spark's"
    error = EngineError("writing")
    error.__cause__ = PySparkException(text)
    assert reason_to_retry(error) == ("Spark lost an executor" if is_lost else None)


def parse(spark):
    spark.sql("selec 1")


def unknown_column(spark):
    spark.sql("select nope from values (1) t(a)")


def unknown_table(spark):
    spark.table("nope")


def cast_in_an_expression(spark):
    spark.createDataFrame([("x",)], "s string").selectExpr("cast(s as int) as n").collect()


def cast_in_sql(spark):
    spark.sql("select cast('n/a' as int)").collect()


def cast_of_a_column(spark):
    from pyspark.sql import functions as F

    spark.createDataFrame([("x",)], "s string").select(F.col("s").cast("int")).collect()


def python_function(spark):
    from pyspark.sql import functions as F

    spark.range(1).select(F.udf(lambda value: 1 / 0, "int")("id")).collect()


def chain_of_errors(spark):
    def fail(row):
        try:
            return {}["key"]
        except KeyError as error:
            raise ValueError("no key in it") from error

    spark.range(1).rdd.map(fail).collect()


def pandas_function(spark):
    spark.range(1).groupBy("id").applyInPandas(lambda frame: frame.nope, "n int").collect()


def dying_worker(spark):
    import os

    spark.sparkContext.parallelize([0], 1).map(lambda value: os._exit(3)).collect()


def out_of_memory(spark):
    spark._jvm.java.util.ArrayList(2_000_000_000)


def java(spark):
    spark._jvm.java.lang.Integer.parseInt("x")


def file_that_does_not_parse(spark):
    from pathlib import Path

    Path("bad.csv").write_text("1,x\n")
    spark.read.schema("a int, b int").option("mode", "FAILFAST").csv(Path("bad.csv").absolute().as_uri()).collect()


def missing_file(spark):
    spark.read.parquet("file:///there/is/none").count()


def python_side(spark):
    spark.createDataFrame([("x",)], "a int")


REASONS = {
    parse: "Syntax error at or near 'selec'.",
    unknown_column: "`nope` cannot be resolved.*in 'nope'",
    unknown_table: "The table or view `nope` cannot be found",
    cast_in_an_expression: r"The value 'x' of the type .* \(in 'cast\(s as int\)'\)",
    cast_in_sql: r"The value 'n/a' of the type .* \(in \"cast\('n/a' as int\)\"\)",
    cast_of_a_column: r"The value 'x' of the type .* \(asked for in .*test_failures.py:\d+\)",
    python_function: r"ZeroDivisionError: division by zero, raised in <lambda> \(.*test_failures.py:\d+\)",
    chain_of_errors: r"ValueError: no key in it, raised in fail \(.*test_failures.py:\d+\)",
    pandas_function: r"AttributeError: 'DataFrame' object has no attribute 'nope', raised in <lambda> \(",
    dying_worker: "the Python process of an executor died without an error",
    out_of_memory: "ran out of memory",
    java: 'For input string: "x"',
    file_that_does_not_parse: "Encountered error while reading file.*bad.csv.*Cause: ",
    missing_file: "Path does not exist",
    python_side: "can not accept object 'x'",
}


@pytest.mark.parametrize("fail", REASONS, ids=lambda fail: fail.__name__)
def test_every_kind_of_error_is_told_in_a_sentence(spark, tmp_path, monkeypatch, fail):
    """With ANSI on, as that has errors of its own; whatever happens, without a line of Java's stack."""
    monkeypatch.chdir(tmp_path)
    spark.conf.set("spark.sql.ansi.enabled", "true")
    try:
        with pytest.raises(EngineError) as raised, explained("writing /out"):
            fail(spark)
    finally:
        spark.conf.set("spark.sql.ansi.enabled", "false")
    told = str(raised.value)
    assert re.search(REASONS[fail], told, re.DOTALL), told
    assert told.startswith("writing /out: ")
    assert "\n" not in told
    assert "SQLSTATE" not in told
    assert "at org." not in told


class Dead:
    """What pyspark gives when the JVM is gone: everything asked of it fails."""

    def __getattr__(self, name):
        raise ConnectionRefusedError(111, "Connection refused")


class OfDeadJvm(Exception):
    """An error whose parts lie in a JVM."""

    java_exception = Dead()
    getMessage = property(lambda self: self.java_exception.nothing)

    def getQueryContext(self):
        return self.java_exception.nothing

    def __str__(self):
        return str(self.java_exception.nothing)


OfDeadJvm.__module__ = "py4j.protocol"


def test_an_explanation_does_not_fail_with_the_jvm():
    """It says that there is nothing to say."""
    with pytest.raises(EngineError, match="writing /out: no reason was given"), explained("writing /out"):
        raise OfDeadJvm
    assert "Spark's Java process has ended" in reason_of(RuntimeError("[Errno 111] Connection refused"))


def test_other_errors_pass(spark):
    """They are the caller's own."""
    with pytest.raises(ZeroDivisionError), explained("writing /out"):
        1 / 0  # noqa: B018
