"""Two tables compared, and what is said of them where they differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from transforms.errors import DataError
from transforms.testing import assert_table_equal

MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CITIES = [{"city": "Bern", "n": 1}, {"city": "Wien", "n": 2}]


def said(left: Any, right: Any, **options: bool) -> list[str]:
    """Return the lines of the difference."""
    with pytest.raises(AssertionError) as caught:
        assert_table_equal(left, right, **options)
    first, *lines = str(caught.value).splitlines()
    assert first == "The tables differ."
    return lines


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (CITIES, pd.DataFrame(CITIES)),
        (pl.DataFrame(CITIES).to_arrow(), pl.LazyFrame(CITIES)),
        ([{"x": 0.1 + 0.2}, {"x": float("nan")}], [{"x": 0.3}, {"x": float("nan")}]),
        ([{"x": [1.0, 2.0]}], [{"x": [1, 2]}]),
        ([{"x": {"y": 1, "z": None}}], [{"x": {"y": 1, "z": None}}]),
        ({"x": [None]}, pl.DataFrame({"x": [None]}, {"x": pl.String})),
        ({"x": [MOMENT]}, [{"x": MOMENT}]),
    ],
)
def test_the_same_rows_are_equal_whatever_holds_them(left: Any, right: Any) -> None:
    assert_table_equal(left, right)
    assert_table_equal(right, left, ignore_order=True)


def test_a_relation_of_duckdb_is_a_table() -> None:
    assert_table_equal(duckdb.sql("select 1 as n"), [{"n": 1.0}])


def test_a_column_that_is_missing_is_told_with_the_nearest() -> None:
    assert said(CITIES, [{"ctiy": "Bern", "n": 1}]) == [
        "Column 'ctiy' is missing on the left. Did you mean 'city'?",
        "Column 'city' is missing on the right. Did you mean 'ctiy'?",
    ]
    assert said([{"n": 1, "city": "Bern"}], [{"city": "Bern", "n": 1}]) == [
        "The columns are in another order: n, city on the left, city, n on the right."
    ]


def test_cells_that_differ_are_told_by_row_and_column() -> None:
    expected = [{"city": "Bern", "n": 7}, {"city": "Graz", "n": 2}, {"city": "Graz", "n": 3}]
    assert said(CITIES, expected) == [
        "Row 1: n 1 != 7",
        "Row 2: city 'Wien' != 'Graz'",
        "The left has 2 rows, the right 3.",
        "Only on the right: city='Graz', n=3",
    ]


def test_values_of_another_kind_are_no_equals() -> None:
    """Also those that Python takes for equal."""
    assert said([{"x": True}], [{"x": 1}]) == ["Column 'x' holds truth values on the left, numbers on the right."]
    assert said([{"x": "1"}], [{"x": 1}]) == ["Column 'x' holds texts on the left, numbers on the right."]
    assert said([{"x": MOMENT.date()}], [{"x": MOMENT}]) == ["Column 'x' holds dates on the left, times on the right."]
    assert said([{"x": None}], [{"x": 1}]) == ["Row 1: x None != 1"]


def test_in_any_order_only_rows_that_one_side_has_are_told() -> None:
    """Each as often as it is there; those that nearly are the same go with each other."""
    assert_table_equal(CITIES, CITIES[::-1], ignore_order=True)
    assert_table_equal([{"x": 1.0}, {"x": 2.0}], [{"x": 2.000000001}, {"x": 1.0}], ignore_order=True)
    assert said(CITIES, [*CITIES[::-1], CITIES[0]], ignore_order=True) == [
        "The left has 2 rows, the right 3.",
        "Only on the right: city='Bern', n=1",
    ]
    assert said(CITIES, [CITIES[1], {"city": "Bern", "n": 5}], ignore_order=True) == [
        "Only on the left: city='Bern', n=1",
        "Only on the right: city='Bern', n=5",
    ]


def test_of_many_differences_the_first_are_told() -> None:
    lines = said({"n": list(range(30))}, {"n": list(range(1, 31))})
    assert (len(lines), lines[0], lines[-1]) == (11, "Row 1: n 0 != 1", "… 20 more rows differ.")
    assert said({"n": ["x" * 100]}, {"n": ["y"]}) == [f"Row 1: n '{'x' * 79}… != 'y'"]


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(DataError, match=r"assert_table_equal\(\) compares tables; got int"):
        assert_table_equal(1, CITIES)
