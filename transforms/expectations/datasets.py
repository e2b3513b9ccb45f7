"""Expectations about whole datasets, groups of rows and schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from transforms.errors import DeclarationError, TransformTypeError
from transforms.expectations.columns import ForeignColumn, Properties
from transforms.expectations.declared_types import checked_type
from transforms.expectations.expectation import Expectation, Measure, column_name
from transforms.expectations.measures import ForeignCount, RowCount
from transforms.expectations.schemas import SchemaIs


@dataclass(frozen=True)
class Unique(Expectation):
    """No two rows agree in some columns.

    Attributes:
        columns: the names of those columns; none: there is one row at most.
        takes_null: whether the columns may be null.
    """

    columns: tuple[str, ...]
    takes_null: bool

    def __str__(self) -> str:
        key = ", ".join(self.columns)
        return f"({key}) is unique" if self.takes_null else f"({key}) is a primary key: unique and not null"


def count() -> Measure:
    """Begin an expectation about the number of rows."""
    return RowCount()


def primary_key(*columns: str) -> Expectation:
    """Expect columns without nulls that together tell every row apart."""
    if not columns:
        raise DeclarationError("E.primary_key takes the name of at least one column; got none.")
    return Unique(tuple(column_name(name, "primary_key") for name in columns), False)


@dataclass(frozen=True)
class Group:
    """Rows that agree in some columns; without columns, all rows.

    Attributes:
        columns: the names of those columns.
    """

    columns: tuple[str, ...]

    def is_unique(self) -> Expectation:
        """Expect one row in each group."""
        return Unique(self.columns, True)

    def count(self) -> Measure:
        """Measure how many rows each group has."""
        return RowCount(self.columns)

    def col(self, name: str) -> Properties:
        """Begin an expectation about a statistic of a column within each group."""
        return Properties(column_name(name, "group_by(...).col"), self.columns)


def group_by(*columns: str) -> Group:
    """Begin an expectation about groups of rows."""
    return Group(tuple(dict.fromkeys(column_name(name, "group_by") for name in columns)))


@dataclass(frozen=True)
class Schema:
    """The columns of a dataset and their types."""

    def contains(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect these columns, and perhaps more."""
        return _about_schema("contains", columns)

    def equals(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect exactly these columns."""
        return _about_schema("equals", columns)

    def is_subset_of(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect no other columns than these."""
        return _about_schema("is_subset_of", columns)


def _about_schema(kind: Literal["contains", "equals", "is_subset_of"], columns: Any) -> Expectation:
    if not isinstance(columns, Mapping):
        raise TransformTypeError(f"E.schema().{kind} takes a dict of columns and their types; got {columns!r}.")
    where = f"schema().{kind}"
    return SchemaIs(
        kind, tuple((column_name(name, where), checked_type(t, f"E.{where}: {name}")) for name, t in columns.items())
    )


def schema() -> Schema:
    """Begin an expectation about the columns and their types."""
    return Schema()


@dataclass(frozen=True)
class DatasetRef:
    """Another input of the same transform.

    Attributes:
        param: the name of its parameter.
    """

    param: str

    def col(self, name: str) -> ForeignColumn:
        """Name a column of it."""
        return ForeignColumn(self.param, column_name(name, "dataset_ref(...).col"))

    def count(self) -> Measure:
        """Measure how many rows it has."""
        return ForeignCount(self.param)


def dataset_ref(param: str) -> DatasetRef:
    """Name another input by its parameter."""
    if not isinstance(param, str):
        raise TransformTypeError(f"E.dataset_ref takes the name of an input's parameter; got {param!r}.")
    return DatasetRef(param)
