"""A search: the experiments of a model that a filter finds, ordered, in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from palantir_models.page.rest.answers import ExperimentPage
from palantir_models.page.rest.contents import Contents
from palantir_models.page.rest.experiments import experiment_answers
from palantir_models.page.rest.filters import AnyFilter, OrderBy, Search
from palantir_models.page.rest.found import FoundModel
from palantir_models.page.rest.matching import matches
from palantir_models.page.rest.paging import Key, after, key_of, page_of
from palantir_models.reading.experiment import RecordedExperiment

_BATCH = 1000
_NEWEST_FIRST = OrderBy(field="CREATED_TIME", direction="DESC")


def search(model: FoundModel, asked: Search) -> ExperimentPage:
    """Return one page of the experiments that are asked for.

    :param model: the model.
    :param asked: the search.
    :raises RefusedError: if the page token is none of this search.
    """
    order = asked.order_by or _NEWEST_FIRST
    key = _name if order.field == "EXPERIMENT_NAME" else _created
    descending = order.direction == "DESC"
    question = f"{model.rid} {order.model_dump_json()} {asked.model_dump_json(include={'where'})}"
    ordered = sorted(model.experiments, key=key, reverse=descending)
    ahead = list(after(ordered, key, descending, asked.page_token, question))
    page, token = page_of(_found(ahead, asked.where), key, asked.page_size, question)
    return ExperimentPage(data=experiment_answers(page, model.rid, model.version_rids), next_page_token=token)


def _found(experiments: Sequence[RecordedExperiment], where: AnyFilter | None) -> Iterator[RecordedExperiment]:
    """Yield what a filter finds; what is behind a page that is full is not read, and never all of it at a time."""
    for start in range(0, len(experiments), _BATCH):
        batch = experiments[start : start + _BATCH]
        contents = Contents(batch)
        yield from (one for one in batch if where is None or matches(where, one, contents))


def _created(experiment: RecordedExperiment) -> Key:
    return key_of(experiment.created_time, experiment.experiment_id)


def _name(experiment: RecordedExperiment) -> Key:
    return experiment.name, experiment.experiment_id
