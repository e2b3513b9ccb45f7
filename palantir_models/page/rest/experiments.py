"""The answers about experiments, made from what was recorded of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from palantir_models.experiment.statuses import RUNNING, SUCCEEDED
from palantir_models.page.ids import experiment_rid
from palantir_models.page.rest.answers import (
    AGGREGATIONS,
    Artifact,
    BooleanParameter,
    DatetimeParameter,
    DoubleParameter,
    DoubleSeriesAggregations,
    Experiment,
    IntegerParameter,
    Parameter,
    SeriesAggregations,
    Status,
    StringParameter,
    SummaryMetric,
    TableDetails,
)
from palantir_models.page.rest.contents import Contents, Metric, TableFacts
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.parameters import ParameterValue

_NOBODY = str(uuid.UUID(int=0))


def experiment_answers(
    experiments: Sequence[RecordedExperiment], model_rid: str, versions: Mapping[str, str]
) -> list[Experiment]:
    """Return the answers about some experiments of a model.

    :param experiments: the experiments.
    :param model_rid: the model.
    :param versions: the RID of the version that an experiment was published with, by the experiment's id.
    """
    contents = Contents(experiments)
    return [_answer(one, contents, model_rid, versions.get(one.experiment_id)) for one in experiments]


def status_of(experiment: RecordedExperiment) -> Status:
    """Return an experiment's status in Foundry's words, which are three: what did not end well has failed."""
    if experiment.status == RUNNING:
        return "RUNNING"
    return "SUCCEEDED" if experiment.status == SUCCEEDED else "FAILED"


def job_rid(transaction: str) -> str:
    """Return the RID of the job of a transaction."""
    return f"ri.foundry.main.job.{transaction}"


def moment_of(value: date) -> datetime:
    """Return a hyperparameter that is a date as the midnight that it begins with in UTC, and a moment as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def _answer(experiment: RecordedExperiment, contents: Contents, model_rid: str, version_rid: str | None) -> Experiment:
    metrics = contents.metrics_of(experiment).values()
    return Experiment(
        rid=experiment_rid(experiment.experiment_id),
        model_rid=model_rid,
        created_time=experiment.created_time,
        created_by=_NOBODY,
        status=status_of(experiment),
        status_message=experiment.error,
        branch=experiment.branch or "",
        parameters=[_parameter(name, value) for name, value in contents.parameters_of(experiment).items()],
        series=[_series(one) for one in metrics],
        summary_metrics=[summary for one in metrics for summary in _summaries(one)],
        artifacts={table.name: _artifact(table) for table in contents.tables_of(experiment)},
        linked_model_version=version_rid,
        job_rid=None if experiment.transaction is None else job_rid(experiment.transaction),
    )


def _parameter(name: str, value: ParameterValue) -> Parameter:
    match value:
        case bool():  # before int, which it is, too
            return Parameter(name=name, value=BooleanParameter(value=value))
        case int():
            return Parameter(name=name, value=IntegerParameter(value=value))
        case float():
            return Parameter(name=name, value=DoubleParameter(value=value))
        case date():
            return Parameter(name=name, value=DatetimeParameter(value=moment_of(value)))
        case str():
            return Parameter(name=name, value=StringParameter(value=value))


def _series(metric: Metric) -> SeriesAggregations:
    value = DoubleSeriesAggregations(min=metric.min, max=metric.max, last=metric.last)
    return SeriesAggregations(name=metric.name, length=metric.length, value=value)


def _summaries(metric: Metric) -> list[SummaryMetric]:
    values = [(aggregation, getattr(metric, aggregation.lower())) for aggregation in AGGREGATIONS]
    return [
        SummaryMetric(series_name=metric.name, aggregation=aggregation, value=value)
        for aggregation, value in values
        if value is not None
    ]


def _artifact(table: TableFacts) -> Artifact:
    details = TableDetails(row_count=table.rows)
    return Artifact(name=table.name, description=table.description, size_bytes=table.size, details=details)
