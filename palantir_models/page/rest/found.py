"""The model that a RID means, with its versions and experiments on every branch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from palantir_models.experiment.journal.opening import journals_of
from palantir_models.model.versions import ModelVersion
from palantir_models.page.ids import experiment_id, model_rid
from palantir_models.page.opened import Opened
from palantir_models.page.rest.errors import experiment_not_found, model_not_found, version_not_found
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.model import Model
from transforms.spec.resource import Resource
from transforms.store.store import Store


class FoundModel:
    """A model, as it is now.

    :param rid: its RID.
    :param branches: the model on each branch that has it.

    Attributes:
        rid: the same.
    """

    def __init__(self, rid: str, branches: Mapping[str, Model]) -> None:
        self.rid = rid
        self._branches = branches

    @cached_property
    def experiments(self) -> list[RecordedExperiment]:
        """Its experiments on all branches, published or not."""
        return [one for model in self._branches.values() for one in (*model.experiments, *model.unpublished)]

    @cached_property
    def version_rids(self) -> Mapping[str, str]:
        """The RID of the version that an experiment was published with, by the experiment's id."""
        versions = (version for model in self._branches.values() for version in model.versions)
        return {version.experiment_id: version.rid for version in versions if version.experiment_id is not None}

    def versions(self, branch: str) -> Sequence[ModelVersion]:
        """Return its versions on a branch; none where the branch does not have it."""
        model = self._branches.get(branch)
        return () if model is None else model.versions

    def version(self, rid: str) -> ModelVersion:
        """Return one of its versions, on whichever branch it is.

        :raises RefusedError: if it has no such version.
        """
        versions = (version for model in self._branches.values() for version in model.versions)
        found = next((version for version in versions if version.rid == rid), None)
        if found is None:
            raise version_not_found(self.rid, rid)
        return found

    def experiment(self, rid: str) -> RecordedExperiment:
        """Return one of its experiments, on whichever branch it is.

        :raises RefusedError: if it has no such experiment.
        """
        identity = experiment_id(rid) if rid.startswith("ri.") else None
        found = next((one for one in self.experiments if one.experiment_id == identity), None)
        if found is None:
            raise experiment_not_found(self.rid, rid)
        return found


def find_model(opened: Opened, rid: str) -> FoundModel:
    """Return the model that a RID means.

    :param opened: the store.
    :param rid: the RID.
    :raises RefusedError: if no branch has such a model.
    """
    written = ((write.branch, write.alias) for write in opened.store.writes().values() if write.kind == "model")
    places = {branch: alias for branch, alias in (*written, *_logged(opened.store)) if model_rid(alias) == rid}
    if not places:
        raise model_not_found(rid)
    return FoundModel(rid, {branch: opened.model(Resource("model", alias), branch) for branch, alias in places.items()})


def _logged(store: Store) -> Iterable[tuple[str, str]]:
    """Return the branch and the alias of every model that has experiments which are not published."""
    found = set()

    def noted(row: Mapping[str, Any]) -> bool:
        if row["model"] is not None:
            found.add((row["branch"], row["model"]))
        return False  # what it logged is not read for that

    deque(journals_of(store.storage).unpublished(noted), maxlen=0)
    return found
