"""Jobs on a cluster commit exactly once or not at all, whoever dies."""

from __future__ import annotations

import polars as pl

import palantir_models as pm
from tests.processes import kill

# Each task says that it runs, then waits: there is time to kill somebody in the middle of a write.
SLOW = """
    import time
    from pathlib import Path

    from transforms.api import Output, Pipeline, transform_df

    FOLDER = Path(__file__).parent

    def slowly(batches):
        from pyspark import TaskContext

        for batch in batches:
            yield batch
            (FOLDER / f"writing-{TaskContext.get().partitionId()}").touch()
            if not (FOLDER / "hurry").exists():
                time.sleep(3)

    @transform_df(Output("/slow"))
    def slow(ctx):
        rows = ctx.spark_session.range(0, 40_000, 1, 4)
        return rows.mapInPandas(slowly, rows.schema)

    pipeline = Pipeline()
    pipeline.add_transforms(slow)
"""


def rows_of(project):
    """The ids that the job's dataset holds, in order."""
    return pl.read_delta(str(project.store / "master/datasets/slow"))["id"].sort().to_list()


def data_files(project):
    """Every Parquet file below the dataset, committed or left."""
    return sorted((project.store / "master/datasets/slow").rglob("*.parquet"))


def test_the_sample_pipeline_trains_on_the_cluster(project):
    """Its datasets, experiment and model are committed as on one machine."""
    sample = project(pipelines="pipelines.cancer")
    status, printed = sample.build("--param", "rows=5000", "--param", "iterations=5")
    assert status == 0, printed
    model = pm.open_model("/examples/cancer/model", root=sample.store)
    assert len(model.versions) == 1
    assert model.experiments[0].summary("test/accuracy").last > 0.8


def test_a_worker_killed_in_the_middle_of_a_write(project, cluster):
    """The other one does its work again: the job commits every row once, and no file of the dead is in the table."""
    made = project(SLOW)
    build = made.start()
    made.await_file("writing-0")
    kill(cluster.workers[-1])
    (made.folder / "hurry").touch()
    printed, _ = build.communicate(timeout=1800)
    assert build.returncode == 0, printed
    assert rows_of(made) == list(range(40_000))


def test_a_driver_killed_in_the_middle_of_a_write(project):
    """Nothing is to be seen of its job, and the next build clears away what it had staged."""
    made = project(SLOW)
    build = made.start()
    made.await_file("writing-0")
    kill(build)
    assert not (made.store / "master/datasets/slow/_delta_log").exists()
    (made.folder / "hurry").touch()
    status, printed = made.build()
    assert status == 0, printed
    assert rows_of(made) == list(range(40_000))
    assert len({file.parent.parent for file in data_files(made)}) == 1, "the dead driver's folder is still there"


def test_an_executor_out_of_memory_is_said(project):
    """With what to do; nothing is to be seen of the job."""
    made = project(
        """
        from transforms.api import Output, Pipeline, transform_df

        @transform_df(Output("/huge"))
        def huge(ctx):
            return ctx.spark_session.range(1).selectExpr("sequence(id, 400000000) as numbers")

        pipeline = Pipeline()
        pipeline.add_transforms(huge)
        """
    )
    status, printed = made.build()
    assert status == 1
    assert "ran out of memory" in printed
    assert "spark.executor.memory" in printed
    assert "Traceback" not in printed
    assert "WARN" not in printed.replace("WARNING: Using incubator modules: jdk.incubator.vector", "")
    assert not (made.store / "master/datasets/huge").exists()
