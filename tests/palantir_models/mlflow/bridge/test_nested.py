"""Runs inside the run: they never become experiments, are counted, and break nothing."""

from __future__ import annotations

import threading

import pytest


def test_nested_runs(experiment, content, dropped):
    """They can be used and read back in the block, and none of it is kept."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        for number in range(3):
            with mlflow.start_run(nested=True, run_name=f"trial {number}", tags={"mine": "1"}) as trial:
                mlflow.log_param("x", number)
                mlflow.log_metric("score", number)
                mlflow.log_text("a", "a.txt")
                mlflow.set_tag("t", 1)
                with mlflow.start_run(nested=True):
                    mlflow.log_metric("deep", 1)
            data = mlflow.get_run(trial.info.run_id).data
            assert (data.metrics, data.params) == ({"score": float(number)}, {"x": str(number)})
        best = mlflow.search_runs(order_by=["metrics.score DESC"], max_results=1)
        assert best["params.x"].to_list() == ["2"]
        mlflow.log_metric("best", 2)
    assert content(run).metrics == {"best": [(0, 2.0)]}
    assert dropped() == "6 nested runs (with 3 artifacts, 6 metric values, 3 parameters, 3 tags)"


def test_threads_without_a_run(experiment, content, dropped):
    """MLflow begins a run for a thread that has none; it is not the experiment, and it ends with the block."""
    import mlflow

    run, logged, ended, found = experiment("FAIL"), threading.Event(), threading.Event(), []

    def log() -> None:
        mlflow.log_metric("a", 1)
        found.append(mlflow.active_run().info.run_id)
        logged.set()
        ended.wait(300)
        found.append(mlflow.active_run())

    thread = threading.Thread(target=log)
    with run.as_mlflow_run():
        thread.start()
        logged.wait(300)
    ended.set()
    thread.join()
    assert found[0] != run.experiment_id
    assert found[1] is None
    assert content(run).metrics == {}
    assert dropped() == "1 further run (with 1 metric value)"


def test_a_run_that_the_user_ended(experiment, content, dropped):
    """What comes after ``end_run`` goes to another run, as in MLflow, and is counted; the block ends as always."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1)
        mlflow.end_run()
        assert mlflow.active_run() is None
        mlflow.log_metric("a", 2)
    assert content(run).metrics == {"a": [(0, 1.0)]}
    assert dropped() == "1 further run (with 1 metric value)"


def test_a_second_run_is_refused(experiment):
    """As MLflow does, with its own words."""
    import mlflow

    with experiment().as_mlflow_run(), pytest.raises(Exception, match="already active"), mlflow.start_run():
        pass


def test_resuming_by_the_id(experiment, content):
    """A thread may make the live run its own."""
    import mlflow

    run = experiment()

    def log() -> None:
        with mlflow.start_run(run_id=run.experiment_id):
            mlflow.log_metric("a", 1)

    with run.as_mlflow_run():
        thread = threading.Thread(target=log)
        thread.start()
        thread.join()
        mlflow.log_metric("a", 2)
    assert content(run).metrics == {"a": [(0, 1.0), (1, 2.0)]}
