"""A project with published experiments, and a database of MLflow's."""

from __future__ import annotations

import inspect
import math
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from PIL import Image

from palantir_models.code_workspaces import ModelOutput
from palantir_models.mlflow.exchange.tracking import tracking
from palantir_models.reading.experiment import RecordedExperiment, row_of
from palantir_models.reading.facts import source_of
from palantir_models.reading.model import Model
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.store.store import Store

PARAMS = {
    "depth": 3,
    "rate": 1e-5,
    "optimizer": "adam",
    "warm": True,
    "day": date(2026, 1, 2),
    "started": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    "number as text": "7",
    "truth as text": "True",
    "nothing": "",
    "long": "x" * 7000,
    "ünïcode/%#\n": "äöü",
    "../up": 1,
    "a//b": 2,
    "a_x2f_b": 3,
}


@pytest.fixture
def uri(empty_database: Path, tmp_path: Path) -> str:
    """The address of a database of MLflow's with nothing in it."""
    (tmp_path / "mlflow").mkdir()
    shutil.copy(empty_database, tmp_path / "mlflow/runs.db")
    return f"sqlite:///{tmp_path}/mlflow/runs.db"


@pytest.fixture
def client(uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """MLflow's client for that database."""
    let_clients_find_files(uri, monkeypatch)
    with tracking(uri) as found:
        yield found


def let_clients_find_files(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests' own client of MLflow 3.1.0 find a run's files: it looks for them in the store of the process."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    from mlflow.tracking._tracking_service import utils

    if "tracking_uri" not in inspect.signature(get_artifact_repository).parameters:
        monkeypatch.setattr(utils, "_tracking_uri", uri)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder of a project without a store; nothing of MLflow's may be left in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.transforms]\n")
    monkeypatch.chdir(folder)
    yield folder
    assert {file.name for file in folder.iterdir()} <= {"pyproject.toml", ".transforms", "other"}


@pytest.fixture
def other(project: Path) -> Store:
    """Another store."""
    return Store(project / "other")


def publish_wine() -> None:
    """Publish two versions: the experiment ``plain``, and ``rich``, which has something of everything."""
    output = ModelOutput("/wine")
    plain = output.create_experiment("plain")
    plain.log_metrics({"loss": 0.5})
    output.publish(Doubler(1), experiment=plain)
    rich = output.create_experiment("rich")
    rich.log_params(PARAMS)
    for step in range(-20, 1500, 3):
        values = {"train/loss": 1 / (step + 30), "odd": {1: math.nan, 4: math.inf, 7: -math.inf}.get(step, -0.0)}
        rich.log_metrics(values, step=step)
    rich.log_metric("../a//b ü%", 2.0, step=2**63 - 1)
    rich.log_image("samples/mask", Image.new("I;16", (5, 3), 40_000), caption="sixteen bits")
    rich.log_image("samples/mask", Image.new("LA", (1, 1), (7, 8)), step=9)
    for number in range(40):
        rich.log_image("many %", Image.new("RGB", (2, 2), (number, 0, 0)))
    rich.log_plot("curve", go.Figure(go.Scatter(y=[1, 2, math.nan])), caption="two points")
    rich.log_plot("curve", go.Figure(go.Bar(y=[3]), frames=[go.Frame(data=[go.Bar(y=[4])])]), step=5)
    rich.log_table("confusion", pd.DataFrame({"a": [1, 2], "b": ["x", None]}), description="of the test set")
    when = pl.Series([datetime(2026, 1, 2, tzinfo=UTC)], dtype=pl.Datetime("ns", "UTC"))
    typed = {"t": when, "bytes": [b"\xff"], "list": [[1, None]], "f": pl.Series([math.inf], dtype=pl.Float32)}
    rich.log_table("typed/äö", pl.DataFrame(typed))
    output.publish(Doubler(2), experiment=rich)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a store with the model ``/wine``, which is not written any more."""
    folder = tmp_path_factory.mktemp("wine")
    (folder / "pyproject.toml").write_text("[tool.transforms]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        publish_wine()
    return folder / ".transforms"


@pytest.fixture
def model(project: Path, published: Path) -> Model:
    """Model ``/wine`` in the project's store."""
    shutil.copytree(published, project / ".transforms")
    return Model("/wine", "master", Store(project / ".transforms"))


@pytest.fixture
def contents() -> Callable[[RecordedExperiment], dict[str, Any]]:
    """Returns everything that an experiment holds, but for where it is and came from."""
    return _contents


def _contents(experiment: RecordedExperiment) -> dict[str, Any]:
    where = ("experiment_id", "model", "version", "branch", "transaction", "source", "environment", "model_version_id")
    found: dict[str, Any] = {name: value for name, value in row_of(experiment).items() if name not in where}
    for table in ("hyperparameters", "metrics", "images", "plots", "tables"):
        rows = source_of(experiment).part(table, [experiment.experiment_id]).drop("experiment_id").collect()
        order = ["series", "step"] if "series" in rows.columns else ["name"]
        found[table] = rows.sort(order)
    return found
