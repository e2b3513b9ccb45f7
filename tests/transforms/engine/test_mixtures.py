"""Python values of several kinds are never made one kind without a word."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.api import Input, Output, transform
from transforms.engine.local.mixtures import mixture
from transforms.errors import DataError
from transforms.testing import run_transform

DAY, NOON = dt.date(2020, 1, 1), dt.datetime(2020, 1, 2, 12)
MIXED = {
    "a day and a time": ([DAY, NOON], "dates and times"),
    "with and without a zone": ([NOON, NOON.replace(tzinfo=dt.UTC)], "times with a zone and times without a zone"),
    "the zone first": ([NOON.replace(tzinfo=dt.UTC), None, NOON], "times with a zone and times without a zone"),
    "a truth among floats": ([1.5, True], "numbers and truths"),
    "a truth of NumPy": ([1, np.bool_(True)], "numbers and truths"),
    "a text among bytes": ([b"x", "y"], "bytes and texts"),
    "a number among days": ([DAY, 5], "dates and numbers"),
    "in a list": ([[DAY, NOON]], "dates and times"),
    "in a struct": ([{"at": DAY}, {"at": NOON}], "dates and times"),
    "deep": ([{"a": [{"b": b"x"}]}, None, {"a": [{"b": "y"}]}], "bytes and texts"),
}
ALIKE = st.one_of(
    *(
        st.lists(st.one_of(st.none(), values), max_size=4)
        for values in (
            st.integers(-(2**60), 2**60),
            st.floats(),
            st.booleans(),
            st.text(),
            st.binary(),
            st.dates(),
            st.datetimes(),
            st.datetimes(timezones=st.just(dt.UTC)),
            st.lists(st.dates(), max_size=2),
            st.fixed_dictionaries({"a": st.datetimes()}),
        )
    )
)


@pytest.mark.parametrize(("values", "kinds"), MIXED.values(), ids=MIXED)
def test_a_column_of_several_kinds_is_refused(values: list[Any], kinds: str) -> None:
    """In a frame that is written, in one that is a test's data, and in a test's rows."""

    @transform.using(out=Output("/d"))
    def write(out: Any) -> None:
        out.write_pandas(pd.DataFrame({"c": pd.Series(values, dtype=object)}))

    @transform.using(given=Input("/i"), out=Output("/d"))
    def read(given: Any, out: Any) -> None:
        raise AssertionError("it must not run")

    with pytest.raises(DataError, match=rf"/d: column 'c' holds {kinds}"):
        run_transform(write)
    for data in (
        pd.DataFrame({"c": pd.Series(values, dtype=object)}),
        [{"c": value} for value in values],
        {"c": values},
    ):
        with pytest.raises(DataError, match=rf"olumn 'c' .*holds {kinds}"):
            run_transform(read, {"given": data})


@given(ALIKE)
def test_values_of_one_kind_are_no_mixture(values: list[Any]) -> None:
    """Nor are the nulls of pandas among them."""
    series = pd.Series([*values, None, pd.NaT, pd.NA, float("nan")], dtype=object)
    assert mixture(values, pa.array(values).type) is None
    assert mixture(series, pa.array(values).type) is None
