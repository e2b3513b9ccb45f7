"""The parts of a request that several operations have."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from palantir_models.page.opened import Opened
from palantir_models.page.rest.found import FoundModel, find_model
from palantir_models.page.rest.paging import MOST_LETTERS
from palantir_models.reading.experiment import RecordedExperiment


def _opened(request: Request) -> Opened:
    opened: Opened = request.app.state.opened
    return opened


def _model(
    opened: Annotated[Opened, Depends(_opened)],
    model_rid: Annotated[str, Path(alias="modelRid", description="The model's RID.")],
    preview: Annotated[bool | None, Query(description="Foundry asks for it; here it changes nothing.")] = None,
) -> FoundModel:
    return find_model(opened, model_rid)


AskedModel = Annotated[FoundModel, Depends(_model)]
"""The model that the path names."""


def _experiment(
    model: AskedModel, experiment_rid: Annotated[str, Path(alias="experimentRid", description="The experiment's RID.")]
) -> RecordedExperiment:
    return model.experiment(experiment_rid)


AskedExperiment = Annotated[RecordedExperiment, Depends(_experiment)]
"""The experiment that the path names."""

PageToken = Annotated[
    str | None, Query(alias="pageToken", max_length=MOST_LETTERS, description="The former page's nextPageToken.")
]
Offset = Annotated[int, Query(ge=0, le=10**12, description="How many are left out from the beginning.")]


def page_size(most: int) -> Any:
    """Return the parameter that says how many a page has at the most."""
    return Query(alias="pageSize", ge=1, le=most, description="How many are answered at the most.")
