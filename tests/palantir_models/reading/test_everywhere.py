"""Models and failed experiments of a whole branch, found without reading what was logged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from palantir_models.code_workspaces import ModelOutput
from palantir_models.reading.everywhere import every_model, failed_experiments
from palantir_models.transforms import ModelOutput as ModelParameter
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import transform
from transforms.config import load_config
from transforms.run.job import JobOptions, run_job
from transforms.store.store import Store


@transform.using(model=ModelParameter("/failed"))
def diverging(model: Any) -> None:
    """A training that fails."""
    model.create_experiment("bold").log_metric("loss", 1.0)
    raise ValueError("it diverged")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """/written has a version, /running an experiment that runs, /failed one whose job failed."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    made = Store(tmp_path / ".transforms")
    ModelOutput("/written").publish(Doubler(2))
    recording = ModelOutput("/running").create_experiment("run")._recording
    recording.drain()
    assert run_job(diverging, made, load_config(), JobOptions()).status == "failed"
    yield made
    recording.close("FAILED", "the test ended")
    recording.discard_journal()


def test_a_model_is_there_with_its_first_experiment(store: Store) -> None:
    """Before anything of it was committed; on another branch there is none."""
    assert every_model(store, "master") == ["/failed", "/running", "/written"]
    assert every_model(store, "dev") == []


def test_what_a_failed_job_left_is_told(store: Store) -> None:
    """By its transform, with why it failed; what runs has not failed."""
    (row,) = failed_experiments(store, "master")
    assert (row["model"], row["name"], row["transform"]) == ("/failed", "bold", "diverging")
    assert "it diverged" in row["error"]
    assert failed_experiments(store, "dev") == []
