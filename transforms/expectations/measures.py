"""Numbers and values that are taken of a column, of a group of rows or of a whole dataset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from transforms.errors import TransformTypeError
from transforms.expectations.expectation import NumberMeasure, literal

Statistic = Literal[
    "null_percentage",
    "null_count",
    "distinct_count",
    "approx_distinct_count",
    "sum",
    "standard_deviation_sample",
    "standard_deviation_population",
    "max_value",
    "min_value",
]


@dataclass(frozen=True)
class Property(NumberMeasure):
    """A statistic of a column, over all rows or within each group.

    Attributes:
        column: the column's name.
        statistic: which one.
        by: the columns whose values make the groups; none for all rows.
    """

    column: str
    statistic: Statistic
    by: tuple[str, ...] = ()

    def _operand(self, value: Any, call: str) -> Any:
        if self.statistic in ("max_value", "min_value"):
            return literal(value, f"{self}: {call}")
        return super()._operand(value, call)

    def __str__(self) -> str:
        return f"{self.statistic}({self.column}){_within(self.by)}"


@dataclass(frozen=True)
class RowCount(NumberMeasure):
    """The number of rows, of all or within each group.

    Attributes:
        by: the columns whose values make the groups; none for all rows.
    """

    by: tuple[str, ...] = ()

    def _operand(self, value: Any, call: str) -> Any:
        if isinstance(value, ForeignCount) and not self.by:
            return value
        return super()._operand(value, call)

    def __str__(self) -> str:
        return f"count(){_within(self.by)}"


@dataclass(frozen=True)
class ForeignCount(NumberMeasure):
    """The number of rows of another input.

    Attributes:
        param: the name of its parameter.
    """

    param: str

    def __str__(self) -> str:
        return f"count({self.param})"


@dataclass(frozen=True)
class Size(NumberMeasure):
    """How long each array is.

    Attributes:
        column: the column's name.
    """

    column: str

    def __str__(self) -> str:
        return f"size({self.column})"


@dataclass(frozen=True)
class Offset(NumberMeasure):
    """How many seconds each timestamp lies after now, or before.

    Attributes:
        column: the column's name.
        direction: ``from`` now or ``to`` now.
    """

    column: str
    direction: Literal["from", "to"]

    def _operand(self, value: Any, call: str) -> Any:
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < 1e12:
            raise TransformTypeError(f"{self}: {call} takes seconds, or a timedelta, from 0 on; got {value!r}.")
        return seconds

    def __str__(self) -> str:
        return f"({self.column} - now)" if self.direction == "from" else f"(now - {self.column})"


def _within(by: tuple[str, ...]) -> str:
    return f" per ({', '.join(by)})" if by else ""
