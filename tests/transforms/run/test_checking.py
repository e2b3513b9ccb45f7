"""Checks of a job: on its inputs before the function runs, on its outputs before the commit."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from transforms import expectations as E
from transforms.api import Check, Input, Output, transform, transform_pandas, transform_polars
from transforms.checks.results import CheckResult
from transforms.errors import CheckFailedError, DataError, TransformsWarning
from transforms.run.check_results import results_in
from transforms.spec.resource import Resource

ROWS = [{"id": 1, "x": 5}, {"id": 2, "x": None}, {"id": 3, "x": 7}]


def results(entry) -> dict[str, CheckResult]:
    """Return what a commit says of its checks, by their names."""
    return {one.check: one for output in entry.outputs.values() for one in results_in(output)}


def test_a_failing_input_keeps_the_function_from_running(run_transform, store):
    """The error names the check, the dataset, the expectation, how many rows fail and which; nothing is committed."""
    ran = []

    @transform.using(
        raw=Input("/raw", checks=[Check(E.col("x").non_null(), "x is there"), Check(E.primary_key("id"), "key")]),
        out=Output("/out"),
    )
    def build(raw, out):
        ran.append(True)
        out.write_table(raw.polars())

    with pytest.raises(CheckFailedError) as caught:
        run_transform(build, {"raw": ROWS}, store=store)
    told = str(caught.value)
    assert "aborted by check" in told
    assert "check 'x is there' on /raw: 1 row of 3 fails; expected: x is not null" in told
    assert "id=2, x=None" in told
    assert "'key'" not in told
    assert "test_checking.py:" in told
    assert ran == []
    assert [entry.transform for entry in store.newest_entries(9)] == ["put"]


def test_a_failing_output_is_not_committed(run_transform, store):
    """What was written is nowhere to be seen; the version before it stays."""

    @transform_polars(Output("/out", checks=Check(E.col("x").lt(6), "small")), raw=Input("/raw"))
    def build(raw):
        return raw

    first = run_transform(build, {"raw": ROWS[:2]}, store=store)
    assert first.outputs["output"].rows() == ROWS[:2]
    with pytest.raises(CheckFailedError, match=r"check 'small' on /out: 1 row of 3 fails; expected: x < 6"):
        run_transform(build, {"raw": ROWS}, store=store)
    found = store.view(Resource("dataset", "/out"), "master")
    assert found is not None
    assert found[0].row_count() == 2


def test_a_warning_is_committed_and_told(run_transform):
    """Everything is committed with what the checks found, of inputs and of outputs."""

    @transform_pandas(
        Output("/out", checks=Check(E.count().gt(5), "many", "WARN")),
        raw=Input("/raw", checks=[Check(E.col("x").non_null(), "there", "WARN"), Check(E.col("id").gt(0), "positive")]),
    )
    def build(raw):
        return raw

    with pytest.warns(TransformsWarning) as warned:
        result = run_transform(build, {"raw": ROWS})
    assert [str(one.message).partition(": ")[2].splitlines()[0] for one in warned] == [
        "check 'there' on /raw: 1 row of 3 fails; expected: x is not null.",
        "check 'many' on /out: count() is 3, which fails; expected: count() > 5.",
    ]
    found = results(result.entry)
    assert {name: (one.passed, one.failing, one.rows) for name, one in found.items()} == {
        "there": (False, 1, 3),
        "positive": (True, 0, 3),
        "many": (False, None, 3),
    }
    assert found["there"].dataset == "dataset:/raw"
    assert found["many"].on_error == "WARN"
    assert found["many"].expectation == "count() > 5"


def test_the_whole_dataset_is_checked_where_rows_are_added(run_transform, store):
    """Also the rows that were there: a key may be new among the new rows and still not be unique."""

    @transform.using(raw=Input("/raw"), out=Output("/out", checks=[Check(E.primary_key("id"), "key")]))
    def build(raw, out):
        out.set_mode("append")
        out.write_table(raw.polars())

    run_transform(build, {"raw": ROWS}, store=store)
    with pytest.raises(CheckFailedError, match="2 rows of 4 fail"):
        run_transform(build, {"raw": [{"id": 2, "x": 1}]}, store=store)
    result = run_transform(build, {"raw": [{"id": 4, "x": 1}]}, store=store)
    assert results(result.entry)["key"].rows == 4


def appending(*checks: Check):
    """Return a transform that adds its input's rows to an output with checks."""

    @transform.using(raw=Input("/raw"), out=Output("/out", checks=list(checks)))
    def build(raw, out):
        out.set_mode("append")
        out.write_table(raw.polars())

    return build


