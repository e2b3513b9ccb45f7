"""What an incremental transform reads of its outputs, by read mode, and how it writes them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from tests.transforms.run.local_and_spark.engines import A, B, by_x
from transforms.api import (
    IncrementalLightweightOutput,
    Input,
    Output,
    incremental,
    transform,
)
from transforms.errors import DataError, UnavailableError, UsageError

MODES = ("previous", "current", "added")


def test_every_reader_of_a_single_node_output_takes_modes_and_a_schema(run_transform):
    """By their names, and for Polars by their places."""
    seen = []
    schema = pl.Schema({"x": pl.Int64, "s": pl.String})

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        assert isinstance(out, IncrementalLightweightOutput)
        frames = [
            out.polars("previous", schema),
            out.polars("previous", schema=schema),
            out.polars(mode="previous", schema=schema),
            out.polars(lazy=True, mode="previous", schema=schema).collect(),
            pl.from_arrow(out.arrow("previous", schema)),
        ]
        assert all(frame.schema == schema for frame in frames)
        pandas = [out.pandas("previous", schema), out.dataframe("previous", schema=schema)]
        assert all(list(frame.columns) == ["x", "s"] for frame in pandas)
        seen.append({len(frame) for frame in (*frames, *pandas)})
        out.write_table(raw.polars())
        written = [out.polars(), out.polars(True).collect(), pl.from_arrow(out.arrow()), pl.from_pandas(out.pandas())]
        seen.append([by_x(frame.to_dicts()) for frame in (*written, pl.from_pandas(out.dataframe("current")))])
        assert out.arrow("added").schema == out.arrow("previous", schema).schema

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [{0}, [A] * 5, {2}, [A + B] * 5]


@pytest.mark.parametrize(
    "schema",
    [
        {"x": pl.Int64, "s": pl.String},
        {"x": int, "s": str},
        pl.Schema({"x": pl.Int64(), "s": pl.Categorical()}),
        pa.schema({"x": pa.int64(), "s": pa.large_string()}),
        {"x": pa.int64(), "s": pa.string()},
    ],
)
def test_a_schema_is_one_of_any_library(schema, run_transform):
    """What is empty has the types that the rows will have when they are read back."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        seen.append(out.polars(mode="previous", schema=schema))
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen[0].schema == seen[1].schema == pl.Schema({"x": pl.Int64, "s": pl.String})
    assert [len(frame) for frame in seen] == [0, 2]


@pytest.mark.parametrize("schema", [["x"], "x", 5, {"x": "int64"}, {"x": object}])
def test_what_is_no_schema_is_refused(schema, run_transform):
    """With what is one."""

    @incremental()
    @transform.using(out=Output("/out"))
    def build(out):
        out.polars(mode="previous", schema=schema)

    with pytest.raises(UsageError, match="Polars|pl.Schema"):
        run_transform(build)


def test_strict_append_replaces_no_file_in_an_incremental_run(run_transform):
    """A run on everything may; and no mode that may replace can be set."""
    files = {"a.csv": "1"}

    @incremental(strict_append=True)
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        with out.filesystem().open("a.csv", "w") as file:
            file.write(str(len(list(raw.filesystem().ls()))))

    run_transform(build, {"raw": files})
    assert run_transform(build, {"raw": files}).outputs["out"].files() == {"a.csv": b"1"}
    with pytest.raises(UsageError, match=r"'a.csv' exists, and set_mode\('append'\) forbids to replace it"):
        run_transform(build, {"raw": {"b.csv": "2"}}, append=True)


@pytest.mark.parametrize("mode", ["replace", "modify"])
def test_strict_append_forbids_modes_that_replace(mode, run_transform):
    """In an incremental run."""

    @incremental(strict_append=True)
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        out.set_mode(mode)
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    with pytest.raises(UsageError, match=rf"set_mode\('{mode}'\) may replace what is there"):
        run_transform(build, {"raw": B}, append=True)


