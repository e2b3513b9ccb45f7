"""What an incremental transform reads of its inputs, by read mode, run after run."""

from __future__ import annotations

import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from tests.transforms.run.local_and_spark.engines import A, B, C, by_x
from transforms.api import (
    IncrementalLightweightInput,
    IncrementalTransformInput,
    Input,
    InputSet,
    LightweightInput,
    Output,
    incremental,
    transform,
)
from transforms.errors import DataError, UnavailableError, UsageError

MODES = ("added", "current", "previous")


def test_every_reader_of_a_single_node_input_takes_every_mode(run_transform):
    """By its name, and for Polars by its place, as guides write it; what is read is the same."""
    seen = {}

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        assert isinstance(raw, IncrementalLightweightInput)
        out.write_table(raw.polars("added"))
        for mode in MODES:
            frames = [raw.pandas(mode), raw.dataframe(mode), raw.arrow(mode), raw.polars(mode), raw.polars(mode=mode)]
            lazy = raw.polars(lazy=True, mode=mode)
            assert [type(frame) for frame in frames] == [
                pd.DataFrame,
                pd.DataFrame,
                pa.Table,
                pl.DataFrame,
                pl.DataFrame,
            ]
            assert isinstance(lazy, pl.LazyFrame)
            tables = [pl.from_pandas(frames[0]), pl.from_pandas(frames[1]), pl.from_arrow(frames[2]), *frames[3:]]
            seen[mode] = [by_x(table.to_dicts()) for table in (*tables, lazy.collect())]
            assert {tuple(table.schema.items()) for table in tables[2:]} == {(("x", pl.Int64), ("s", pl.String))}

    run_transform(build, {"raw": A})
    assert seen == {"added": [A] * 6, "current": [A] * 6, "previous": [[]] * 6}
    run_transform(build, {"raw": B}, append=True)
    assert seen == {"added": [B] * 6, "current": [A + B] * 6, "previous": [A] * 6}


def test_a_plain_input_reads_as_a_single_node_one_does(run_transform):
    """Without Spark: ``pandas()`` reads what was added, as on Foundry; Polars and Arrow take modes."""
    seen = []

    @incremental()
    @transform(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        assert isinstance(raw, IncrementalTransformInput)
        out.write_pandas(raw.pandas())
        modes = [by_x(raw.polars(mode).to_dicts()) for mode in MODES]
        assert modes == [by_x(raw.arrow(mode).to_pylist()) for mode in MODES]
        assert modes[0] == by_x(raw.polars(lazy=True).collect().to_dicts())
        seen.append(modes)

    run_transform(build, {"raw": A}, engine="local")
    result = run_transform(build, {"raw": B}, append=True, engine="local")
    assert seen == [[A, A, []], [B, A + B, A]]
    assert by_x(result.outputs["out"].rows()) == A + B


def test_an_input_set_has_modes_too(run_transform):
    """Each member by itself."""
    seen = []

    @incremental()
    @transform.using(raws=InputSet(["/a", "/b"]), out=Output("/out"))
    def build(raws, out):
        seen.append([[len(raw.polars(mode)) for mode in MODES] for raw in raws])
        out.write_table(pl.concat([raw.polars() for raw in raws]))

    run_transform(build, {"raws": [A, C]})
    run_transform(build, {"raws": [B, A]}, append=True)
    assert seen == [[[2, 2, 0], [1, 1, 0]], [[1, 3, 2], [2, 3, 1]]]


FILES = {"a.csv": "1", "sub/b.csv": "2"}


@pytest.mark.parametrize("declare", [transform.using, pytest.param(transform, id="spark")])
def test_files_have_modes(declare, run_transform):
    """Listed, opened, and as a folder on a single node."""
    seen = []

    @incremental()
    @declare(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        found = []
        for mode in MODES:
            files = raw.filesystem(mode)
            found.append({status.path: files.open(status.path).read() for status in files.ls()})
        assert [status.path for status in raw.filesystem().ls()] == list(found[0])
        seen.append(found)
        for path, text in found[0].items():
            with out.filesystem().open(path, "w") as file:
                file.write(text)

    run_transform(build, {"raw": FILES})
    result = run_transform(build, {"raw": {"c.csv": "3"}}, append=True)
    assert seen == [[FILES, FILES, {}], [{"c.csv": "3"}, {**FILES, "c.csv": "3"}, FILES]]
    assert result.outputs["out"].files() == {"a.csv": b"1", "sub/b.csv": b"2", "c.csv": b"3"}


def test_a_folder_of_files_has_modes(run_transform, tmp_path):
    """Of raw files, and of the Parquet files that hold rows: these can be read by any program."""
    from pathlib import Path

    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), rows=Input("/rows"), out=Output("/out"))
    def build(raw, rows, out):
        listed = [sorted(file.name for file in Path(raw.path(mode)).rglob("*.csv")) for mode in MODES]
        read = []
        for mode in MODES:
            files = list(Path(rows.path(mode)).rglob("*.parquet"))
            assert len(files) == len(list(rows.filesystem(mode).ls()))
            read.append(sum(len(pl.read_parquet(file)) for file in files))
        seen.append((listed, read))
        out.write_table(pl.DataFrame({"x": [1]}))

    run_transform(build, {"raw": FILES, "rows": A})
    run_transform(build, {"raw": {"c.csv": "3"}, "rows": B}, append=True)
    assert seen == [
        ([["a.csv", "b.csv"], ["a.csv", "b.csv"], []], [2, 2, 0]),
        ([["c.csv"], ["a.csv", "b.csv", "c.csv"], ["a.csv", "b.csv"]], [1, 3, 2]),
    ]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("modified", r"/raw: polars\('modified'\): 'modified' is not supported, as on Foundry"),
        ("removed", "Read 'added', 'current' or 'previous'"),
        ("previuos", r"'previuos' is no read mode. Did you mean 'previous'\?"),
        (None, "None is no read mode"),
    ],
)
def test_a_mode_that_does_not_exist_is_refused(mode, told, run_transform):
    """With those that do."""

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        raw.polars(mode=mode)

    with pytest.raises(UsageError, match=told):
        run_transform(build, {"raw": A})


