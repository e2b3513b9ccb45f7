"""Hyperparameters in an experiment's row say what those in the table say."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

from palantir_models.experiment.columns.parameters import parameters_json, parsed_parameters
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.recording import Recording
from palantir_models.reading.parameters import parameters_by_experiment

VALUES = {
    "whole": 3,
    "largest": 2**63 - 1,
    "true": True,
    "false": False,
    "double": 0.1,
    "of a whole number": 1.0,
    "smallest": 5e-324,
    "largest double": 1.7976931348623157e308,
    "minus zero": -0.0,
    "infinite": math.inf,
    "minus infinite": -math.inf,
    "text": 'lr = "0.1"\n',
    "letters": "Größe 模型 \U0001f600 \u2028",
    "empty": "",
    "day": date(1, 1, 1),
    "time": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    "time elsewhere": datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=9))),
    "Größe": 1,
    "A": 1,
}


def recorded(values: dict[str, Any]) -> Recorded:
    """Return what an experiment holds that logged hyperparameters."""
    recording = Recording("run", model="/m")
    recording.intake.log_params(values)
    return recording.recorded()


def in_table(found: Recorded) -> Any:
    """Return the hyperparameters as they are read from the table."""
    return parameters_by_experiment(pl.LazyFrame(found.arrow("ab")["hyperparameters"]))["ab"]


def test_every_value_is_what_it_is_in_the_table() -> None:
    """By type, time zone and sign, and in the same order."""
    found = recorded(VALUES)
    parsed = parsed_parameters(parameters_json(found.part("hyperparameters")))
    assert parsed is not None
    assert list(map(repr, parsed.items())) == list(map(repr, in_table(found).items()))


def test_nan_is_nan() -> None:
    """JSON has no number for it."""
    parsed = parsed_parameters(parameters_json(recorded({"a": math.nan}).part("hyperparameters")))
    assert parsed is not None
    assert math.isnan(parsed["a"])  # type: ignore[arg-type]


def test_none_are_none() -> None:
    """And nothing is looked for in a table."""
    assert parsed_parameters(parameters_json(recorded({}).part("hyperparameters"))) == {}


@pytest.mark.parametrize(("length", "stands"), [(65_000, True), (66_000, False)])
def test_what_is_too_long_stands_in_the_table_alone(length: int, stands: bool) -> None:
    """Lists read the rows of all experiments."""
    assert (parameters_json(recorded({"a": "x" * length}).part("hyperparameters")) is not None) is stands
