"""Every test of the bridge: nothing of MLflow's is left as it was not before, in the process or on the disk."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import ErrorHandlerType, Experiment


def mlflow_state() -> dict[str, Any]:
    """Everything of MLflow's that a block changes for its time."""
    import mlflow
    from mlflow.tracking import fluent
    from mlflow.utils import import_hooks
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    from palantir_models.mlflow.bridge import live

    client = mlflow.MlflowClient
    methods = [(client, "log_figure"), (client, "log_image"), (client, "log_table"), (mlflow.models.Model, "log")]
    return {
        "uri": mlflow.get_tracking_uri(),
        "environment": dict(os.environ),
        "experiment": fluent._active_experiment_id,
        "run": mlflow.active_run(),
        "last run": fluent._last_active_run_id.get(),
        "autologging": {name: dict(config) for name, config in AUTOLOGGING_INTEGRATIONS.items() if config},
        "hooks": {name: list(hooks) for name, hooks in import_hooks._post_import_hooks.items() if hooks},
        "methods": [inspect.getattr_static(*method) for method in methods],
        "live": list(live.all_runs()),
    }


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The test runs in an empty folder; after it, MLflow is as before, and no file of MLflow's own is there."""
    import matplotlib

    matplotlib.use("Agg")
    folder = tmp_path / "working folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    before = mlflow_state()
    yield
    monkeypatch.undo()
    after = mlflow_state()
    for name in ("uri", "environment"):  # the folder is a part of the one, pytest's own variables of the other
        before.pop(name), after.pop(name)
    assert after == before
    assert not {"mlruns", "mlflow.db", "mlartifacts"} & {file.name for file in folder.iterdir()}


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    """A function that makes an experiment: its handler by name, and its limits by theirs."""

    def make(handler: str = "WARN", **limits: int) -> Experiment:
        return Experiment(
            Recording(
                "run", model="/m", error_handler_type=ErrorHandlerType[handler], limits=Limits.from_settings(limits)
            )
        )

    return make


class Content:
    """What an experiment holds, for tests to compare."""

    def __init__(self, experiment: Experiment) -> None:
        self._tables = experiment._recording.recorded().arrow(experiment.experiment_id)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return self._tables[table].to_pylist() if table in self._tables else []

    @property
    def params(self) -> dict[str, Any]:
        """Hyperparameters, typed."""
        return {row["name"]: row[f"{row['type']}_value"] for row in self._rows("hyperparameters")}

    @property
    def metrics(self) -> dict[str, list[tuple[int, float]]]:
        """Step and value of every series, in the order of the steps."""
        found: dict[str, list[tuple[int, float]]] = {}
        for row in self._rows("metrics"):
            found.setdefault(row["series"], []).append((row["step"], row["value"]))
        return found

    @property
    def images(self) -> dict[str, list[int]]:
        """The steps of every image series."""
        return self._media("images")

    @property
    def plots(self) -> dict[str, list[int]]:
        """The steps of every plot series."""
        return self._media("plots")

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All tables, as rows of a frame."""
        return {row["name"]: pl.read_parquet(io.BytesIO(row["parquet"])).to_dicts() for row in self._rows("tables")}

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table of the store's."""
        return self._rows(name)

    def _media(self, table: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in self._rows(table):
            found.setdefault(row["series"], []).append(row["step"])
        return found


@pytest.fixture
def content() -> Callable[[Experiment], Content]:
    """A function that returns what an experiment holds."""
    return Content


@pytest.fixture
def dropped(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """A function that returns what the one warning at the end of a block lists; empty without a warning."""

    def listed() -> str:
        lines = [
            record.getMessage() for record in caplog.records if record.name == "palantir_models.mlflow.bridge.block"
        ]
        assert len(lines) <= 1
        return lines[0].partition("dropped: ")[2].removesuffix(".") if lines else ""

    return listed
