"""The series summary: what lists need, in JSON that any reader accepts."""

from __future__ import annotations

import json
import math
from typing import Any

import polars as pl
import pytest

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording


def listed(experiment: Experiment) -> list[dict[str, Any]]:
    """The summary, refusing what strict JSON has no number for."""

    def refuse(text: str) -> None:
        raise AssertionError(text)

    found: list[dict[str, Any]] = json.loads(experiment._recording.row()["series"], parse_constant=refuse)
    return found


def test_an_empty_experiment_has_an_empty_list() -> None:
    """Nothing logged is an empty list, not a missing value."""
    assert listed(Experiment(Recording("e", model="/m"))) == []


def test_a_metric_is_summed_up(png_bytes: bytes) -> None:
    """A metric series has its length, its ends and its extremes; other kinds what applies to them."""
    experiment = Experiment(Recording("e", model="/m"))
    for value in (2.0, 0.5, 9.0, 3.0):
        experiment.log_metric("loss", value)
    experiment.log_metric("acc", 1, step=7)
    experiment.log_image("pic", png_bytes, step=2)
    experiment.log_image("pic", png_bytes, step=5)
    experiment.log_table("board", pl.DataFrame({"a": [1, 2, 3]}))
    assert listed(experiment) == [
        {
            "kind": "metric",
            "name": "loss",
            "length": 4,
            "first_step": 0,
            "last_step": 3,
            "first": 2.0,
            "last": 3.0,
            "min": 0.5,
            "max": 9.0,
        },
        {
            "kind": "metric",
            "name": "acc",
            "length": 1,
            "first_step": 7,
            "last_step": 7,
            "first": 1.0,
            "last": 1.0,
            "min": 1.0,
            "max": 1.0,
        },
        {"kind": "image", "name": "pic", "length": 2, "first_step": 2, "last_step": 5},
        {"kind": "table", "name": "board", "length": 3},
    ]


@pytest.mark.filterwarnings("error")
def test_values_that_are_not_finite_are_named() -> None:
    """NaN counts for no extreme, and what JSON cannot write is a string."""
    experiment = Experiment(Recording("e", model="/m"))
    for value in (math.nan, 1.0, math.inf, -math.inf):
        experiment.log_metric("a", value)
    experiment.log_metric("b", math.nan)
    a, b = listed(experiment)
    assert (a["first"], a["last"], a["min"], a["max"]) == ("NaN", "-Infinity", "-Infinity", "Infinity")
    assert (b["first"], b["last"], b["min"], b["max"]) == ("NaN", "NaN", None, None)
    assert [float(text) for text in ("Infinity", "-Infinity")] == [math.inf, -math.inf]


def test_dropped_values_are_shown_with_their_series() -> None:
    """A series says how many of its values were dropped, even when none was kept."""
    experiment = Experiment(
        Recording("e", model="/m", limits=Limits(metric_values=1), error_handler_type=ErrorHandlerType.SUPPRESS)
    )
    experiment.log_metric("a", 1.0)
    experiment.log_metrics({"a": 2.0, "b": 2.0})
    experiment.log_metric("a", 3.0)
    a, b = listed(experiment)
    assert (a["length"], a["dropped"], a["last"]) == (1, 2, 1.0)
    assert b == {"kind": "metric", "name": "b", "length": 0, "dropped": 1}
