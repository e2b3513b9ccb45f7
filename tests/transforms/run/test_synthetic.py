"""Synthetic rows have the columns and types that were revealed, and values that conditions find."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DataError
from transforms.run.synthetic import synthetic_rows
from transforms.spec.reveal.columns import TYPES, Column, Revealed

COLUMNS = st.builds(
    Column,
    type=st.none() | st.sampled_from(TYPES),
    values=st.lists(st.integers(-9, 9) | st.sampled_from([0.5, "x", "y", True, None]), max_size=3),
    is_key=st.booleans(),
)


@given(st.dictionaries(st.sampled_from("abcd"), COLUMNS, min_size=1), st.integers(1, 12))
def test_whatever_is_known_rows_can_be_had(columns, rows):
    """Whole, the same each time, and keys without repetition but for truths, of which there are two."""
    frame = synthetic_rows(Revealed(columns), rows)
    assert frame.shape == (rows, len(columns))
    assert frame.null_count().sum_horizontal().item() == 0
    assert frame.equals(synthetic_rows(Revealed(columns), rows))
    for name, column in columns.items():
        if column.is_key and column.type != "boolean":
            assert frame[name].n_unique() == rows


def test_values_that_were_met_occur_with_their_neighbours():
    """So that a condition holds for some rows and not for others."""
    columns = {"n": Column("long", values=[5]), "kind": Column("string", values=["a"]), "free": Column()}
    frame = synthetic_rows(Revealed(columns), 3)
    assert frame["n"].to_list() == [6, 5, 4]
    assert frame["kind"].to_list() == ["a", "kind-other", "a"]
    assert frame.schema["free"] == pl.String()


def test_what_cannot_be_had_is_told():
    """No columns, or types that nothing simple stands for."""
    with pytest.raises(DataError, match="none of its columns"):
        synthetic_rows(Revealed(), 3)
    with pytest.raises(DataError, match=r"price decimal\(9,2\)"):
        synthetic_rows(Revealed({"price": Column("decimal(9,2)", True)}), 3)
