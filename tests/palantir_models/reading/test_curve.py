"""What a chart draws of many values: every extreme, in few points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.reading.curve import kept_points, sparkline

VALUES = st.lists(st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 0.0]), max_size=300)


@given(values=VALUES, gaps=st.lists(st.integers(1, 2**50), min_size=300, max_size=300), columns=st.integers(1, 40))
def test_no_extreme_of_any_column_is_lost(values, gaps, columns):
    """Of each column of pixels the first, last, least and greatest value are drawn, and each kind of not finite one."""
    steps = np.cumsum(np.array(gaps[: len(values)], np.int64))
    array = np.array(values, np.float64)
    kept = kept_points(steps, array, columns)
    assert len(kept) <= 7 * columns
    assert list(kept) == sorted(set(kept))
    if not values:
        return
    span = float(steps[-1] - steps[0]) or 1.0
    column = np.minimum(((steps - steps[0]).astype(float) / span * columns).astype(int), columns - 1)
    for number in set(column):
        all_there, drawn = array[column == number], array[kept][column[kept] == number]
        finite = all_there[np.isfinite(all_there)]
        if len(finite):
            assert finite.min() in drawn
            assert finite.max() in drawn
        assert np.isnan(drawn).any() == np.isnan(all_there).any()
        assert (math.inf in drawn) == (math.inf in all_there)
        assert (-math.inf in drawn) == (-math.inf in all_there)
        ends = drawn[[0, -1]]
        assert ends.tobytes() == all_there[[0, -1]].tobytes()


def test_one_spike_in_a_million_is_drawn():
    values = np.zeros(1_000_000)
    values[654_321] = 1.0
    kept = kept_points(np.arange(len(values)), values, 300)
    assert 654_321 in kept
    assert len(kept) <= 4 * 300


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([0.0, 1.0], "▁█"),
        ([1.0, 1.0, 1.0], "▁▁▁"),
        ([0.0, math.nan, 7.0, math.inf], "▁×█×"),
        ([math.nan], "×"),
        ([], ""),
        ([-1.7e308, 1.7e308], "▁█"),
        ([0.0] * 50 + [9.0] + [0.0] * 49, "▁▁▁▁▁█▁▁▁▁"),
    ],
)
def test_a_line_of_bars_shows_extremes_and_what_is_not_finite(values, line):
    assert sparkline(np.array(values), 10) == line
