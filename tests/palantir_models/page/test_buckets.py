"""Cutting series into pieces: whatever is zoomed to, no extreme is lost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.page.buckets import Curve, cut, edges, union

ANY = st.floats(allow_nan=True, allow_infinity=True, width=64)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.lists(st.tuples(FINITE, ANY), min_size=1, max_size=60)


def curve_of(points: list[tuple[float, float]]) -> Curve:
    """Return the curve of points in any order."""
    return Curve.of(np.array([x for x, _ in points]), np.array([y for _, y in points]))


def in_piece(points: Any, bounds: Any, piece: int) -> list[float]:
    """Return the finite values of a piece, in the order of their places: the slow and obvious way."""
    low, high = bounds[piece], bounds[piece + 1]
    is_last = piece == len(bounds) - 2
    ordered = sorted(points, key=lambda point: point[0])
    inside = [y for x, y in ordered if low <= x < high or (is_last and x == high)]
    return [y for y in inside if math.isfinite(y)]


@given(points=POINTS, width=st.integers(1, 12), view=st.tuples(FINITE, FINITE))
def test_each_piece_keeps_its_least_greatest_and_last_value(
    points: list[tuple[float, float]], width: int, view: tuple[float, float]
) -> None:
    """Of the finite ones; a piece without one has none."""
    bounds = edges(min(view), max(view), width)
    found = cut(curve_of(points), bounds)
    for piece in range(width):
        values = in_piece(points, bounds, piece)
        if not values:
            assert np.isnan([found.low[piece], found.high[piece], found.last[piece]]).all()
        else:
            assert found.low[piece] == min(values)
            assert found.high[piece] == max(values)
            assert found.last[piece] == values[-1]


@given(low=FINITE, high=FINITE, width=st.integers(1, 50))
def test_pieces_lie_side_by_side_from_end_to_end(low: float, high: float, width: int) -> None:
    """Also between the greatest numbers there are."""
    low, high = min(low, high), max(low, high)
    bounds = edges(low, high, width)
    assert len(bounds) == width + 1
    assert bounds[0] == low
    assert bounds[-1] == high
    assert (bounds[1:] >= bounds[:-1]).all()


@given(
    count=st.integers(1000, 20_000),
    place=st.floats(0, 1),
    width=st.integers(50, 1000),
    zoom=st.floats(0.0005, 1),
    shift=st.floats(0, 1),
)
def test_a_single_spike_is_seen_at_every_zoom(count: int, place: float, width: int, zoom: float, shift: float) -> None:
    """One point among many thousands, wherever it lies and however much of the series is in view around it."""
    steps = np.arange(count, dtype=np.float64)
    values = np.sin(steps / 50)
    spike = round(place * (count - 1))
    values[spike] = 1000.0
    reach = zoom * count
    low = spike - shift * reach
    found = cut(Curve.of(steps, values), edges(low, low + reach, width))
    assert np.nanmax(found.high) == 1000.0


@given(points=POINTS)
def test_what_is_not_finite_is_counted_and_never_drawn(points: list[tuple[float, float]]) -> None:
    """Its places are known, its values are kept as they were."""
    curve = curve_of(points)
    odd = [y for _, y in sorted(points, key=lambda point: point[0]) if not math.isfinite(y)]
    assert np.array_equal(curve.odd_values, np.array(odd), equal_nan=True)
    assert np.isnan(curve.y[curve.odd]).all()
    assert np.isfinite(np.delete(curve.y, curve.odd)).all()


@given(points=POINTS, view=st.tuples(FINITE, FINITE))
def test_a_view_has_the_values_in_it_and_no_others(
    points: list[tuple[float, float]], view: tuple[float, float]
) -> None:
    """Those at its ends, too."""
    curve = curve_of(points)
    places = curve.between(min(view), max(view))
    assert sorted(curve.x[places]) == sorted(x for x, _ in points if min(view) <= x <= max(view))
    odd = curve.odd[curve.odd_between(places)]
    assert odd.tolist() == [place for place in curve.odd if places.start <= place < places.stop]


@given(curves=st.lists(st.dictionaries(st.integers(-20, 20), FINITE, max_size=20), min_size=1, max_size=5))
def test_a_union_has_every_value_in_its_place(curves: list[dict[int, float]]) -> None:
    """And nothing where a curve has none."""
    made = [curve_of(list(one.items())) for one in curves]
    x, columns = union(made, [slice(0, len(one)) for one in made])
    assert x.tolist() == sorted({float(step) for one in curves for step in one})
    for one, column in zip(curves, columns, strict=True):
        assert {step: y for step, y in zip(x, column, strict=True) if not math.isnan(y)} == one


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_a_series_without_a_number_has_empty_pieces(values: list[float]) -> None:
    """Nothing is made up for it."""
    found = cut(Curve.of(np.arange(float(len(values))), np.array(values)), edges(0.0, 1.0, 4))
    assert np.isnan(found.low).all()
    assert np.isnan(found.last).all()


def test_values_whose_place_is_not_finite_are_left_out() -> None:
    """As where a metric is the axis, and was NaN at that step."""
    curve = Curve.of(np.array([3.0, math.nan, 1.0, math.inf]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert curve.x.tolist() == [1.0, 3.0]
    assert curve.y.tolist() == [3.0, 1.0]
