"""One job, from its declaration to its commit."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from transforms.api import (
    Input,
    InputSet,
    IntegerParam,
    Output,
    OutputSet,
    configure,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_pandas,
    transform_polars,
)
from transforms.config import Config
from transforms.errors import (
    DataError,
    MissingExtraError,
    NotFoundError,
    TransformsError,
    UnavailableError,
    UsageError,
)
from transforms.run.job import JobOptions, run_job
from transforms.run.writer import DatasetWriter
from transforms.spec.resource import Resource

ROWS = [{"x": 1, "s": "a"}, {"x": 2, "s": "b"}]


def test_every_form_of_input_and_output_agrees(run_transform):
    """pandas, Polars and Arrow read the same rows, and each can be written."""

    @transform.using(raw=Input("/raw"), a=Output("/a"), b=Output("/b"), c=Output("/c"), d=Output("/d"))
    def build(raw, a, b, c, d):
        a.write_table(raw.polars())
        b.write_pandas(raw.pandas())
        c.write_dataframe(raw.arrow())
        d.write_table(raw.polars(lazy=True).filter(pl.col("x") > 1))

    result = run_transform(build, {"raw": ROWS})
    assert result.status == "committed"
    assert result.outputs["a"].rows() == result.outputs["b"].rows() == result.outputs["c"].rows() == ROWS
    assert result.outputs["d"].rows() == ROWS[1:]


@pytest.mark.parametrize("data", [ROWS, pd.DataFrame(ROWS), pl.DataFrame(ROWS), pa.Table.from_pylist(ROWS)])
def test_inputs_of_a_test_come_in_any_form(run_transform, data):
    """Lists of dicts, pandas, Polars and Arrow."""

    @transform_polars(Output("/out"), raw=Input("/raw"))
    def build(raw):
        return raw

    assert run_transform(build, {"raw": data}).outputs["output"].rows() == ROWS


def test_a_plain_transform_reads_and_writes_without_spark(run_transform):
    """A plain ``@transform`` has the single-node readers on the local engine."""

    @transform(raw=Input("/raw"), out=Output("/out"))
    def build(ctx, out, raw):
        assert not ctx.is_incremental
        assert raw.path == "/raw"
        return out.write_dataframe(raw.pandas(), column_descriptions={"x": "a number", "gone": "ignored"})

    result = run_transform(build, {"raw": ROWS})
    assert result.outputs["out"].rows() == ROWS
    assert result.outputs["out"].column_descriptions == {"x": "a number"}


def test_a_spark_call_without_spark_names_the_extra(run_transform, without_spark):
    """The error says what to use instead and what to install."""

    @transform(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        raw.dataframe()

    with pytest.raises(MissingExtraError, match=r"transforms-on-delta\[spark\]"):
        run_transform(build, {"raw": ROWS})


def test_transform_pandas_passes_frames_and_writes_what_is_returned(run_transform):
    """The function sees pandas frames only."""

    @transform_pandas(Output("/out"), raw=Input("/raw"))
    def build(raw):
        assert isinstance(raw, pd.DataFrame)
        return raw.assign(y=raw.x * 2)

    assert run_transform(build, {"raw": ROWS}).outputs["output"].polars()["y"].to_list() == [2, 4]


def test_returning_the_wrong_thing_is_refused(run_transform):
    """The error names the type that came instead."""

    @transform_polars(Output("/out"))
    def build():
        return [1, 2]

    with pytest.raises(DataError, match=r"must return a polars DataFrame; it returned list"):
        run_transform(build)


def test_parameters_bind_by_name_wherever_they_stand(run_transform):
    """``ctx`` last, ``**kwargs`` for the rest, and defaulted parameters that the decorator does not know."""

    @transform.using(out=Output("/out"), **{"0": Input("/zero"), "first": Input("/first")})
    def build(out, factor=10, ctx=None, **inputs):
        assert sorted(inputs) == ["0", "first"]
        total = sum(frame.polars()["x"].sum() for frame in inputs.values())
        out.write_table(pl.DataFrame({"total": [total * factor]}))

    result = run_transform(build, {"0": ROWS, "first": ROWS})
    assert result.outputs["out"].rows() == [{"total": 60}]


def test_a_failing_function_commits_nothing(run_transform, store):
    """Neither output of the job changes, and no staged file stays."""

    @transform.using(a=Output("/a"), b=Output("/b"))
    def build(a, b):
        a.write_table(pl.DataFrame(ROWS))
        raise ZeroDivisionError("half way")

    with pytest.raises(ZeroDivisionError):
        run_transform(build)
    assert store.newest_entries(9) == []
    assert not list(store.root.rglob("*.parquet"))


@pytest.mark.parametrize("swallow", [False, True])
def test_aborting_leaves_everything_as_it_was(run_transform, swallow):
    """The job succeeds and commits nothing, also where the function catches what ends it."""
    first = run_transform(_writer("/a", [{"x": 1}]))

    @transform.using(a=Output("/a"))
    def again(ctx, a):
        a.write_table(pl.DataFrame({"x": [2]}))
        try:
            ctx.abort_job()
        except BaseException:
            if not swallow:
                raise

    result = run_transform(again)
    assert (first.status, result.status, result.entry) == ("committed", "aborted", None)
    assert result.outputs["a"].rows() == [{"x": 1}]


def test_append_adds_to_the_rows_there_are(run_transform):
    """``set_mode('append')`` and ``'modify'`` keep what was there."""
    run_transform(_writer("/a", [{"x": 1}]))
    run_transform(_writer("/a", [{"x": 2}], "append"))
    result = run_transform(_writer("/a", [{"x": 3}], "modify"))
    assert sorted(row["x"] for row in result.outputs["a"].rows()) == [1, 2, 3]


def test_the_last_write_of_a_replaced_output_wins(run_transform, store):
    """What an earlier write staged is gone with it."""

    @transform.using(a=Output("/a"))
    def build(a):
        a.write_table(pl.DataFrame({"x": [1]}))
        a.write_table(pl.DataFrame({"x": [2]}))

    assert run_transform(build).outputs["a"].rows() == [{"x": 2}]
    assert len(list((store.root / "master/datasets/a/data").rglob("*.parquet"))) == 1


@pytest.mark.parametrize("mode", ["overwrite", "", None])
def test_an_unknown_write_mode_is_refused(run_transform, mode):
    """The error names the three there are."""
    with pytest.raises(UsageError, match="'replace', 'append' or 'modify'"):
        run_transform(_writer("/a", [{"x": 1}], mode))


def test_parquet_files_of_ones_own_become_a_table(run_transform):
    """``path_for_write_table`` takes Parquet from any tool."""

    @transform.using(a=Output("/a"))
    def build(a):
        pl.DataFrame(ROWS).write_parquet(f"{a.path_for_write_table}/one.parquet")
        pl.DataFrame(ROWS).write_parquet(f"{a.path_for_write_table}/two.parquet")
        a.write_table(a.path_for_write_table)

    assert run_transform(build).outputs["a"].polars().height == 4


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("k=1/x.parquet", "column 'k' stands in the name of the folder 'k=1' alone and would be lost"),
        ("j=2/k=1/x.parquet", "column 'j' stands in the name"),
        ("_x.parquet", "_x.parquet is a hidden file"),
        ("part/.x.parquet", r"part/\.x.parquet is a hidden file"),
    ],
)
def test_what_readers_of_ones_own_parquet_files_would_miss_is_refused(run_transform, place, words):
    """A column that stands in the names of folders alone, and a hidden file beside others."""

    @transform.using(a=Output("/a"))
    def build(a):
        for name in ("ok.parquet", place):
            pl.DataFrame(ROWS).write_parquet(f"{a.path_for_write_table}/{name}", mkdir=True)
        a.write_table(a.path_for_write_table)

    with pytest.raises(TransformsError, match=words):
        run_transform(build)


def test_folders_that_repeat_a_column_are_folders(run_transform):
    """What tools write that keep the column in the files."""

    @transform.using(a=Output("/a"))
    def build(a):
        pl.DataFrame({"k": [1], "v": [2]}).write_parquet(f"{a.path_for_write_table}/k=1/x.parquet", mkdir=True)
        a.write_table(a.path_for_write_table)

    assert run_transform(build).outputs["a"].rows() == [{"k": 1, "v": 2}]


def test_sets_of_inputs_and_outputs(run_transform):
    """An ``InputSet`` is a list of inputs, an ``OutputSet`` one of outputs."""
    for alias in ("/one", "/two"):
        run_transform(_writer(alias, ROWS))

    @transform.using(many=InputSet(["/one", "/two"]), outs=OutputSet(["/x", "/y"]))
    def build(many, outs):
        for source, target in zip(many, outs, strict=True):
            target.write_table(source.polars())

    result = run_transform(build)
    assert result.outputs["/x"].rows() == result.outputs["/y"].rows() == ROWS


def test_scalar_parameters_have_defaults_and_overrides(run_transform):
    """The function reads ``.value``."""

    @transform.using(out=Output("/out"), n=IntegerParam(3))
    def build(out, n):
        out.write_table(pl.DataFrame({"n": [n.value]}))

    assert run_transform(build).outputs["out"].rows() == [{"n": 3}]
    assert run_transform(build, params={"n": 7}).outputs["out"].rows() == [{"n": 7}]
    with pytest.raises(UsageError, match="Did you mean 'n'"):
        run_transform(build, params={"nn": 7})


def test_a_missing_dataset_names_the_transform_and_the_nearest_alias(run_transform):
    """The error says which transform reads it, where, and how to bring it in."""
    run_transform(_writer("/examples/wine", ROWS))

    @transform.using(raw=Input("/examples/vine"), out=Output("/out"))
    def build(raw, out): ...

    with pytest.raises(NotFoundError, match=r"build \(.*test_job.py:\d+\) reads it. Did you mean '/examples/wine'"):
        run_transform(build)


def test_an_unknown_input_name_in_a_test_is_refused(run_transform):
    """A typo in a test does not pass silently."""
    with pytest.raises(NotFoundError, match="has no input 'rwa'"):
        run_transform(_writer("/a", ROWS), {"rwa": ROWS})


@pytest.mark.parametrize(
    ("decorate", "message"),
    [
        (incremental(), None),
        (configure(profile="DRIVER_MEMORY_LARGE"), None),
        (lightweight(container_image="i", container_tag="t"), "Container"),
    ],
)
def test_what_this_version_cannot_run_says_so_when_it_runs(run_transform, decorate, message):
    """Declaring works, running refuses with one sentence; what is harmless runs."""

    @decorate
    @transform(out=Output("/out"))
    def build(out):
        out.write_pandas(pd.DataFrame(ROWS))

    if message is None:
        assert run_transform(build).status == "committed"
        return
    with pytest.raises(UnavailableError, match=message):
        run_transform(build)


def test_transform_df_refuses_to_run_without_spark(run_transform, without_spark):
    """It can be imported and called as a function all the same."""

    @transform_df(Output("/out"), raw=Input("/raw"))
    def build(raw):
        return raw

    assert build("anything") == "anything"
    with pytest.raises(MissingExtraError, match="Spark cannot start"):
        run_transform(build, {"raw": ROWS})


def test_logs_of_a_run_are_kept(run_transform):
    """What the function logs at INFO and above can be asserted on."""

    @transform.using(out=Output("/out"))
    def build(out):
        logging.getLogger("mine").info("hello")

    assert "hello" in run_transform(build).messages


def test_a_branch_is_written_apart_and_reads_fall_back(run_transform, store):
    """A build on a branch writes that branch only and reads master where the branch has nothing."""
    run_transform(_writer("/raw", [{"x": 1}]))

    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def build(raw, out):
        out.write_table(raw.polars())

    result = run_transform(build, branch="feature/x")
    assert result.outputs["out"].rows() == [{"x": 1}]
    assert not (store.root / "master/datasets/out").exists()
    assert result.entry.inputs["dataset:/raw"].branch == "master"


def _writer(alias, rows, mode="replace"):
    @transform.using(a=Output(alias))
    def write(a):
        if mode != "replace":
            a.set_mode(mode)
        a.write_table(pl.DataFrame(rows))

    return write


@pytest.mark.parametrize("mode", ["append", "modify"])
def test_adding_on_a_new_branch_continues_from_the_branch_it_falls_back_to(run_transform, store, mode):
    """The branch begins with what master has, without copying it; master stays as it is."""
    run_transform(_writer("/a", [{"x": 1, "y": "a"}]))
    result = run_transform(_writer("/a", [{"x": 2, "z": 0.5}], mode), branch="feature")
    rows = sorted(result.outputs["a"].rows(), key=lambda row: row["x"])
    assert rows == [{"x": 1, "y": "a", "z": None}, {"x": 2, "y": None, "z": 0.5}]
    again = run_transform(_writer("/a", [{"x": 3}], mode), branch="feature")
    assert again.outputs["a"].polars().height == 3
    assert run_transform(_writer("/a", [{"x": 9}]), branch="other").outputs["a"].rows() == [{"x": 9}]
    assert pl.read_delta(str(store.root / "master/datasets/a")).height == 1
    with pytest.raises(DataError, match="'x' is string"):
        run_transform(_writer("/a", [{"x": "text"}], mode), branch="third")


class Panic(BaseException):
    """What native code raises when it breaks down: no ``Exception``."""


@pytest.mark.parametrize("error", [asyncio.CancelledError, GeneratorExit, Panic])
@pytest.mark.parametrize("where", ["function", "seal"])
def test_what_is_no_exception_fails_its_job(store, monkeypatch, error, where):
    """In the function, or while what it wrote is sealed: the job is FAILED, nothing is left, and its output is free."""

    @transform.using(out=Output("/out"))
    def compute(out):
        out.write_table(pl.DataFrame(ROWS))
        if where == "function":
            raise error("deadline")

    def broken(writer):
        raise error("deadline")

    options = JobOptions()
    with monkeypatch.context() as patched:
        if where == "seal":
            patched.setattr(DatasetWriter, "seal", broken)
        result = run_job(compute, store, Config(project=store.root, root=str(store.root)), options)
    assert (result.status, type(result.error)) == ("failed", error)
    assert not list(store.root.glob("master/**/*.parquet"))
    store.begin("next", "master", [Resource("dataset", "/out")]).abandon()


def test_an_output_that_cannot_be_told_of_a_failure_hides_none(store, monkeypatch, caplog):
    """The job ends with what its function raised, and every other output is told."""
    told = []

    def failed(writer, error):
        told.append(writer.name)
        raise Panic("while closing")

    @transform.using(a=Output("/a"), b=Output("/b"))
    def compute(a, b):
        raise ValueError("the cause")

    monkeypatch.setattr(DatasetWriter, "failed", failed)
    result = run_job(compute, store, Config(project=store.root, root=str(store.root)), JobOptions())
    assert (str(result.error), told) == ("the cause", ["a", "b"])
    assert "while closing" in caplog.text
    store.begin("next", "master", [Resource("dataset", "/a"), Resource("dataset", "/b")]).abandon()


@pytest.mark.parametrize("way", ["exit", "return", "raise"])
def test_a_forked_process_that_leaves_the_function_ends(store, way, capfd):
    """What its parent staged, and the parent's leases, stay; it neither commits nor cleans up."""
    statuses = []

    @transform.using(out=Output("/out"))
    def compute(out):
        out.write_table(pl.DataFrame(ROWS))
        child = os.fork()
        if child == 0:
            if way == "exit":
                sys.exit(7)
            if way == "raise":
                raise ValueError("in the child")
            return
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    result = run_job(compute, store, Config(project=store.root, root=str(store.root)), JobOptions())
    assert (result.status, statuses) == ("committed", [{"exit": 7, "return": 0, "raise": 1}[way]])
    assert [entry.transform for entry in store.newest_entries(9)] == ["compute"]
    assert ("in the child" in capfd.readouterr().err) == (way == "raise")
