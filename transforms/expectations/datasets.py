"""Expectations about whole datasets, groups of rows and schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transforms.expectations.columns import Column
from transforms.expectations.expectation import Expectation, Measure


def count() -> Measure:
    """Begin an expectation about the number of rows."""
    return Measure("count")


def primary_key(*columns: str) -> Expectation:
    """Expect columns without nulls that together tell every row apart."""
    return Expectation("primary_key", columns)


@dataclass(frozen=True)
class Group:
    """Rows that agree in some columns; without columns, all rows."""

    columns: tuple[str, ...]

    def is_unique(self) -> Expectation:
        """Expect one row in each group."""
        return Expectation("group_by.is_unique", self.columns)

    def count(self) -> Measure:
        """Measure how many rows each group has."""
        return Measure("group_by.count", self.columns)

    def col(self, name: str) -> Column:
        """Begin an expectation about a column within each group."""
        return Column("group_by.col", (name, *self.columns))


def group_by(*columns: str) -> Group:
    """Begin an expectation about groups of rows."""
    return Group(columns)


@dataclass(frozen=True)
class Schema:
    """The columns of a dataset and their types."""

    def contains(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect these columns, and perhaps more."""
        return Expectation("schema.contains", tuple(columns.items()))

    def equals(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect exactly these columns."""
        return Expectation("schema.equals", tuple(columns.items()))

    def is_subset_of(self, columns: Mapping[str, Any]) -> Expectation:
        """Expect no other columns than these."""
        return Expectation("schema.is_subset_of", tuple(columns.items()))


def schema() -> Schema:
    """Begin an expectation about the columns and their types."""
    return Schema()


@dataclass(frozen=True)
class DatasetRef:
    """Another input of the same transform."""

    param: str

    def col(self, name: str) -> Column:
        """Name a column of it."""
        return Column("dataset_ref.col", (name, self.param))

    def count(self) -> Measure:
        """Measure how many rows it has."""
        return Measure("dataset_ref.count", (self.param,))


def dataset_ref(param: str) -> DatasetRef:
    """Name another input by its parameter."""
    return DatasetRef(param)
