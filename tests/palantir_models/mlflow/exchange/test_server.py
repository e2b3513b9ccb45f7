"""A tracking server, as people run one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from palantir_models.mlflow.exchange.exporting import export_experiments
from palantir_models.mlflow.exchange.importing import ImportRequest, import_runs
from palantir_models.mlflow.exchange.tracking import TrackingError, tracking
from palantir_models.reading.model import Model
from tests.palantir_models.mlflow.exchange.conftest import let_clients_find_files
from tests.palantir_models.mlflow.exchange.test_importing import assert_same
from tests.processes import await_true, free_port, kill
from transforms.store.store import Store


@pytest.fixture(scope="module")
def server(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with nothing in it."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    shutil.copy(empty_database, folder / "runs.db")
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--artifacts-destination", str(folder / "files")]
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # which needs a queue of its own
    }
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, text=True, start_new_session=True
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        try:
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    await_true(answers, "the server's start", 120)
    yield f"http://127.0.0.1:{port}"
    os.killpg(process.pid, signal.SIGTERM)
    kill(process)


def test_experiments_come_and_go_by_a_server(
    server: str,
    model: Model,
    other: Store,
    contents: Callable[[Any], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly, and once."""
    outcomes = [one.outcome for one in export_experiments(server, model.experiments)]
    assert outcomes == ["exported", "exported"]
    assert [one.outcome for one in export_experiments(server, model.experiments)] == ["there already"] * 2
    done = import_runs(other, "master", ImportRequest(server, "/wine"))
    assert done.entry is not None
    copies = Model("/wine", "master", other).experiments
    for mine, copy in zip(model.experiments, copies, strict=True):
        assert_same(contents(mine), contents(copy))
    assert (
        copies[0].source == f"{server} run {done.runs[1].run_id}"
        or copies[0].source == f"{server} run {done.runs[0].run_id}"
    )
    let_clients_find_files(server, monkeypatch)
    with tracking(server) as client:
        files = [file.path for file in client.list_artifacts(done.runs[-1].run_id)]
    assert "transforms" in files


def test_what_a_server_refuses_is_told(server: str, model: Model) -> None:
    """With its own reason, and its address."""
    with pytest.raises(TrackingError, match=f"MLflow at {server} refused: .*maximum length"):
        list(export_experiments(server, model.experiments, "x" * 501))


def test_an_address_where_something_else_answers(server: str) -> None:
    """It is not MLflow."""
    with pytest.raises(TrackingError, match="MLflow at"), tracking(f"{server}/nowhere"):
        pass
