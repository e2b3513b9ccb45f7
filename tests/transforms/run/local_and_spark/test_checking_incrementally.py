"""Checks of incremental runs: what they say is of the whole dataset, and what an earlier run proved is not read twice."""

from __future__ import annotations

import pytest

from tests.transforms.run.local_and_spark.engines import ENGINES
from transforms import expectations as E
from transforms.api import Check, Input, Output, incremental, transform
from transforms.errors import CheckFailedError
from transforms.run.check_results import results_in
from transforms.testing import run_transform as run_in

OLD, NEW = [{"id": 1, "x": 5}, {"id": 2, "x": 7}], [{"id": 3, "x": 9}]
EACH = E.all(E.col("x").non_null(), E.col("x").lt(100))


def results(result):
    """Return what a commit says of its checks: passed or not, and of how many rows."""
    return {one.check: (one.passed, one.rows) for output in result.entry.outputs.values() for one in results_in(output)}


@pytest.fixture
def lose(store):
    """Deletes the data files that a dataset has now, so that whoever reads them fails."""

    def delete(alias):
        for path in (store.storage.folder / "master/datasets" / alias).rglob("*.parquet"):
            path.unlink()

    return delete


def copying(engine, *checks, of_output=(), **options):
    """Return an incremental transform that adds what is new in /raw to /out."""

    @incremental(**options)
    @engine.declare(raw=Input("/raw", checks=list(checks)), out=Output("/out", checks=list(of_output)))
    def build(raw, out):
        if rows := engine.read(raw):
            engine.write(out, rows)

    return build


def test_of_what_is_about_each_row_only_new_rows_are_read(engine, run_transform, lose):
    """Of inputs and of outputs; the results are of all rows."""
    build = copying(engine, Check(EACH, "before"), of_output=[Check(EACH, "after")])
    run_transform(build, {"raw": OLD})
    lose("raw")
    lose("out")
    assert results(run_transform(build, {"raw": NEW}, append=True)) == {"before": (True, 3), "after": (True, 3)}


@pytest.mark.parametrize(
    "expectation", [E.primary_key("id"), E.count().lt(3), E.col("x").max_value().lt(9), E.col("x").lt(9)], ids=str
)
def test_new_rows_may_break_what_held(engine, run_transform, store, expectation):
    """What many rows decide is asked of all; nothing is committed."""
    build = copying(engine, Check(expectation, "held"))
    run_transform(build, {"raw": OLD})
    with pytest.raises(CheckFailedError):
        run_transform(build, {"raw": [{"id": 1, "x": 9}]}, append=True)
    assert store.newest_entries(1)[0].transform == "put"


@pytest.mark.parametrize("snapshot_inputs", [None, ["raw"]])
def test_of_an_input_that_is_unchanged_nothing_is_read(engine, run_transform, lose, snapshot_inputs):
    """Also of what many rows decide, and where it is read whole."""
    declared = [Check(E.primary_key("id"), "key"), Check(E.count().gt(1), "some"), Check(EACH, "each")]

    @incremental(snapshot_inputs=snapshot_inputs)
    @engine.declare(raw=Input("/raw", checks=declared), out=Output("/out", checks=Check(E.primary_key("id"), "out")))
    def build(ctx, raw, out):
        if not ctx.is_incremental:
            engine.write(out, engine.read(raw))

    first = results(run_transform(build, {"raw": OLD}))
    lose("raw")
    lose("out")
    assert results(run_transform(build)) == first == dict.fromkeys(["key", "some", "each", "out"], (True, 2))


def test_what_only_warned_is_looked_at_again(engine, run_transform):
    """It is told again as long as the row is there."""
    build = copying(engine, Check(E.col("x").lt(6), "small", "WARN"))
    with pytest.warns(match="1 row of 2 fails"):
        run_transform(build, {"raw": OLD})
    with pytest.warns(match="2 rows of 3 fail"):
        run_transform(build, {"raw": NEW}, append=True)


def test_what_is_expected_anew_is_asked_of_all_rows(engine, run_transform):
    """It was proven of none; a time goes on, too."""
    run_transform(copying(engine, Check(E.col("x").lt(100), "small")), {"raw": OLD})
    with pytest.raises(CheckFailedError, match="2 rows of 3 fail"):
        run_transform(copying(engine, Check(E.col("x").lt(6), "small")), {"raw": NEW}, append=True)


def test_a_run_on_everything_asks_all_rows(engine, run_transform):
    """What was replaced, nobody has looked at."""
    build = copying(engine, Check(EACH, "each"))
    run_transform(build, {"raw": OLD})
    with pytest.raises(CheckFailedError, match="1 row of 2 fails"):
        run_transform(build, {"raw": [{"id": 1, "x": 5}, {"id": 2, "x": 100}]})


def test_a_limit_of_transactions_limits_what_is_checked(run_transform):
    """A row that the run does not see yet does not keep it from going on; the run that sees it fails."""
    local = ENGINES["local"]

    @incremental(v2_semantics=True)
    @transform.using(
        raw=Input("/raw", transaction_limit=1, checks=Check(E.col("x").lt(8), "small")), out=Output("/out")
    )
    def build(raw, out):
        local.write(out, local.read(raw))

    @transform.using(raw=Input("/raw"), out=Output("/other"))
    def other(raw, out):
        out.write_table(raw.polars())

    run_transform(build, {"raw": OLD})
    run_transform(other, {"raw": [{"id": 4, "x": 1}]}, append=True)
    run_transform(other, {"raw": NEW}, append=True)
    assert results(run_transform(build)) == {"small": (True, 3)}
    with pytest.raises(CheckFailedError, match="1 row of 4 fails"):
        run_transform(build)


def test_they_are_made_wherever_the_store_is(anywhere):
    """In a folder and in a bucket, where rows are checked before they are uploaded."""
    local = ENGINES["local"]
    build = copying(local, Check(EACH, "before"), of_output=[Check(EACH, "after"), Check(E.primary_key("id"), "key")])
    run_in(build, {"raw": OLD}, store=anywhere)
    found = results(run_in(build, {"raw": NEW}, append=True, store=anywhere))
    assert found == dict.fromkeys(["before", "after", "key"], (True, 3))
    with pytest.raises(CheckFailedError, match="check 'key' on /out: 2 rows of 4 fail"):
        run_in(build, {"raw": NEW}, append=True, store=anywhere)
