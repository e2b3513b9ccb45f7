"""Files that were added to a table are read as the whole table would be: types, partitions, columns that came later."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import pickle
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType
from polars.testing import assert_frame_equal

from transforms.engine.local.partitions import partition_value
from transforms.engine.local.reading import lazy_polars, read_arrow, read_pandas, read_polars, scan_added
from transforms.errors import ForkedProcessError, UnsupportedTableError
from transforms.spec.resource import Resource
from transforms.store.additions import AddedFile, Additions, additions
from transforms.store.delta_log import log_file
from transforms.store.store import Store
from transforms.store.tables import TableView

A = "master/datasets/a"
ZONED = dt.datetime(2026, 3, 29, 1, 30, 0, 7, dt.UTC)
NAIVE = dt.datetime(1900, 1, 1, 2, 30)

ALL_TYPES = pa.table(
    {
        "byte": pa.array([1, None, -128], pa.int8()),
        "short": pa.array([1, None, -32768], pa.int16()),
        "int": pa.array([1, None, -(2**31)], pa.int32()),
        "long": pa.array([2**63 - 1, None, 0], pa.int64()),
        "float": pa.array([1.5, None, -math.inf], pa.float32()),
        "double": pa.array([0.1, None, math.inf], pa.float64()),
        "decimal": pa.array([Decimal("12345678901234567890.12"), None, Decimal("0.05")], pa.decimal128(38, 2)),
        "boolean": pa.array([True, None, False]),
        "string": pa.array(["", None, "Zürich 😀 %20 /"]),
        "binary": pa.array([b"", None, b"\\x00\\xff"]),
        "date": pa.array([dt.date(1582, 10, 15), None, dt.date(9999, 12, 31)]),
        "zoned": pa.array([ZONED, None, ZONED], pa.timestamp("us", "UTC")),
        "naive": pa.array([NAIVE, None, NAIVE], pa.timestamp("us")),
        "list": pa.array([[1, None], None, []], pa.list_(pa.int64())),
        "struct": pa.array([{"a": 1, "b": [{"c": "x"}]}, None, {"a": None, "b": None}]),
        "map": pa.array([[("k", 1.5)], None, []], pa.map_(pa.string(), pa.float64())),
        "key": pa.array([1, 2, 3]),
    }
)
PARTITIONS = ("byte", "short", "int", "long", "decimal", "boolean", "string", "date", "zoned", "naive")


def write(store: Store, rows: pa.Table, mode: Any = "append", **options: Any) -> None:
    """Write the table of the dataset ``/a`` as another program does."""
    write_deltalake(store.storage.uri(A), rows, mode=mode, storage_options=store.storage.options, **options)


def view_of(store: Store) -> TableView:
    """Its newest version."""
    found = store.view(Resource("dataset", "/a"), "master")
    assert found is not None
    return found[0]


def added(store: Store, since: int = 0) -> tuple[AddedFile, ...]:
    """What was added to it after a version."""
    found = additions(store.storage, A, since)
    assert isinstance(found, Additions), found
    return found.files


@pytest.fixture
def begun(anywhere: Store) -> Store:
    """A store that is there, with a table outside of its ledger that is empty."""
    anywhere.begin("seed", "master", []).abandon()
    write(anywhere, ALL_TYPES.slice(0, 0))
    return anywhere


def agree(view: TableView, files: tuple[AddedFile, ...]) -> None:
    """Files that are all there is of a table give what the table gives, in every kind of frame."""
    whole, part = read_arrow(view).sort_by("key"), read_arrow(view, files).sort_by("key")
    assert part.schema == whole.schema
    assert part.equals(whole)
    assert_frame_equal(read_polars(view, files).sort("key"), read_polars(view).sort("key"))
    assert scan_added(view, files).collect_schema() == lazy_polars(view).collect_schema()
    assert read_pandas(view, files).dtypes.to_dict() == read_pandas(view).dtypes.to_dict()


def test_every_type_is_read_as_from_the_whole_table(begun):
    """From a folder and from a bucket, as Polars, Arrow and pandas frames."""
    write(begun, ALL_TYPES)
    view = view_of(begun)
    agree(view, added(begun))
    assert lazy_polars(view, added(begun)).select(pl.len()).collect().item() == 3


def test_no_files_make_an_empty_frame_of_the_tables_columns(begun):
    """In every kind of frame; the columns have their types all the same."""
    write(begun, ALL_TYPES)
    view = view_of(begun)
    assert read_arrow(view, ()).schema == read_arrow(view).schema
    assert_frame_equal(read_polars(view, ()), read_polars(view).clear())
    assert read_pandas(view, ()).shape == (0, ALL_TYPES.num_columns)
    assert lazy_polars(view, ()).collect_schema() == lazy_polars(view).collect_schema()


@pytest.mark.parametrize("column", PARTITIONS)
def test_partition_values_have_the_type_of_their_column(anywhere, column):
    """Also null, and values whose folder has another name than themselves."""
    anywhere.begin("seed", "master", []).abandon()
    rows = ALL_TYPES.set_column(
        ALL_TYPES.column_names.index("string"), "string", pa.array(["a/b =c", None, "Zürich 😀 %20 /"])
    )
    write(anywhere, rows.slice(0, 0), partition_by=[column])
    write(anywhere, rows)
    view, files = view_of(anywhere), added(anywhere)
    assert len(files) == len(set(rows[column].to_pylist()))
    there = read_arrow(view, files).sort_by("key")
    assert there.schema == read_arrow(view).schema
    assert there[column].to_pylist() == rows[column].to_pylist()
    assert_frame_equal(read_polars(view, files).sort("key"), pl.DataFrame(pl.from_arrow(there)))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("", pa.string(), None),
        ("2026-01-01T00:00:00.000001Z", pa.timestamp("us", "UTC"), dt.datetime(2026, 1, 1, 0, 0, 0, 1, dt.UTC)),
        ("2026-01-01 00:00:00", pa.timestamp("us", "UTC"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("true", pa.bool_(), True),
        ("1.5E3", pa.float64(), 1500.0),
        ("ä", pa.binary(), "ä".encode()),
    ],
)
def test_partition_values_are_understood_as_delta_writes_them(text, kind, value):
    """Of several ways of writing a time, and of null."""
    assert partition_value(text, kind) == value


def test_columns_that_came_later_are_null_and_narrower_types_become_the_tables(begun):
    """A file that another program wrote need not have all columns, and may have them in another order."""
    view = view_of(begun)
    place = begun.storage
    narrow = pa.table({"key": pa.array([7], pa.int32()), "float": pa.array([1.5], pa.float32()), "more": [1]})
    file = place.work(f"{A}/foreign.parquet")
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(narrow.drop_columns("more"), file)
    place.seal([f"{A}/foreign.parquet"])
    files = (AddedFile("foreign.parquet", 1, None, {}),)
    frame = read_polars(view, files)
    assert frame.schema == read_polars(view).schema
    assert {name: value for name, value in frame.row(0, named=True).items() if value is not None} == {
        "key": 7,
        "float": 1.5,
    }
    assert read_arrow(view, files)["key"].to_pylist() == [7]


def test_a_schema_that_grew_is_that_of_the_view(begun):
    """Files from before the growth have nulls in the new columns, at the top and inside of a struct."""
    write(begun, ALL_TYPES)
    table = DeltaTable(begun.storage.uri(A), storage_options=begun.storage.options)
    table.alter.add_columns([Field("new", PrimitiveType("string"))])
    view, files = view_of(begun), added(begun)
    assert read_polars(view, files)["new"].to_list() == [None] * 3
    agree(view, files)


def test_files_that_were_merged_into_others_are_read_beside_the_view_that_lacks_them(begun):
    """As merging mixes older rows with new ones."""
    write(begun, ALL_TYPES)
    since = view_of(begun).version
    write(begun, ALL_TYPES)
    DeltaTable(begun.storage.uri(A), storage_options=begun.storage.options).optimize.compact()
    view, files = view_of(begun), added(begun, since)
    assert not {file.path for file in files} & set(view.file_paths())
    assert read_polars(view, files)["key"].sort().to_list() == [1, 2, 3]


def test_a_lazy_frame_of_added_files_can_be_sent_and_is_refused_in_a_forked_process(store):
    """As one of the whole table is."""
    store.begin("seed", "master", []).abandon()
    write(store, ALL_TYPES.slice(0, 0))
    write(store, ALL_TYPES)
    lazy = lazy_polars(view_of(store), added(store))
    assert pickle.loads(pickle.dumps(lazy)).collect().height == 3
    child = os.fork()
    if child == 0:
        try:
            lazy.collect()
        except ForkedProcessError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_table_whose_files_do_not_tell_their_rows_is_refused_by_name(store):
    """Where somebody reads files all the same."""
    store.begin("seed", "master", []).abandon()
    write(store, pa.table({"x": [1]}))
    metadata = json.loads((store.root / log_file(A, 0)).read_text().splitlines()[2])["metaData"]
    assert metadata["schemaString"]
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7}
    features = {"readerFeatures": ["columnMapping"], "writerFeatures": ["columnMapping"]}
    fields = json.loads(metadata["schemaString"])["fields"]
    fields[0]["metadata"] = {"delta.columnMapping.id": 1, "delta.columnMapping.physicalName": "x"}
    mapped = {
        **metadata,
        "configuration": {"delta.columnMapping.mode": "name"},
        "schemaString": json.dumps({"type": "struct", "fields": fields}),
    }
    (store.root / log_file(A, 1)).write_text(
        json.dumps({"protocol": protocol | features}) + "\n" + json.dumps({"metaData": mapped})
    )
    view, file = view_of(store), AddedFile("x.parquet", 1, 1)
    for read in (read_polars, read_arrow, read_pandas, lazy_polars):
        with pytest.raises(UnsupportedTableError, match="columnMapping.*current"):
            read(view, [file])
    assert read_polars(view, ()).schema == {"x": pl.Int64}, "where nothing was added, nothing is in the way"
