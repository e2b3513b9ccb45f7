"""Tables: pandas and Polars frames as Parquet, with columns of distinct names."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from palantir_models.experiment.errors import ExperimentError, ExperimentLimitError, ExperimentTypeError
from palantir_models.experiment.tables import Table, encoded


def made(table: Any, rows: int = 100_000) -> Table:
    """A table as it is stored."""
    return encoded("board", table, "note", rows)


def read(table: Table) -> dict[str, list[Any]]:
    """The columns that the stored Parquet holds, by PyArrow and by Polars alike."""
    columns: dict[str, list[Any]] = pq.read_table(io.BytesIO(table.parquet)).to_pydict()
    assert pl.read_parquet(io.BytesIO(table.parquet)).columns == list(columns)
    return columns


COLUMNS = {
    "kind": ["xgboost", "tree"],
    "score": [0.75, None],
    "rank": [2, 3],
    "day": [date(2024, 1, 1), None],
}


@pytest.mark.parametrize("frame", [pl.DataFrame(COLUMNS), pd.DataFrame(COLUMNS).astype({"day": object})])
def test_a_frame_reads_back(frame: Any) -> None:
    """Rows, columns, types and the description are kept."""
    table = made(frame)
    assert (table.description, table.row_count) == ("note", 2)
    assert read(table) == COLUMNS
    columns = {column["name"]: column["type"] for column in json.loads(table.columns)}
    assert list(columns) == list(COLUMNS)
    assert (columns["score"], columns["rank"], columns["day"]) == ("double", "int64", "date32[day]")


def test_an_index_that_only_counts_is_dropped() -> None:
    """The default index of pandas is no column."""
    assert list(read(made(pd.DataFrame({"a": [1, 2]})))) == ["a"]


def test_any_other_index_is_kept_in_front() -> None:
    """Named, filtered, text and multi-level indexes become columns before the others."""
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert list(read(made(frame.rename_axis("row")))) == ["row", "a"]
    assert read(made(frame[frame.a > 1])) == {"index": [1, 2], "a": [2, 3]}
    assert read(made(frame.set_axis(["x", "y", "z"]))) == {"index": ["x", "y", "z"], "a": [1, 2, 3]}
    levels = pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["p", None]))
    assert list(read(made(levels))) == ["p", "level_1", "a"]


def test_names_of_columns_become_text() -> None:
    """Numbers name columns as text, and levels are joined with a slash."""
    assert list(read(made(pd.DataFrame([[1, 2]])))) == ["0", "1"]
    grouped = pd.DataFrame({"k": [1, 1], "v": [1.0, 3.0]}).groupby("k").agg({"v": ["min", "max"]}).reset_index()
    assert read(made(grouped)) == {"k": [1], "v/min": [1.0], "v/max": [3.0]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["1", 1]),
        pd.DataFrame({"a": [1]}).rename_axis("a"),
    ],
)
def test_columns_of_one_name_are_refused(frame: pd.DataFrame) -> None:
    """Two columns of one name, be it as text or through the index, are refused."""
    with pytest.raises(ExperimentError, match="more than one column named"):
        made(frame)


def test_the_frame_is_not_changed() -> None:
    """The caller's frame keeps its index and its names."""
    frame = pd.DataFrame({1: [1, 2]}, index=["x", "y"])
    made(frame)
    pd.testing.assert_frame_equal(frame, pd.DataFrame({1: [1, 2]}, index=["x", "y"]))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, "x"]}),
        pd.DataFrame({"a": [object()]}),
        pd.DataFrame({"a": [{}]}),
        pd.DataFrame({"a": [1j]}),
        pl.DataFrame({"a": [object()]}),
        pd.DataFrame([[1]], columns=pd.Index(["\ud800"], dtype=object)),
    ],
)
def test_what_parquet_cannot_hold_is_refused(frame: Any) -> None:
    """Columns of mixed types or Python objects are the caller's mistake, named with the table."""
    with pytest.raises(ExperimentError, match="board"):
        made(frame)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.Categorical(["x", "y"])}),
        pd.DataFrame({"a": pd.to_datetime(["2024-01-01", None])}),
        pd.DataFrame({"a": [[1, 2], None]}),
        pd.DataFrame({"a": np.array([1, 2], dtype="uint8")}),
        pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Categorical)}),
        pl.DataFrame({"a": [[1], [2, 3]], "b": [{"c": 1}, None]}),
        pl.DataFrame({"a": []}),
        pd.DataFrame(),
        pl.DataFrame(),
    ],
)
def test_richer_columns_and_empty_tables_are_stored(frame: Any) -> None:
    """Categories, times, lists, structs and tables without rows or columns are stored."""
    table = made(frame)
    assert table.row_count == len(frame)
    assert len(json.loads(table.columns)) == len(read(table))


def test_rows_above_the_limit_are_no_mistake_but_a_limit() -> None:
    """A table of as many rows as allowed is stored; one more is left to the error handler."""
    assert made(pl.DataFrame({"a": [1, 2]}), rows=2).row_count == 2
    for frame in (pl.DataFrame({"a": [1, 2, 3]}), pd.DataFrame({"a": [1, 2, 3]})):
        with pytest.raises(ExperimentLimitError, match="has 3 rows and may have 2"):
            made(frame, rows=2)


@pytest.mark.parametrize("table", [None, {"a": [1]}, [[1]], "a,b", np.zeros((2, 2))])
def test_other_objects_are_refused(table: Any) -> None:
    """Anything but a frame is refused with its type."""
    with pytest.raises(ExperimentTypeError, match=type(table).__name__):
        made(table)


def test_near_misses_are_told_what_to_pass() -> None:
    """A lazy frame and a series are refused with the call that makes a frame of them."""
    with pytest.raises(ExperimentTypeError, match=r"collect\(\)"):
        made(pl.LazyFrame({"a": [1]}))
    with pytest.raises(ExperimentTypeError, match=r"to_frame\(\)"):
        made(pd.Series([1]))
