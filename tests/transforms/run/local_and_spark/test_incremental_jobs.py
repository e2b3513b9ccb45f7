"""Incremental transforms run after run: what their contexts tell, what ends a run early, and chains of them."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.api import (
    IncrementalTransformContext,
    Input,
    IntegerParam,
    LightweightContext,
    Output,
    incremental,
    transform,
)

A, B, C = [{"x": 1}, {"x": 2}], [{"x": 3}], [{"x": 9}]


def xs(rows):
    """Return the values of the one column, in order."""
    return sorted(row["x"] for row in rows)


def test_a_plain_function_gets_an_incremental_context(run_transform):
    """Which has what a plain one has, too."""
    seen = []

    @incremental(snapshot_inputs=["raw"])
    @transform(raw=Input("/raw"), out=Output("/out"), number=IntegerParam(3))
    def build(ctx, raw, out, number):
        assert isinstance(ctx, IncrementalTransformContext)
        seen.append((ctx.is_incremental, list(ctx.snapshot_inputs), ctx.parameters["number"], number.value))
        out.write_pandas(raw.pandas())

    run_transform(build, {"raw": A}, engine="local")
    run_transform(build, engine="local")
    assert seen == [(False, ["raw"], 3, 3), (True, ["raw"], 3, 3)]


def test_a_single_node_context_tells_whether_the_run_is_incremental(run_transform):
    """It is the same class as in other transforms."""
    seen = []

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        seen.append((type(ctx), ctx.is_incremental))
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [(LightweightContext, False), (LightweightContext, True)]


@pytest.mark.parametrize("ending", ["abort", "failure"])
def test_what_a_run_without_a_commit_has_read_is_read_again(ending, engine, run_transform):
    """As if it had never run."""
    seen, ends = [], [None, ending, None]

    @incremental()
    @engine.declare(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, raw, out):
        rows = engine.read(raw)
        seen.append(xs(rows))
        engine.write(out, rows)
        end = ends[len(seen) - 1]
        if end == "abort":
            ctx.abort_job()
        if end == "failure":
            raise RuntimeError("on purpose")

    run_transform(build, {"raw": A})
    if ending == "abort":
        assert run_transform(build, {"raw": B}, append=True).status == "aborted"
    else:
        with pytest.raises(RuntimeError, match="on purpose"):
            run_transform(build, {"raw": B}, append=True)
    result = run_transform(build, {"raw": C}, append=True)
    assert seen == [[1, 2], [3], [3, 9]]
    assert xs(result.outputs["out"].rows()) == [1, 2, 3, 9]


def test_a_transform_without_inputs_adds_to_what_it_has(engine, run_transform):
    """A counter that goes on from its own output, as transforms do that read from elsewhere."""

    @incremental()
    @engine.declare(out=Output("/out"))
    def build(out):
        before = engine.read(out, "previous", schema=engine.schema({"x": "long"}))
        engine.write(out, [{"x": len(before)}])

    results = [run_transform(build) for _ in range(3)]
    assert [xs(result.outputs["out"].rows()) for result in results] == [[0], [0, 1], [0, 1, 2]]


def test_a_running_total_is_kept_by_replacing_it(engine, run_transform):
    """What is read as previous is replaced in the same run."""

    @incremental()
    @engine.declare(raw=Input("/raw"), total=Output("/total"))
    def build(raw, total):
        before = sum(row["n"] for row in engine.read(total, "previous", schema=engine.schema({"n": "long"})))
        total.set_mode("replace")
        engine.write(total, [{"n": before + sum(xs(engine.read(raw)))}])

    totals = [
        run_transform(build, {"raw": rows}, append=append).outputs["total"].rows()
        for rows, append in ((A, False), (B, True), (C, True))
    ]
    assert totals == [[{"n": 3}], [{"n": 6}], [{"n": 15}]]


def test_what_reads_an_incremental_output_is_incremental_too(engine, run_transform):
    """Its additions are its input's additions; where it is replaced, so is what comes after."""
    seen = []

    @incremental()
    @engine.declare(raw=Input("/raw"), middle=Output("/middle"))
    def first(raw, middle):
        engine.write(middle, engine.read(raw))

    @incremental()
    @engine.declare(middle=Input("/middle"), out=Output("/out"))
    def second(ctx, middle, out):
        rows = engine.read(middle)
        seen.append((ctx.is_incremental, xs(rows)))
        engine.write(out, rows)

    for rows, append in ((A, False), (B, True), ([], True), (C, False)):
        run_transform(first, {"raw": rows} if rows else None, append=append)
        last = run_transform(second)
    assert seen == [(False, [1, 2]), (True, [3]), (True, []), (False, [9])]
    assert xs(last.outputs["out"].rows()) == [9]


def test_an_input_that_is_added_is_read_whole_once(run_transform):
    """The others are read as before."""
    seen = []

    def declared(**inputs):
        @incremental()
        @transform.using(**inputs, out=Output("/out"))
        def build(out, **raws):
            seen.append({name: xs(raw.polars().to_dicts()) for name, raw in raws.items()})
            out.write_table(pl.concat([raw.polars() for raw in raws.values()]))

        return build

    run_transform(declared(a=Input("/a")), {"a": A})
    two = declared(a=Input("/a"), b=Input("/b"))
    run_transform(two, {"b": C})
    run_transform(two, {"a": B}, append=True)
    assert seen == [{"a": [1, 2]}, {"a": [], "b": [9]}, {"a": [3], "b": []}]


def test_one_dataset_can_be_read_by_additions_and_whole(run_transform):
    """Under two names, of which one is a snapshot input."""
    seen = []

    @incremental(snapshot_inputs=["everything"])
    @transform.using(raw=Input("/raw"), everything=Input("/raw"), out=Output("/out"))
    def build(raw, everything, out):
        seen.append((xs(raw.polars().to_dicts()), xs(everything.polars().to_dicts())))
        out.write_table(raw.polars())

    run_transform(build, {"raw": A})
    run_transform(build, {"raw": B}, append=True)
    assert seen == [([1, 2], [1, 2]), ([3], [1, 2, 3])]
