"""Spark Connect: the driver is a server, and the job's process has no JVM."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyspark
import pytest

from tests.processes import await_true, free_port
from transforms.engine.spark.installation import require_spark
from transforms.engine.spark.jars import fetch_jars

PIPELINE = """
    from transforms.api import Input, Output, Pipeline, transform, transform_df

    @transform_df(Output("/numbers"))
    def numbers(ctx):
        return ctx.spark_session.range(10)

    @transform_df(Output("/next"), numbers=Input("/numbers"))
    def following(numbers):
        from pyspark.sql import functions as F

        @F.udf("int")
        def plus_one(value):
            return int(value) + 1

        return numbers.withColumn("next", plus_one("id"))

    @transform(out=Output("/read"), numbers=Input("/numbers"))
    def read(numbers, out):
        from pyspark.sql import SparkSession

        assert SparkSession.getActiveSession() is not None
        no_number = "coalesce(max(cast('n/a' as int)), -1) as least"
        out.write_pandas(numbers.dataframe().selectExpr("count(*) as count", no_number).toPandas())

    @transform_df(Output("/failing"), numbers=Input("/numbers"))
    def failing(numbers):
        from pyspark.sql import functions as F

        @F.udf("int")
        def refuse(value):
            raise ValueError("nothing suits")

        return numbers.withColumn("next", refuse("id"))

    pipeline = Pipeline()
    pipeline.add_transforms(numbers, following, read, failing)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server."""
    port, folder, java = free_port(), tmp_path_factory.mktemp("server"), require_spark()
    confs = {
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": 2,
        "spark.databricks.delta.snapshotPartitions": 2,
        "spark.jars": ",".join(map(str, fetch_jars())),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    home = Path(pyspark.__file__).parent
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [
                home / "bin/spark-submit",
                *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]"),
                *(part for key, value in confs.items() for part in ("--conf", f"{key}={value}")),
                "spark-internal",
            ],
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "JAVA_HOME": str(java.home), "PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(home)},
        )

    def listens() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    await_true(listens, "the server's start", 90)
    yield f"sc://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def test_a_build_runs_on_the_server(server: str, tmp_path: Path) -> None:
    """Frames are written and read at their pinned versions, functions run there, errors show the user's line.

    ANSI is off, whatever the server has, and the session is active in a job's thread.
    """
    (tmp_path / "jobs.py").write_text(textwrap.dedent(PIPELINE))
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.transforms]\npipelines = ["jobs"]\nroot = "store"\n\n[tool.transforms.spark]\nmaster = "{server}"\n'
    )
    command = [sys.executable, "-m", "transforms", "build"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert "OK=3 FRESH=0 ABORTED=0 FAILED=1 SKIPPED=0" in done.stdout + done.stderr
    assert "ValueError: nothing suits, raised in refuse" in " ".join((done.stdout + done.stderr).split())
    datasets = tmp_path / "store/master/datasets"
    assert pl.read_delta(str(datasets / "next")).sort("id")["next"].to_list() == list(range(1, 11))
    assert pl.read_delta(str(datasets / "read")).rows() == [(10, -1)]
    assert not (datasets / "failing/_delta_log").exists()
