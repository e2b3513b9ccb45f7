"""What an incremental transform reads of its inputs, by read mode, run after run; on both engines."""

from __future__ import annotations

import pytest

from tests.transforms.run.local_and_spark.engines import A, B, C, by_x
from transforms.api import (
    Input,
    Output,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_pandas,
    transform_polars,
)

MODES = ("added", "current", "previous")
FILES = {"a.csv": "1", "sub/b.csv": "2"}


def reader(engine, seen):
    """Return a transform that notes what it reads in each mode, and writes what was added."""

    @incremental()
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


ON_SPARK = [pytest.param(form, id=f"spark-{form}") for form in ("pandas", "df")]


@pytest.mark.parametrize("form", [*ON_SPARK, "polars", "lightweight"])
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
