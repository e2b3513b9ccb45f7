"""The bridge in a job and in a notebook: what MLflow logged is journaled, published and read back as anything else."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import palantir_models
from palantir_models.code_workspaces import ModelOutput as WorkspaceModel
from palantir_models.experiment.errors import ExperimentLimitError
from palantir_models.experiments import ErrorHandlerType
from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Output, transform


@transform.using(model=ModelOutput("/iris"), out=Output("/scores"))
def train(model, out):
    """Train with scikit-learn's autologging."""
    import mlflow

    experiment = model.create_experiment(name="logistic", error_handler_type=ErrorHandlerType.FAIL)
    with experiment.as_mlflow_run() as run:
        mlflow.sklearn.autolog()
        LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
        mlflow.log_metric("mine", 3, step=7)
        logged = mlflow.get_run(run.info.run_id).data.metrics
    experiment.log_metric("after the block", 1)
    out.write_table(pl.DataFrame({"name": sorted(logged), "value": [logged[name] for name in sorted(logged)]}))
    model.publish(model_adapter=Doubler(2), experiment=experiment)


def test_a_transform(run_transform, store, monkeypatch):
    """All of it is in the one commit, and its times are MLflow's."""
    result = run_transform(train, {})
    monkeypatch.setenv("TRANSFORMS_ROOT", str(store.root))
    experiment = palantir_models.open_model("/iris").experiment("logistic")
    assert experiment.status == "SUCCEEDED"
    assert len(experiment.params) == 14
    assert experiment.metrics("mine").polars()["step"].to_list() == [7]
    last = {summary.name: summary.last for summary in experiment.series if summary.kind == "metric"}
    assert last.pop("after the block") == 1.0
    assert result.outputs["out"].rows() == [{"name": name, "value": last[name]} for name in sorted(last)]
    assert [image.series for image in experiment.images()] == ["training_confusion_matrix"]


@transform.using(model=ModelOutput("/iris"))
def overflow(model):
    """Let autologging log more than there is room for, which MLflow swallows."""
    import mlflow

    experiment = model.create_experiment(name="logistic", error_handler_type=ErrorHandlerType.FAIL)
    experiment.log_params({f"p{number}": number for number in range(490)})
    with experiment.as_mlflow_run():
        mlflow.log_metrics({"a": 1})
        mlflow.sklearn.autolog(silent=True)
        LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
    model.publish(model_adapter=Doubler(2), experiment=experiment)


def test_a_failing_transform(run_transform, store, monkeypatch):
    """Nothing is published; the experiment is kept apart, with what was logged until then."""
    with pytest.raises(ExperimentLimitError):
        run_transform(overflow, {})
    monkeypatch.setenv("TRANSFORMS_ROOT", str(store.root))
    model = palantir_models.open_model("/iris")
    (experiment,) = model.unpublished
    assert (experiment.status, experiment.summary("a").length, model.versions) == ("FAILED", 1, ())


def test_a_notebook(monkeypatch, tmp_path):
    """Others can follow the run while the block runs; then it is published with a version."""
    import mlflow

    monkeypatch.setenv("TRANSFORMS_ROOT", str(tmp_path / "store"))
    output = WorkspaceModel("/iris")
    experiment = output.create_experiment("live")
    with experiment.as_mlflow_run():
        mlflow.log_param("p", 1)
        for step in range(10):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        experiment._recording.drain()  # as the background thread does ten times a second
        (running,) = palantir_models.open_model("/iris").unpublished
        assert (running.status, running.params, running.summary("loss").length) == ("RUNNING", {"p": 1}, 10)
    output.publish(Doubler(2), experiment=experiment)
    found = palantir_models.open_model("/iris").experiment("live")
    assert found.metrics("loss").polars()["value"].to_list() == [1 / (step + 1) for step in range(10)]
