"""What an incremental transform reads of its outputs, by read mode, and how it writes them; on both engines."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from tests.transforms.run.local_and_spark.engines import COLUMNS, A, B, C, by_x
from transforms.api import (
    Input,
    Output,
    incremental,
    transform,
)
from transforms.errors import SchemaMismatchError, TransformsWarning

MODES = ("previous", "current", "added")


@pytest.mark.parametrize("mode", [None, "replace", "modify", "append"])
def test_what_is_read_follows_the_modes_of_reading_and_writing(mode, engine, run_transform):
    """The tables of both, in a run on everything and in an incremental one; a mode that is set overrides the default."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        if mode is not None:
            out.set_mode(mode)
        schema = engine.schema(COLUMNS)
        before = [by_x(engine.read(out, "previous", schema=schema)), by_x(engine.read(out, "current", schema=schema))]
        engine.write(out, engine.read(raw))
        seen.append((before, [by_x(engine.read(out, mode, schema=schema)) for mode in MODES]))

    run_transform(build, {"raw": A})
    second = run_transform(build, {"raw": B}, append=True)
    whole = A + B if mode in (None, "modify", "append") else B
    assert seen == [([[], []], [[], A, A]), ([A, A], [A, whole, B])]
    assert by_x(second.outputs["out"].rows()) == whole

    third = run_transform(build, {"raw": C})  # replaced, so everything is read anew
    whole = whole + C if mode in ("modify", "append") else C
    assert seen[2][1] == [[], by_x(whole), C]
    assert by_x(third.outputs["out"].rows()) == by_x(whole)


def test_previous_rows_decide_what_is_new(engine, run_transform):
    """As in N3C's pipelines: a lookup table is read as it was, what is not in it is added; where nothing is, it is left alone."""

    @incremental(snapshot_inputs=["ids"])
    @engine.declare(ids=Input("/ids"), lookup=Output("/lookup"), report=Output("/report"))
    def build(ctx, ids, lookup, report):
        known = engine.read(lookup, "previous", schema=engine.schema({"id": "long", "alias": "string"}))
        assert bool(known) == ctx.is_incremental
        taken = {row["id"] for row in known}
        new = [{"id": row["id"], "alias": f"p{row['id']}"} for row in engine.read(ids) if row["id"] not in taken]
        engine.write(lookup, new)
        report.set_mode("replace")
        engine.write(report, [{"new": len(new), "known": len(known)}])

    results = [run_transform(build, {"ids": [{"id": n} for n in ids]}) for ids in ([1, 2], [2, 3], [3, 1])]
    assert [result.outputs["report"].rows() for result in results] == [
        [{"new": 2, "known": 0}],
        [{"new": 1, "known": 2}],
        [{"new": 0, "known": 3}],
    ]
    assert sorted(row["alias"] for row in results[2].outputs["lookup"].rows()) == ["p1", "p2", "p3"]


def test_both_engines_take_the_schemas_of_the_other(run_transform, spark):
    """A ``StructType`` on a single node, and Polars' types on Spark."""
    from pyspark.sql import types as T

    struct = T.StructType([T.StructField("x", T.LongType()), T.StructField("s", T.StringType())])
    seen = []

    @incremental()
    @transform(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        frames = [out.dataframe("previous", schema) for schema in (struct, {"x": pl.Int64, "s": pl.String})]
        frames.append(out.dataframe("previous", {"x": T.LongType(), "s": T.StringType}))
        seen.append([(frame.count(), frame.schema == struct) for frame in frames])
        seen.append(len(out.pandas("previous", struct)))
        out.write_dataframe(raw.dataframe())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [[(0, True)] * 3, 0, [(2, True)] * 3, 2]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"x": "string", "s": "string"}, "column 'x' is long there and string in the schema"),
        ({"s": "string", "x": "long"}, "column 1 is 'x' there and 's' in the schema"),
        ({"x": "long"}, "column 's', string, is there alone"),
        ({"x": "long", "s": "string", "t": "long"}, "column 't', long, is in the schema alone"),
    ],
)
def test_a_schema_that_is_not_the_datasets_is_refused(columns, told, engine, run_transform, store):
    """By an incremental run, as it would read other rows than it says; the error names the column and both types."""

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        if ctx.is_incremental:
            engine.read(out, "previous", schema=engine.schema(columns))
        engine.write(out, engine.read(raw))

    run_transform(build, {"raw": A})
    with pytest.raises(SchemaMismatchError, match=told) as caught:
        run_transform(build, {"raw": B}, append=True)
    assert "The dataset has: x: long, s: string" in str(caught.value)
    assert store.newest_entries(1)[0].transform == "put"


