"""What is answered about experiments and what they logged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from fastapi.responses import Response
from starlette.convertors import StringConvertor, register_url_convertor

from palantir_models.page.rest import logged
from palantir_models.page.rest.answers import Experiment, ExperimentPage, Series
from palantir_models.page.rest.asking import AskedExperiment, AskedModel, Offset, page_size
from palantir_models.page.rest.errors import FAILURES_OF_BYTES
from palantir_models.page.rest.experiments import experiment_answers
from palantir_models.page.rest.filters import Search
from palantir_models.page.rest.searching import search

router = APIRouter(prefix="/v2/models/{modelRid}/experiments", tags=["Experiments"])


class _AnyText(StringConvertor):
    """A part of a path with whatever is in it: slashes, which arrive like those of the address, and line breaks."""

    regex = "(?s:.+)"


register_url_convertor("text", _AnyText())
_SERIES = "/{experimentRid}/series/{experimentSeriesName:text}"
_TABLE = "/{experimentRid}/artifactTables/{experimentArtifactTableName:text}"

SeriesName = Annotated[str, Path(alias="experimentSeriesName", description="The metric's name.")]
TableName = Annotated[str, Path(alias="experimentArtifactTableName", description="The table's name.")]


class Octets(Response):
    """Bytes that a browser shows nobody."""

    media_type = "application/octet-stream"


_OCTETS: dict[int | str, dict[str, Any]] = {
    200: {"content": {Octets.media_type: {"schema": {"type": "string", "format": "binary"}}}},
    **FAILURES_OF_BYTES,
}


@router.post("/search", response_model_exclude_none=True)
def search_experiments(model: AskedModel, asked: Annotated[Search, Body()]) -> ExperimentPage:
    """Search the experiments of a model, on all branches, published or not."""
    return search(model, asked)


@router.get("/{experimentRid}", response_model_exclude_none=True)
def get_experiment(model: AskedModel, experiment: AskedExperiment) -> Experiment:
    """Get an experiment: its parameters, and what is known of its metrics and tables without reading them."""
    return experiment_answers([experiment], model.rid, model.version_rids)[0]


@router.get(f"{_SERIES}/json")
def json_experiment_series(
    experiment: AskedExperiment, name: SeriesName, offset: Offset = 0, size: Annotated[int, page_size(1000)] = 200
) -> Series:
    """Get values of a metric, in the order of their steps."""
    return logged.series(experiment, name, offset, size)


@router.get(f"{_SERIES}/parquet", response_class=Octets, responses=_OCTETS)
def parquet_experiment_series(experiment: AskedExperiment, name: SeriesName) -> Octets:
    """Get all values of a metric as Parquet: ``value``, ``timestamp`` in milliseconds since 1970, and ``step``."""
    return Octets(logged.series_parquet(experiment, name))


@router.get(f"{_TABLE}/json", response_class=Octets, responses=_OCTETS)
def json_experiment_artifact_table(
    experiment: AskedExperiment, name: TableName, offset: Offset = 0, size: Annotated[int, page_size(100)] = 10
) -> Octets:
    """Get rows of a table as the bytes of a JSON list, with an object a row."""
    return Octets(logged.table_rows(experiment, name, offset, size))


@router.get(f"{_TABLE}/parquet", response_class=Octets, responses=_OCTETS)
def parquet_experiment_artifact_table(experiment: AskedExperiment, name: TableName) -> Octets:
    """Get a table as Parquet."""
    return Octets(logged.table_parquet(experiment, name))
