"""What an expectation consists of: its parts, the columns it reads, the other inputs it names."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.expectations.columns import Column, Moment
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation
from transforms.expectations.logic import All, AnyOf, Conditional, Not
from transforms.expectations.measures import ForeignCount, Offset, Property, RowCount, Size
from transforms.expectations.rows import ColumnComparison, ForeignMembership
from transforms.expectations.schemas import Exists, HasType, SchemaIs


def leaves(expectation: Expectation) -> Iterator[Expectation]:
    """Return everything in an expectation that is not made of others."""
    if isinstance(expectation, (All, AnyOf)):
        parts: tuple[Expectation, ...] = expectation.parts
    elif isinstance(expectation, Not):
        parts = (expectation.part,)
    elif isinstance(expectation, Conditional):
        parts = (expectation.condition, expectation.then, expectation.otherwise)
    else:
        yield expectation
        return
    for part in parts:
        yield from leaves(part)


def columns_of(expectation: Expectation) -> tuple[str, ...]:
    """Return the columns whose values an expectation reads, each once."""
    return tuple(dict.fromkeys(name for leaf in leaves(expectation) for name in _read(leaf)))


def _read(leaf: Expectation) -> tuple[str, ...]:
    if isinstance(leaf, Comparison):
        measure = leaf.measure
        if isinstance(measure, (Column, Moment)):
            return (measure.name,)
        if isinstance(measure, Property):
            return (*measure.by, measure.column)
        if isinstance(measure, (Size, Offset)):
            return (measure.column,)
        return measure.by if isinstance(measure, RowCount) else ()
    if isinstance(leaf, ColumnComparison):
        return (leaf.column, leaf.other)
    if isinstance(leaf, Unique):
        return leaf.columns
    column = getattr(leaf, "column", None)
    return () if column is None else (column,)


def references(expectation: Expectation) -> tuple[str, ...]:
    """Return the parameters of the other inputs that an expectation names, each once."""
    found: dict[str, None] = {}
    for leaf in leaves(expectation):
        if isinstance(leaf, ForeignMembership):
            found[leaf.param] = None
        elif isinstance(leaf, Comparison):
            for operand in (leaf.measure, leaf.value):
                if isinstance(operand, ForeignCount):
                    found[operand.param] = None
    return tuple(found)


def is_about_rows(leaf: Expectation) -> bool:
    """Tell whether what is no combination of others is decided row by row, and not by many rows together."""
    if isinstance(leaf, Comparison):
        return not isinstance(leaf.measure, (Property, RowCount, ForeignCount))
    return not isinstance(leaf, Unique)


def is_of_its_dataset(expectation: Expectation) -> bool:
    """Tell whether a dataset alone decides, so that what was found of a version holds of it for good."""
    by_time = any(isinstance(leaf, Comparison) and isinstance(leaf.measure, Offset) for leaf in leaves(expectation))
    return not by_time and not references(expectation)


def outlasts(expectation: Expectation) -> bool:
    """Tell whether rows that passed do so for good, whatever rows and columns are added to them.

    Not where many rows decide, or the time, another dataset or the columns that there are.
    """
    found = list(leaves(expectation))
    by_columns = any(isinstance(leaf, (Exists, HasType, SchemaIs)) for leaf in found)
    return all(map(is_about_rows, found)) and not by_columns and is_of_its_dataset(expectation)
