"""The bridge from MLflow, beside MLflow's own stores: what it adds to a call, and to a fit with autologging."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest

from palantir_models.code_workspaces import ModelOutput
from tests.benchmarks import memory_store
from tests.benchmarks.test_experiments import PEERS_PYTHON, REPOSITORY

CALLS, ROUNDS, FITS = 5_000, 10, 6


@pytest.fixture
def open_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelOutput:
    """An output in a project and store of the test's own."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\nroot = "store"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    return ModelOutput("/bench")


def call_seconds() -> float:
    """Return how long a call of ``mlflow.log_metric`` takes, over 10 series."""
    began = time.perf_counter()
    for step in range(CALLS // 10):
        for series in range(10):
            mlflow.log_metric(f"series {series}", 0.5, step=step)
    return (time.perf_counter() - began) / CALLS


def test_a_call_of_log_metric(open_output: ModelOutput, report: Callable[..., None]) -> None:
    """With the journal on, beside a store that appends to a list; the best of rounds that take turns."""
    memory_store.register()
    ours = theirs = math.inf
    for _ in range(ROUNDS):
        with open_output.create_experiment("run").as_mlflow_run():
            ours = min(ours, call_seconds())
        before = mlflow.get_tracking_uri()
        mlflow.set_tracking_uri(memory_store.URI)
        with mlflow.start_run(experiment_id="0"):
            theirs = min(theirs, call_seconds())
        mlflow.set_tracking_uri(before)
    report(
        f"mlflow.log_metric: {ours * 1e6:.1f} us in the bridge, {theirs * 1e6:.1f} us in memory, the difference",
        (ours - theirs) * 1e6,
        25,
        "us",
    )


def added_by_autologging(where: str, models: str, fits: int) -> float:
    """Return the seconds that a fit takes longer with autologging, measured in a process of its own."""
    python = sys.executable if where == "bridge" else str(PEERS_PYTHON)
    environment = {**os.environ, **({"PYTHONPATH": str(REPOSITORY)} if where == "bridge" else {})}
    command = [python, str(REPOSITORY / "tests/benchmarks/autologging.py"), where, models, str(fits)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    return float(found["logged"] - found["plain"])


@pytest.mark.parametrize("models", ["0", "1"], ids=["without models", "with models"])
def test_autologging_of_scikit_learn(models: str, report: Callable[..., None]) -> None:
    """What it adds to a small fit, beside MLflow's SQLite store with the same settings; the best of processes in turns."""
    if not PEERS_PYTHON.exists():
        pytest.fail(f"The peers are not installed, as there is no {PEERS_PYTHON}: run make benchmark.")
    added = {"bridge": math.inf, "sqlite": math.inf}
    fits, turns = (FITS, 4) if models == "0" else (3, 2)  # with models, a fit takes MLflow seconds
    for _ in range(turns):
        for where in added:
            added[where] = min(added[where], added_by_autologging(where, models, fits))
    report(
        f"sklearn autologging {'with' if models == '1' else 'without'} models: a fit takes "
        f"{added['bridge'] * 1e3:.0f} ms more in the bridge, {added['sqlite'] * 1e3:.0f} ms in SQLite",
        added["bridge"] / added["sqlite"],
        1,
    )
