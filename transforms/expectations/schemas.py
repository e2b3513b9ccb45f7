"""Expectations about columns and their types, which the schema of a dataset alone decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from transforms.expectations.expectation import Expectation


@dataclass(frozen=True)
class Exists(Expectation):
    """There is such a column.

    Attributes:
        column: the column's name.
    """

    column: str

    def __str__(self) -> str:
        return f"there is a column {self.column}"


@dataclass(frozen=True)
class HasType(Expectation):
    """A column is there and has a type.

    Attributes:
        column: the column's name.
        type: a type of Polars or of Spark.
    """

    column: str
    type: Any

    def __str__(self) -> str:
        return f"{self.column} has type {self.type!r}"


@dataclass(frozen=True)
class SchemaIs(Expectation):
    """The columns and their types are what is declared, in whatever order.

    Attributes:
        kind: ``contains`` these and perhaps more, ``equals``, or ``is_subset_of`` these.
        columns: the name and the type of each column.
    """

    kind: Literal["contains", "equals", "is_subset_of"]
    columns: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"schema {self.kind} {{{', '.join(f'{name}: {type!r}' for name, type in self.columns)}}}"
