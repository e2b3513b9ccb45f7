"""Every expectation finds the same on one node and on Spark."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from tests.interpreting import interpreting
from tests.transforms.checks.table import CASES, OTHER, ROWS, Case, column, facts_of, frame
from transforms.checks.local import LocalRows
from transforms.checks.passing import made
from transforms.checks.planning import planned
from transforms.checks.results import CheckResult
from transforms.errors import DataError
from transforms.spec.checks import Check

KINDS = ("passes", "fails", "null")


def checks() -> list[Check]:
    """Return a check of each case on each of its columns."""
    return [Check(case.make(column(case, kind)), f"{case.name}: {kind}") for case in CASES for kind in KINDS]


def expected(case: Case, kind: str) -> int | None:
    """Return how many rows fail."""
    return 0 if kind == "passes" else case.failing if kind == "fails" else case.null


def on_one_node(rows: pl.DataFrame) -> dict[str, CheckResult]:
    """Return what the checks find, all of them in one pass."""
    facts = facts_of(rows)
    found = made(checks(), facts, LocalRows(rows.lazy(), facts, {"other": OTHER.lazy()}), "dataset:/data")
    return {one.check: one for one in found}


@cache
def here() -> tuple[dict[str, CheckResult], dict[str, CheckResult]]:
    """Return what they find on one node, in rows and without."""
    return on_one_node(frame()), on_one_node(frame().clear())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_holds_or_not_on_one_node(case):
    """Of values that pass, of values that fail, of null, of nothing; with the number of rows."""
    there, empty = here()
    for kind in KINDS:
        one = there[f"{case.name}: {kind}"]
        assert (one.passed, one.failing, one.rows) == (expected(case, kind) == 0, expected(case, kind), ROWS), kind
        if not one.passed:
            assert one.failing is None or one.sample
            assert one.failing is not None or one.found
    assert empty[f"{case.name}: passes"].passed is case.empty


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_column_that_is_not_there_is_an_error_unless_that_is_what_is_asked(case):
    """The message names the check, the dataset and what there is."""
    facts = facts_of(frame())
    check = Check(case.make("absent"), "the check")
    if case.missing:
        (one,) = made([check], facts, LocalRows(frame().lazy(), facts, {}), "dataset:/data")
        assert not one.passed
        return
    with pytest.raises(DataError, match="check 'the check': /data has no column 'absent'"):
        planned(check, facts)


@pytest.mark.parametrize("case", [case for case in CASES if case.wrong is not None], ids=lambda case: case.name)
def test_another_type_is_an_error_unless_the_type_is_what_is_asked(case):
    """Found before a row is read."""
    facts = facts_of(frame())
    check = Check(case.make(column(case, "wrong")), "the check")
    if case.wrong_fails:
        (one,) = made([check], facts, LocalRows(frame().lazy(), facts, {}), "dataset:/data")
        assert not one.passed
        return
    with pytest.raises(DataError, match="check 'the check': /data"):
        planned(check, facts)


def test_spark_finds_the_same(spark, tmp_path):
    """Verdicts and numbers of rows of everything at once; a sample is made of whatever fails."""
    from transforms.checks.spark import SparkRows

    def in_spark(rows: pl.DataFrame):
        """Return rows that have Spark's types of a file and lie in its memory, as each sample is a query of its own."""
        rows.write_parquet(tmp_path / "rows.parquet")
        read = spark.read.parquet(str(tmp_path / "rows.parquet"))
        return spark.createDataFrame(read.toArrow(), read.schema)

    there, other = in_spark(frame()), in_spark(OTHER)
    rows, empty = here()
    facts = facts_of(frame())
    for found_here, asked, on_spark in (
        (rows, checks(), SparkRows(there, facts, {"other": other})),
        (empty, checks()[:: len(KINDS)], SparkRows(there.limit(0), facts, {"other": other})),
    ):
        with interpreting(spark):
            found = made(asked, facts, on_spark, "dataset:/data")
        for one in found:
            local = found_here[one.check]
            assert (one.passed, one.failing, one.rows) == (local.passed, local.failing, local.rows), one.check
