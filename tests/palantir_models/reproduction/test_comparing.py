"""What counts as the same, and where the first difference is."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.columns.points import Points
from palantir_models.reproduction import comparing


def _points(values: list[float], steps: list[int] | None = None) -> Points:
    return Points(np.array(steps if steps is not None else range(len(values)), np.int64), np.array(values, np.float64))


def _metric(one: Points, other: Points, tolerance: float = 0.0) -> tuple[str, str]:
    (found,) = comparing.compare_metrics({"loss": one}, {"loss": other}, tolerance)
    return found.verdict, found.detail


@pytest.mark.parametrize(
    ("again", "verdict", "detail"),
    [
        (_points([1.0, np.nan, np.inf]), "equal", "3 values"),
        (_points([1.0, 0.0, np.inf]), "different", "first at step 1: nan and 0.0"),
        (_points([1.0, np.nan, -np.inf]), "different", "first at step 2: inf and -inf"),
        (_points([1.5, np.nan, 2.0]), "different", "first at step 0: 1.0 and 1.5"),
        (_points([1.0, np.nan, np.inf], [0, 2, 3]), "different", "first at steps 1 and 2: nan and nan"),
        (_points([1.0, np.nan]), "different", "3 values and 2 values: from step 2 on"),
        (_points([1.0, np.nan, np.inf, 4.0]), "different", "3 values and 4 values: from step 3 on"),
    ],
)
def test_series_are_compared_step_by_step(again: Points, verdict: str, detail: str) -> None:
    """NaN is equal to itself; the first step that differs is told, with both values."""
    assert _metric(_points([1.0, np.nan, np.inf]), again) == (verdict, detail)


def test_a_tolerance_is_a_part_of_the_larger_value() -> None:
    """How far values are apart at most is told; what is further apart differs, and infinities are never near."""
    one, other = _points([100.0, 1e-9]), _points([100.1, 1e-9])
    assert _metric(one, other, 0.01) == ("within tolerance", "2 values, 0.001 apart at most")
    assert _metric(one, other, 1e-4)[0] == "different"
    assert _metric(_points([np.inf]), _points([1.0]), 1.0)[0] == "different"


@given(st.lists(st.floats()), st.floats(0, 1))
def test_a_series_is_equal_to_itself(values: list[float], tolerance: float) -> None:
    """Whatever is in it."""
    assert _metric(_points(values), _points(list(values)), tolerance)[0] == "equal"


def test_series_that_only_one_has_are_told_and_ignored_ones_are_not() -> None:
    """By their names, which a pattern may leave out."""
    one, other = {"a": _points([1.0]), "time/s": _points([1.0])}, {"b": _points([1.0]), "time/s": _points([2.0])}
    found = [(each.name, each.verdict, each.detail) for each in comparing.compare_metrics(one, other, 0, ["time/*"])]
    assert found == [
        ("a", "different", "it was not made again"),
        ("b", "different", "it was not there before"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [({"n": 1}, {"n": 1}, "equal"), ({"n": 1}, {"n": 1.0}, "different"), ({"n": 1}, {}, "different")],
)
def test_hyperparameters_are_compared_with_their_types(
    one: dict[str, Any], other: dict[str, Any], verdict: str
) -> None:
    """1 and 1.0 are equal in Python, and say different things."""
    (found,) = comparing.compare_hyperparameters(one, other)
    assert found.verdict == verdict


def test_files_are_compared_by_their_sums() -> None:
    """Files that only one version has, too."""
    found = comparing.compare_sums({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "d": "5"})
    assert [(one.name, one.verdict) for one in found] == [
        ("a", "equal"),
        ("b", "different"),
        ("c", "different"),
        ("d", "different"),
    ]


def test_a_version_from_before_code_was_kept_lacks_nothing() -> None:
    """The code that is kept of what is built again is no difference then; where some was kept, it is."""
    again = {"a": "1", ".code/x.py": "2", ".training/y.py": "3"}
    found = {one.name: one.verdict for one in comparing.compare_sums({"a": "1"}, again)}
    assert found == {"a": "equal"}
    found = {one.name: one.verdict for one in comparing.compare_sums({"a": "1", ".code/z.py": "2"}, again)}
    assert found == {"a": "equal", ".code/x.py": "different", ".code/z.py": "different"}


def test_media_and_tables_are_compared_by_content() -> None:
    """Images and plots step by step; tables with their types and the order of their rows."""
    images = {("one", 0): b"a", ("one", 1): b"b", ("two", 0): b"c"}
    found = list(comparing.compare_media("image", images, {**images, ("one", 1): b"x"}))
    assert [(one.name, one.verdict, one.detail) for one in found] == [
        ("one", "different", "first at step 1, 1 of 2"),
        ("two", "equal", "1 step"),
    ]
    frame = pl.DataFrame({"x": [1, 2, None]})
    others = {"same": frame.clone(), "type": frame.cast(pl.Int32), "order": frame.reverse(), "more": frame}
    tables = comparing.compare_tables({"same": frame, "type": frame, "order": frame, "gone": frame}, others)
    assert {one.name: one.verdict == "equal" for one in tables} == {
        "same": True,
        "type": False,
        "order": False,
        "gone": False,
        "more": False,
    }