def test_an_input_can_be_sent_to_another_process(run_transform):
    """Where it reads the same, in each mode."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        sent = pickle.loads(pickle.dumps(raw))
        seen.append([by_x(sent.polars(mode).to_dicts()) for mode in MODES])
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [[A, A, []], [B, A + B, A]]


def test_transactions_are_told(run_transform):
    """The last that the previous run read, and the last that this one reads."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        seen.append((raw.start_transaction_rid, raw.end_transaction_rid))
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen[0][0] is None
    assert seen[1][0] == seen[0][1] != seen[1][1]


def test_a_limit_of_transactions_moves_all_modes(run_transform, store):
    """Nothing behind the batch is seen, not as current either; the next run goes on from there."""
    seen = []

    @incremental(v2_semantics=True)
    @transform.using(raw=Input("/raw", transaction_limit=2), out=Output("/out"))
    def build(raw, out):
        seen.append([len(raw.polars(mode)) for mode in MODES])
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    for rows in (B, A, C):
        write_deltalake(store.storage.uri("master/datasets/raw"), pa.Table.from_pylist(rows), mode="append")
    runs = [run_transform(build) for _ in range(3)]
    assert seen == [[2, 2, 0], [3, 5, 2], [1, 6, 5], [0, 6, 6]]
    assert by_x(runs[2].outputs["out"].rows()) == by_x(A + B + A + C)


@pytest.mark.parametrize("call", ["polars", "path"])
def test_previous_rows_that_were_vacuumed_are_refused(call, run_transform, store):
    """What was merged since lay in files that are gone; the last run's rows are not read in part, nor missing in silence."""

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        out.write_table(raw.polars())
        if ctx.is_incremental:
            assert len(raw.polars(mode="current")) == 3
            getattr(raw, call)(mode="previous")

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    table = store.storage.uri("master/datasets/raw")
    DeltaTable(table).optimize.compact()
    DeltaTable(table).vacuum(0, dry_run=False, enforce_retention_duration=False)
    with pytest.raises(
        DataError, match="version 1, cannot be read any more: its file .* is gone, so the table was vacuumed"
    ):
        run_transform(build)


def test_an_input_made_by_hand_says_who_makes_others():
    """Rather than failing inside."""
    with pytest.raises(UnavailableError, match="made by hand"):
        IncrementalLightweightInput("/a", "ri.a").polars("added")
    assert isinstance(IncrementalLightweightInput("/a", "ri.a"), LightweightInput)
