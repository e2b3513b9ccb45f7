"""Every expectation with data that pass, data that fail, nulls, no rows, a column that is not there and one of another type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from transforms import expectations as E
from transforms.checks.facts import Facts, Referred, columns_of_fields
from transforms.engine.local.types import delta_schema, stored_schema
from transforms.expectations import Expectation
from transforms.store.change import fields_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER, EARLIER = datetime(2027, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
ROWS = 3
WHOLE = None
"""In place of a number of rows: what is expected is about all of them."""
OTHER = pl.DataFrame({"number": [1, 2, None], "text": ["a", "b", "c"]}, schema={"number": pl.Int32, "text": pl.String})


@dataclass(frozen=True)
class Case:
    """An expectation about a column, and what becomes of it.

    Attributes:
        name: names the case.
        make: makes it for a column.
        type: the column's type.
        passes: values that pass, for three rows.
        fails: values that fail.
        failing: how many of those rows fail; None where they do together.
        null: how many rows fail where the second value that passes is replaced with null; 0 for none, None for together.
        empty: whether it passes without rows.
        missing: whether a column that is not there makes it fail, and is no error.
        wrong: another type of the column, for which it is an error; None where every type will do.
        wrong_fails: whether that type makes it fail, and is no error.
    """

    name: str
    make: Callable[[str], Expectation]
    type: Any
    passes: tuple[Any, ...]
    fails: tuple[Any, ...]
    failing: int | None = 2
    null: int | None = 0
    empty: bool = True
    missing: bool = False
    wrong: Any = pl.String
    wrong_fails: bool = False


def _number(name: str, make: Callable[[Any], Expectation], good: Any, bad: Any, **more: Any) -> Case:
    return Case(name, lambda c: make(E.col(c)), pl.Int64, (good,) * 3, (good, bad, bad), **more)


def _moment(name: str, make: Callable[[Any], Expectation], good: Any, bad: Any, **more: Any) -> Case:
    type = pl.Datetime("us", "UTC")
    return Case(name, lambda c: make(E.col(c)), type, (good,) * 3, (good, bad, bad), **{"wrong": pl.Date, **more})


def _statistic(name: str, make: Callable[[Any], Expectation], good: Any, bad: Any, **more: Any) -> Case:
    facts = {"failing": WHOLE, "wrong": pl.String, **more}
    return Case(name, lambda c: make(E.col(c)), pl.Int64, good, bad, **facts)


def _beside(name: str, make: Callable[[Any], Expectation], *, wrong: Any = pl.String) -> Case:
    """Return a case beside the column ``beside``, which is 1, 2, 3."""
    values = {"equals_col": ((1, 2, 3), (1, 0, 0)), "not_equals_col": ((2, 3, 4), (2, 2, 3))}
    values |= {"gt_col": ((2, 3, 4), (2, 2, 3)), "gte_col": ((1, 2, 3), (1, 1, 1))}
    values |= {"lt_col": ((0, 1, 2), (0, 2, 3)), "lte_col": ((1, 2, 3), (1, 5, 5))}
    good, bad = values[name]
    return Case(name, lambda c: make(E.col(c)), pl.Int64, good, bad, wrong=wrong)


def _times_beside(name: str, make: Callable[[Any], Expectation], good: datetime, bad: datetime) -> Case:
    """Return a case beside the column ``now``."""
    type = pl.Datetime("us", "UTC")
    return Case(name, lambda c: make(E.col(c)), type, (good,) * 3, (good, bad, bad), wrong=pl.Date)


_KNOWN = E.dataset_ref("other")
CASES = [
    _number("equals", lambda c: c.equals(5), 5, 4),
    _number("not_equals", lambda c: c.not_equals(4), 5, 4),
    _number("gt", lambda c: c.gt(4), 5, 4),
    _number("gte", lambda c: c.gte(4.5), 5, 4),
    _number("lt", lambda c: c.lt(Decimal("4.5")), 4, 5),
    _number("lte", lambda c: c.lte(4), 4, 5),
    Case("float", lambda c: E.col(c).lt(4), pl.Float64, (1.5,) * 3, (1.5, float("nan"), float("inf"))),
    Case(
        "decimal",
        lambda c: E.col(c).lte(1.25),
        pl.Decimal(10, 2),
        (Decimal("1.25"),) * 3,
        (Decimal(1), Decimal(2), Decimal(3)),
    ),
    Case("text", lambda c: E.col(c).gt("b"), pl.String, ("c",) * 3, ("c", "b", "Z"), wrong=pl.Int64),
    Case("truth", lambda c: E.col(c).equals(True), pl.Boolean, (True,) * 3, (True, False, False)),
    Case(
        "date",
        lambda c: E.col(c).gte("2026-01-01"),
        pl.Date,
        (date(2026, 1, 1),) * 3,
        (date(2026, 1, 1), *[date(1, 1, 1)] * 2),
        wrong=pl.Int64,
    ),
    Case(
        "naive time",
        lambda c: E.col(c).is_after("2026-01-01"),
        pl.Datetime("us"),
        (datetime(2026, 1, 1, 1),) * 3,
        (datetime(2026, 1, 2), datetime(2026, 1, 1), datetime(2025, 1, 1)),
        wrong=pl.Date,
    ),
    *(
        _beside(name, lambda c, name=name: getattr(c, name)("beside"))
        for name in ("equals_col", "not_equals_col", "gt_col", "gte_col", "lt_col", "lte_col")
    ),
    Case("non_null", lambda c: E.col(c).non_null(), pl.Int64, (1,) * 3, (1, None, None), null=1, wrong=None),
    Case("is_null", lambda c: E.col(c).is_null(), pl.Int64, (None,) * 3, (None, 1, 1), wrong=None),
    _number("is_in", lambda c: c.is_in(1, 2), 1, 3, null=1),
    _number("is_in with null", lambda c: c.is_in(1, None), 1, 3),
    Case(
        "is_in elements",
        lambda c: E.col(c).is_in(1, 2),
        pl.List(pl.Int64),
        ([1, 2], [], [2]),
        ([1], [3], [1, None]),
        null=1,
    ),
    Case(
        "is_in elements, null",
        lambda c: E.col(c).is_in(1, None),
        pl.List(pl.Int64),
        ([1], [], [None]),
        ([1], [3], [2, None]),
    ),
    Case("rlike", lambda c: E.col(c).rlike("b+c"), pl.String, ("abbcd",) * 3, ("bc", "bd", ""), wrong=pl.Int64),
    Case(
        "array_contains",
        lambda c: E.col(c).array_contains(2),
        pl.List(pl.Int64),
        ([1, 2], [2], [None, 2]),
        ([2], [], [1, None]),
    ),
    Case("size", lambda c: E.col(c).size().lt(2), pl.List(pl.Int64), ([1], [], [None]), ([1], [1, 2], [1, 2, 3])),
    _moment("is_after", lambda c: c.is_after("2026-01-01"), LATER, NOW),
    _moment("is_before", lambda c: c.is_before("2026-01-01T00:00:00Z"), EARLIER, NOW),
    _moment("is_on_or_after", lambda c: c.is_on_or_after(NOW), NOW, EARLIER),
    _moment("is_on_or_before", lambda c: c.is_on_or_before("2026-01-01T01:00:00+01:00"), NOW, LATER),
    _moment("from now", lambda c: c.timestamp_offset_from_current_time().lt(3600), EARLIER, LATER),
    _moment("to now", lambda c: c.timestamp_offset_to_current_time().lte(3600), NOW, EARLIER),
    _times_beside("is_after_col", lambda c: c.is_after_col("now"), LATER, NOW),
    _times_beside("is_before_col", lambda c: c.is_before_col("now", 0.5), NOW, LATER),
    _times_beside("is_on_or_after_col", lambda c: c.is_on_or_after_col("now", 3600), LATER, NOW),
    _times_beside("is_on_or_before_col", lambda c: c.is_on_or_before_col("now", -3600), EARLIER, NOW),
    _statistic("null_count", lambda c: c.null_count().lt(1), (1, 1, 1), (1, None, 1), null=WHOLE, wrong=None),
    _statistic(
        "null_percentage", lambda c: c.null_percentage().lt(0.3), (1, 1, 1), (1, None, 1), null=WHOLE, wrong=None
    ),
    _statistic(
        "distinct_count",
        lambda c: c.distinct_count().equals(2),
        (1, 2, 1),
        (1, 2, 3),
        null=WHOLE,
        empty=False,
        wrong=None,
    ),
    _statistic("approx_distinct_count", lambda c: c.approx_distinct_count().lt(2), (1, 1, 1), (1, 2, 3), wrong=None),
    _statistic("sum", lambda c: c.sum().gt(5), (1, 5, 1), (1, 1, 1), null=WHOLE, empty=False),
    _statistic(
        "sum beyond 64 bits", lambda c: c.sum().gt(2**63), (2**62, 1, 2**62), (1, 1, 1), null=WHOLE, empty=False
    ),
    _statistic("standard_deviation_sample", lambda c: c.standard_deviation_sample().lt(2), (1, 2, 3), (1, 5, 9)),
    _statistic(
        "standard_deviation_population", lambda c: c.standard_deviation_population().lt(2), (1, 2, 3), (1, 5, 9)
    ),
    _statistic("max_value", lambda c: c.max_value().lt(4), (1, 2, 3), (1, 2, 4)),
    _statistic("min_value", lambda c: c.min_value().gte(1), (1, 2, 3), (0, 2, 4)),
    Case(
        "max of texts",
        lambda c: E.col(c).max_value().lte("b"),
        pl.String,
        ("a", "b", "a"),
        ("a", "b", "c"),
        WHOLE,
        wrong=pl.Int64,
    ),
    Case(
        "max of times",
        lambda c: E.col(c).max_value().lte(NOW),
        pl.Datetime("us", "UTC"),
        (NOW,) * 3,
        (NOW, NOW, LATER),
        WHOLE,
        wrong=pl.Date,
    ),
    Case(
        "max of floats",
        lambda c: E.col(c).max_value().lte(3),
        pl.Float64,
        (1.0, 2.0, 3.0),
        (1.0, float("nan"), 2.0),
        WHOLE,
    ),
    Case(
        "count",
        lambda c: E.all(E.col(c).exists(), E.count().equals(3)),
        pl.Int64,
        (1,) * 3,
        (1,) * 3,
        0,
        empty=False,
        missing=True,
        wrong=None,
    ),
    Case("primary_key", lambda c: E.primary_key(c), pl.Int64, (1, 2, 3), (1, 2, 2), null=1, wrong=pl.List(pl.Int64)),
    Case(
        "primary_key of two",
        lambda c: E.primary_key("beside", c),
        pl.Int64,
        (1, 1, 1),
        (1, None, None),
        null=1,
        wrong=pl.List(pl.Int64),
    ),
    Case(
        "is_unique", lambda c: E.group_by(c).is_unique(), pl.Int64, (1, 2, 3), (1, None, None), wrong=pl.List(pl.Int64)
    ),
    Case(
        "count in groups",
        lambda c: E.group_by(c).count().lt(2),
        pl.Int64,
        (1, 2, 3),
        (1, 2, 2),
        wrong=pl.List(pl.Int64),
    ),
    Case("sum in groups", lambda c: E.group_by("one").col(c).sum().lt(9), pl.Int64, (1, 2, 3), (1, 2, 9), 3),
    Case("max in groups", lambda c: E.group_by("beside").col(c).max_value().lt(3), pl.Int64, (1, 2, 2), (1, 3, 4), 2),
    Case(
        "group of all",
        lambda c: E.group_by().col(c).null_count().equals(0),
        pl.Int64,
        (1, 2, 3),
        (1, None, 3),
        WHOLE,
        null=WHOLE,
        wrong=None,
    ),
    Case("exists", lambda c: E.col(c).exists(), pl.Int64, (1,) * 3, (1,) * 3, 0, missing=True, wrong=None),
    Case(
        "has_type",
        lambda c: E.col(c).has_type(pl.Int64),
        pl.Int64,
        (1,) * 3,
        (1,) * 3,
        0,
        missing=True,
        wrong=pl.Int32,
        wrong_fails=True,
    ),
    Case(
        "schema contains",
        lambda c: E.schema().contains({c: pl.List}),
        pl.List(pl.Int64),
        ([1],) * 3,
        ([1],) * 3,
        0,
        missing=True,
        wrong_fails=True,
    ),
    Case(
        "true", lambda c: E.all(E.true(), E.col(c).non_null()), pl.Int64, (1,) * 3, (1, None, None), null=1, wrong=None
    ),
    Case("any", lambda c: E.any(E.col(c).lt(2), E.col(c).gt(4)), pl.Int64, (1, 5, 6), (1, 2, 3)),
    Case("any with a count", lambda c: E.any(E.col(c).lt(2), E.count().gt(5)), pl.Int64, (1,) * 3, (1, 2, 3)),
    Case("all", lambda c: E.all(E.col(c).gt(2), E.col(c).lt(5)), pl.Int64, (3, 4, 3), (1, 3, 6)),
    Case("negate", lambda c: E.negate(E.col(c).gt(2)), pl.Int64, (1, 2, 1), (1, 3, 3), null=1),
    Case(
        "negated key",
        lambda c: E.negate(E.primary_key(c)),
        pl.Int64,
        (1, 1, 1),
        (1, 2, 3),
        WHOLE,
        empty=False,
        wrong=pl.List(pl.Int64),
    ),
    Case(
        "when",
        lambda c: E.when(E.col("beside").gt(1), E.col(c).gt(2)).otherwise(E.col(c).is_null()),
        pl.Int64,
        (None, 3, 4),
        (None, 3, 1),
        1,
    ),
    Case(
        "when there is one",
        lambda c: E.when(E.col(c).exists(), E.col(c).gt(2)).otherwise(E.false()),
        pl.Int64,
        (3,) * 3,
        (3, 1, 1),
        missing=True,
    ),
    _number("is_in_foreign_col", lambda c: c.is_in_foreign_col(_KNOWN.col("number")), 1, 3),
    Case(
        "foreign text",
        lambda c: E.col(c).is_in_foreign_col(_KNOWN.col("text")),
        pl.String,
        ("a", "b", "c"),
        ("a", "z", "y"),
        wrong=pl.Int64,
    ),
    Case(
        "foreign count",
        lambda c: E.all(E.col(c).non_null(), E.count().equals(_KNOWN.count())),
        pl.Int64,
        (1,) * 3,
        (1, None, None),
        null=1,
        empty=False,
        wrong=None,
    ),
]


def column(case: Case, kind: str) -> str:
    """Return the name of the column that a case has in the table."""
    return f"{kind}_{CASES.index(case)}"


def frame() -> pl.DataFrame:
    """Return one table with the columns of all cases."""
    columns: dict[str, pl.Series] = {
        "beside": pl.Series([1, 2, 3]),
        "one": pl.Series([1, 1, 1]),
        "now": pl.Series([NOW] * 3, dtype=pl.Datetime("us", "UTC")),
    }
    for case in CASES:
        nulls = (case.passes[0], None, case.passes[2])
        for kind, values in (("passes", case.passes), ("fails", case.fails), ("null", nulls)):
            columns[column(case, kind)] = pl.Series(list(values), dtype=case.type)
        if case.wrong is not None:
            columns[column(case, "wrong")] = pl.Series([None] * 3, dtype=case.wrong)
    return pl.DataFrame(columns)


def facts_of(rows: pl.DataFrame) -> Facts:
    """Return what is known of a table, with one other input."""
    return Facts("/data", _types(rows), NOW, {"other": Referred("/other", OTHER.height, _types(OTHER))})


def _types(rows: pl.DataFrame) -> dict[str, Any]:
    return columns_of_fields(fields_of(delta_schema(stored_schema(rows.to_arrow().schema, {}, "/data"))))