def test_rows_that_passed_are_not_read_again(run_transform, store):
    """Of a check about each row, only new rows are read, as long as what it expects is what passed before."""
    small = appending(Check(E.col("x").lt(100), "small"))
    first = run_transform(small, {"raw": ROWS}, store=store)
    for path in first.outputs["out"]._reader.view.file_paths():
        (store.storage.folder / "master/datasets/out" / path).unlink()
    result = run_transform(small, {"raw": ROWS}, store=store)  # it would fail if it read them
    assert (results(result.entry)["small"].rows, results(result.entry)["small"].passed) == (6, True)
    with pytest.raises(Exception, match="No such file|not found|does not exist|cannot"):
        run_transform(appending(Check(E.col("x").lt(99), "small")), {"raw": ROWS}, store=store)


@pytest.mark.parametrize(
    "expectation",
    [
        E.count().lt(4),
        E.group_by("id").is_unique(),
        E.col("x").sum().lt(13),
        E.all(E.col("x").lt(9), E.count().lt(4)),
    ],
    ids=str,
)
def test_what_many_rows_decide_is_always_looked_at_whole(run_transform, store, expectation):
    """It held of the rows there were, and fails with those that are added."""
    build = appending(Check(expectation, "whole"))
    run_transform(build, {"raw": ROWS}, store=store)
    with pytest.raises(CheckFailedError):
        run_transform(build, {"raw": [{"id": 1, "x": 1}]}, store=store)


def test_what_others_wrote_since_is_not_taken_as_checked(run_transform, store):
    """A row that another program added is looked at with the next rows."""
    from deltalake import write_deltalake

    build = appending(Check(E.col("x").lt(100), "small"))
    run_transform(build, {"raw": ROWS}, store=store)
    where = store.storage.folder / "master/datasets/out"
    write_deltalake(str(where), pl.DataFrame({"id": [9], "x": [500]}).to_arrow(), mode="append")
    with pytest.raises(CheckFailedError, match="1 row of 7 fails"):
        run_transform(build, {"raw": ROWS}, store=store)


def test_an_output_that_was_not_written_is_checked_as_it_is(run_transform, store):
    """Adding nothing keeps the rows, and they are what is checked."""

    @transform.using(raw=Input("/raw"), out=Output("/out", checks=Check(E.count().equals(3), "three")))
    def build(raw, out):
        out.set_mode("append")
        if raw.polars().height:
            out.write_table(raw.polars())

    run_transform(build, {"raw": ROWS}, store=store)
    result = run_transform(build, {"raw": pl.DataFrame(schema={"id": pl.Int64, "x": pl.Int64})}, store=store)
    assert results(result.entry)["three"].passed


def test_other_inputs_are_referred_to_by_their_parameters(run_transform):
    """Counts and columns of them, from inputs and from outputs."""
    known = E.dataset_ref("known")

    @transform.using(
        known=Input("/known"),
        raw=Input("/raw", checks=Check(E.col("x").is_in_foreign_col(known.col("value")), "known values")),
        out=Output("/out", checks=Check(E.count().gt(known.count()), "more")),
    )
    def build(known, raw, out):
        out.write_table(raw.polars())

    result = run_transform(build, {"raw": ROWS, "known": pl.DataFrame({"value": [5, 7]}, schema={"value": pl.Int32})})
    assert all(one.passed for one in results(result.entry).values())
    with pytest.raises(CheckFailedError, match=r"1 row of 3 fails; expected: x in known\.value"):
        run_transform(build, {"raw": ROWS, "known": [{"value": 5}]})


