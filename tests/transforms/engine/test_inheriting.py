"""A branch goes on from a partitioned dataset of another one: its files, with their partition values, by every reader."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given
from hypothesis import strategies as st

from transforms.api import Output, transform
from transforms.engine.local.partitions import partition_text, partition_value
from transforms.errors import DataError
from transforms.testing import run_transform as run

A = "master/datasets/a"

KINDS = {
    pa.string(): st.text(min_size=1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.bool_(): st.booleans(),
    pa.float64(): st.floats(allow_nan=False),
    pa.decimal128(38, 7): st.decimals(-(10**30), 10**30, places=7, allow_nan=False),
    pa.date32(): st.dates(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(dt.UTC)),
    pa.timestamp("us"): st.datetimes(),
    pa.binary(): st.text(min_size=1).map(str.encode),
}


@given(st.data(), st.sampled_from(list(KINDS)))
def test_a_partition_value_is_read_as_it_was_written(data, kind):
    """Of every type, whatever the value; and null."""
    value = data.draw(KINDS[kind])
    assert partition_value(partition_text(value), kind) == value
    assert partition_value(partition_text(None), kind) is None


def test_numbers_have_no_exponent_and_truths_are_written_as_others_read_them():
    """Not every reader understands another spelling."""
    assert partition_text(Decimal("-1E-7")) == "-0.0000001"
    assert partition_text(True) == "true"
    assert partition_text(dt.datetime(2026, 1, 1)) == "2026-01-01 00:00:00.000000"
    assert partition_text(math.inf) == "inf"


def on_branch(store, mode="modify", frame=None):
    """Run a job on a new branch that adds a frame, or nothing."""

    @transform.using(out=Output("/a"))
    def job(out):
        out.set_mode(mode)
        if frame is not None:
            out.write_table(frame)

    return run(job, store=store, branch="dev").outputs["out"]


ROWS = [{"x": 1, "p": "a b"}, {"x": 2, "p": "ä%/="}, {"x": 3, "p": None}]


@pytest.fixture
def partitioned(anywhere):
    """A store with a partitioned dataset that another program made."""
    anywhere.begin("seed", "master", []).abandon()
    rows = pa.Table.from_pylist(ROWS)
    options = anywhere.storage.options
    write_deltalake(anywhere.storage.uri(A), rows, partition_by=["p"], storage_options=options)
    return anywhere


def test_a_branch_begins_with_the_partitions_of_the_one_that_it_falls_back_to(partitioned):
    """And each branch goes its own way from there."""
    output = on_branch(partitioned)
    assert sorted(output.arrow().to_pylist(), key=str) == sorted(ROWS, key=str)
    assert sorted(output.polars().to_dicts(), key=str) == sorted(ROWS, key=str)
    place = {"table_uri": partitioned.storage.uri("dev/datasets/a"), "storage_options": partitioned.storage.options}
    table = DeltaTable(**place)
    assert table.metadata().partition_columns == ["p"]
    write_deltalake(table, pa.Table.from_pylist([{"x": 4, "p": "a b"}]), mode="append")
    DeltaTable(**place).optimize.compact()
    found = DeltaTable(**place).to_pyarrow_dataset(file_pruning_predicate=[("p", "=", "a b")]).to_table()
    assert sorted(found["x"].to_pylist()) == [1, 4]
    whole = DeltaTable(**{**place, "table_uri": partitioned.storage.uri(A)}).to_pyarrow_table()
    assert sorted(whole.to_pylist(), key=str) == sorted(ROWS, key=str)


def test_files_that_lie_in_no_folders_of_partitions_get_some(store):
    """Another program may put them where it likes, and not every reader asks the log."""
    store.begin("seed", "master", []).abandon()
    write_deltalake(store.storage.uri(A), pa.Table.from_pylist(ROWS), partition_by=["p"])
    table = Path(store.storage.uri(A))
    (log,) = (table / "_delta_log").glob("*.json")
    content = log.read_text()
    for number, file in enumerate(sorted(table.glob("p=*/*.parquet"))):
        file.rename(table / f"flat-{number}.parquet")
        encoded = file.relative_to(table).as_posix().replace("%", "%25")
        assert encoded in content
        content = content.replace(encoded, f"flat-{number}.parquet")
    log.write_text(content)
    assert sorted(on_branch(store).polars().to_dicts(), key=str) == sorted(ROWS, key=str)


def test_rows_of_other_partitions_are_refused_before_the_commit(partitioned):
    """As they are on the branch itself."""
    before = len(partitioned.newest_entries(9))
    with pytest.raises(DataError, match=r"/a is partitioned by \['p'\] on the branch.*new rows by \[\]"):
        on_branch(partitioned, "append", pl.DataFrame({"x": [5], "p": ["q"]}))
    assert len(partitioned.newest_entries(9)) == before
