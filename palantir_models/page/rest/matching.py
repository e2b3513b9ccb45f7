"""Whether a filter finds an experiment."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from palantir_models.page.ids import experiment_rid
from palantir_models.page.rest.contents import Contents, Metric
from palantir_models.page.rest.experiments import job_rid, moment_of, status_of
from palantir_models.page.rest.filters import (
    And,
    AnyFilter,
    Contains,
    Equals,
    Not,
    Or,
    ParameterFilter,
    SeriesFilter,
    StartsWith,
    SummaryMetricFilter,
    operand,
)
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.parameters import ParameterValue

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"GT": operator.gt, "LT": operator.lt}


def matches(wanted: AnyFilter, experiment: RecordedExperiment, contents: Contents) -> bool:
    """Tell whether a filter finds an experiment.

    :param wanted: the filter.
    :param experiment: the experiment.
    :param contents: what it and others logged, read when a filter asks for it.
    """
    match wanted:
        case And(filters=parts):
            return all(matches(part, experiment, contents) for part in parts)
        case Or(filters=parts):
            return any(matches(part, experiment, contents) for part in parts)
        case Not(value=part):
            return not matches(part, experiment, contents)
        case Equals(field=field, value=value):
            return value in _texts(field, experiment, contents)
        case Contains(field=field, value=value):
            return any(value in text for text in _texts(field, experiment, contents))
        case StartsWith(field=field, value=value):
            return any(text.startswith(value) for text in _texts(field, experiment, contents))
        case ParameterFilter(parameter_name=name):
            parameters = contents.parameters_of(experiment)
            return name in parameters and _fits(wanted, parameters[name])
        case SeriesFilter(series_name=name, field=field):
            known = _known(field.removeprefix("AGGREGATION_"), contents.metrics_of(experiment).get(name))
            return known is not None and _compared(known, wanted.operator, wanted.value)
        case SummaryMetricFilter(series_name=name, aggregation=aggregation):
            known = _known(aggregation, contents.metrics_of(experiment).get(name))
            return known is not None and _compared(known, wanted.operator, wanted.value)


def _known(what: str, metric: Metric | None) -> float | None:
    """Return what is known of a metric: its ``LENGTH``, or one of its aggregations; None where it is not."""
    known: float | None = getattr(metric, what.lower(), None)
    return known


def _texts(field: str, experiment: RecordedExperiment, contents: Contents) -> Iterable[str]:
    """Return what a field of an experiment says: one text, or several of which each counts."""
    match field:
        case "PARAMETER_NAME":
            return contents.parameters_of(experiment)
        case "SERIES_NAME":
            return contents.metrics_of(experiment)
        case "TAG":
            return ()
        case "STATUS":
            return (status_of(experiment),)
        case "EXPERIMENT_RID":
            return (experiment_rid(experiment.experiment_id),)
        case "JOB_RID":
            return () if experiment.transaction is None else (job_rid(experiment.transaction),)
        case "BRANCH":
            return () if experiment.branch is None else (experiment.branch,)
        case _:
            return (experiment.name,)


def _fits(wanted: ParameterFilter, value: ParameterValue) -> bool:
    if wanted.operator == "CONTAINS":
        return isinstance(value, str) and str(wanted.value) in value
    asked = operand(wanted.value)
    found = moment_of(value) if isinstance(value, date) else value
    return _kind(found) == _kind(asked) and _compared(found, wanted.operator, asked)


def _kind(value: object) -> str:
    if isinstance(value, bool | str | datetime):
        return type(value).__name__
    return "number"


def _compared(value: Any, how: str, asked: Any) -> bool:
    if how == "EQ":
        return bool(value == asked) or (value != value and asked != asked)  # who asks for NaN means it
    return _COMPARE[how](value, asked)
