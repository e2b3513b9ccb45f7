"""Expectations about a column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from transforms.errors import TransformTypeError
from transforms.expectations.expectation import Expectation, Measure, column_name


@dataclass(frozen=True)
class Column(Measure):
    """A column of a dataset; as a measure, each of its values."""

    @property
    def name(self) -> str:
        """The column's name."""
        return str(self.arguments[0])

    def _about(self, kind: str, *arguments: Any) -> Expectation:
        return Expectation(f"col.{kind}", (self.name, *arguments))

    def _measure(self, kind: str) -> Measure:
        return Measure(f"col.{kind}", (self.name,))

    def equals_col(self, other: str) -> Expectation:
        """Expect it equal to another column, row by row."""
        return self._about("equals_col", column_name(other, "col(...).equals_col"))

    def not_equals_col(self, other: str) -> Expectation:
        """Expect it different from another column, row by row."""
        return self._about("not_equals_col", column_name(other, "col(...).not_equals_col"))

    def gt_col(self, other: str) -> Expectation:
        """Expect it above another column, row by row."""
        return self._about("gt_col", column_name(other, "col(...).gt_col"))

    def gte_col(self, other: str) -> Expectation:
        """Expect it at another column or above, row by row."""
        return self._about("gte_col", column_name(other, "col(...).gte_col"))

    def lt_col(self, other: str) -> Expectation:
        """Expect it below another column, row by row."""
        return self._about("lt_col", column_name(other, "col(...).lt_col"))

    def lte_col(self, other: str) -> Expectation:
        """Expect it at another column or below, row by row."""
        return self._about("lte_col", column_name(other, "col(...).lte_col"))

    def non_null(self) -> Expectation:
        """Expect no nulls."""
        return self._about("non_null")

    def is_null(self) -> Expectation:
        """Expect nothing but nulls."""
        return self._about("is_null")

    def is_in(self, *values: Any) -> Expectation:
        """Expect one of some values; null only if it is among them."""
        return self._about("is_in", *values)

    def is_in_foreign_col(self, foreign: Any) -> Expectation:
        """Expect values of a column of another dataset."""
        if not isinstance(foreign, Column) or foreign.kind != "dataset_ref.col":
            raise TransformTypeError(
                f"E.col(...).is_in_foreign_col takes E.dataset_ref('input').col('column'); got {foreign!r}."
            )
        return self._about("is_in_foreign_col", foreign)

    def rlike(self, pattern: str) -> Expectation:
        """Expect text with a part that matches a regular expression."""
        if not isinstance(pattern, str):
            raise TransformTypeError(f"E.col(...).rlike takes a regular expression as text; got {pattern!r}.")
        return self._about("rlike", pattern)

    def has_type(self, type: Any) -> Expectation:
        """Expect a type."""
        return self._about("has_type", type)

    def exists(self) -> Expectation:
        """Expect that there is such a column."""
        return self._about("exists")

    def array_contains(self, value: Any) -> Expectation:
        """Expect arrays that contain a value."""
        return self._about("array_contains", value)

    def is_after(self, moment: Any) -> Expectation:
        """Expect timestamps after a moment."""
        return self._about("is_after", _moment(moment, "is_after"))

    def is_before(self, moment: Any) -> Expectation:
        """Expect timestamps before a moment."""
        return self._about("is_before", _moment(moment, "is_before"))

    def is_on_or_after(self, moment: Any) -> Expectation:
        """Expect timestamps at a moment or after it."""
        return self._about("is_on_or_after", _moment(moment, "is_on_or_after"))

    def is_on_or_before(self, moment: Any) -> Expectation:
        """Expect timestamps at a moment or before it."""
        return self._about("is_on_or_before", _moment(moment, "is_on_or_before"))

    def is_after_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps after another column's plus some seconds."""
        return self._about("is_after_col", column_name(other, "col(...).is_after_col"), offset_in_seconds)

    def is_before_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps before another column's plus some seconds."""
        return self._about("is_before_col", column_name(other, "col(...).is_before_col"), offset_in_seconds)

    def is_on_or_after_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps at another column's plus some seconds, or after."""
        return self._about("is_on_or_after_col", column_name(other, "col(...).is_on_or_after_col"), offset_in_seconds)

    def is_on_or_before_col(self, other: str, offset_in_seconds: float = 0) -> Expectation:
        """Expect timestamps at another column's plus some seconds, or before."""
        return self._about("is_on_or_before_col", column_name(other, "col(...).is_on_or_before_col"), offset_in_seconds)

    def timestamp_offset_from_current_time(self) -> Measure:
        """Measure how many seconds each timestamp lies after now."""
        return self._measure("timestamp_offset_from_current_time")

    def timestamp_offset_to_current_time(self) -> Measure:
        """Measure how many seconds each timestamp lies before now."""
        return self._measure("timestamp_offset_to_current_time")

    def null_percentage(self) -> Measure:
        """Measure the share of nulls, from 0 to 1."""
        return self._measure("null_percentage")

    def null_count(self) -> Measure:
        """Measure the number of nulls."""
        return self._measure("null_count")

    def distinct_count(self) -> Measure:
        """Measure the number of different values."""
        return self._measure("distinct_count")

    def approx_distinct_count(self) -> Measure:
        """Measure about how many different values there are."""
        return self._measure("approx_distinct_count")

    def sum(self) -> Measure:
        """Measure the sum."""
        return self._measure("sum")

    def standard_deviation_sample(self) -> Measure:
        """Measure the standard deviation of a sample."""
        return self._measure("standard_deviation_sample")

    def standard_deviation_population(self) -> Measure:
        """Measure the standard deviation of a population."""
        return self._measure("standard_deviation_population")

    def max_value(self) -> Measure:
        """Measure the largest value."""
        return self._measure("max_value")

    def min_value(self) -> Measure:
        """Measure the smallest value."""
        return self._measure("min_value")

    def size(self) -> Measure:
        """Measure how long each array is."""
        return self._measure("size")


def col(name: str) -> Column:
    """Begin an expectation about a column.

    :param name: the column's name.
    :raises TransformTypeError: if it is no text.
    """
    return Column("col", (column_name(name, "col"),))


def _moment(moment: Any, where: str) -> Any:
    if not isinstance(moment, (str, datetime)):
        raise TransformTypeError(f"E.col(...).{where} takes a datetime, or one as ISO 8601 text; got {moment!r}.")
    return moment
