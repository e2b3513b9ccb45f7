"""Plots: Plotly's figure and nothing else, kept as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import plotly.graph_objects as go
import pytest

from palantir_models.experiment.errors import ExperimentError, ExperimentTypeError
from palantir_models.experiment.media.plots import plotly_json


def test_a_figure_becomes_its_json() -> None:
    """The stored JSON makes the same figure again, and later changes do not reach it."""
    figure = go.Figure(go.Scatter(y=[1, 2, 3]), {"title": {"text": "loss"}})
    text = plotly_json(figure)
    figure.update_layout(title_text="changed")
    again = go.Figure(json.loads(text))
    assert list(again.data[0].y) == [1, 2, 3]
    assert again.layout.title.text == "loss"


def test_a_subclass_is_a_figure() -> None:
    """A class derived from Figure is accepted."""

    class Mine(go.Figure):  # type: ignore[misc]
        pass

    assert json.loads(plotly_json(Mine()))["data"] == []


@pytest.mark.parametrize("figure", [None, {}, "{}", object(), go.Scatter(y=[1])])
def test_anything_else_is_refused(figure: Any) -> None:
    """A dict, JSON or a trace is no figure."""
    with pytest.raises(ExperimentTypeError, match=r"plotly\.graph_objects\.Figure, not"):
        plotly_json(figure)


def test_a_figure_that_json_cannot_hold_is_refused() -> None:
    """A figure with an object inside is the caller's mistake."""
    with pytest.raises(ExperimentError, match="JSON"):
        plotly_json(go.Figure(layout={"meta": object()}))


def test_refusing_does_not_import_plotly() -> None:
    """An object that cannot be a figure is refused without the cost of importing Plotly."""
    code = (
        "import sys\n"
        "from palantir_models.experiment.media.plots import plotly_json\n"
        "try: plotly_json(3)\n"
        "except TypeError: print('plotly' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
