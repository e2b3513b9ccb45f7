"""A search: the experiments of a model that a filter finds, ordered, in pages."""

from __future__ import annotations

from palantir_models.page.rest.answers import ExperimentPage
from palantir_models.page.rest.contents import Contents
from palantir_models.page.rest.experiments import experiment_answers
from palantir_models.page.rest.filters import OrderBy, Search
from palantir_models.page.rest.found import FoundModel
from palantir_models.page.rest.matching import matches
from palantir_models.page.rest.paging import Key, after, key_of, page_of
from palantir_models.reading.experiment import RecordedExperiment

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
    contents, where = Contents(ahead), asked.where
    found = (one for one in ahead if where is None or matches(where, one, contents))
    page, token = page_of(found, key, asked.page_size, question)
    return ExperimentPage(data=experiment_answers(page, model.rid, model.version_rids), next_page_token=token)


def _created(experiment: RecordedExperiment) -> Key:
    return key_of(experiment.created_time, experiment.experiment_id)


def _name(experiment: RecordedExperiment) -> Key:
    return experiment.name, experiment.experiment_id
