"""Metric values as arrays, of experiments wherever they are."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from palantir_models.reading.points import points_of
from transforms.errors import NotFoundError


def test_an_experiments_points_come_in_the_order_its_series_began(model):
    trial = model.experiment("trial-2")
    points = trial.points()
    assert list(points) == ["loss", "accuracy"]
    assert points["loss"].steps.tolist() == [*range(100), 1000]
    assert points["loss"].values[-1] == 500.0
    assert math.isnan(points["accuracy"].values[50])
    assert points["loss"].timestamps is None
    assert list(trial.points("accuracy")) == ["accuracy"]
    with pytest.raises(NotFoundError, match=r"no metric series 'los'\. Did you mean 'loss'"):
        trial.points(["loss", "los"])


def test_times_are_read_when_they_are_asked_for(model):
    points = model.experiment("trial").points("loss", timestamps=True)["loss"]
    assert points.timestamps.dtype == np.dtype("datetime64[us]")
    expected = model.experiment("trial").metrics("loss").polars()["timestamp"].dt.replace_time_zone(None)
    assert points.timestamps.tolist() == expected.to_list()


def test_many_are_read_in_one_go_with_those_that_run(model, monkeypatch):
    """Each place once, and no column that nobody asked for."""
    asked: list[list[str]] = []
    collect = pl.LazyFrame.collect
    monkeypatch.setattr(
        pl.LazyFrame,
        "collect",
        lambda frame, *rest: asked.append(frame.collect_schema().names()) or collect(frame, *rest),
    )
    experiments = [*model.experiments, model.experiment("running")]
    asked.clear()
    found = points_of(experiments, ["loss"])
    assert asked == [["experiment_id", "series", "step", "value"]]
    assert [len(found[one.experiment_id]["loss"]) for one in experiments] == [100, 101, 100, 1]
    assert found == {key: dict.fromkeys(["loss"], value["loss"]) for key, value in found.items()}


def test_a_comparison_has_them_by_id_and_one_without_the_series_has_none(model):
    comparison = model.compare(["trial", "running"])
    found = comparison.points("accuracy", timestamps=True)
    assert [list(found[one.experiment_id]) for one in comparison.experiments] == [["accuracy"], []]
    every = comparison.points()
    assert [list(points) for points in every.values()] == [["accuracy", "loss"], ["loss"]]


def test_a_running_experiment_has_the_same_points_as_its_metrics(model):
    running = model.experiment("running")
    points = running.points(timestamps=True)["loss"]
    frame = running.metrics().polars()
    assert (points.steps.tolist(), points.values.tolist()) == (frame["step"].to_list(), frame["value"].to_list())
    assert points.timestamps.tolist() == frame["timestamp"].dt.replace_time_zone(None).to_list()
    assert running.points("loss")["loss"].timestamps is None