@pytest.mark.parametrize("kind", ["spark", "arrow", pytest.param("nested", id="spark-nested")])
def test_a_schema_without_nulls_is_not_that_of_a_dataset(kind, run_transform, request):
    """As every column is stored with nulls allowed; on Foundry it is the same."""
    if kind == "arrow":
        schema = pa.schema([pa.field("x", pa.list_(pa.int64()), nullable=False)])
    else:
        request.getfixturevalue("spark")
        from pyspark.sql import types as T

        inner = T.ArrayType(T.LongType(), containsNull=kind == "spark")
        schema = T.StructType([T.StructField("x", inner, nullable=kind == "nested")])

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        out.arrow("previous", schema)
        out.write_table(raw.polars())

    run_transform(build, {"raw": [{"x": [1]}]})
    with pytest.raises(SchemaMismatchError, match="column 'x', array<long>, may hold nulls there"):
        run_transform(build, {"raw": [{"x": [2]}]}, append=True)


@pytest.mark.parametrize("mode", MODES)
def test_a_dataset_that_was_never_built_needs_a_schema(mode, engine, run_transform):
    """Whatever is read of it; a ``ValueError``, as on Foundry."""

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        engine.read(out, mode)

    with pytest.raises(ValueError, match=rf"output 'out' \(/out\) of build .*\('{mode}'\) needs a schema"):
        run_transform(build, {"raw": A})


def test_without_a_schema_what_is_empty_has_the_columns_that_are_there(engine, run_transform):
    """In a run on everything of a dataset that has been built."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        if seen:
            assert not ctx.is_incremental
            frame = out.dataframe("previous")
            assert list(frame.columns) == ["x", "s"]
            assert engine.read(out, "previous") == []
        seen.append(True)
        engine.write(out, engine.read(raw))

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": C})
    assert len(seen) == 2


def test_rows_that_were_there_lack_the_columns_that_come(engine, run_transform):
    """They are null there, in what is read before the commit as in what is read after it."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        rows = engine.read(raw)
        engine.write(out, [{**row, "n": 7} for row in rows] if ctx.is_incremental else rows)
        seen.append(by_x(engine.read(out, "current")))

    run_transform(build, {"raw": A})
    result = run_transform(build, {"raw": B}, append=True)
    assert seen[1] == [{**row, "n": None} for row in A] + [{**row, "n": 7} for row in B]
    assert by_x(result.outputs["out"].rows()) == seen[1]


def test_an_output_that_an_incremental_run_does_not_write_stays(engine, run_transform):
    """And the run counts: what it has read is not read again."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"), other=Output("/other"))
    def build(ctx, raw, out, other):
        rows = engine.read(raw)
        seen.append(by_x(rows))
        if not ctx.is_incremental:
            engine.write(out, rows)
        engine.write(other, rows)

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    third = run_transform(build, {"raw": C}, append=True)
    assert seen == [A, B, C]
    assert by_x(third.outputs["out"].rows()) == A
    assert by_x(third.outputs["other"].rows()) == A + B + C


def test_an_output_that_the_first_run_left_unwritten_takes_rows_later(engine, run_transform):
    """It has neither rows nor columns then: previous is as empty as the given schema says, and what is written is all of it."""

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"), errors=Output("/errors"))
    def build(ctx, raw, out, errors):
        rows = engine.read(raw)
        engine.write(out, rows)
        assert engine.read(errors, "previous", schema=engine.schema(COLUMNS)) == []
        if ctx.is_incremental:
            engine.write(errors, rows)
            assert by_x(engine.read(errors)) == rows

    with pytest.warns(TransformsWarning, match="without writing 'errors'"):
        run_transform(build, {"raw": A})
    assert run_transform(build, {"raw": B}, append=True).outputs["errors"].rows() == B


def test_partitions_are_read_back(run_transform, spark):
    """The values of a partition column stand in no file."""
    seen = []

    @incremental()
    @transform(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        out.write_dataframe(raw.dataframe(), partition_cols=["s"])
        seen.append(
            [[row.asDict() for row in out.dataframe(mode).orderBy("x").collect()] for mode in ("current", "added")]
        )

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [[A, A], [A + B, B]]


def test_a_branch_goes_on_from_the_one_it_falls_back_to(engine, run_transform):
    """Its first run reads what came since that one's last, and what it had is previous; the other branch stays as it is."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw", branch="master"), out=Output("/out"), left=Output("/left"))
    def build(ctx, raw, out, left):
        rows = engine.read(raw)
        seen.append((by_x(rows), by_x(engine.read(out, "previous", schema=engine.schema(COLUMNS)))))
        engine.write(out, rows)
        if not ctx.is_incremental:
            engine.write(left, rows)

    run_transform(build, {"raw": A})
    branched = run_transform(build, {"raw": B}, append=True, branch="feature")
    assert by_x(branched.outputs["out"].rows()) == A + B
    assert by_x(branched.outputs["left"].rows()) == A
    run_transform(build, {"raw": C}, append=True, branch="feature")
    main = run_transform(build)
    assert seen == [(A, []), (B, A), (C, A + B), (B + C, A)]
    assert by_x(main.outputs["out"].rows()) == A + B + C
