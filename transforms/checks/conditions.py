"""Conditions about each row in the language of an engine: the rules for nulls are here, once for all engines.

A condition is true or false, never null: comparing with null passes, so that ``not`` and ``if`` mean what they say.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Protocol

from transforms.expectations.columns import Column
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation, Operator
from transforms.expectations.logic import All, AnyOf, Conditional, Constant, Not
from transforms.expectations.measures import Size
from transforms.expectations.rows import ColumnComparison, Contains, ForeignMembership, IsNull, Matches, Membership

COMPARE: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPPOSITE: Mapping[Operator, Operator] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Language(Protocol):
    """How an engine spells what it works out for each row. What it returns can be combined by ``&``, ``|`` and ``~``."""

    def column(self, name: str) -> Any:
        """Return a column."""

    def literal(self, value: Any) -> Any:
        """Return a value."""

    def constant(self, truth: bool) -> Any:
        """Return a truth."""

    def is_null(self, operand: Any) -> Any:
        """Return whether something is null."""

    def is_one_of(self, column: str, values: Sequence[Any]) -> Any:
        """Return whether a column has one of some values."""

    def elements_are_of(self, column: str, values: Sequence[Any], takes_null: bool) -> Any:
        """Return whether each element of an array is one of some values."""

    def is_array(self, column: str) -> bool:
        """Return whether a column is one of arrays."""

    def size(self, column: str) -> Any:
        """Return how long an array is."""

    def contains(self, column: str, value: Any) -> Any:
        """Return whether an array has a value."""

    def matches(self, column: str, pattern: str) -> Any:
        """Return whether a part of a text matches a regular expression."""

    def later(self, column: str, seconds: float) -> Any:
        """Return the moment some seconds after a column's."""

    def is_foreign(self, leaf: ForeignMembership) -> Any:
        """Return whether a column's value is one of another input's column."""

    def measured(self, leaf: Comparison | Unique) -> Any:
        """Return what was measured of a group; of a key, how many rows have it."""


def condition(expectation: Expectation, say: Language) -> Any:
    """Return whether each row, or each group, is as expected.

    :param expectation: what is expected, with columns that are there and values that fit.
    :param say: the engine's language.
    """
    return _CONDITIONS[type(expectation)](expectation, say)


def failing(expectation: Expectation, say: Language) -> Any:
    """Return whether each row, or each group, is not as expected; null, too, where it is.

    Most expectations hold of most rows, so what engines take null for where they count and filter is made use of: a
    comparison is turned around, rather than asked together with what is null.
    """
    turn = _FAILING.get(type(expectation))
    return turn(expectation, say) if turn else ~condition(expectation, say)


def _some_failing(part: All, say: Language) -> Any:
    return reduce(operator.or_, (failing(one, say) for one in part.parts))


def _all_failing(part: AnyOf, say: Language) -> Any:
    return reduce(operator.and_, (failing(one, say) for one in part.parts))


def _all(part: All, say: Language) -> Any:
    return reduce(operator.and_, (condition(one, say) for one in part.parts), say.constant(True))


def _any(part: AnyOf, say: Language) -> Any:
    return reduce(operator.or_, (condition(one, say) for one in part.parts), say.constant(False))


def _conditional(part: Conditional, say: Language) -> Any:
    decides = condition(part.condition, say)
    return (decides & condition(part.then, say)) | (~decides & condition(part.otherwise, say))


def _failing_conditional(part: Conditional, say: Language) -> Any:
    decides = condition(part.condition, say)
    return (decides & failing(part.then, say)) | (~decides & failing(part.otherwise, say))


def _operand(part: Comparison, say: Language) -> Any:
    if isinstance(part.measure, Column):
        return say.column(part.measure.name)
    return say.size(part.measure.column) if isinstance(part.measure, Size) else say.measured(part)


def _comparison(part: Comparison, say: Language) -> Any:
    operand = _operand(part, say)
    return say.is_null(operand) | COMPARE[part.operator](operand, say.literal(part.value))


def _failing_comparison(part: Comparison, say: Language) -> Any:
    return COMPARE[_OPPOSITE[part.operator]](_operand(part, say), say.literal(part.value))


def _unique(part: Unique, say: Language) -> Any:
    alone = say.measured(part) == 1
    if part.takes_null:
        return alone
    return alone & ~reduce(operator.or_, (say.is_null(say.column(name)) for name in part.columns))


def _both(part: ColumnComparison, say: Language) -> tuple[Any, Any]:
    other = say.later(part.other, part.seconds) if part.seconds else say.column(part.other)
    return say.column(part.column), other


def _beside(part: ColumnComparison, say: Language) -> Any:
    one, other = _both(part, say)
    return say.is_null(one) | say.is_null(other) | COMPARE[part.operator](one, other)


def _failing_beside(part: ColumnComparison, say: Language) -> Any:
    return COMPARE[_OPPOSITE[part.operator]](*_both(part, say))


def _is_null(part: IsNull, say: Language) -> Any:
    found = say.is_null(say.column(part.column))
    return found if part.wanted else ~found


def _membership(part: Membership, say: Language) -> Any:
    missing = say.is_null(say.column(part.column))
    if say.is_array(part.column):
        found = say.elements_are_of(part.column, part.values, part.takes_null)
    elif part.values:
        found = say.is_one_of(part.column, part.values)
    else:
        found = say.constant(False)
    return (missing | found) if part.takes_null else (~missing & (missing | found))


def _foreign(part: ForeignMembership, say: Language) -> Any:
    return say.is_null(say.column(part.column)) | say.is_foreign(part)


def _matches(part: Matches, say: Language) -> Any:
    return say.is_null(say.column(part.column)) | say.matches(part.column, part.pattern)


def _contains(part: Contains, say: Language) -> Any:
    return say.is_null(say.column(part.column)) | say.contains(part.column, part.value)


_CONDITIONS: Mapping[type, Callable[[Any, Language], Any]] = {
    Constant: lambda part, say: say.constant(part.holds),
    All: _all,
    AnyOf: _any,
    Not: lambda part, say: ~condition(part.part, say),
    Conditional: _conditional,
    Comparison: _comparison,
    Unique: _unique,
    ColumnComparison: _beside,
    IsNull: _is_null,
    Membership: _membership,
    ForeignMembership: _foreign,
    Matches: _matches,
    Contains: _contains,
}
_FAILING: Mapping[type, Callable[[Any, Language], Any]] = {
    All: _some_failing,
    AnyOf: _all_failing,
    Not: lambda part, say: condition(part.part, say),
    Conditional: _failing_conditional,
    Comparison: _failing_comparison,
    ColumnComparison: _failing_beside,
    Matches: lambda part, say: ~say.matches(part.column, part.pattern),
}
