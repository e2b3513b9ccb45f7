"""Expectations about whole datasets, groups of rows and schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transforms.errors import TransformTypeError
from transforms.expectations.columns import Column
from transforms.expectations.expectation import Expectation, Measure, column_name


def count() -> Measure:
    """Begin an expectation about the number of rows."""
    return Measure("count")


def primary_key(*columns: str) -> Expectation:
    """Expect columns without nulls that together tell every row apart."""
    return Expectation("primary_key", tuple(column_name(name, "primary_key") for name in columns))


@dataclass(frozen=True)
class Group:
    """Rows that agree in some columns; without columns, all rows.

    Attributes:
        columns: the names of those columns.
    """

    columns: tuple[str, ...]

    def is_unique(self) -> Expectation:
        """Expect one row in each group."""
        return Expectation("group_by.is_unique", self.columns)

    def count(self) -> Measure:
        """Measure how many rows each group has."""
        return Measure("group_by.count", self.columns)

    def col(self, name: str) -> Column:
        """Begin an expectation about a column within each group."""
        return Column("group_by.col", (column_name(name, "group_by(...).col"), *self.columns))


def group_by(*columns: str) -> Group:
    """Begin an expectation about groups of rows."""
    return Group(tuple(column_name(name, "group_by") for name in columns))


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


def _about_schema(kind: str, columns: Any) -> Expectation:
    if not isinstance(columns, Mapping):
        raise TransformTypeError(f"E.schema().{kind} takes a dict of columns and their types; got {columns!r}.")
    return Expectation(f"schema.{kind}", tuple(columns.items()))


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

    def col(self, name: str) -> Column:
        """Name a column of it."""
        return Column("dataset_ref.col", (column_name(name, "dataset_ref(...).col"), self.param))

    def count(self) -> Measure:
        """Measure how many rows it has."""
        return Measure("dataset_ref.count", (self.param,))


def dataset_ref(param: str) -> DatasetRef:
    """Name another input by its parameter."""
    if not isinstance(param, str):
        raise TransformTypeError(f"E.dataset_ref takes the name of an input's parameter; got {param!r}.")
    return DatasetRef(param)
