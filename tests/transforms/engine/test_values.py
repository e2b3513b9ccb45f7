"""Each value of a frame is stored as it is, or its column is refused by name: nothing overflows, wraps or gets lost."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transforms.api import Input, Output, transform, transform_pandas, transform_polars
from transforms.engine.local.reading import read_arrow, read_pandas, read_polars
from transforms.engine.local.staging import Columns, stage_frame
from transforms.errors import DataError
from transforms.spec.resource import Resource

T = Resource("dataset", "/t")
UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.fixture
def put(store):
    """Replace the dataset's content by that of a frame, and return the view of it."""

    def run(frame: Any):
        transaction = store.begin("test", "master", [T])
        try:
            before = transaction.open_output(store.table_of(T, "master"))
            there = () if before is None else before.fields
            change = stage_frame(transaction, store.table_of(T, "master"), frame, columns=Columns("/t", there=there))
            transaction.commit([change], {T.key: {}})
        except BaseException:
            transaction.abandon()
            raise
        return store.view(T, "master")[0]

    return run


def stamps(values, unit, zone=None):
    """Arrow times of whole numbers."""
    return pa.array(values, pa.timestamp(unit, zone))


def polars_stamps(values, unit, zone=None):
    """Polars times of whole numbers."""
    return pl.Series(values, dtype=pl.Int64).cast(pl.Datetime(unit, zone))


TOO_FAR = {
    "seconds": pa.table({"at": stamps([1, 2**62], "s")}),
    "milliseconds": pa.table({"at": stamps([2**63 - 1, 1_700_000_000_000], "ms")}),
    "backwards": pa.table({"at": stamps([-(2**62)], "ms")}),
    "with a zone": pa.table({"at": stamps([2**62], "s", "Europe/Berlin")}),
    "in a list": pa.table({"at": pa.array([[2**62]], pa.list_(pa.timestamp("ms")))}),
    "in a struct": pa.table({"at": pa.array([{"x": 2**62}], pa.struct([("x", pa.timestamp("s"))]))}),
    "in a map": pa.table({"at": pa.array([[("k", 2**62)]], pa.map_(pa.string(), pa.timestamp("s")))}),
    "pandas": pd.DataFrame({"at": np.array([2**60], "datetime64[s]")}),
    "pandas backwards": pd.DataFrame({"at": np.array([-(2**60)], "datetime64[ms]")}),
    "pandas with a zone": pd.DataFrame({"at": pd.Series(np.array([2**60], "datetime64[ms]")).dt.tz_localize("UTC")}),
    "polars": pl.DataFrame({"at": polars_stamps([2**62], "ms")}),
    "polars with a zone": pl.DataFrame({"at": polars_stamps([-(2**62)], "ms", "Asia/Kolkata")}),
    "polars lazy": pl.DataFrame({"at": polars_stamps([2**62], "ms")}).lazy(),
    "polars in a list": pl.DataFrame({"at": pl.Series([[2**62]]).cast(pl.List(pl.Datetime("ms")))}),
}


