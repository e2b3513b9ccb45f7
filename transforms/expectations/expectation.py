"""What every expectation is: a name and its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.errors import TransformTypeError


@dataclass(frozen=True, repr=False)
class Expectation:
    """Something that data should be.

    Attributes:
        kind: what it expects.
        arguments: of what.
    """

    kind: str
    arguments: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(map(repr, self.arguments))})"


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


@dataclass(frozen=True)
class Measure:
    """A number taken of data, to be compared.

    Attributes:
        kind: what is taken.
        arguments: of what.
    """

    kind: str
    arguments: tuple[Any, ...] = ()

    def equals(self, value: Any) -> Expectation:
        """Expect it to be a value."""
        return self._compared("equals", value)

    def not_equals(self, value: Any) -> Expectation:
        """Expect it to be another value."""
        return self._compared("not_equals", value)

    def gt(self, value: Any) -> Expectation:
        """Expect it above a value."""
        return self._compared("gt", value)

    def gte(self, value: Any) -> Expectation:
        """Expect it at a value or above."""
        return self._compared("gte", value)

    def lt(self, value: Any) -> Expectation:
        """Expect it below a value."""
        return self._compared("lt", value)

    def lte(self, value: Any) -> Expectation:
        """Expect it at a value or below."""
        return self._compared("lte", value)

    def _compared(self, comparison: str, value: Any) -> Expectation:
        return Expectation(f"{self.kind}.{comparison}", (*self.arguments, value))
