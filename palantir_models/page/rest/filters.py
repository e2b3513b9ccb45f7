"""The filters of a search: what may be asked, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictFloat, StrictInt, ValidationInfo, field_validator

from palantir_models.page.rest.answers import STATUSES, Aggregation
from palantir_models.page.rest.paging import MOST_LETTERS
from palantir_models.page.rest.wire import NOT_FINITE, Wire

MOST_LEVELS = 60
"""How deep the JSON of a filter may be nested: twenty filters in one another, or more."""
MOST_VALUES = 500
"""How many objects, lists and values the JSON of a filter may have: about a hundred filters."""

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Compare = Literal["EQ", "GT", "LT"]
Named = Literal["EXPERIMENT_NAME", "PARAMETER_NAME", "SERIES_NAME"]


def _number(value: object) -> object:
    """Return the number that a text means which the interface's own answers write for one."""
    if isinstance(value, str) and (value in NOT_FINITE or _INTEGER.fullmatch(value)):
        return float(value) if value in NOT_FINITE else int(value)
    return value


def _tagged(value: object) -> object:
    """Return a filter that is nested under its name, as ``{"eq": {…}}``, in the form ``{"type": "eq", …}``."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, content),) = value.items()
        if isinstance(content, Mapping) and name != "type":
            return {**content, "type": name}
    return value


Number = Annotated[StrictInt | StrictFloat, BeforeValidator(_number)]


class And(Wire):
    """Finds what every one of the filters finds; everything, where there are none."""

    filters: list[Filter]
    type: Literal["and"] = "and"


class Or(Wire):
    """Finds what at least one of the filters finds; nothing, where there are none."""

    filters: list[Filter]
    type: Literal["or"] = "or"


class Not(Wire):
    """Finds what the filter does not find."""

    value: Filter
    type: Literal["not"] = "not"


class Equals(Wire):
    """Finds experiments of which a field has the value; of several, as names of parameters are, one of them."""

    field: Literal[
        "STATUS", "BRANCH", "EXPERIMENT_NAME", "EXPERIMENT_RID", "JOB_RID", "TAG", "PARAMETER_NAME", "SERIES_NAME"
    ]
    value: str
    type: Literal["eq"] = "eq"

    @field_validator("value")
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("field") == "STATUS" and value not in STATUSES:
            raise ValueError(f"a STATUS is one of {', '.join(STATUSES)}, not {value[:40]!r}")
        return value


class Contains(Wire):
    """Finds experiments of which a name has the value in it."""

    field: Named
    value: str
    type: Literal["contains"] = "contains"


class StartsWith(Wire):
    """Finds experiments of which a name begins with the value."""

    field: Named
    value: str
    type: Literal["startsWith"] = "startsWith"


class ParameterFilter(Wire):
    """Finds experiments by the value of one hyperparameter.

    ``EQ`` takes a boolean, a number or a moment; ``GT`` and ``LT`` a number or a moment; ``CONTAINS`` a text. A moment is
    written in ISO 8601, and is in UTC where it does not say.
    """

    parameter_name: str
    operator: Literal["EQ", "GT", "LT", "CONTAINS"]
    value: StrictBool | StrictInt | StrictFloat | str
    type: Literal["parameterFilter"] = "parameterFilter"

    @field_validator("value")
    @classmethod
    def _fits(cls, value: bool | int | float | str, info: ValidationInfo) -> bool | int | float | str:
        operator = info.data.get("operator")
        wanted = value if operator == "CONTAINS" else operand(value)
        if operator == "CONTAINS" and not isinstance(value, str):
            raise ValueError("CONTAINS looks for a text")
        if operator in ("EQ", "GT", "LT") and isinstance(wanted, str):
            raise ValueError(f"{operator} compares with a number or a moment; look for a text with CONTAINS")
        if operator in ("GT", "LT") and isinstance(wanted, bool):
            raise ValueError(f"{operator} compares with a number or a moment; compare true and false with EQ")
        return value


class SeriesFilter(Wire):
    """Finds experiments by what is known of one metric."""

    series_name: str
    field: Literal["LENGTH", "AGGREGATION_MIN", "AGGREGATION_MAX", "AGGREGATION_LAST"]
    operator: Compare
    value: Number
    type: Literal["seriesFilter"] = "seriesFilter"


class SummaryMetricFilter(Wire):
    """Finds experiments by one of a metric's aggregations."""

    series_name: str
    aggregation: Aggregation
    operator: Compare
    value: Number
    type: Literal["summaryMetricFilter"] = "summaryMetricFilter"


AnyFilter = And | Or | Not | Equals | Contains | StartsWith | ParameterFilter | SeriesFilter | SummaryMetricFilter
Filter = Annotated[AnyFilter, Field(discriminator="type"), BeforeValidator(_tagged)]


class OrderBy(Wire):
    """The order of what is found."""

    field: Literal["EXPERIMENT_NAME", "CREATED_TIME"]
    direction: Literal["ASC", "DESC"]


class Search(Wire):
    """A search: which experiments, in which order, and which page of them."""

    where: Filter | None = Field(None, description="All experiments of the model, when it is not given.")
    order_by: OrderBy | None = Field(None, description="The newest first, when it is not given.")
    page_size: int = Field(50, ge=1, le=100)
    page_token: str | None = Field(None, max_length=MOST_LETTERS)

    @field_validator("where", mode="before")
    @classmethod
    def _bounded(cls, where: object) -> object:
        """Refuse what is too large, before anything looks at what it means."""
        level, ahead, count = 1, [where], 0
        while ahead:
            count += len(ahead)
            if count > MOST_VALUES or level > MOST_LEVELS:
                raise ValueError(
                    f"a filter may have {MOST_VALUES} values in its JSON and be nested {MOST_LEVELS} levels deep: ask for "
                    "less, or search several times"
                )
            inner: list[Any] = []
            for one in ahead:
                inner += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
            ahead, level = inner, level + 1
        return where


def operand(value: bool | int | float | str) -> bool | int | float | str | datetime:
    """Return what a filter's value means: a text that the answers write for a number or a moment is one.

    :param value: the value as JSON has it.
    """
    found = _number(value)
    if isinstance(found, str) and _DATE.match(found):
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            return found
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    assert isinstance(found, bool | int | float | str)
    return found
