"""The answers about experiments and their contents, as Foundry's public schema has them."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from palantir_models.page.rest.wire import Double, Long, Moment, Rid, Wire

Aggregation = Literal["MIN", "MAX", "LAST"]
Status = Literal["RUNNING", "SUCCEEDED", "FAILED"]

AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
STATUSES: tuple[Status, ...] = get_args(Status)


class BooleanParameter(Wire):
    """A hyperparameter that is true or false."""

    value: bool
    type: Literal["boolean"] = "boolean"


class DatetimeParameter(Wire):
    """A hyperparameter that is a moment; a date is the midnight that it begins with, in UTC."""

    value: Moment
    type: Literal["datetime"] = "datetime"


class DoubleParameter(Wire):
    """A hyperparameter that is a float."""

    value: Double
    type: Literal["double"] = "double"


class IntegerParameter(Wire):
    """A hyperparameter that is an integer."""

    value: Long
    type: Literal["integer"] = "integer"


class StringParameter(Wire):
    """A hyperparameter that is a text."""

    value: str
    type: Literal["string"] = "string"


ParameterValue = Annotated[
    BooleanParameter | DatetimeParameter | DoubleParameter | IntegerParameter | StringParameter,
    Field(discriminator="type"),
]


class Parameter(Wire):
    """A hyperparameter."""

    name: str
    value: ParameterValue


class DoubleSeriesAggregations(Wire):
    """What is known of a metric's values without reading them."""

    min: Double | None = Field(None, description="The least value that is a number; absent where none is.")
    max: Double | None = Field(None, description="The greatest value that is a number; absent where none is.")
    last: Double | None = Field(None, description="The newest value; absent where every value was dropped.")
    type: Literal["double"] = "double"


class SeriesAggregations(Wire):
    """A metric of an experiment."""

    name: str
    length: Long
    value: DoubleSeriesAggregations


class SummaryMetric(Wire):
    """One of a metric's aggregations."""

    series_name: str
    aggregation: Aggregation
    value: Double


class TableDetails(Wire):
    """What is known of a table without reading it."""

    row_count: Long
    type: Literal["table"] = "table"


class Artifact(Wire):
    """A table of an experiment."""

    name: str
    description: str | None = None
    size_bytes: Long = Field(description="The size of the table as Parquet.")
    details: TableDetails


class SdkSource(Wire):
    """What made an experiment or a version: this package, on a machine without repositories of Foundry."""

    type: Literal["sdk"] = "sdk"


class Experiment(Wire):
    """An experiment."""

    rid: Rid
    model_rid: Rid
    created_time: Moment
    created_by: str = Field(description="A user of Foundry. There are none here: always the nil UUID.")
    source: SdkSource = SdkSource()
    status: Status
    status_message: str | None = Field(None, description="What it failed with, or why it did not end.")
    branch: str
    parameters: list[Parameter]
    series: list[SeriesAggregations]
    summary_metrics: list[SummaryMetric]
    artifacts: dict[str, Artifact]
    tags: list[str] = []
    linked_model_version: Rid | None = Field(None, description="The version it was published with; absent without one.")
    job_rid: Rid | None = Field(None, description="The job that committed it; absent outside of a job.")


class ExperimentPage(Wire):
    """One page of the experiments that a search found."""

    data: list[Experiment]
    next_page_token: str | None = Field(None, description="Asks for the next page; absent at the end.")


class SeriesValue(Wire):
    """One value of a metric."""

    value: Double
    timestamp: Long = Field(description="When it was logged, in milliseconds since 1970.")
    step: Long


class Series(Wire):
    """Values of a metric, in the order of their steps."""

    series: list[SeriesValue]
    type: Literal["doubleV1"] = "doubleV1"


class Failure(Wire):
    """Why a request was not answered."""

    error_code: str = Field(description="What kind of error it is; goes with the HTTP status.")
    error_name: str = Field(description="Which error it is.")
    error_description: str = Field(description="What happened and what to do, for a person.")
    error_instance_id: str = Field(description="Names this one occurrence.")
    parameters: dict[str, str] = Field(description="What the error is about.")
