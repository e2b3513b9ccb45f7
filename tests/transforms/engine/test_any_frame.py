"""Any table of any types comes back as it was through every reader, or is refused by its column before anything is stored."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.engine.local.reading import read_arrow, read_pandas, read_polars
from transforms.engine.local.staging import Columns, stage_frame
from transforms.errors import DataError
from transforms.spec.resource import Resource
from transforms.store.store import Store

pytestmark = pytest.mark.slow

T = Resource("dataset", "/t")
CONTEXT = Context(prec=100)
UNITS = {"s": 1_000_000, "ms": 1000, "us": 1}

whole = st.sampled_from(
    [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
)
times = st.builds(
    pa.timestamp, st.sampled_from(["s", "ms", "us", "ns"]), st.sampled_from([None, "UTC", "+05:30", "Asia/Tokyo"])
)
decimals = st.one_of(
    st.integers(1, 38).flatmap(lambda digits: st.builds(pa.decimal128, st.just(digits), st.integers(-4, digits))),
    st.integers(1, 60).flatmap(lambda digits: st.builds(pa.decimal256, st.just(digits), st.integers(-4, digits))),
)
texts = st.sampled_from([pa.string(), pa.large_string(), pa.string_view()])
bytes_ = st.sampled_from([pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(3)])
others = st.sampled_from(
    [pa.float32(), pa.float64(), pa.bool_(), pa.date32(), pa.date64(), pa.null(), pa.time64("us"), pa.duration("ms")]
)
leaves = st.one_of(whole, times, decimals, texts, bytes_, others)


def nested(kinds: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    """Lists of every layout, structs and maps of types."""
    names = st.lists(st.sampled_from("abc"), unique=True, max_size=3)
    return st.one_of(
        st.builds(lambda make, kind: make(kind), st.sampled_from([pa.list_, pa.large_list, pa.list_view]), kinds),
        st.builds(lambda kind: pa.list_(kind, 2), kinds),
        names.flatmap(
            lambda n: st.tuples(*[kinds] * len(n)).map(lambda inner: pa.struct(list(zip(n, inner, strict=True))))
        ),
        st.builds(lambda kind: pa.map_(pa.string(), kind), kinds),
    )


KINDS = st.recursive(leaves, nested, max_leaves=4)


def values_of(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Values of a type, as PyArrow takes them."""
    t = pa.types
    inner: st.SearchStrategy[Any]
    if t.is_null(kind):
        return st.none()
    if t.is_integer(kind):
        bits = kind.bit_width
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if t.is_signed_integer(kind) else (0, 2**bits - 1)
        inner = st.one_of(st.integers(low, high), st.sampled_from([low, high]))
    elif t.is_timestamp(kind) or t.is_duration(kind):
        inner = st.one_of(st.integers(-(2**40), 2**40), st.integers(-(2**63) + 1, 2**63 - 1))
    elif t.is_date32(kind):
        inner = st.integers(-(2**31), 2**31 - 1)
    elif t.is_date64(kind):
        inner = st.integers(-(10**7), 10**7).map(lambda day: day * 86_400_000)
    elif t.is_time(kind):
        inner = st.times()
    elif t.is_decimal(kind):
        most = 10**kind.precision - 1
        inner = st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-kind.scale, CONTEXT))
    elif t.is_fixed_size_binary(kind):
        inner = st.binary(min_size=3, max_size=3)
    elif t.is_binary(kind) or t.is_large_binary(kind) or t.is_binary_view(kind):
        inner = st.binary(max_size=5)
    elif t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind):
        inner = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    elif t.is_floating(kind):
        inner = st.floats(width=32)
    elif t.is_boolean(kind):
        inner = st.booleans()
    elif t.is_map(kind):
        inner = st.dictionaries(st.text("xyz", max_size=2), values_of(kind.item_type), max_size=2).map(
            lambda d: list(d.items())
        )
    elif t.is_struct(kind):
        parts = {kind.field(i).name: values_of(kind.field(i).type) for i in range(kind.num_fields)}
        inner = st.fixed_dictionaries(parts)
    else:
        size = 2 if t.is_fixed_size_list(kind) else None
        inner = st.lists(values_of(kind.value_type), min_size=size or 0, max_size=size or 3)
    return st.one_of(st.none(), inner)


@st.composite
def columns(draw: st.DrawFn) -> tuple[pa.DataType, list[Any]]:
    """A type and some values of it."""
    kind = draw(KINDS)
    return kind, draw(st.lists(values_of(kind), max_size=4))


def holds(kind: pa.DataType, test: Any) -> bool:
    """Whether a type is of a kind, or has such a one in it."""
    return test(kind) or any(holds(kind.field(i).type, test) for i in range(kind.num_fields))


def expected(value: Any, kind: pa.DataType) -> Any:
    """What is stored for a value; raises OverflowError where nothing can be."""
    t = pa.types
    if value is None:
        return None
    if t.is_timestamp(kind):
        made = value // 1000 if kind.unit == "ns" else value * UNITS[kind.unit]
        if not -(2**63) <= made < 2**63:
            raise OverflowError
        return made
    if kind == pa.uint64() and value >= 2**63:
        raise OverflowError
    if t.is_date64(kind):
        return value // 86_400_000
    if t.is_decimal(kind) and kind.scale > 38:
        raise OverflowError
    if t.is_decimal(kind) and len(str(abs(int(value.scaleb(max(kind.scale, 0), CONTEXT))))) > 38:
        raise OverflowError
    if t.is_struct(kind):
        if kind.num_fields == 0:
            return "{}"
        return {
            kind.field(i).name: expected(value[kind.field(i).name], kind.field(i).type) for i in range(kind.num_fields)
        }
    if t.is_map(kind):
        return [(key, expected(item, kind.item_type)) for key, item in value]
    return [expected(item, kind.value_type) for item in value] if isinstance(value, list) else value


