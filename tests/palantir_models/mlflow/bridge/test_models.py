"""Models that MLflow logs: dropped at no cost, described as MLflow does, and never registered."""

from __future__ import annotations

import subprocess

import pytest
from sklearn.linear_model import LogisticRegression

from transforms.errors import UnavailableError

X, Y = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


@pytest.fixture
def no_processes(monkeypatch):
    """Starting a process fails the test: MLflow looks for a model's requirements in one."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)


def test_a_logged_model(experiment, dropped, no_processes):
    """Nothing of it is kept, but its description can be used, and loading it says what to do."""
    import mlflow

    model = LogisticRegression().fit(X, Y)
    signature = mlflow.models.infer_signature(X[0], Y[0])
    with experiment("FAIL").as_mlflow_run() as active:
        info = mlflow.sklearn.log_model(model, name="classifier", signature=signature)
        assert info.run_id == active.info.run_id
        assert info.model_uri == f"models:/{info.model_id}"
        assert info.signature == signature
        assert mlflow.get_logged_model(info.model_id).name == "classifier"
        assert [found.model_id for found in mlflow.search_logged_models(output_format="list")] == [info.model_id]
        with pytest.raises(Exception, match=r"model_output\.publish"):
            mlflow.sklearn.load_model(info.model_uri)
    assert dropped() == "1 model"


def test_a_model_that_was_begun_by_hand(experiment, dropped):
    """MLflow's model objects can be described, tagged and finished."""
    import mlflow

    with experiment("FAIL").as_mlflow_run():
        model = mlflow.initialize_logged_model("m", tags={"a": "1"}, params={"p": "1"})
        mlflow.set_logged_model_tags(model.model_id, {"b": 2})
        mlflow.log_model_params({"q": "2"}, model.model_id)
        mlflow.finalize_logged_model(model.model_id, "READY")
        found = mlflow.get_logged_model(model.model_id)
        assert {key: tag for key, tag in found.tags.items() if "." not in key} == {"a": "1", "b": "2"}
        assert (found.params, found.status.value) == ({"p": "1", "q": "2"}, "READY")
        with pytest.raises(Exception, match="no model"):
            mlflow.get_logged_model("m-none")
    assert dropped() == "1 model"


def test_a_model_folder(experiment, dropped, tmp_path):
    """A folder with a model of MLflow's counts as one model, not as its files."""
    import mlflow

    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("MLmodel", "model.pkl", "requirements.txt"):
        (folder / name).write_text("")
    with experiment().as_mlflow_run():
        mlflow.log_artifacts(str(folder), "model")
    assert dropped() == "1 model"


def log_model(run_id: str) -> None:
    """Register while logging."""
    import mlflow

    mlflow.sklearn.log_model(LogisticRegression().fit(X, Y), name="m", registered_model_name="mine")


def register_model(run_id: str) -> None:
    """Register what was logged."""
    import mlflow

    mlflow.register_model(f"runs:/{run_id}/m", "mine")


def create_registered_model(run_id: str) -> None:
    """Register nothing as yet."""
    import mlflow

    mlflow.MlflowClient().create_registered_model("mine")


@pytest.mark.parametrize("register", [log_model, register_model, create_registered_model])
def test_registering_is_refused(register, experiment):
    """The error says how a model is published."""
    with experiment("FAIL").as_mlflow_run() as active, pytest.raises(UnavailableError, match=r"model_output\.publish"):
        register(active.info.run_id)


def test_autologging_with_a_registered_name(experiment):
    """The fit goes on; the refusal reaches the error handler at the end."""
    import mlflow

    def block() -> None:
        with experiment("FAIL").as_mlflow_run():
            mlflow.sklearn.autolog(registered_model_name="mine", silent=True)
            LogisticRegression().fit(X, Y)

    with pytest.raises(UnavailableError, match="registered_model_name"):
        block()
