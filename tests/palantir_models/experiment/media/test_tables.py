"""Tables: pandas and Polars frames as Parquet, with columns of distinct names."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from palantir_models.experiment.errors import ExperimentError, ExperimentLimitError, ExperimentTypeError
from palantir_models.experiment.media.tables import Table, encoded
from palantir_models.reading.frame import Frame
from palantir_models.reading.media import Tables


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


AT = datetime(2024, 3, 1, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))
BIG = 2**53 + 1


def back(table: Table) -> Frame:
    """The table as an opened experiment has it."""
    rows = pl.LazyFrame({"name": ["board"], "description": [None], "row_count": [0], "parquet": [table.parquet]})
    return Tables(rows, "runs")["board"]


def plain(value: Any) -> Any:
    """What pandas has for a value as the others have it: lists are arrays there, in UTC where they hold moments."""
    if isinstance(value, np.ndarray):
        return [pd.Timestamp(item, tz="UTC") if isinstance(item, np.datetime64) else item for item in value]
    return None if value is pd.NaT or value is pd.NA else value


@pytest.mark.parametrize(
    ("frame", "values"),
    [
        (pd.DataFrame({"at": [pd.Timestamp(AT)]}), [AT]),
        (pd.DataFrame({"at": pd.to_datetime(["2024-03-01T09:00:00-13:00"])}), [datetime(2024, 3, 1, 22, tzinfo=UTC)]),
        (pd.DataFrame({"at": pd.to_datetime(["2024-03-01T09:00:00+02:00"])}), [datetime(2024, 3, 1, 7, tzinfo=UTC)]),
        (pd.DataFrame({"at": pd.Categorical([pd.Timestamp(AT)])}), [AT]),
        (pd.DataFrame({"at": [AT, None]}, dtype=object), [AT, None]),
        (pd.DataFrame({"at": [[AT]]}), [[AT]]),
        (pd.DataFrame({"at": [{"x": AT}]}), [{"x": AT}]),
        (pd.DataFrame({"at": [1.5]}, index=pd.Index([pd.Timestamp(AT)], name="when")), [1.5]),
        (pd.DataFrame({"at": [Decimal("1." + 36 * "9")]}), [Decimal("1." + 36 * "9")]),
        (pd.DataFrame({"at": pd.array([BIG, None], "Int64")}), [BIG, None]),
        (pl.DataFrame({"at": [[BIG, None]]}), [[BIG, None]]),
        (pd.DataFrame({"at": [[], None]}), [[], None]),
        (pd.DataFrame({"at": [None]}), [None]),
        (pd.DataFrame({"at": [UUID(int=7)]}), [str(UUID(int=7))]),
        (pd.DataFrame({"at": np.array([2**40], "timedelta64[s]")}), [timedelta(seconds=2**40)]),
        (pl.DataFrame({"at": [time(1, 2, 3)]}), [time(1, 2, 3)]),
    ],
)
def test_what_was_taken_comes_back_with_every_reader(frame: Any, values: list[Any]) -> None:
    """Also moments with an offset that no time zone has, wherever they are."""
    table = back(made(frame))
    assert table.polars()["at"].to_list() == values
    assert table.arrow()["at"].to_pylist() == values
    assert table.polars(lazy=True).collect().equals(table.polars())
    assert [plain(value) for value in table.pandas()["at"]] == values
    assert repr(table)
    assert table._repr_html_()


def test_days_beyond_the_years_that_python_has_come_back() -> None:
    """To pandas as ``datetime64``."""
    table = back(made(pl.DataFrame({"day": pl.Series([3_672_000], dtype=pl.Int32).cast(pl.Date)})))
    assert table.polars()["day"].cast(pl.Int32).to_list() == [3_672_000]
    assert table.pandas()["day"].astype("datetime64[s]").astype("int64").to_list() == [3_672_000 * 86_400]


def test_intervals_of_a_cut_are_kept_as_values_and_as_an_index() -> None:
    """They come back to pandas as intervals."""
    cut = pd.cut([1, 2], 2)
    table = back(made(pd.DataFrame({"x": [1, 2]}).groupby(cut, observed=True).mean()))
    assert table.pandas()["index"].to_list() == list(cut)
    assert table.polars()["x"].to_list() == [1.0, 2.0]


def test_periods_are_text_to_every_reader() -> None:
    """Stored as pandas would, other libraries than pandas would read them as numbers."""
    years = pd.PeriodIndex(["2020", None, "2021"], freq="Y")
    table = back(made(pd.DataFrame({"year": years, "kind": years.astype("category")}, index=years)))
    for column in ("index", "year", "kind"):
        assert table.polars()[column].to_list() == ["2020", None, "2021"]
        assert table.pandas()[column].dropna().to_list() == ["2020", "2021"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal(10**40), "38"),
        (Decimal("1e-39"), "loss"),
        (Decimal("Infinity"), "cannot be stored"),
        (2**70, "OverflowError"),
        ("\ud800", "surrogates"),
        ({}, "without fields"),
        ({"a\0b": 1}, "a NUL in the name"),
        (np.timedelta64(2**62, "s"), "out of bounds"),
    ],
)
def test_what_would_not_come_back_is_refused_by_its_column(value: Any, words: str) -> None:
    """Before it is logged."""
    frame = pd.DataFrame({"fine": [1]})
    frame["odd"] = np.array([value]) if isinstance(value, np.timedelta64) else pd.Series([value], dtype=object)
    with pytest.raises(ExperimentError, match=f"Table 'board': column 'odd' .*{words}"):
        made(frame)


def test_a_column_whose_name_would_be_cut_is_refused() -> None:
    """A NUL ends a name where readers hand columns to each other."""
    with pytest.raises(ExperimentError, match=r"column 'a\\x00b' has a NUL in the name"):
        made(pd.DataFrame({"a\0b": [1]}))


def test_a_table_that_was_logged_with_an_odd_offset_or_wide_decimals_is_read() -> None:
    """Older versions stored such; digits that no reader has are text."""
    wide = Decimal(10**40)
    buffer = io.BytesIO()
    times = pa.array([AT], pa.timestamp("us", "+05:30"))
    pq.write_table(pa.table({"at": times, "wide": pa.array([wide], pa.decimal256(41, 0))}), buffer)
    assert back(Table(None, 1, "[]", buffer.getvalue())).polars().rows() == [(AT, str(wide))]


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
