"""Columns that the checks of an input name."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.expectations.columns import Column as ComparedColumn
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation
from transforms.expectations.parts import columns_of, leaves
from transforms.expectations.rows import Matches, Membership
from transforms.expectations.schemas import HasType, SchemaIs
from transforms.spec.checks import Check
from transforms.spec.reveal.columns import Revealed


def read_checks(checks: Iterable[Check], revealed: Revealed) -> None:
    """Note the columns that checks name, with the types and values that they ask for."""
    for check in checks:
        for leaf in leaves(check.expectation):
            _read_leaf(leaf, revealed)


def _read_leaf(leaf: Expectation, revealed: Revealed) -> None:
    if isinstance(leaf, SchemaIs):
        for name, type in leaf.columns if leaf.kind != "is_subset_of" else ():
            revealed.column(name).declare(type)
        return
    for name in columns_of(leaf):
        column = revealed.column(name)
        if isinstance(leaf, HasType):
            column.declare(leaf.type)
        elif isinstance(leaf, Matches):
            column.note_use("string")
        elif isinstance(leaf, Membership):
            column.compare(leaf.values)
        elif isinstance(leaf, Comparison) and isinstance(leaf.measure, ComparedColumn):
            column.compare([leaf.value])
        elif isinstance(leaf, Unique):
            column.is_key |= len(leaf.columns) == 1
