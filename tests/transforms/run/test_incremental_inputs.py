"""What an incremental transform reads of its inputs, by read mode, run after run."""

from __future__ import annotations

import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from transforms.api import (
    IncrementalLightweightInput,
    IncrementalTransformInput,
    Input,
    InputSet,
    LightweightInput,
    Output,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_pandas,
    transform_polars,
)
from transforms.errors import UnavailableError, UsageError

A, B, C = [{"x": 1, "s": "a"}, {"x": 2, "s": "b"}], [{"x": 3, "s": "c"}], [{"x": 9, "s": "z"}]
MODES = ("added", "current", "previous")


def by_x(rows):
    """Return rows in one order."""
    return sorted(rows, key=lambda row: row["x"])


def reader(engine, seen, **arguments):
    """Return a transform that notes what it reads in each mode, and writes what was added."""

    @incremental(**arguments)
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        seen.append((ctx.is_incremental, *(by_x(engine.read(raw, mode)) for mode in MODES)))
        engine.write(out, engine.read(raw))

    return build


def test_each_run_reads_what_came_since_the_last(engine, run_transform):
    """The table of read modes, for the first run, one with new rows, one without, and one after the input was replaced."""
    seen = []
    build = reader(engine, seen)
    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    run_transform(build)
    last = run_transform(build, {"raw": C})
    assert seen == [
        (False, A, A, []),
        (True, B, A + B, A),
        (True, [], A + B, A + B),
        (False, C, C, []),
    ]
    assert last.outputs["out"].rows() == C


def test_a_snapshot_input_is_read_whole_always(engine, run_transform):
    """Replaced or not: added and current are all of it, previous is nothing, and no other input is read anew for it."""
    seen = []

    @incremental(snapshot_inputs=["names"])
    @engine.declare(raw=Input("/raw"), names=Input("/names"), out=Output("/out"))
    def build(raw, names, out):
        seen.append((by_x(engine.read(raw)), *(by_x(engine.read(names, mode)) for mode in MODES)))
        engine.write(out, engine.read(raw))

    run_transform(build, {"raw": A, "names": A})
    run_transform(build, {"raw": B, "names": B}, append=True)
    run_transform(build, {"names": C})
    assert seen == [(A, A, A, []), (B, A + B, A + B, []), ([], C, C, [])]


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


def test_spark_gives_one_frame_for_one_mode(run_transform, spark):
    """The same object each time, also where no mode is named."""

    @incremental()
    @transform.spark.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        assert raw.dataframe("added") is raw.dataframe()
        assert raw.dataframe("previous") is raw.dataframe("previous")
        assert raw.dataframe("previous").schema == raw.dataframe("current").schema
        out.write_dataframe(raw.dataframe())

    run_transform(build, {"raw": A})
    result = run_transform(build, {"raw": B}, append=True)
    assert by_x(result.outputs["out"].rows()) == A + B


@pytest.mark.parametrize("form", ["pandas", "polars", "df", "lightweight"])
def test_frames_that_a_function_takes_and_returns_are_the_added_ones(form, run_transform, request):
    """And are added to those that are there."""
    if form == "df":
        request.getfixturevalue("spark")
    given = []

    def count(frame):
        given.append(frame.count() if form == "df" else len(frame))
        return frame

    if form == "lightweight":

        @incremental()
        @lightweight
        @transform(raw=Input("/raw"), output=Output("/out"))
        def build(raw, output):
            output.write_table(count(raw.polars()))
    else:
        declare = {"pandas": transform_pandas, "polars": transform_polars, "df": transform_df}[form]

        @incremental()
        @declare(Output("/out"), raw=Input("/raw"))
        def build(raw):
            return count(raw)

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    result = run_transform(build)
    assert given == [2, 1, 0]
    assert by_x(result.outputs["output"].rows()) == A + B


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


@pytest.mark.parametrize("declare", [transform.using, transform])
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


def test_spark_reads_the_folder_of_what_was_added(run_transform, spark):
    """``hadoop_path`` shows nothing but what was asked for, of files and of rows."""
    seen = []

    @incremental()
    @transform(raw=Input("/raw"), rows=Input("/rows"), out=Output("/out"))
    def build(ctx, raw, rows, out):
        session, found = ctx.spark_session, []
        for mode in ("added", "current"):
            files = raw.filesystem(mode)
            found.append(session.read.option("recursiveFileLookup", True).text(files.hadoop_path).count())
            parquet = session.read.option("recursiveFileLookup", True).parquet(rows.filesystem(mode).hadoop_path)
            found.append(parquet.count())
            assert files.files().count() == len(list(files.ls()))
        seen.append(found)
        out.write_dataframe(rows.dataframe())

    run_transform(build, {"raw": FILES, "rows": A})
    run_transform(build, {"raw": {"c.csv": "3"}, "rows": B}, append=True)
    assert seen == [[2, 2, 2, 2], [1, 1, 3, 3]]


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


def test_an_input_made_by_hand_says_who_makes_others():
    """Rather than failing inside."""
    with pytest.raises(UnavailableError, match="made by hand"):
        IncrementalLightweightInput("/a", "ri.a").polars("added")
    assert isinstance(IncrementalLightweightInput("/a", "ri.a"), LightweightInput)
