"""Expectations about a column: what ``E.col`` and ``E.group_by(...).col`` offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from transforms.errors import TransformTypeError
from transforms.expectations.declared_types import checked_type
from transforms.expectations.expectation import Comparison, Expectation, Measure, Operator, column_name, literal
from transforms.expectations.measures import Offset, Property, Size, Statistic
from transforms.expectations.rows import (
    ColumnComparison,
    Contains,
    ForeignMembership,
    IsNull,
    Matches,
    Membership,
)
from transforms.expectations.schemas import Exists, HasType


@dataclass(frozen=True)
class Properties:
    """The statistics of a column.

    Attributes:
        name: the column's name.
        by: the columns whose values make the groups within which they are taken; none for all rows.
    """

    name: str
    by: tuple[str, ...] = ()

    def _property(self, statistic: Statistic) -> Measure:
        return Property(self.name, statistic, self.by)

    def null_percentage(self) -> Measure:
        """Measure the share of nulls, from 0 to 1; 0 where there are no rows."""
        return self._property("null_percentage")

    def null_count(self) -> Measure:
        """Measure the number of nulls."""
        return self._property("null_count")

    def distinct_count(self) -> Measure:
        """Measure the number of different values; null is none."""
        return self._property("distinct_count")

    def approx_distinct_count(self) -> Measure:
        """Measure about how many different values there are, within 5 percent as a rule."""
        return self._property("approx_distinct_count")

    def sum(self) -> Measure:
        """Measure the sum; 0 where there are no values."""
        return self._property("sum")

    def standard_deviation_sample(self) -> Measure:
        """Measure the standard deviation of a sample; of fewer than two values there is none, which passes."""
        return self._property("standard_deviation_sample")

    def standard_deviation_population(self) -> Measure:
        """Measure the standard deviation of a population; of no values there is none, which passes."""
        return self._property("standard_deviation_population")

    def max_value(self) -> Measure:
        """Measure the largest value; of no values there is none, which passes."""
        return self._property("max_value")

    def min_value(self) -> Measure:
        """Measure the smallest value; of no values there is none, which passes."""
        return self._property("min_value")


@dataclass(frozen=True)
class ForeignColumn:
    """A column of another input.

    Attributes:
        param: the name of the input's parameter.
        name: the column's name.
    """

    param: str
    name: str


@dataclass(frozen=True)
class Column(Properties, Measure):
    """A column of a dataset; as a measure, each of its values."""

    def equals_col(self, other: str) -> Expectation:
        """Expect it equal to another column, row by row; null passes."""
        return self._beside("==", other, "equals_col")

    def not_equals_col(self, other: str) -> Expectation:
        """Expect it different from another column, row by row; null passes."""
        return self._beside("!=", other, "not_equals_col")

    def gt_col(self, other: str) -> Expectation:
        """Expect it above another column, row by row; null passes."""
        return self._beside(">", other, "gt_col")

    def gte_col(self, other: str) -> Expectation:
        """Expect it at another column or above, row by row; null passes."""
        return self._beside(">=", other, "gte_col")

    def lt_col(self, other: str) -> Expectation:
        """Expect it below another column, row by row; null passes."""
        return self._beside("<", other, "lt_col")

    def lte_col(self, other: str) -> Expectation:
        """Expect it at another column or below, row by row; null passes."""
        return self._beside("<=", other, "lte_col")

    def non_null(self) -> Expectation:
        """Expect no nulls."""
        return IsNull(self.name, False)

    def is_null(self) -> Expectation:
        """Expect nothing but nulls."""
        return IsNull(self.name, True)

    def is_in(self, *values: Any) -> Expectation:
        """Expect one of some values, of an array in each element; null only if it is among them."""
        known = tuple(literal(value, f"{self}: is_in") for value in values if value is not None)
        return Membership(self.name, known, None in values)

    def is_in_foreign_col(self, foreign: Any) -> Expectation:
        """Expect values of a column of another dataset; null passes."""
        if not isinstance(foreign, ForeignColumn):
            raise TransformTypeError(
                f"E.col(...).is_in_foreign_col takes E.dataset_ref('input').col('column'); got {foreign!r}."
            )
        return ForeignMembership(self.name, foreign.param, foreign.name)

    def rlike(self, pattern: str) -> Expectation:
        """Expect text with a part that matches a regular expression; null passes."""
        if not isinstance(pattern, str):
            raise TransformTypeError(f"E.col(...).rlike takes a regular expression as text; got {pattern!r}.")
        return Matches(self.name, pattern)

    def has_type(self, type: Any) -> Expectation:
        """Expect a type.

        :param type: a type of Polars or of Spark.
        """
        return HasType(self.name, checked_type(type, f"{self}: has_type"))

    def exists(self) -> Expectation:
        """Expect that there is such a column."""
        return Exists(self.name)

    def array_contains(self, value: Any) -> Expectation:
        """Expect arrays that contain a value; an array that is null passes."""
        return Contains(self.name, literal(value, f"{self}: array_contains"))

    def is_after(self, moment: Any) -> Expectation:
        """Expect timestamps after a moment; null passes."""
        return Comparison(Moment(self.name), ">", _moment(moment, "is_after"))

    def is_before(self, moment: Any) -> Expectation:
        """Expect timestamps before a moment; null passes."""
        return Comparison(Moment(self.name), "<", _moment(moment, "is_before"))

    def is_on_or_after(self, moment: Any) -> Expectation:
        """Expect timestamps at a moment or after it; null passes."""
        return Comparison(Moment(self.name), ">=", _moment(moment, "is_on_or_after"))

    def is_on_or_before(self, moment: Any) -> Expectation:
        """Expect timestamps at a moment or before it; null passes."""
        return Comparison(Moment(self.name), "<=", _moment(moment, "is_on_or_before"))

    def is_after_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps after another column's plus some seconds; null passes."""
        return self._beside(">", other, "is_after_col", offset_in_seconds)

    def is_before_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps before another column's plus some seconds; null passes."""
        return self._beside("<", other, "is_before_col", offset_in_seconds)

    def is_on_or_after_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps at another column's plus some seconds, or after; null passes."""
        return self._beside(">=", other, "is_on_or_after_col", offset_in_seconds)

    def is_on_or_before_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps at another column's plus some seconds, or before; null passes."""
        return self._beside("<=", other, "is_on_or_before_col", offset_in_seconds)

    def timestamp_offset_from_current_time(self) -> Measure:
        """Measure how many seconds each timestamp lies after now."""
        return Offset(self.name, "from")

    def timestamp_offset_to_current_time(self) -> Measure:
        """Measure how many seconds each timestamp lies before now."""
        return Offset(self.name, "to")

    def size(self) -> Measure:
        """Measure how long each array is."""
        return Size(self.name)

    def _beside(self, operator: Operator, other: str, call: str, seconds: float | None = None) -> Expectation:
        if seconds is not None and (
            isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not abs(seconds) < 1e12
        ):
            raise TransformTypeError(f"E.col(...).{call} takes an offset in seconds; got {seconds!r}.")
        return ColumnComparison(self.name, operator, column_name(other, f"col(...).{call}"), seconds)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Moment(Measure):
    """Each value of a column of timestamps.

    Attributes:
        name: the column's name.
    """

    name: str

    def __str__(self) -> str:
        return self.name


def col(name: str) -> Column:
    """Begin an expectation about a column.

    :param name: the column's name.
    :raises TransformTypeError: if it is no text.
    """
    return Column(column_name(name, "col"))


def _moment(moment: Any, where: str) -> datetime:
    """Return a moment with its time zone, UTC where it names none."""
    try:
        read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        read = None
    if not isinstance(read, datetime):
        raise TransformTypeError(f"E.col(...).{where} takes a datetime, or one as ISO 8601 text; got {moment!r}.")
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
