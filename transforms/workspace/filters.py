"""Conditions on the rows of a dataset, put together with ``&``, ``|`` and ``~``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from transforms.errors import MisuseError, UsageError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Filter:
    """A condition on rows; a row for which it is neither true nor false, as a value is null, does not meet it.

    Attributes:
        text: how it is read.
        expression: makes it an expression of Polars.
        columns: the columns that it looks at.
    """

    text: str
    expression: Callable[[], pl.Expr]
    columns: frozenset[str]

    def __repr__(self) -> str:
        return self.text

    def __and__(self, other: Filter) -> Filter:
        return self._with(other, "and", lambda: self.expression() & other.expression())

    def __or__(self, other: Filter) -> Filter:
        return self._with(other, "or", lambda: self.expression() | other.expression())

    def __invert__(self) -> Filter:
        return Filter(f"not {self.text}", lambda: ~self.expression(), self.columns)

    def __bool__(self) -> NoReturn:
        """Refuse: ``and``, ``or`` and ``not`` would take a part of it for the whole."""
        raise MisuseError(
            f"{self.text} is a condition and no value: put conditions together with & and |, and turn one with ~."
        )

    def _with(self, other: Any, word: str, expression: Callable[[], pl.Expr]) -> Filter:
        if not isinstance(other, Filter):
            raise UsageError(f"{self.text} {word} {other!r}: both sides must be conditions; put each in brackets.")
        return Filter(f"({self.text} {word} {other.text})", expression, self.columns | other.columns)


class Column:
    """A column, to be compared.

    Follows the public page transforms-python/api-dataset.

    :param name: its name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def get(cls, name: str) -> Column:
        """Return a column.

        :param name: its name.
        """
        return cls(name)

    def __repr__(self) -> str:
        return f"Column({self.name!r})"

    def __eq__(self, value: object) -> Filter:  # type: ignore[override]
        return self._compared("==", value, lambda column: column == value)

    def __ne__(self, value: object) -> Filter:  # type: ignore[override]
        return self._compared("!=", value, lambda column: column != value)

    def __gt__(self, value: Any) -> Filter:
        return self._compared(">", value, lambda column: column > value)

    def __ge__(self, value: Any) -> Filter:
        return self._compared(">=", value, lambda column: column >= value)

    def __lt__(self, value: Any) -> Filter:
        return self._compared("<", value, lambda column: column < value)

    def __le__(self, value: Any) -> Filter:
        return self._compared("<=", value, lambda column: column <= value)

    __hash__ = object.__hash__

    def isnull(self) -> Filter:
        """Return the condition that there is no value."""
        return self._where(f"{self.name} is null", lambda column: column.is_null())

    def isin(self, *values: Any) -> Filter:
        """Return the condition that the value is one of some.

        :param values: the values, or one list of them.
        """
        is_list = len(values) == 1 and isinstance(values[0], Iterable) and not isinstance(values[0], (str, bytes))
        known = list(values[0]) if is_list else list(values)
        return self._where(f"{self.name} is in {known}", lambda column: column.is_in(known))

    def between(self, lower: Any, upper: Any) -> Filter:
        """Return the condition that the value is between two others, or is one of them.

        :param lower: the least.
        :param upper: the greatest.
        """
        return self._where(
            f"{self.name} is between {lower!r} and {upper!r}", lambda column: column.is_between(lower, upper)
        )

    def _compared(self, sign: str, value: Any, compare: Callable[[Any], Any]) -> Filter:
        return self._where(f"{self.name} {sign} {value!r}", compare)

    def _where(self, text: str, condition: Callable[[Any], Any]) -> Filter:
        def expression() -> pl.Expr:
            import polars as pl

            found: pl.Expr = condition(pl.col(self.name))
            return found

        return Filter(text, expression, frozenset({self.name}))
