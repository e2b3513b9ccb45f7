"""An archive of the classes that Spark loads: with it a JVM of the tests takes a third less of the processor's time to begin.

``python -m tests.class_archive`` makes it beside the environment's packages, with a first job that loads them. A JVM of
another version, or with other classes, passes over it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from transforms.api import Input, Output, transform_df
from transforms.engine.spark.installation import problems
from transforms.store.store import Store
from transforms.testing.run import run_transform
from transforms.testing.spark import QUICK_JAVA, session_for_tests

ARCHIVE = Path(sys.prefix) / "spark.jsa"
_SILENT = "-Xlog:disable -Xlog:all=error:stderr"  # of what could not be archived, or used


def java_options() -> str:
    """Return the options of a JVM in the tests."""
    return f"{QUICK_JAVA} -XX:SharedArchiveFile={ARCHIVE} {_SILENT}" if ARCHIVE.exists() else QUICK_JAVA


@transform_df(Output("/t/numbers"))
def numbers(ctx):
    """Write rows."""
    return ctx.spark_session.createDataFrame([(number, str(number % 3)) for number in range(9)], ["number", "rest"])


@transform_df(Output("/t/sums"), rows=Input("/t/numbers"))
def sums(rows):
    """Read them, and do what most jobs do."""
    from pyspark.sql import functions as F

    return rows.groupBy("rest").agg(F.sum("number").alias("sum")).join(rows, "rest").orderBy("number")


def make() -> None:
    """Run the jobs in a JVM that leaves what it loaded when it ends."""
    from pyspark import SparkContext

    os.environ["SPARK_SUBMIT_OPTS"] = f"{QUICK_JAVA} -XX:ArchiveClassesAtExit={ARCHIVE} {_SILENT}"
    session = session_for_tests()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        for job in (numbers, sums, sums):
            run_transform(job, store=store)
        rows = store.root / "master/datasets/t/sums"
        session.sql(f"SELECT count(*) FROM delta.`{rows}`").collect()
        session.createDataFrame([(1,)], ["n"]).toPandas()
    gateway = SparkContext._gateway
    assert gateway is not None
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()  # by which Java is told to end
    gateway.proc.wait()


if __name__ == "__main__" and not problems():
    make()
