"""A store with three versions of a model, and experiments that are not published."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from PIL import Image

import palantir_models as pm
from palantir_models.code_workspaces import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler

PARAMS = {"depth": 3, "rate": 0.5, "optimizer": "adam", "warm": True, "day": date(2026, 1, 2)}
STARTED = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The store's root: versions 1.0.0 to 1.2.0 of ``/wine`` (alias ``wine``), a running and an unpublished one."""
    project = tmp_path_factory.mktemp("project")
    (project / "pyproject.toml").write_text('[tool.transforms.models]\nwine = "/wine"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        model = ModelOutput("wine")
        for number in range(3):
            experiment = model.create_experiment("trial")
            experiment.log_params({**PARAMS, "depth": 3 + number, "started": STARTED})
            for step in range(100):
                experiment.log_metrics({"loss": 1 / (step + 1), "accuracy": math.nan if step == 50 else step / 100})
            if number == 1:
                experiment.log_param("only", "here")
                experiment.log_metrics({"loss": 500.0}, step=1000)
                experiment.log_image("samples", Image.new("RGB", (4, 2), "red"), caption="<b>red</b>")
                experiment.log_image("samples", Image.new("L", (3, 3)), step=5)
                experiment.log_plot("curve", go.Figure(go.Scatter(y=[1, 2])), caption="two points")
                experiment.log_table("confusion", pd.DataFrame({"a": [1, 2]}), description="of the test set")
                experiment.log_table("errors", pl.DataFrame({"b": ["x"]}))
            model.publish(Doubler(number + 2), experiment=experiment, notes="<i>notes</i>")
        running = model.create_experiment("running")
        running.log_metric("loss", 0.5)
        running.log_image("samples", Image.new("RGB", (4, 2), "blue"))
        running._recording._spool.settle()  # once the image is made, for which there is a thread
    yield project / ".transforms"
    running._recording.close("FAILED", "the test ended")
    running._recording.discard_journal()


@pytest.fixture
def model(root: Path) -> pm.reading.model.Model:
    """The model, opened anew."""
    return pm.open_model("/wine", root=root)
