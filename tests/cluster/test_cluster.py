"""Jobs on a cluster commit exactly once or not at all, whoever dies."""

from __future__ import annotations

import polars as pl

import palantir_models as pm
from tests.processes import kill

# Each task says that it runs, then waits: there is time to kill somebody in the middle of a write.
SLOW = """
    import os
    import time
    from pathlib import Path

    from transforms.api import Output, Pipeline, transform_df

    @transform_df(Output("/slow"))
    def slow(ctx):
        folder, mark = Path(__file__).parent, os.environ["MARK"]

        def slowly(batches):
            for batch in batches:
                yield batch
                (folder / mark).touch()
                if not (folder / "hurry").exists():
                    time.sleep(3)

        rows = ctx.spark_session.range(0, 40_000, 1, 4)
        return rows.mapInPandas(slowly, rows.schema)

    pipeline = Pipeline()
    pipeline.add_transforms(slow)
"""
HUGE = """
    from transforms.api import Output, Pipeline, transform_df

    @transform_df(Output("/huge"))
    def huge(ctx):
        return ctx.spark_session.range(1).selectExpr("sequence(id, 400000000) as numbers")

    pipeline = Pipeline()
    pipeline.add_transforms(huge)
"""
AT_THE_FIRST_FAILURE = '"spark.task.maxFailures" = "1"'  # else four executors are begun for the one that cannot do it


def test_the_sample_pipeline_trains_beside_an_executor_out_of_memory(project):
    """Datasets, experiment and model are committed as on one machine; what lacks memory is told what to do, and not seen."""
    made = project(HUGE, "pipelines.cancer", conf=AT_THE_FIRST_FAILURE)
    status, printed = made.build("-j", "1", "--param", "rows=5000", "--param", "iterations=5")
    assert status == 1
    model = pm.open_model("/examples/cancer/model", root=made.store)
    assert len(model.versions) == 1, printed
    assert model.experiments[0].summary("test/accuracy").last > 0.8
    assert "OK=3" in printed
    assert "ran out of memory" in printed
    assert "spark.executor.memory" in printed
    assert "Traceback" not in printed
    assert "WARN" not in printed.replace("WARNING: Using incubator modules: jdk.incubator.vector", "")
    assert not (made.store / "master/datasets/huge/_delta_log").exists()


def test_a_driver_and_a_worker_killed_in_the_middle_of_a_write(project, cluster):
    """Of the dead driver's job nothing is to be seen, and the next build clears away what it had staged.

    A worker dies in that build: the other one does its work again, so the job commits every row once. What an executor of the
    dead driver writes after all that goes with ``gc``.
    """
    made = project(SLOW)
    killed = made.start(MARK="first")
    made.await_file("first")
    kill(killed)
    table = made.store / "master/datasets/slow"
    assert not (table / "_delta_log").exists()
    (given_up,) = (table / "data").iterdir()

    build = made.start(MARK="second")
    made.await_file("second")
    kill(cluster.workers[-1])
    (made.folder / "hurry").touch()
    printed, _ = build.communicate(timeout=1800)
    assert build.returncode == 0, printed
    assert pl.read_delta(str(table))["id"].sort().to_list() == list(range(40_000))
    late = given_up / "spark-0/_temporary/0/_temporary/attempt/part-00000.zstd.parquet"
    late.parent.mkdir(parents=True)
    late.write_bytes(b"late")
    made.gc("--older-than", "0")
    (committed,) = (table / "data").iterdir()
    assert committed != given_up
    assert pl.read_delta(str(table)).height == 40_000
