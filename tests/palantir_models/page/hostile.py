"""What somebody logs who means ill: names, captions, cells and figures that something could take for more than data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from palantir_models.code_workspaces import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler

SCRIPT = "<script>alert(1)</script>"
ALIAS = "/<script>alert(1)<"
NAMES = [
    SCRIPT,
    "<img src=x onerror=alert(1)>",
    "</script><svg onload=alert(1)>",
    "javascript:alert(1)",
    "line\nbreak",
    "\r\nSet-Cookie: a=b",
    "\r\n\r\n<html>",
    "../../../../etc/passwd",
    "..%2f..%2fetc",
    "a/../b",
    "//elsewhere.example/a",
    "/json",
    "x/series/y/json",
    "a?b=c#d",
    "100%",
    "%s%n{0}${x}",
    "' OR 1=1 --",
    "__proto__",
    "\x00",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "🦊",
]
CELL = {"text": SCRIPT, "formula": "=HYPERLINK(1)", "</td>": "&lt;"}


def log_hostile(project: Path) -> str:
    """Publish one experiment of the model with each of the names for a hyperparameter, a metric, a table, an image and a plot.

    :param project: the project's folder, below which the store begins.
    :returns: the experiment's id.
    """
    (project / "pyproject.toml").write_text("[tool.transforms]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        model = ModelOutput(ALIAS)
        experiment = model.create_experiment(SCRIPT)
        texts = PngInfo()
        texts.add_text("Comment", SCRIPT)
        picture = project / "picture.png"
        Image.new("RGB", (2, 2), "red").save(picture, pnginfo=texts)
        figure = go.Figure(go.Scatter(y=[1, 2], name=SCRIPT), {"title": f"<a href='javascript:alert(1)'>{SCRIPT}</a>"})
        for name in NAMES:
            experiment.log_param(name, SCRIPT)
            experiment.log_metric(name, 1.5)
            experiment.log_table(name, pd.DataFrame({key: [value] for key, value in CELL.items()}), description=SCRIPT)
            experiment.log_image(name, str(picture), caption=SCRIPT)
            experiment.log_plot(name, figure, caption=SCRIPT)
        model.publish(Doubler(2), experiment=experiment, notes=SCRIPT)
        return experiment._recording.experiment_id
