"""Hyperparameters for the page: typed, so that 0.001 and 1e-3 are one value and 1 and "1" are two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from palantir_models.page.answers import exact, shown_number

if TYPE_CHECKING:
    from palantir_models.reading.experiment import RecordedExperiment
    from palantir_models.reading.parameters import ParameterValue

_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "double",
    str: "string",
    date: "date",
    datetime: "datetime",
}
_WRITTEN: Mapping[str, Callable[[Any], Any]] = {"double": shown_number}  # what most of them are, a short way
MIXED = "mixed"
"""The type of a parameter that has several."""


def parameters_of(experiments: Iterable[RecordedExperiment]) -> dict[str, Mapping[str, ParameterValue]]:
    """Return the hyperparameters of experiments, by name, by id; those of one place are read in one go."""
    from palantir_models.reading.points import sources_of

    found: dict[str, Mapping[str, ParameterValue]] = {}
    for source, ids in sources_of(experiments):
        found |= source.parameters(ids)
    return found


def type_of(values: Iterable[object]) -> str:
    """Return the type of values, without those that are missing."""
    kinds = {type(value) for value in values if value is not None}
    return _TYPES[kinds.pop()] if len(kinds) == 1 else MIXED


def columns_of(found: Sequence[Mapping[str, ParameterValue]]) -> list[dict[str, Any]]:
    """Return hyperparameters as columns, sorted by name.

    :param found: those of each experiment.
    """
    names = sorted({name for params in found for name in params})
    columns = []
    for name in names:
        values = [params.get(name) for params in found]
        kind = type_of(values)
        written = _WRITTEN.get(kind, exact)
        column: dict[str, Any] = {"name": name, "type": kind, "values": [written(value) for value in values]}
        if kind == MIXED:
            column["types"] = [None if value is None else type_of([value]) for value in values]
        columns.append(column)
    return columns
