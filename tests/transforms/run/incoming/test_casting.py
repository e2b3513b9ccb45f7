"""Columns in a type that was named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from transforms.errors import UsageError
from transforms.run.incoming.casting import Unfit, cast
from transforms.run.incoming.options import TableOptions


@pytest.mark.parametrize(
    ("values", "kind", "made"),
    [
        (["007", "+1"], "long", [7, 1]),
        (["1.10", "1e5"], "double", [1.1, 1e5]),
        (["1.10"], "decimal(5,2)", [Decimal("1.10")]),
        (["1.100"], "decimal(5,2)", [Decimal("1.10")]),
        (["Yes", "f", "1"], "boolean", [True, False, True]),
        (["2026-02-01"], "date", [date(2026, 2, 1)]),
        (["01.02.2026"], "date(%d.%m.%Y)", [date(2026, 2, 1)]),
        (["2026-02-01 10:00:00"], "timestamp", [datetime(2026, 2, 1, 10)]),
        (["2026-02-01T10:00:00Z"], "timestamp", [datetime(2026, 2, 1, 10, tzinfo=UTC)]),
        (["01.02.2026 10:00"], "timestamp(%d.%m.%Y %H:%M)", [datetime(2026, 2, 1, 10)]),
        ([1, 2], "string", ["1", "2"]),
        ([1.0, 2.0], "INTEGER", [1, 2]),
        ([2**53], "double", [2.0**53]),
    ],
)
def test_a_value_of_the_type_is_taken(values: list[Any], kind: str, made: list[Any]) -> None:
    """Numbers, decimals, words for yes and no, dates and times in a way of writing that is named."""
    assert cast(pl.Series([*values, None]), kind, TableOptions()).to_list() == [*made, None]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "x"], "long"),
        (["1", "1.5"], "long"),
        (["1", "300"], "byte"),
        (["1", ""], "double"),
        (["1.10", "1.239"], "decimal(5,2)"),
        (["1", "12345"], "decimal(3,0)"),
        (["true", "maybe"], "boolean"),
        (["2026-02-01", "2026-02-30"], "date"),
        (["2026-02-01", "tomorrow"], "timestamp"),
        ([1.0, 1.5], "long"),
        ([1, 2**53 + 1], "double"),
        ([1, 2], "boolean"),
    ],
)
def test_a_value_that_does_not_fit_is_named(values: list[Any], kind: str) -> None:
    """And never cut, rounded or left out."""
    with pytest.raises(Unfit) as caught:
        cast(pl.Series(values), kind, TableOptions())

    assert (caught.value.row, caught.value.value) == (1, values[1])


def test_a_time_that_is_written_in_no_known_way_is_named() -> None:
    """Where it is the first one, too."""
    with pytest.raises(Unfit):
        cast(pl.Series([None, "tomorrow"]), "timestamp", TableOptions())


@pytest.mark.parametrize("kind", ["strin", "", "decimal(", "decimal(0,1)", "decimal(a)", "long(3)", "list<long>"])
def test_what_is_no_type_is_refused(kind: str) -> None:
    """The message names the types there are."""
    with pytest.raises(UsageError, match="is no type"):
        cast(pl.Series(["1"]), kind, TableOptions())
