"""Expectations about the values in each row, other than comparisons with a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.expectations.expectation import Expectation, Operator, shown


@dataclass(frozen=True)
class IsNull(Expectation):
    """A column is null, or is not.

    Attributes:
        column: the column's name.
        wanted: whether it should be.
    """

    column: str
    wanted: bool

    def __str__(self) -> str:
        return f"{self.column} is {'' if self.wanted else 'not '}null"


@dataclass(frozen=True)
class ColumnComparison(Expectation):
    """A column stands in a relation to another one of the same row; where one is null, it passes.

    Attributes:
        column: the column's name.
        operator: the relation.
        other: the other column's name.
        seconds: what is added to the other, where both are timestamps; None for other columns.
    """

    column: str
    operator: Operator
    other: str
    seconds: float | None = None

    def __str__(self) -> str:
        added = f" + {self.seconds:g} s" if self.seconds else ""
        return f"{self.column} {self.operator} {self.other}{added}"


@dataclass(frozen=True)
class Membership(Expectation):
    """A column has one of some values; of an array, each element. Null fails unless it is one of them.

    Attributes:
        column: the column's name.
        values: the values, without null.
        takes_null: whether null is one.
    """

    column: str
    values: tuple[Any, ...]
    takes_null: bool

    def __str__(self) -> str:
        named = [shown(value) for value in self.values] + ["null"] * self.takes_null
        return f"{self.column} in ({', '.join(named)})"


@dataclass(frozen=True)
class ForeignMembership(Expectation):
    """A column has values that a column of another input has; null passes.

    Attributes:
        column: the column's name.
        param: the name of the other input's parameter.
        foreign: the name of its column.
    """

    column: str
    param: str
    foreign: str

    def __str__(self) -> str:
        return f"{self.column} in {self.param}.{self.foreign}"


@dataclass(frozen=True)
class Matches(Expectation):
    """A part of a text matches a regular expression; null passes.

    Attributes:
        column: the column's name.
        pattern: the regular expression.
    """

    column: str
    pattern: str

    def __str__(self) -> str:
        return f"{self.column} matches {self.pattern!r}"


@dataclass(frozen=True)
class Contains(Expectation):
    """An array contains a value; an array that is null passes.

    Attributes:
        column: the column's name.
        value: the value.
    """

    column: str
    value: Any

    def __str__(self) -> str:
        return f"{self.column} contains {shown(self.value)}"
