"""Frames of every kind become Delta tables that read back the same, or are refused by the name of the column."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.engine.local.reading import read_arrow, read_pandas, read_polars
from transforms.engine.local.staging import Columns, stage_frame
from transforms.engine.local.statistics import footer_statistics
from transforms.errors import DataError
from transforms.spec.resource import Resource
from transforms.store.store import Store

UTC = dt.UTC
MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901)
KEPT = {
    "int8": pl.Series([1, None], dtype=pl.Int8),
    "int64": pl.Series([2**63 - 1, -(2**63)], dtype=pl.Int64),
    "float32": pl.Series([0.5, None], dtype=pl.Float32),
    "float64": pl.Series([math.inf, -0.0]),
    "boolean": pl.Series([True, None]),
    "string": pl.Series(["", "ä\n"]),
    "binary": pl.Series([b"", b"\0\xff"]),
    "date": pl.Series([dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "naive": pl.Series([MOMENT, None], dtype=pl.Datetime("us")),
    "zoned": pl.Series([MOMENT.replace(tzinfo=UTC), None], dtype=pl.Datetime("us", "UTC")),
    "decimal": pl.Series([Decimal("1.25"), Decimal("-99999.99")], dtype=pl.Decimal(10, 2)),
    "list": pl.Series([[1, None], []], dtype=pl.List(pl.Int64)),
    "struct": pl.Series([{"a": 1, "b": "x"}, {"a": None, "b": None}]),
    "nested": pl.Series([[{"a": [1.5]}], []], dtype=pl.List(pl.Struct({"a": pl.List(pl.Float64)}))),
}
WIDENED = {
    "uint8": (pl.Series([255], dtype=pl.UInt8), pl.Int16, 255),
    "uint32": (pl.Series([2**32 - 1], dtype=pl.UInt32), pl.Int64, 2**32 - 1),
    "uint64": (pl.Series([2**63 - 1], dtype=pl.UInt64), pl.Int64, 2**63 - 1),
    "nanoseconds": (pl.Series([MOMENT], dtype=pl.Datetime("ns")), pl.Datetime("us"), MOMENT),
    "category": (pl.Series(["a"], dtype=pl.Categorical), pl.String, "a"),
    "array": (pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)), pl.List(pl.Int64), [1, 2]),
}
REFUSED = {
    "duration": pl.Series([dt.timedelta(1)]),
    "time": pl.Series([dt.time(1)]),
    "int128": pl.Series([1], dtype=pl.Int128),
    "object": pl.Series([object()], dtype=pl.Object),
}
T = Resource("dataset", "/t")


def committed(store, frame, **options):
    """Commit a frame and return the view of it."""
    transaction = store.begin("test", "master", [T])
    try:
        change = stage_frame(transaction, store.table_of(T, "master"), frame, columns=Columns("/t", **options))
        transaction.commit([change], {T.key: {}})
    except BaseException:
        transaction.abandon()
        raise
    return store.view(T, "master")[0]


@pytest.mark.parametrize("name", KEPT)
def test_types_that_delta_has_come_back_as_they_were(store, name):
    """Through Polars, Arrow and pandas alike."""
    frame = pl.DataFrame({"c": KEPT[name]})
    view = committed(store, frame)
    assert read_polars(view).equals(frame)
    assert pl.from_arrow(read_arrow(view)).to_dicts() == frame.to_dicts()
    assert len(read_pandas(view)) == 2


@pytest.mark.parametrize("name", WIDENED)
def test_types_that_delta_lacks_become_the_next_larger_one(store, name):
    """Lazily, eagerly and from Arrow."""
    series, stored, value = WIDENED[name]
    frame = pl.DataFrame({"c": series})
    for data in (frame, frame.lazy(), frame.to_arrow()):
        view = committed(store, data)
        assert (read_polars(view).schema["c"], read_polars(view)["c"].to_list()) == (stored, [value])


@pytest.mark.parametrize("name", REFUSED)
def test_types_that_delta_cannot_hold_are_refused_by_name(store, name):
    """The error says what to do, and nothing is committed or left behind."""
    with pytest.raises(DataError, match=r"/t: column 'bad' has the type .* which Delta cannot hold; .+"):
        committed(store, pl.DataFrame({"bad": REFUSED[name]}))
    assert store.newest_entries(1) == []
    assert not list(store.root.rglob("*.parquet"))


def test_a_number_beyond_64_bits_is_refused(store):
    """The column that cannot be narrowed is named."""
    with pytest.raises(DataError, match="does not fit"):
        committed(store, pl.DataFrame({"c": pl.Series([2**63], dtype=pl.UInt64)}))
    with pytest.raises(DataError, match="'c'"):
        committed(store, pa.table({"c": pa.array([2**63], pa.uint64())}))


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pl.DataFrame({"a b": [1]}), "'a_b'"),
        (pl.DataFrame({"petal length (cm)": [1]}), "'petal_length_cm'"),
        (pl.DataFrame({"A": [1], "a": [2]}), "'A' and 'a'"),
        (pl.DataFrame({"s": [{"x y": 1}]}), "inside column 's'"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "'x' and 'x'"),
        (pd.DataFrame({3: [1]}), "3 cannot be a column name"),
        (pd.DataFrame({"mixed": [1, "a", b"x"]}), "mixed"),
        (pl.DataFrame(), "no columns"),
        (pd.DataFrame(), "no columns"),
        ([1, 2], r"got list\. Make it a frame, for example: polars.DataFrame"),
        (np.zeros((2, 2)), r"got ndarray\. Make it a frame"),
        (pl.Series("x", [1]), r"got Series\. Make it a frame: \.to_frame"),
        (pd.Series([1]), r"got Series\. Make it a frame: \.to_frame"),
        (pl.DataFrame({"x": [1]}).lazy, r"got method\. Call it: \.lazy\(\)"),
        (pd.DataFrame({"z": [1j]}), "'z' cannot be stored.*numpy.imag"),
        ("text", "got str"),
    ],
)
def test_frames_that_are_no_tables_are_refused(store, frame, words):
    """Names that Spark refuses come with one that it takes."""
    with pytest.raises(DataError, match=words):
        committed(store, frame)


def test_a_pandas_index_is_not_stored_and_duckdb_relations_are(store):
    """As Spark does with pandas frames."""
    import duckdb

    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="key"))
    assert read_polars(committed(store, frame)).columns == ["x"]
    connection = duckdb.connect()
    assert read_polars(committed(store, connection.sql("select 7 as n, 'a' as s"))).rows() == [(7, "a")]


def test_an_empty_frame_keeps_its_columns(store):
    """No file, but a schema."""
    view = committed(store, pl.DataFrame(schema={"x": pl.Int64, "s": pl.String}))
    assert (read_polars(view).schema, view.row_count(), view.table.file_uris()) == (
        {"x": pl.Int64, "s": pl.String},
        0,
        [],
    )


VALUES = {
    "n": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    "s": st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)),
    "f": st.one_of(st.none(), st.floats()),
    "d": st.one_of(st.none(), st.dates()),
}
ROWS = st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=20)
SCHEMA = {"n": pl.Int64, "s": pl.String, "f": pl.Float64, "d": pl.Date}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_random_rows_come_back_and_statistics_hold(tmp_path_factory, rows):
    """Reading gives what was written; every bound in the log is true, so no filter loses a row."""
    store = Store(tmp_path_factory.mktemp("random") / "store")
    frame = pl.DataFrame(rows, schema=SCHEMA)
    view = committed(store, frame)
    assert read_polars(view).equals(frame)
    for column, value in ((c, row[c]) for row in rows for c in ("n", "s", "d") if row[c] is not None):
        expected = frame.filter(pl.col(column) == value).height
        assert pl.scan_delta(view.table).filter(pl.col(column) == value).collect().height == expected


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_statistics_are_true_or_missing(tmp_path_factory, rows):
    """Counts are exact; bounds are the real ones; floats and long text have none."""
    file = tmp_path_factory.mktemp("footer") / "a.parquet"
    pq.write_table(pl.DataFrame(rows, schema=SCHEMA).to_arrow(), file, row_group_size=7)
    count, text = footer_statistics(file)
    statistics = json.loads(text)
    assert count == statistics["numRecords"] == len(rows)
    assert "f" not in statistics["minValues"]
    for column in ("n", "d", "s"):
        values = [row[column] for row in rows if row[column] is not None]
        assert statistics["nullCount"].get(column, len(rows) - len(values)) == len(rows) - len(values)
        if column in statistics["minValues"]:
            low, high = statistics["minValues"][column], statistics["maxValues"][column]
            shown = [value.isoformat() if isinstance(value, dt.date) else value for value in values]
            assert (low, high) == (min(shown), max(shown))