@pytest.mark.parametrize("declare", [transform.using, pytest.param(transform, id="spark")])
def test_files_of_an_output_have_modes(declare, run_transform):
    """Those of ``current`` take new ones, the others are for reading."""
    seen = []

    def texts(files):
        return {status.path: files.open(status.path).read() for status in files.ls()}

    @incremental()
    @declare(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        assert texts(out.filesystem(mode="added")) == {}
        previous = texts(out.filesystem(mode="previous"))
        for status in raw.filesystem().ls():
            with out.filesystem().open(status.path, "w") as file:
                file.write(raw.filesystem().open(status.path).read())
        seen.append((previous, texts(out.filesystem("current")), texts(out.filesystem("added"))))
        with pytest.raises(UsageError, match="those that an output had, are for reading"):
            out.filesystem("previous").open("z", "w")

    run_transform(build, {"raw": {"a": "1", "b": "2"}})
    result = run_transform(build, {"raw": {"c": "3"}}, append=True)
    assert seen == [
        ({}, {"a": "1", "b": "2"}, {"a": "1", "b": "2"}),
        ({"a": "1", "b": "2"}, {"a": "1", "b": "2", "c": "3"}, {"c": "3"}),
    ]
    assert result.outputs["out"].files() == {"a": b"1", "b": b"2", "c": b"3"}


def test_a_file_of_the_same_path_takes_the_place_of_the_earlier(run_transform):
    """As incremental runs modify; the next run of who reads it begins anew."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        with out.filesystem().open("log", "w") as file:
            file.write(str(sorted(status.path for status in raw.filesystem("current").ls())))

    @incremental()
    @transform.using(raw=Input("/out"), copy=Output("/copy"))
    def after(ctx, raw, copy):
        seen.append(ctx.is_incremental)
        copy.write_table(pl.DataFrame({"text": [raw.filesystem().open("log").read()]}))

    run_transform(build, {"raw": {"a": "1"}})
    run_transform(after)
    run_transform(build, {"raw": {"b": "2"}}, append=True)
    assert run_transform(after).outputs["copy"].rows() == [{"text": "['a', 'b']"}]
    assert seen == [False, False]


def test_a_folder_of_what_was_written_has_modes(run_transform):
    """Of raw files, and of the Parquet files that hold rows."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        out.write_table(raw.polars())
        found = [list(Path(out.path(mode)).rglob("*.parquet")) for mode in MODES]
        seen.append([sum(len(pl.read_parquet(file)) for file in files) for files in found])

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [[0, 2, 2], [2, 3, 1]]


def test_rows_of_an_output_of_files_are_refused(run_transform):
    """With how its files are read."""

    @incremental()
    @transform.using(out=Output("/out"))
    def build(out):
        with out.filesystem().open("a", "w") as file:
            file.write("1")
        out.polars("added")

    with pytest.raises(DataError, match=r"polars\('added'\) reads rows, and files were written: .*filesystem\(\)"):
        run_transform(build)


def test_files_of_a_branch_go_on_from_the_one_it_falls_back_to(run_transform):
    """Also where the branch's first run writes none."""

    @incremental()
    @transform.using(raw=Input("/raw", branch="master"), out=Output("/out"), left=Output("/left"))
    def build(ctx, raw, out, left):
        for output in (out,) if ctx.is_incremental else (out, left):
            for status in raw.filesystem().ls():
                with output.filesystem().open(status.path, "w") as file:
                    file.write("1")

    run_transform(build, {"raw": {"a": "1"}})
    result = run_transform(build, {"raw": {"b": "1"}}, append=True, branch="feature")
    assert result.outputs["out"].files() == {"a": b"1", "b": b"1"}
    assert result.outputs["left"].files() == {"a": b"1"}


def test_an_output_made_by_hand_says_who_makes_others():
    """Rather than failing inside."""
    with pytest.raises(UnavailableError, match="made by hand"):
        IncrementalLightweightOutput("/a", "ri.a").polars("previous")
