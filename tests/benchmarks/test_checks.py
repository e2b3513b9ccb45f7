"""Checks on ten million rows, against reading the columns that they use."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from tests.benchmarks.timing import paired_ratio
from transforms import expectations as E
from transforms.checks.facts import Facts
from transforms.checks.local import LocalRows
from transforms.checks.passing import made
from transforms.expectations import Expectation
from transforms.spec.checks import Check

ROWS = 10_000_000
TYPES = {"id": "long", "a": "long", "b": "double", "c": "double", "s": "string", "t": "timestamp"}
TWENTY = (
    E.col("id").non_null(),
    E.col("a").gte(0),
    E.col("a").lt(1000),
    E.col("a").not_equals(5000),
    E.col("a").null_percentage().lt(0.1),
    E.col("b").gte(0),
    E.col("b").lte(1),
    E.col("b").lt_col("c"),
    E.col("b").sum().gt(0),
    E.col("b").standard_deviation_sample().lt(1),
    E.col("c").max_value().lte(2),
    E.col("c").min_value().gte(1),
    E.col("s").is_in("alpha", "beta", "gamma", "delta"),
    E.col("s").not_equals("omega"),
    E.col("t").is_after("2020-01-01"),
    E.col("t").is_before("2090-01-01"),
    E.any(E.col("a").gt(10), E.col("b").lt(2)),
    E.when(E.col("a").gt(500), E.col("b").gte(0)).otherwise(E.col("c").gte(1)),
    E.schema().contains({"id": pl.Int64}),
    E.count().gt(1),
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Ten million rows of six columns, in a file."""
    place = tmp_path_factory.mktemp("rows") / "rows.parquet"
    rng = np.random.default_rng(0)
    moments = 1_700_000_000_000_000 + rng.integers(0, 10**13, ROWS)
    pl.DataFrame(
        {
            "id": np.arange(ROWS),
            "a": rng.integers(0, 1000, ROWS),
            "b": rng.random(ROWS),
            "c": rng.random(ROWS) + 1,
            "s": np.array(["alpha", "beta", "gamma", "delta"])[rng.integers(0, 4, ROWS)],
            "t": pl.Series(moments).cast(pl.Datetime("us", "UTC")),
        }
    ).write_parquet(place)
    return place


def make(place, expectations: tuple[Expectation, ...]) -> None:
    """Make checks, all of which pass."""
    facts = Facts("/rows", TYPES, datetime.now(UTC))
    checks = [Check(expectation, str(number)) for number, expectation in enumerate(expectations)]
    for result in made(checks, facts, LocalRows(pl.scan_parquet(place), facts, {}), "dataset:/rows"):
        assert result.passed, result.text


def test_twenty_checks(rows, report):
    """Of values, columns, statistics and combinations: little more than reading the columns."""
    scan = lambda: pl.scan_parquet(rows).select(*TYPES).collect(engine="streaming")  # noqa: E731
    ratio = paired_ratio(scan, lambda: make(rows, TWENTY), rounds=9)
    report("twenty checks on 10,000,000 rows, reading their columns = 1", ratio, 1.5)


def test_a_key(rows, report):
    """A primary key costs what grouping by it costs."""
    keys = pl.scan_parquet(rows).group_by("id").agg(pl.len().alias("n")).filter(pl.col("n") > 1)
    ratio = paired_ratio(
        lambda: keys.select(pl.col("n").sum()).collect(engine="streaming"),
        lambda: make(rows, (E.primary_key("id"),)),
        5,
    )
    report("a primary key of 10,000,000 rows, Polars grouping by it = 1", ratio, 1.3)
