"""What every expectation is, and what may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from transforms.errors import TransformTypeError

Operator = Literal["==", "!=", "<", "<=", ">", ">="]

_LITERALS = (bool, int, float, Decimal, str, date, datetime)


class Expectation:
    """Something that data should be; as text, what that is in words."""


@dataclass(frozen=True)
class Measure:
    """Something that is taken of data, to be compared."""

    def equals(self, value: Any) -> Expectation:
        """Expect it to be a value; null passes."""
        return self._compared("==", value, "equals")

    def not_equals(self, value: Any) -> Expectation:
        """Expect it to be another value; null passes."""
        return self._compared("!=", value, "not_equals")

    def gt(self, value: Any) -> Expectation:
        """Expect it above a value; null passes."""
        return self._compared(">", value, "gt")

    def gte(self, value: Any) -> Expectation:
        """Expect it at a value or above; null passes."""
        return self._compared(">=", value, "gte")

    def lt(self, value: Any) -> Expectation:
        """Expect it below a value; null passes."""
        return self._compared("<", value, "lt")

    def lte(self, value: Any) -> Expectation:
        """Expect it at a value or below; null passes."""
        return self._compared("<=", value, "lte")

    def _compared(self, operator: Operator, value: Any, call: str) -> Expectation:
        return Comparison(self, operator, self._operand(value, call))

    def _operand(self, value: Any, call: str) -> Any:
        return literal(value, f"{self}: {call}")


@dataclass(frozen=True)
class NumberMeasure(Measure):
    """A measure that is a number, whatever it is taken of."""

    def _operand(self, value: Any, call: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise TransformTypeError(f"{self}: {call} takes a number; got {value!r}.")
        return value


@dataclass(frozen=True)
class Comparison(Expectation):
    """What is measured stands in a relation to a value.

    Attributes:
        measure: what is measured.
        operator: the relation.
        value: the value; for a number of rows also another dataset's.
    """

    measure: Measure
    operator: Operator
    value: Any

    def __str__(self) -> str:
        return f"{self.measure} {self.operator} {shown(self.value)}"


def literal(value: Any, call: str) -> Any:
    """Return a value to compare with.

    :raises TransformTypeError: if there is no column of such values.
    """
    if not isinstance(value, _LITERALS):
        instead = "; use is_null() for nulls" if value is None else ""
        raise TransformTypeError(f"{call} takes a number, a text, a truth, a date or a time; got {value!r}{instead}.")
    return value


def shown(value: Any) -> str:
    """Return a value as messages have it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    return str(value) if isinstance(value, (Measure, Decimal)) else repr(value)


def checked(expectations: tuple[Any, ...], where: str) -> tuple[Expectation, ...]:
    """Return expectations.

    :raises TransformTypeError: if one of them is something else.
    """
    for expectation in expectations:
        if not isinstance(expectation, Expectation):
            raise TransformTypeError(f"E.{where} takes expectations; got {expectation!r}.")
    return expectations


def column_name(name: Any, where: str) -> str:
    """Return the name of a column.

    :raises TransformTypeError: if it is no text.
    """
    if not isinstance(name, str):
        raise TransformTypeError(f"E.{where} takes the name of a column; got {name!r}.")
    return name