@pytest.mark.parametrize(
    ("expectation", "told"),
    [
        (E.col("y").gt(1), r"check 'odd': /raw has no column 'y'.* It has: id, x"),
        (E.col("x").gt("a"), "column x is long, which cannot be compared with 'a'"),
        (E.col("x").rlike("a"), "column 'x' is compared with a regular expression, so it must be a string; it is long"),
        (E.col("x").is_after("2024-01-01"), "so it must be a timestamp"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_check_that_cannot_be_made_fails_before_the_function_runs(run_transform, expectation, told):
    """Whatever it is to do where it fails; the message names the transform's line, and what there is."""

    @transform.using(raw=Input("/raw", checks=Check(expectation, "odd", "WARN")), out=Output("/out"))
    def build(raw, out):
        raise AssertionError

    with pytest.raises(DataError, match=rf"(?s)build \(.*test_checking.py:\d+\): .*{told}"):
        run_transform(build, {"raw": ROWS})


def test_raw_files_have_no_rows_to_check(run_transform):
    """Of an input and of an output."""

    @transform.using(raw=Input("/raw", checks=Check(E.count().gt(1), "many")), out=Output("/out"))
    def reads(raw, out):
        raise AssertionError

    with pytest.raises(DataError, match="check 'many' is on /raw, which holds raw files"):
        run_transform(reads, {"raw": {"a.txt": b"a"}})

    @transform.using(raw=Input("/raw"), out=Output("/out", checks=Check(E.count().gt(1), "many")))
    def writes(raw, out):
        with out.filesystem().open("b.txt", "w") as file:
            file.write("b")

    with pytest.raises(DataError, match="check 'many' is on /out, which holds raw files"):
        run_transform(writes, {"raw": ROWS})


def test_the_time_of_the_check_decides(run_transform):
    """Timestamps lie before or after it."""
    times = E.col("t")

    @transform.using(
        raw=Input("/raw", checks=Check(times.timestamp_offset_from_current_time().lt(0), "past", "WARN")),
        out=Output("/out"),
    )
    def build(raw, out):
        out.write_table(raw.polars())

    result = run_transform(build, {"raw": [{"t": datetime(2000, 1, 1, tzinfo=UTC)}]})
    assert results(result.entry)["past"].passed
    with pytest.warns(TransformsWarning, match="past"):
        run_transform(build, {"raw": [{"t": datetime(2900, 1, 1, tzinfo=UTC)}]})


def test_an_expression_that_polars_does_not_know_is_told(run_transform):
    """Look-around is for Spark."""

    @transform.using(raw=Input("/raw", checks=Check(E.col("s").rlike("a(?=b)"), "odd")), out=Output("/out"))
    def build(raw, out):
        raise AssertionError

    with pytest.raises(DataError, match=r"build \(.*The regular expression 'a\(\?=b\)' for column 's'.*look-around"):
        run_transform(build, {"raw": [{"s": "ab"}]})


def test_a_branch_that_continues_another_is_checked_whole(run_transform, store):
    """Rows of the branch that it falls back to, which lack a column that is new, and those that are added."""

    @transform.using(raw=Input("/raw"), out=Output("/out", checks=Check(E.count().lt(6), "few")))
    def build(raw, out):
        out.set_mode("append")
        out.write_table(raw.polars())

    run_transform(build, {"raw": ROWS}, store=store)
    grown = [{"id": 4, "x": 1, "y": "new"}, {"id": 5, "x": 2, "y": "new"}]
    result = run_transform(build, {"raw": grown}, store=store, branch="dev")
    assert results(result.entry)["few"].rows == 5
    with pytest.raises(CheckFailedError, match=r"count\(\) is 7"):
        run_transform(build, {"raw": grown}, store=store, branch="dev")


def test_parquet_files_of_a_users_own_are_checked(run_transform):
    """As they are stored."""

    @transform.using(out=Output("/out", checks=Check(E.col("t").is_after("2020-01-01"), "late")))
    def build(out):
        from pathlib import Path

        frame = pl.DataFrame({"t": [datetime(2021, 1, 1, tzinfo=UTC)], "n": [1]}, schema_overrides={"n": pl.Int32})
        frame.write_parquet(Path(out.path_for_write_table) / "own.parquet")
        out.write_table(out.path_for_write_table)

    assert results(run_transform(build).entry)["late"].passed
