"""The examples of docs/rest.md give what stands below them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from palantir_models.code_workspaces import ModelOutput
from tests.compat.pages import follow
from tests.palantir_models.model.sample_adapter import Doubler
from tests.palantir_models.page.conftest import Running


def test_every_example_gives_what_it_says(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a real server, at the port that it has here."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\n")
    monkeypatch.chdir(tmp_path)
    model = ModelOutput("/examples/wine/model")
    for depth in (3, 6):
        experiment = model.create_experiment("trial")
        experiment.log_params({"depth": depth, "optimizer": "adam"})
        for step in range(10):
            experiment.log_metrics({"loss": 1 / (step + 1), "val/accuracy": step / 10})
        experiment.log_table("confusion", pd.DataFrame({"actual": ["red", "white"], "count": [3, 5]}))
        model.publish(Doubler(depth), experiment=experiment)
    running_experiment = model.create_experiment("running")
    running_experiment.log_metric("loss", 0.5)
    running_experiment._recording.drain()
    browser = running.begin(tmp_path)
    try:
        server = {"127.0.0.1:8123": f"127.0.0.1:{browser.port}"}
        assert follow("rest", tmp_path, monkeypatch, server) == 2
    finally:
        running_experiment._recording.close("FAILED", "the test ended")
