"""Models in tests: what a transform left, as the reading API has it, and models to give to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from palantir_models.adapter.base import ModelAdapter
from palantir_models.experiment.recording import Recording
from palantir_models.model import saving
from palantir_models.model.commit import ModelCommit
from palantir_models.model.output import JobModel
from palantir_models.model.versions import ModelVersion
from palantir_models.reading.evaluation import RecordedEvaluation
from palantir_models.reading.evaluations import evaluations_of as recorded_evaluations
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.model import Model
from transforms.errors import NotFoundError
from transforms.spec.resource import Resource
from transforms.store.entry import Entry
from transforms.store.store import Store


def opened_model(resource: Resource, store: Store, branch: str) -> Model | None:
    """Return a model as a job left it; None where it has neither a version nor an experiment.

    :param resource: the model.
    :param store: the store that the job committed to.
    :param branch: its branch.
    """
    try:
        return Model(resource.alias, branch, store)
    except NotFoundError:
        return None


def experiments_of(model: JobModel, opened: Model) -> Iterable[RecordedExperiment]:
    """Return the experiments that a job created, in order, published or not.

    :param model: what the transform's function was given.
    :param opened: the model as the job left it.
    """
    created = [one.experiment_id for one in model.experiments]
    if not created:
        return ()
    found = {one.experiment_id: one for one in (*opened.experiments, *opened.unpublished)}
    return [found[identity] for identity in created if identity in found]


def evaluations_of(entry: Entry, store: Store) -> list[RecordedEvaluation]:
    """Return the evaluations that a job made, in order.

    :param entry: the ledger's row of the job.
    :param store: the store that it committed to.
    """
    made = [one for output in entry.outputs.values() for one in output.get("evaluations", ())]
    found = {
        one.evaluation_id: one
        for alias in dict.fromkeys(one["model"] for one in made)
        for one in recorded_evaluations(store, alias, entry.seq)
    }
    return [found[one["evaluation_id"]] for one in made]


def put_model(store: Store, branch: str, resource: Resource, model: Any) -> ModelVersion:
    """Publish a model that no transform trained, for one that uses it.

    :param store: the store.
    :param branch: its branch, where the resource names none.
    :param resource: the model.
    :param model: an adapter, or a model that was read back, whose latest version is taken.
    """
    adapter: ModelAdapter = model.load() if isinstance(model, Model) else model
    transaction = store.begin("put", resource.branch or branch, [resource])
    try:
        commit = ModelCommit(transaction, resource)
        version = commit.save(adapter, {})
        sealed = commit.seal()
        transaction.commit(sealed.changes, {resource.key: sealed.summary})
    except BaseException:
        transaction.abandon()
        raise
    return version


@contextmanager
def dated_by(datetime: Any, nanoseconds: Callable[[], int]) -> Iterator[None]:
    """Have versions and experiments dated by a clock of a test's own while the block runs.

    :param datetime: stands for Python's class.
    :param nanoseconds: tells the time since 1970.
    """
    defaults = Recording.__init__.__kwdefaults__
    with mock.patch.object(saving, "datetime", datetime), mock.patch.dict(defaults, {"clock": nanoseconds}):
        yield