@pytest.mark.parametrize("name", TOO_FAR)
def test_times_beyond_what_microseconds_can_tell_are_refused(put, store, name):
    """They do not come out in 1969."""
    with pytest.raises(
        DataError, match="/t: column 'at' does not fit .*timestamp.us.*out of bounds.* Leave such values out"
    ):
        put(TOO_FAR[name])
    assert store.newest_entries(1) == []


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_times_that_fit_are_kept_to_the_last_digit(put, unit):
    """Up to the first and the last microsecond that there is."""
    per_second = {"s": 1, "ms": 1000, "us": 1_000_000}[unit]
    far = (2**63 - 1) // 1_000_000 * per_second
    view = put(pa.table({"at": stamps([far, -far, 0, None], unit), "zoned": stamps([far, -far, 1, None], unit, "UTC")}))
    for column in read_arrow(view).columns:
        assert sorted(column.cast(pa.int64()).drop_null().to_pylist())[::2] == [
            -far * (1_000_000 // per_second),
            far * (1_000_000 // per_second),
        ]
    assert read_polars(view)["at"].cast(pl.Int64)[0] == far * (1_000_000 // per_second)
    assert read_pandas(view)["at"].astype("int64")[0] == far * (1_000_000 // per_second)


@pytest.mark.parametrize("library", ["arrow", "polars", "pandas"])
def test_nanoseconds_are_cut_to_the_microsecond_before_wherever_they_are(put, library):
    """Also before 1970, and inside of lists and structs."""
    ticks = [-(2**63) + 1, -1001, -1, 0, 1, 1999, 2**63 - 1]
    cut = [tick // 1000 for tick in ticks]
    table = pa.table({"at": stamps(ticks, "ns")})
    if library != "pandas":
        inside = pa.array([[tick] for tick in ticks], pa.list_(pa.timestamp("ns")))
        table = table.append_column("inside", inside)
        table = table.append_column("zoned", stamps(ticks, "ns", "Asia/Kolkata"))
    frames = {"arrow": table, "polars": pl.from_arrow(table), "pandas": table.to_pandas()}
    found = read_arrow(put(frames[library]))
    assert found["at"].cast(pa.int64()).to_pylist() == cut
    if library != "pandas":
        assert pa.chunked_array([c.flatten() for c in found["inside"].chunks]).cast(pa.int64()).to_pylist() == cut
        assert found["zoned"].cast(pa.int64()).to_pylist() == cut


FAR_DAYS = [3_672_000, -1_000_000, 2**31 - 1, -(2**31)]


@pytest.mark.parametrize("library", ["arrow", "polars"])
def test_dates_beyond_the_years_that_python_has_are_kept(put, library):
    """Delta, Spark and DuckDB have them, and use them for what never ends; bounds of such files are left out."""
    frame = pa.table({"day": pa.array(FAR_DAYS, pa.date32()), "n": [1, 2, 3, 4]})
    view = put(frame if library == "arrow" else pl.from_arrow(frame))
    assert read_arrow(view)["day"].cast(pa.int32()).to_pylist() == FAR_DAYS
    assert read_polars(view)["day"].cast(pl.Int32).to_list() == FAR_DAYS
    assert read_polars(view).filter(pl.col("day") > dt.date(2020, 1, 1)).height == 2
    seconds = [day * 86_400 for day in FAR_DAYS]
    assert read_pandas(view)["day"].astype("datetime64[s]").astype("int64").to_list() == seconds
    stats = pa.table(view.table.get_add_actions(flatten=True)).to_pylist()[0]
    assert "min.day" not in stats or stats["min.day"] is None


def test_dates_that_python_has_still_have_bounds(put):
    """Readers pass over files by them."""
    view = put(pl.DataFrame({"day": [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]}))
    stats = pa.table(view.table.get_add_actions(flatten=True)).to_pylist()[0]
    assert (stats["min.day"], stats["max.day"]) == (dt.date(1, 1, 1), dt.date(9999, 12, 31))


def test_times_beyond_the_years_that_python_has_are_kept(put, store, run_transform):
    """From pandas, from Polars, and from Parquet files written by hand."""
    far = 2**55
    view = put(pd.DataFrame({"at": np.array([far // 1_000_000, -far // 1_000_000], "datetime64[s]")}))
    assert read_arrow(view)["at"].cast(pa.int64()).to_pylist() == [
        far // 1_000_000 * 1_000_000,
        -far // 1_000_000 * 1_000_000,
    ]
    assert read_polars(put(pl.DataFrame({"at": polars_stamps([far], "us")})))["at"].cast(pl.Int64).to_list() == [far]

    @transform.using(out=Output("/t"))
    def job(out):
        table = pa.table({"at": stamps([far], "us"), "day": pa.array([FAR_DAYS[0]], pa.date32())})
        pq.write_table(table, f"{out.path_for_write_table}/x.parquet")
        out.write_table(out.path_for_write_table)

    run_transform(job)
    assert read_arrow(store.view(T, "master")[0])["at"].cast(pa.int64()).to_pylist() == [far]


NOTHING = {
    "null": (pl.DataFrame({"c": [None, None]}), "string", [None, None]),
    "null lazily": (pl.LazyFrame({"c": [None]}), "string", [None]),
    "arrow null": (pa.table({"c": pa.nulls(2)}), "string", [None, None]),
    "pandas object": (pd.DataFrame({"c": [None, None]}), "string", [None, None]),
    "no rows": (pd.DataFrame({"c": ["x"]}).iloc[:0], "string", []),
    "columns alone": (pd.DataFrame(columns=["c"]), "string", []),
    "empty lists": (pl.DataFrame({"c": [[], None]}), "list<element: string>", [[], None]),
    "empty lists of arrow": (pa.table({"c": pa.array([[], None])}), "list<element: string>", [[], None]),
    "a struct without fields": (pl.DataFrame({"c": [{}, None]}), "string", ["{}", None]),
    "one of arrow": (pa.table({"c": pa.array([{}, None], pa.struct([]))}), "string", ["{}", None]),
    "inside": (
        pl.DataFrame({"c": [{"a": None, "b": [], "d": {}}]}),
        "struct<a: string, b: list<element: string>, d: string>",
        [{"a": None, "b": [], "d": "{}"}],
    ),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_column_that_holds_nothing_but_nulls_is_text_where_it_is_new(put, name):
    """Code that is right does not fail on the day on which there is nothing."""
    frame, kind, values = NOTHING[name]
    found = read_arrow(put(frame))["c"]
    assert (str(found.type), found.to_pylist()) == (kind, values)


@pytest.mark.parametrize(
    ("before", "nothing", "after"),
    [
        (pl.DataFrame({"c": [1]}), pl.DataFrame({"c": [None]}), [None]),
        (pl.DataFrame({"c": [dt.date(2020, 1, 1)]}), pa.table({"c": pa.nulls(1)}), [None]),
        (pd.DataFrame({"c": [1.5]}), pd.DataFrame(columns=["c"]), []),
        (pd.DataFrame({"c": ["x"]}), pd.DataFrame({"c": [np.nan]}), [None]),
        (pd.DataFrame({"c": [7]}), pd.DataFrame({"c": [7]}).astype(object).iloc[:0], []),
        (pl.DataFrame({"c": [[1.5]]}), pl.DataFrame({"c": [[]]}), [[]]),
        (pl.DataFrame({"c": [{"a": 1}]}), pl.DataFrame({"c": [{}, None]}), [{"a": None}, None]),
        (pl.DataFrame({"c": [[{"a": 1}]]}), pl.DataFrame({"c": [[{"a": None}]]}), [[{"a": None}]]),
        (pl.DataFrame({"c": [Decimal("1.50")]}), pl.DataFrame({"c": [None]}), [None]),
    ],
)
def test_a_column_that_holds_nothing_but_nulls_keeps_the_type_that_the_dataset_has(put, before, nothing, after):
    """So readers of the dataset find today what they found yesterday."""
    kind = read_arrow(put(before)).schema.field("c").type
    found = read_arrow(put(nothing))["c"]
    assert (found.type, found.to_pylist()) == (kind, after)


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_days_without_a_row_are_days_like_others(run_transform, store, mode):
    """Through every way of writing a pandas frame in a job."""
    for threshold in (0.5, 0.99, 0.5):

        @transform.using(out=Output("/t"))
        def alerts(out, threshold=threshold):
            scores = pd.DataFrame({"machine": ["a", "b"], "score": [0.7, 0.9], "note": [None, None]})
            out.set_mode(mode)
            out.write_pandas(scores[scores.score > threshold])

        run_transform(alerts)
    found = read_polars(store.view(T, "master")[0])
    assert found.schema == {"machine": pl.String, "score": pl.Float64, "note": pl.String}
    assert found.height == (4 if mode == "append" else 2)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_functions_that_return_frames_may_return_nothing_but_nulls(run_transform, library):
    """Without a row, or with an optional column that is empty today."""
    decorate = transform_pandas if library == "pandas" else transform_polars

    @decorate(Output("/t"), data=Input("/data"))
    def job(data):
        return data[data.x > 5] if library == "pandas" else data.filter(pl.col("x") > 5).with_columns(note=pl.lit(None))

    found = run_transform(job, {"data": pd.DataFrame({"x": [1], "note": [None]})}).outputs["output"].polars()
    assert found.schema == {"x": pl.Int64, "note": pl.String}
    assert found.height == 0


REFUSED = {
    "beyond 64 bits": (pd.DataFrame({"fine": [1], "c": [2**70]}), "OverflowError"),
    "sparse": (pd.DataFrame({"fine": [1, 2], "c": pd.arrays.SparseArray([1, 0])}), r"df\['c'\].sparse.to_dense"),
    "lone surrogates": (pd.DataFrame({"fine": ["x"], "c": ["\ud800"]}), "UnicodeEncodeError"),
    "an infinite decimal": (pd.DataFrame({"c": [Decimal("Infinity")]}), "cannot be stored"),
    "too many digits": (pd.DataFrame({"c": [Decimal("1e-39")]}), "38 digits"),
    "decimals too large": (pa.table({"c": pa.array([Decimal(10**40)], pa.decimal256(50, 0))}), "38"),
    "intervals": (pd.DataFrame({"c": pd.cut([1, 2], 2)}), "both ends of an interval"),
    "periods": (pd.DataFrame({"c": pd.period_range("2020", periods=2, freq="D")}), "period"),
    "complex numbers": (pd.DataFrame({"c": [1j]}), "complex128"),
    "objects": (pd.DataFrame({"c": [object()]}), "cannot be stored"),
    "mixed": (pd.DataFrame({"c": [1, "a"]}), "cannot be stored"),
    "large unsigned": (pa.table({"c": pa.array([2**63], pa.uint64())}), "not in range"),
    "large unsigned in a list": (pa.table({"c": pa.array([[2**63]], pa.list_(pa.uint64()))}), "not in range"),
    "large unsigned of polars": (pl.DataFrame({"c": pl.Series([[2**64 - 1]], dtype=pl.List(pl.UInt64))}), "in range"),
    "a date with a time": (pa.table({"c": pa.array([1], pa.int64()).cast(pa.date64())}), "lose data"),
    "durations inside": (pl.DataFrame({"c": [[dt.timedelta(1)]]}), "durations"),
    "a union": (pa.table({"c": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])}), "union"),
    "an interval": (pa.table({"c": pa.array([pa.MonthDayNano([1, 2, 3])])}), "no intervals"),
    "integers of 128 bits inside": (pl.DataFrame({"c": pl.Series([[1]], dtype=pl.List(pl.Int128))}), "64 bits"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_by_dataset_and_column(put, store, name):
    """Whichever library finds it out, in whatever way."""
    frame, words = REFUSED[name]
    with pytest.raises(DataError, match=f"/t: column 'c' (?s:.*){words}"):
        put(frame)
    assert store.newest_entries(1) == []
    assert not list(store.root.rglob("*.parquet"))


SMALL = Decimal("0.00001")
required = pa.field("id", pa.int64(), nullable=False)
KEPT = {
    "not null": (pa.table([pa.array([1])], schema=pa.schema([required])), "int64", [1]),
    "not null in batches": (pa.table([pa.array([1])], schema=pa.schema([required])).to_reader(), "int64", [1]),
    "one batch": (pa.record_batch([pa.array([1])], schema=pa.schema([required])), "int64", [1]),
    "not null and narrow": (
        pa.table([pa.array([1], pa.uint8())], schema=pa.schema([pa.field("id", pa.uint8(), nullable=False)])),
        "int16",
        [1],
    ),
    "not null inside": (pa.array([{"id": 1}, None], pa.struct([required])), "struct<id: int64>", [{"id": 1}, None]),
    "list view": (pa.array([[1, 2], None, [3]], pa.list_view(pa.int64())), "list<element: int64>", [[1, 2], None, [3]]),
    "large list view": (pa.array([[1], None], pa.large_list_view(pa.uint8())), "list<element: int16>", [[1], None]),
    "fixed list": (pa.array([[1, 2], None], pa.list_(pa.int64(), 2)), "list<element: int64>", [[1, 2], None]),
    "large list": (pa.array([["a"], None], pa.large_list(pa.large_string())), "list<element: string>", [["a"], None]),
    "large text": (pa.array(["a", None], pa.large_string()), "string", ["a", None]),
    "text view": (pa.array(["a", None], pa.string_view()), "string", ["a", None]),
    "binary view": (pa.array([b"a", None], pa.binary_view()), "binary", [b"a", None]),
    "fixed binary": (pa.array([b"ab", None], pa.binary(2)), "binary", [b"ab", None]),
    "run ends": (pa.RunEndEncodedArray.from_arrays([2, 3], pa.array(["a", None])), "string", ["a", "a", None]),
    "dictionary": (pa.array(["x", None, "x"]).dictionary_encode(), "string", ["x", None, "x"]),
    "dictionary of numbers": (pa.array([5, None], pa.uint8()).dictionary_encode(), "int16", [5, None]),
    "dictionary inside": (pa.array([["x"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))), "list<element: string>", [["x"]]),
    "map": (pa.array([[("k", 1)], None, []], pa.map_(pa.large_string(), pa.uint8())), "map<string, int16>", [[("k", 1)], None, []]),
    "uuid": (pa.array([UUID.bytes, None], pa.uuid()), "string", [str(UUID), None]),
    "json": (pa.array(['{"a": 1}', None], pa.json_()), "string", ['{"a": 1}', None]),
    "bool8": (pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8())), "bool", [True, False, None]),
    "float16": (pa.array([np.float16(1.5), None], pa.float16()), "float", [1.5, None]),
    "small decimals": (pa.array([Decimal("1.50")], pa.decimal32(5, 2)), "decimal128(5, 2)", [Decimal("1.50")]),
    "wide decimals": (pa.array([Decimal("1.50")], pa.decimal256(50, 2)), "decimal128(38, 2)", [Decimal("1.50")]),
    "thousands": (pa.array([Decimal(12300)], pa.decimal128(5, -2)), "decimal128(7, 0)", [Decimal(12300)]),
    "small fractions": (pa.array([SMALL], pa.decimal128(5, 5)).cast(pa.decimal128(2, 5)), "decimal128(5, 5)", [SMALL]),
    "date64": (pa.array([86_400_000, None], pa.date64()), "date32[day]", [dt.date(1970, 1, 2), None]),
    "pandas uuid": (pd.DataFrame({"id": [UUID]}), "string", [str(UUID)]),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_every_layout_that_arrow_has_for_a_value_is_taken(put, name):
    """Tables of other libraries come in them."""
    data, kind, values = KEPT[name]
    found = read_arrow(put(pa.table({"id": data}) if isinstance(data, pa.Array) else data))["id"]
    assert (str(found.type), found.to_pylist()) == (kind, values)


@pytest.mark.parametrize("layout", ["slice", "chunks"])
def test_a_part_of_a_table_is_that_part(put, layout):
    """Arrow's slices point into the whole."""
    kinds = [pa.list_view(pa.uint8()), pa.list_(pa.uint8(), 1), pa.large_list(pa.uint8())]
    columns = {str(i): pa.array([[1], None, [3], [4]], kind) for i, kind in enumerate(kinds)}
    columns["map"] = pa.array([[("a", 1)], None, [("c", 3)], [("d", 4)]], pa.map_(pa.string(), pa.uint8()))
    columns["struct"] = pa.array([{"x": 1}, None, {"x": 3}, {"x": 4}], pa.struct([("x", pa.uint8())]))
    table = pa.table(columns)
    part = table[2:] if layout == "slice" else pa.concat_tables([table[2:3], table[3:]])
    assert read_arrow(put(part)).to_pylist() == [
        {"0": [3], "1": [3], "2": [3], "map": [("c", 3)], "struct": {"x": 3}},
        {"0": [4], "1": [4], "2": [4], "map": [("d", 4)], "struct": {"x": 4}},
    ]


def test_pandas_keeps_whole_numbers_that_floats_would_change(put):
    """Beside nulls PyArrow makes floats of them, which is kept where it changes none."""
    big = 2**53 + 1
    view = put(
        pl.DataFrame(
            {
                "small": [1, None],
                "big": [big, None],
                "low": [-big, None],
                "full": [big, big],
                "lists": [[big, None], None],
                "structs": [{"x": [big, None]}, None],
            }
        )
    )
    frame = read_pandas(view)
    assert [str(kind) for kind in frame.dtypes] == ["float64", "Int64", "Int64", "int64", "object", "object"]
    assert (frame["big"][0], frame["low"][0], frame["full"][1]) == (big, -big, big)
    assert list(frame["lists"][0]) == [big, None]
    assert list(frame["structs"][0]["x"]) == [big, None]


def test_pandas_keeps_whole_numbers_inside_of_lists_structs_and_maps(put):
    """Beside a null in the same place of another row, PyArrow would change them, too."""
    big, struct = 2**53 + 1, pa.struct([("x", pa.int64())])
    view = put(
        pa.table(
            {
                "struct": pa.array([{"x": big}, {"x": None}], struct),
                "list": pa.array([[{"x": big}], [{"x": None}]], pa.list_(struct)),
                "map": pa.array([[("k", big)], [("k", None)]], pa.map_(pa.string(), pa.int64())),
            }
        )
    )
    frame = read_pandas(view)
    assert (frame["struct"][0], frame["list"][0][0], frame["map"][0]) == ({"x": big}, {"x": big}, [("k", big)])


@pytest.mark.parametrize("place", ["struct", "list of structs", "map"])
def test_pandas_refuses_a_far_date_that_would_be_a_number(put, place):
    """Inside of a struct or a map, NumPy's dates beyond Python's years are plain numbers."""
    days = pa.array([3_672_000, 0], pa.int32()).cast(pa.date32())
    struct = pa.StructArray.from_arrays([days], ["x"])
    columns = {
        "struct": struct,
        "list of structs": pa.ListArray.from_arrays([0, 2], struct),
        "map": pa.MapArray.from_arrays([0, 2], pa.array(["a", "b"]), days),
    }
    view = put(pa.table({"c": columns[place]}))
    with pytest.raises(DataError, match=r"/t: column 'c' .* \.polars\(\)"):
        read_pandas(view)


def test_a_value_that_pandas_cannot_hold_is_refused_by_its_column(put):
    """Another reader has it."""
    view = put(pa.table({"c": pa.array([{"x": 2**60}], pa.struct([("x", pa.timestamp("us"))]))}))
    assert read_polars(view)["c"].struct.field("x").cast(pl.Int64).to_list() == [2**60]
    with pytest.raises(DataError, match=r"/t: column 'c' .* \.polars\(\)"):
        read_pandas(view)


def test_subclasses_of_pandas_frames_are_pandas_frames(put):
    """Their index is not stored either."""

    class Sub(pd.DataFrame):
        pass

    assert read_arrow(put(Sub({"x": [1]}, index=["key"]))).to_pylist() == [{"x": 1}]


@pytest.mark.parametrize("call", ["write_table", "write_pandas", "write_dataframe", "put_metadata"])
def test_no_frame_at_all_is_refused_with_what_may_have_happened(run_transform, call):
    """A function that lacks its return gives None."""

    @transform.using(out=Output("/t"))
    def job(out):
        getattr(out, call)(*([] if call == "put_metadata" else [None]))

    with pytest.raises(
        DataError, match=r"\(/t\) of job .*nothing to write|/t: .*got None: does a function lack its return"
    ):
        run_transform(job)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([pa.table({"t": pa.array([dt.time(1)])})], r"/t: 0.parquet: column 't' has the type time64.*no time of day"),
        ([pa.table({"at": stamps([1], "ms")})], r"/t: 0.parquet: column 'at' has the type timestamp\[ms\]"),
        (
            [pa.table({"a": [1]}), pa.table({"a": ["x"]})],
            r"/t: 1.parquet .* than 0.parquet: 'a' is string and not int64",
        ),
        ([pa.table({"a": [1]}), pa.table({"b": [1]})], r"/t: 1.parquet .*'a', 'b' is in one only"),
        ([pa.table({"a b": [1]})], r"/t: 0.parquet: .*'a b' \(a space\)"),
    ],
)
def test_files_written_by_hand_are_refused_by_dataset_file_and_column(run_transform, tables, words):
    """And not by the folder in which the store keeps them."""

    @transform.using(out=Output("/t"))
    def job(out):
        for number, table in enumerate(tables):
            pq.write_table(table, f"{out.path_for_write_table}/{number}.parquet")
        out.write_table(out.path_for_write_table)

    with pytest.raises(DataError, match=words) as raised:
        run_transform(job)
    assert "master/datasets" not in str(raised.value)
