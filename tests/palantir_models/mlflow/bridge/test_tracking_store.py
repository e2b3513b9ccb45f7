"""The store: whole, found by MLflow, and safe to call from many threads."""

from __future__ import annotations

import inspect
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from palantir_models.mlflow.bridge.uris import TRACKING_URI, run_location
from transforms.errors import UnavailableError


@pytest.mark.parametrize("kind", ["tracking store", "artifact repository"])
def test_nothing_abstract_is_left(kind):
    """MLflow does not check this itself: a missing method returns None, and fails far away."""
    from mlflow.store.artifact.artifact_repo import ArtifactRepository
    from mlflow.store.tracking.abstract_store import AbstractStore

    from palantir_models.mlflow.bridge.artifact_repository import RunArtifacts
    from palantir_models.mlflow.bridge.tracking_store import TrackingStore

    pairs = {
        "tracking store": (TrackingStore, AbstractStore),
        "artifact repository": (RunArtifacts, ArtifactRepository),
    }
    ours, theirs = pairs[kind]
    abstract = {
        name for name, _ in inspect.getmembers(theirs) if getattr(getattr(theirs, name), "__isabstractmethod__", 0)
    }
    assert abstract
    assert [name for name in sorted(abstract) if getattr(ours, name) is getattr(theirs, name)] == []


def test_the_entry_points():
    """MLflow finds the one store and the artifacts of a run by their addresses."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    from mlflow.tracking._tracking_service.utils import _get_store

    from palantir_models.mlflow.bridge.artifact_repository import RunArtifacts
    from palantir_models.mlflow.bridge.tracking_store import tracking_store

    assert _get_store(TRACKING_URI) is _get_store("transforms:/process") is tracking_store()
    assert isinstance(get_artifact_repository(run_location("a" * 32)), RunArtifacts)


@pytest.mark.parametrize("call", ["delete_run", "restore_run", "delete_experiment", "restore_experiment"])
def test_what_cannot_be_done_is_refused(call, experiment):
    """Runs and experiments cannot be deleted through MLflow."""
    import mlflow

    with experiment().as_mlflow_run() as active, pytest.raises(UnavailableError, match=call):
        getattr(mlflow.MlflowClient(), call)(active.info.run_id)


def test_mlflows_experiments(experiment, content):
    """There is one, under whatever name; choosing one changes nothing."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        assert mlflow.set_experiment("mine").name == "mine"
        client = mlflow.MlflowClient()
        assert client.create_experiment("another") == client.get_experiment_by_name("third").experiment_id
        assert len(client.search_experiments()) == 1
        mlflow.set_experiment_tag("a", 1)
        mlflow.log_metric("a", 1)
    assert content(run).metrics == {"a": [(0, 1.0)]}


def test_many_threads_at_one_run(experiment, content):
    """As autologging does: batches come from a pool of threads, and nothing of them is lost."""
    import mlflow
    from mlflow.entities import Metric, Param

    run, threads, batches = experiment("FAIL"), 8, 40
    start = threading.Barrier(threads)

    def log(number: int) -> None:
        start.wait(300)
        client = mlflow.MlflowClient()
        for batch in range(batches):
            values = [Metric(name, number, 1_700_000_000_000, batch) for name in ("shared", f"own {number}")]
            client.log_batch(run.experiment_id, values, [Param(f"{number}/{batch}", str(batch))])
            client.log_metric(run.experiment_id, "single", number, step=batch)

    with run.as_mlflow_run(), ThreadPoolExecutor(threads) as pool:
        list(pool.map(log, range(threads)))
        data = mlflow.get_run(run.experiment_id).data
        assert len(mlflow.MlflowClient().get_metric_history(run.experiment_id, "own 3")) == batches
    found = content(run)
    assert len(data.params) == len(found.params) == threads * batches
    for number in range(threads):
        assert found.metrics[f"own {number}"] == [(batch, float(number)) for batch in range(batches)]
    for name in ("shared", "single"):
        values = [value for _, value in found.metrics[name]]
        assert sorted(values) == sorted([float(number) for number in range(threads)] * batches)
