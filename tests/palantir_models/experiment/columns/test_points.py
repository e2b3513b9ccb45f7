"""Rows become points the same way however they lie."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.columns import points
from palantir_models.experiment.columns.points import Points, ordered, points_by

KEYS = ("experiment", "series")
SCHEMA = {"experiment": pl.String, "series": pl.String, "step": pl.Int64, "value": pl.Float64}
PLACES = st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", "yé"]), st.integers(0, 8))


def frame(places) -> pl.DataFrame:
    """Return rows in the order of their places."""
    return pl.DataFrame([(*place, float(number)) for number, place in enumerate(places)], SCHEMA, orient="row")


@given(st.lists(PLACES, unique=True, max_size=30))
def test_however_rows_lie_they_come_in_the_order_of_keys_and_steps(places):
    rows = frame(places)
    assert ordered(rows, KEYS).equals(rows.sort(*KEYS, "step"))


@given(st.lists(PLACES, unique=True, max_size=30))
def test_however_rows_lie_each_series_has_its_values_by_rising_steps(places):
    rows = frame(places)
    found = {key: (part.steps.tolist(), part.values.tolist()) for key, part in points_by(rows, KEYS).items()}
    expected: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
    for experiment, series, step, value in rows.sort("step").rows():
        steps, values = expected.setdefault((experiment, series), ([], []))
        steps.append(step)
        values.append(value)
    assert found == expected


@pytest.mark.parametrize("places", [[("b", "x", 1), ("b", "x", 2), ("a", "y", 0), ("a", "y", 5)], []])
def test_rows_of_which_each_series_lies_in_order_are_not_sorted(places, monkeypatch):
    """Also where the series themselves are in another order, as those of a merged file are."""
    monkeypatch.setattr(pl.DataFrame, "sort", lambda *_: pytest.fail("they were sorted"))
    rows = frame(places)
    assert ordered(rows, KEYS)["step"].to_list() == ([0, 5, 1, 2] if places else [])
    assert list(points_by(rows, KEYS)) == list(dict.fromkeys(place[:2] for place in places))


def test_points_tell_how_many_there_are():
    made = Points(np.array([3, 9]), np.array([1.0, 2.0]))
    assert (len(made), made.timestamps, repr(made)) == (2, None, "<Points: 2 values, steps 3 to 9>")
    assert repr(Points(np.empty(0, np.int64), np.empty(0))) == "<Points: 0 values>"
    assert points.Points.__dataclass_fields__.keys() == {"steps", "values", "timestamps"}
