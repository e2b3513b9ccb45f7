"""The ``series`` column of the experiments table, decoded into columns."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.columns.summary import series_json
from palantir_models.reading.series import COLUMNS, SeriesSummary, parse_series, series_columns
from transforms.common.json_text import json_number

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    ['"first":"NaN"', '\\"last":"-Infinity"', "\n", "\0"]
)
VALUES = st.floats() | st.floats(allow_nan=False, allow_infinity=False)
STEPS = st.integers(-(2**63), 2**63 - 1)
METRICS = st.builds(
    SeriesSummary, st.just("metric"), NAMES, st.integers(1, 2**53), STEPS, STEPS, VALUES, VALUES, st.none() | VALUES
)


def written(series: SeriesSummary) -> dict[str, object]:
    """Return a summary as the experiments table has it."""
    entry = {name: getattr(series, name) for name in COLUMNS if name != "dropped"}
    return {name: json_number(value) if isinstance(value, float) else value for name, value in entry.items()}


@given(st.lists(METRICS, unique_by=lambda one: one.name, max_size=4))
def test_every_name_step_and_value_comes_back(metrics):
    """Values that are not finite too, and names that look like them."""
    text = series_json(map(written, metrics), (), {}, {})
    found = parse_series(text)
    assert list(map(repr, found)) == list(map(repr, metrics))  # by repr, as NaN is not equal to itself


def test_rows_say_of_which_experiment_they_are():
    texts = [
        series_json([], [], {"confusion": 3}, {("metric", "loss"): 2}),
        None,
        "[]",
        series_json([{"kind": "metric", "name": "a", "length": 1, "first": "NaN"}], [], {}, {}),
    ]
    frame = series_columns(texts)
    assert frame.columns == ["position", *COLUMNS]
    assert frame.select("position", "kind", "name", "length", "dropped").rows() == [
        (0, "table", "confusion", 3, 0),
        (0, "metric", "loss", 0, 2),
        (3, "metric", "a", 1, 0),
    ]
    assert math.isnan(frame["first"].to_list()[2])
    assert frame["last"].to_list() == [None, None, None]
    assert series_columns([]).schema == frame.schema


def test_what_a_later_version_adds_is_left_out():
    text = json.dumps([{"kind": "metric", "name": "a", "length": 1, "unit": "seconds"}])
    assert parse_series(text) == (SeriesSummary("metric", "a", 1),)
