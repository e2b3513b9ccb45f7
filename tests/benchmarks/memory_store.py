"""An MLflow store that keeps values in a list: what MLflow's own calls cost, with nothing behind them."""

from __future__ import annotations

import time
import uuid
from typing import Any

from mlflow.entities import Metric, Run, RunData, RunInfo, RunStatus
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracking._tracking_service import utils as tracking

URI = "memory:/benchmark"


class MemoryStore(AbstractStore):
    """A run, and the values of all its metrics in the order they came."""

    def __init__(self, store_uri: str | None = None, artifact_uri: str | None = None) -> None:
        super().__init__()
        self.values: list[tuple[str, Metric]] = []

    def create_run(self, experiment_id: str, user_id: str, start_time: int, tags: Any, run_name: str) -> Run:
        """Begin a run."""
        return self.get_run(uuid.uuid4().hex)

    def get_run(self, run_id: str) -> Run:
        """Return a run."""
        running = RunStatus.to_string(RunStatus.RUNNING)
        info = RunInfo(run_id, "0", "", running, time.time_ns() // 1_000_000, None, "active", URI, "run")
        return Run(info, RunData())

    def update_run_info(self, run_id: str, run_status: int, end_time: int, run_name: str) -> RunInfo:
        """Nothing changes."""
        return self.get_run(run_id).info

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Keep a value."""
        self.values.append((run_id, metric))


def register() -> None:
    """Have MLflow find the store under :data:`URI`, in this process."""
    tracking._tracking_store_registry.register("memory", MemoryStore)