def as_numbers(kind: pa.DataType) -> pa.DataType:
    """A stored type with numbers for days and times, as Python does not have all of them."""
    t = pa.types
    if t.is_timestamp(kind):
        return pa.int64()
    if t.is_date(kind):
        return pa.int32()
    if t.is_map(kind):
        return pa.map_(kind.key_type, as_numbers(kind.item_type))
    if t.is_struct(kind):
        return pa.struct([(kind.field(i).name, as_numbers(kind.field(i).type)) for i in range(kind.num_fields)])
    return pa.list_(as_numbers(kind.value_type)) if t.is_list(kind) else kind


def numbers_of(column: pa.ChunkedArray) -> list[Any]:
    """The values of a stored column."""

    def plain(array: pa.Array) -> pa.Array:
        t, kind = pa.types, array.type
        if t.is_timestamp(kind) or t.is_date(kind):
            return array.cast(as_numbers(kind))
        if t.is_struct(kind):
            fields = [array.field(i) for i in range(kind.num_fields)]
            return pa.StructArray.from_arrays(
                [plain(f) for f in fields], fields=list(as_numbers(kind)), mask=array.is_null()
            )
        if t.is_map(kind):
            keys, items = array.keys, plain(array.items)
            return pa.MapArray.from_arrays(array.offsets, keys, items, as_numbers(kind), mask=array.is_null())
        if t.is_list(kind):
            return pa.ListArray.from_arrays(array.offsets, plain(array.values), as_numbers(kind), mask=array.is_null())
        return array

    return [value for chunk in column.chunks for value in plain(pa.concat_arrays([chunk])).to_pylist()]


def same(a: Any, b: Any) -> bool:
    """Whether values are equal, where NaN is."""
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def put(store: Store, frame: Any) -> Any:
    """Replace the dataset's content and return the view of it."""
    transaction = store.begin("test", "master", [T])
    try:
        change = stage_frame(transaction, store.table_of(T, "master"), frame, columns=Columns("/t"))
        transaction.commit([change], {T.key: {}})
    except BaseException:
        transaction.abandon()
        raise
    return store.view(T, "master")[0]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for every example."""
    return Store(tmp_path_factory.mktemp("store"))


@given(columns())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_arrow_table_comes_back_as_it_was_or_is_refused_by_its_column(one_store: Store, column: Any) -> None:
    """Nothing overflows, wraps or becomes null, through PyArrow, Polars and pandas; nothing of what is refused is stored."""
    kind, values = column
    table = pa.table({"fine": pa.array(range(len(values)), pa.int64()), "odd": pa.array(values, kind)})
    before = one_store.newest_entries(1)
    unstorable = holds(kind, lambda k: pa.types.is_time(k) or pa.types.is_duration(k))
    unstorable |= holds(kind, lambda k: pa.types.is_decimal(k) and k.scale > 38)
    try:
        wanted = None if unstorable else [expected(value, kind) for value in values]
    except OverflowError:
        wanted = None
    frames: list[Any] = [table, table.to_reader(max_chunksize=1)]
    for frame in frames:
        if wanted is None:
            with pytest.raises(DataError, match=r"/t: column 'odd"):
                put(one_store, frame)
            assert one_store.newest_entries(1) == before
            continue
        view = put(one_store, frame)
        before = one_store.newest_entries(1)
        found = read_arrow(view)
        assert found["fine"].to_pylist() == list(range(len(values)))
        assert same(numbers_of(found["odd"]), wanted)
        polars = read_polars(view)
        assert polars.height == len(values)
        assert polars["odd"].is_null().to_list() == [value is None for value in wanted]
        back = put(one_store, polars)  # what Polars read is the same again
        before = one_store.newest_entries(1)
        if not holds(found["odd"].type, pa.types.is_map):  # which Polars has as lists of structs
            assert same(numbers_of(read_arrow(back)["odd"]), wanted)
        try:
            assert len(read_pandas(view)) == len(values)
        except DataError as error:
            assert "column 'odd' has a value that pandas cannot hold" in str(error)  # noqa: PT017


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=4))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_whole_numbers_are_the_same_numbers_in_pandas(one_store: Store, values: list[int | None]) -> None:
    """Whatever type the column has there."""
    frame = read_pandas(put(one_store, pl.DataFrame({"n": values}, schema={"n": pl.Int64})))
    assert [None if pd.isna(value) else int(value) for value in frame["n"]] == values


@given(
    st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62)), min_size=1, max_size=3),
    st.sampled_from(["s", "ms", "us", "ns"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_times_of_pandas_are_kept_or_refused(one_store: Store, ticks: list[int | None], unit: Any) -> None:
    """In every unit that pandas has."""
    ints = np.array([-(2**63) if tick is None else tick for tick in ticks], "int64")  # NaT is the least number
    frame = pd.DataFrame({"at": ints.view(f"datetime64[{unit}]")})
    try:
        wanted = [None if tick is None else expected(tick, pa.timestamp(unit)) for tick in ticks]
    except OverflowError:
        with pytest.raises(DataError, match="/t: column 'at'"):
            put(one_store, frame)
        return
    assert read_arrow(put(one_store, frame))["at"].cast(pa.int64()).to_pylist() == wanted
