"""Expectations with all that the schema decides decided: what is left is a question to rows.

Columns and values are checked here and not before, so that ``E.when(E.col("x").exists(), ...)`` can ask about a column that
need not be there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from transforms.checks.column_types import has_type, kind_of, type_text
from transforms.checks.facts import Facts
from transforms.checks.literals import check_comparable, comparable, moved
from transforms.errors import DataError
from transforms.expectations.columns import Column, Moment
from transforms.expectations.datasets import Unique
from transforms.expectations.expectation import Comparison, Expectation, Operator
from transforms.expectations.logic import All, AnyOf, Conditional, Constant, Not
from transforms.expectations.measures import ForeignCount, Offset, Property, RowCount, Size
from transforms.expectations.rows import ColumnComparison, Contains, ForeignMembership, IsNull, Matches, Membership
from transforms.expectations.schemas import Exists, HasType, SchemaIs

_NUMBERS_ONLY = ("sum", "standard_deviation_sample", "standard_deviation_population")
_TURNED: Mapping[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DECIDED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "==": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


def holds(measured: Any, operator: Operator, value: Any) -> bool:
    """Tell whether something measured stands in a relation to a value; what there is none of does."""
    return measured is None or _DECIDED[operator](_ordered(measured), _ordered(value))


def _ordered(value: Any) -> tuple[bool, Any]:
    """Return a value with its place among others: NaN is above all numbers and equal to itself, as it is in rows."""
    return (True, 0) if isinstance(value, float) and math.isnan(value) else (False, value)


def resolved(expectation: Expectation, facts: Facts) -> Expectation:
    """Return an expectation whose columns are there and whose values are comparable with them.

    :param expectation: what an author declared.
    :param facts: what is known of the dataset.
    :returns: an expectation that holds of the same rows; a constant where no row need be read.
    :raises DataError: if it reads a column that is not there, or compares one with a value of another kind.
    """
    if isinstance(expectation, (All, AnyOf, Not, Conditional)):
        return _LOGIC[type(expectation)](expectation, partial(resolved, facts=facts))
    if isinstance(expectation, Constant):
        return expectation
    return _LEAVES[type(expectation)](expectation, facts)


def substituted(expectation: Expectation, known: Mapping[Expectation, bool]) -> Expectation:
    """Return an expectation in which some parts are known to hold, or not to.

    :param expectation: what :func:`resolved` returned.
    :param known: whether each part holds.
    """
    if isinstance(expectation, (All, AnyOf, Not, Conditional)):
        return _LOGIC[type(expectation)](expectation, partial(substituted, known=known))
    return Constant(known[expectation]) if expectation in known else expectation


_Step = Callable[[Expectation], Expectation]


def _all(expectation: All, step: _Step) -> Expectation:
    parts: list[Expectation] = []
    for part in map(step, expectation.parts):
        if part == Constant(False):
            return part
        parts.extend(part.parts if isinstance(part, All) else () if part == Constant(True) else (part,))
    return Constant(True) if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))


def _any(expectation: AnyOf, step: _Step) -> Expectation:
    parts: list[Expectation] = []
    for part in map(step, expectation.parts):
        if part == Constant(True):
            return part
        parts.extend(part.parts if isinstance(part, AnyOf) else () if part == Constant(False) else (part,))
    return Constant(False) if not parts else parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _not(expectation: Not, step: _Step) -> Expectation:
    part = step(expectation.part)
    return Constant(not part.holds) if isinstance(part, Constant) else Not(part)


def _conditional(expectation: Conditional, step: _Step) -> Expectation:
    condition = step(expectation.condition)
    if isinstance(condition, Constant):
        return step(expectation.then if condition.holds else expectation.otherwise)
    return Conditional(condition, step(expectation.then), step(expectation.otherwise))


_LOGIC: Mapping[type, Callable[[Any, _Step], Expectation]] = {
    All: _all,
    AnyOf: _any,
    Not: _not,
    Conditional: _conditional,
}


def _comparison(leaf: Comparison, facts: Facts) -> Expectation:
    measure, value = leaf.measure, leaf.value
    if isinstance(value, ForeignCount):
        value = facts.referred[value.param].rows
    if isinstance(measure, ForeignCount):
        return Constant(holds(facts.referred[measure.param].rows, leaf.operator, value))
    if isinstance(measure, Offset):
        return _offset(measure, leaf.operator, value, facts)
    if isinstance(measure, Moment):
        _need_kind(measure.name, "timestamp", facts, "is compared with a moment")
        measure = Column(measure.name)
    if isinstance(measure, Column):
        return Comparison(measure, leaf.operator, comparable(value, facts.type_of(measure.name), _of(measure, facts)))
    if isinstance(measure, Size):
        _need_kind(measure.column, "array", facts, "has its size compared")
    elif isinstance(measure, Property):
        value = _property_value(measure, value, facts)
    elif isinstance(measure, RowCount):
        _need_groups(measure.by, facts)
    return Comparison(measure, leaf.operator, value)


def _offset(measure: Offset, operator: Operator, seconds: float, facts: Facts) -> Expectation:
    """Return the comparison of each timestamp with a moment, which the time of the check makes of one with seconds."""
    _need_kind(measure.column, "timestamp", facts, "is compared with the time")
    if measure.direction == "to":
        operator, seconds = _TURNED[operator], -seconds
    moment = comparable(moved(facts.now, seconds), facts.type_of(measure.column), _of(measure, facts))
    return Comparison(Column(measure.column), operator, moment)


def _property_value(measure: Property, value: Any, facts: Facts) -> Any:
    _need_groups(measure.by, facts)
    type = facts.type_of(measure.column)
    if measure.statistic in _NUMBERS_ONLY:
        _need_kind(measure.column, "number", facts, f"has its {measure.statistic} taken")
    if measure.statistic in ("max_value", "min_value"):
        return comparable(value, type, _of(measure, facts))
    if kind_of(type) in ("map", "struct", "array") and "distinct" in measure.statistic:
        raise DataError(f"{facts.name}: column {measure.column!r} is {type_text(type)}, whose values are not counted.")
    return value


def _beside(leaf: ColumnComparison, facts: Facts) -> Expectation:
    one, other = facts.type_of(leaf.column), facts.type_of(leaf.other)
    check_comparable(one, other, f"{facts.name}: columns {leaf.column!r} and {leaf.other!r}")
    if leaf.seconds is not None:
        _need_kind(leaf.column, "timestamp", facts, "is compared as a timestamp")
    return leaf


def _membership(leaf: Membership, facts: Facts) -> Expectation:
    type = facts.type_of(leaf.column)
    element = type["elementType"] if kind_of(type) == "array" else type
    what = f"{facts.name}: column {leaf.column!r}"
    return replace(leaf, values=tuple(comparable(value, element, what) for value in leaf.values))


def _foreign(leaf: ForeignMembership, facts: Facts) -> Expectation:
    other = facts.referred[leaf.param]
    check_comparable(
        facts.type_of(leaf.column),
        facts.foreign_type(leaf.param, leaf.foreign),
        f"{facts.name}: column {leaf.column!r} and {leaf.foreign!r} of {other.name}",
    )
    return leaf


def _matches(leaf: Matches, facts: Facts) -> Expectation:
    _need_kind(leaf.column, "string", facts, "is compared with a regular expression")
    return leaf


def _contains(leaf: Contains, facts: Facts) -> Expectation:
    _need_kind(leaf.column, "array", facts, "is looked into")
    element = facts.type_of(leaf.column)["elementType"]
    return replace(leaf, value=comparable(leaf.value, element, f"{facts.name}: an element of {leaf.column!r}"))


def _is_null(leaf: IsNull, facts: Facts) -> Expectation:
    facts.type_of(leaf.column)
    return leaf


def _unique(leaf: Unique, facts: Facts) -> Expectation:
    _need_groups(leaf.columns, facts)
    return leaf if leaf.columns else Comparison(RowCount(), "<=", 1)


def _exists(leaf: Exists, facts: Facts) -> Expectation:
    return Constant(leaf.column in facts.columns)


def _has_type(leaf: HasType, facts: Facts) -> Expectation:
    return Constant(leaf.column in facts.columns and has_type(leaf.type, facts.columns[leaf.column]))


def _schema(leaf: SchemaIs, facts: Facts) -> Expectation:
    declared = dict(leaf.columns)
    known = all(has_type(declared[name], type) for name, type in facts.columns.items() if name in declared)
    lacks = declared.keys() - facts.columns.keys()
    more = facts.columns.keys() - declared.keys()
    return Constant(known and not (lacks and leaf.kind != "is_subset_of") and not (more and leaf.kind != "contains"))


_LEAVES: Mapping[type, Callable[[Any, Facts], Expectation]] = {
    Comparison: _comparison,
    ColumnComparison: _beside,
    Membership: _membership,
    ForeignMembership: _foreign,
    Matches: _matches,
    Contains: _contains,
    IsNull: _is_null,
    Unique: _unique,
    Exists: _exists,
    HasType: _has_type,
    SchemaIs: _schema,
}


def _of(measure: Any, facts: Facts) -> str:
    return f"{facts.name}: {'column ' if isinstance(measure, Column) else ''}{measure}"


def _need_kind(column: str, kind: str, facts: Facts, why: str) -> None:
    type = facts.type_of(column)
    if kind_of(type) != kind:
        wanted = f"{'an' if kind == 'array' else 'a'} {kind}"
        raise DataError(f"{facts.name}: column {column!r} {why}, so it must be {wanted}; it is {type_text(type)}.")


def _need_groups(columns: tuple[str, ...], facts: Facts) -> None:
    for column in columns:
        if kind_of(facts.type_of(column)) in ("map", "struct", "array"):
            type = type_text(facts.type_of(column))
            raise DataError(f"{facts.name}: column {column!r} is {type}, whose values make no groups.")
