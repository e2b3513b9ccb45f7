"""The experiments of all models of a branch, and deleting those that are not published."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.statuses import FAILED, RUNNING
from palantir_models.model.deciding import Decider
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.finding import pick
from palantir_models.reading.model import Model
from palantir_models.reading.sources import unpublished
from transforms.errors import UsageError
from transforms.spec.resource import Resource
from transforms.store.store import Store


def every_experiment(store: Store, branch: str, alias: str | None = None) -> list[RecordedExperiment]:
    """Return experiments, published or not: those of each model with the newest first.

    :param store: the store.
    :param branch: the branch.
    :param alias: only those of this model.
    """
    published = [
        experiment
        for model in _models(store, branch)
        if alias in (None, model)
        for experiment in Model(model, branch, store).experiments
    ]
    known = {experiment.experiment_id for experiment in published}
    return published + [one for one in apart(store, branch, alias) if one.experiment_id not in known]


def apart(
    store: Store, branch: str, alias: str | None = None, ids: Collection[str] | None = None
) -> list[RecordedExperiment]:
    """Return the experiments that are no part of a version, newest first; those whose commit is about to be finished, too.

    :param store: the store.
    :param branch: the branch.
    :param alias: only those of this model; without it also those of which nothing tells whose they are.
    :param ids: only these are looked at; all when None.
    """
    return [RecordedExperiment(row, source) for row, source in unpublished(store, alias, branch, ids)]


def every_model(store: Store, branch: str) -> list[str]:
    """Return the models of a branch, sorted by path or RID: those that were written, and those that have only experiments
    which are not published.

    :param store: the store.
    :param branch: the branch.
    """
    found = set(_models(store, branch))

    def noted(row: Mapping[str, Any]) -> bool:
        if row["model"] is not None and row["branch"] == branch:
            found.add(row["model"])
        return False  # what it logged is not read for that

    deque(journals_of(store.storage).unpublished(noted), maxlen=0)
    return sorted(found)


def failed_experiments(store: Store, branch: str) -> list[Mapping[str, Any]]:
    """Return the rows of experiments whose job failed, oldest first; what runs is not read for it.

    :param store: the store.
    :param branch: the branch.
    :returns: rows of the experiments table, with ``model``; times are text in ISO 8601.
    """

    def failed(row: Mapping[str, Any]) -> bool:
        return row.get("status") == FAILED and row["branch"] == branch

    rows = (one.row for one in journals_of(store.storage).unpublished(failed))
    return sorted((row for row in rows if row.get("transform")), key=lambda row: str(row["created_time"]))


def unreadable_experiments(store: Store) -> list[tuple[str, str]]:
    """Return the id of each experiment of which nothing tells whose it is, and why; what can be read is not read for it.

    :param store: the store.
    """
    found = journals_of(store.storage).unpublished(lambda row: row["model"] is None)
    return [(one.row["experiment_id"], one.row["error"]) for one in found]


def find_experiments(
    store: Store, branch: str, wanted: Iterable[str], alias: str | None = None
) -> list[RecordedExperiment]:
    """Return the experiments that names, ids, beginnings of ids or versions mean.

    :param store: the store.
    :param branch: the branch.
    :param wanted: the names or ids.
    :param alias: the model, without which all are searched.
    :raises NotFoundError: if one of them means none, or several.
    """
    every = every_experiment(store, branch, alias)
    place = f"Branch {branch}" if alias is None else f"Model {alias}"
    return [pick(every, one, place) for one in wanted]


def delete_experiments(store: Store, experiments: Iterable[RecordedExperiment]) -> None:
    """Delete experiments that belong to no version.

    What was not published goes with all that it logged. What was is removed by a commit, and what it logged stays until ``gc``.

    :param store: the store.
    :param experiments: the experiments; none is deleted if one of them must stay.
    :raises UsageError: if one belongs to a version, or runs.
    :raises LeaseHeldError: if a job publishes to the model of a published one.
    """
    chosen = list(experiments)
    for one in chosen:
        if one.is_published and one.version is not None:
            raise UsageError(
                f"Experiment {one.name} ({one.experiment_id}) of {one.model} belongs to version {one.version} and stays with it: "
                f"'transforms models rm {one.model}@{one.version} --with-experiments' removes both."
            )
        if one.status == RUNNING:
            raise UsageError(
                f"Experiment {one.name} ({one.experiment_id}) of {one.model} runs: end its process first, or publish it."
            )
    published: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in chosen:
        if one.is_published and one.model and one.branch:
            published.setdefault((one.model, one.branch), []).append((one.experiment_id, one.name))
    for (model, branch), removed in published.items():
        Decider(store, Resource("model", model), branch).remove_experiments(removed)
    journals = journals_of(store.storage)
    for one in chosen:
        if not one.is_published:
            journals.delete(one.experiment_id)


def _models(store: Store, branch: str) -> list[str]:
    return sorted(write.alias for write in store.writes().values() if write.kind == "model" and write.branch == branch)
