"""What the ledger and the version say of how a version was built."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from palantir_models.adapter.requirements import requirements_here
from palantir_models.errors import ReproductionError
from palantir_models.model.versions import ModelVersion
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.model import Model
from transforms.plan.incremental import INPUTS, RECORD
from transforms.spec.resource import Resource
from transforms.store.entry import Entry
from transforms.store.store import Store


@dataclass(frozen=True)
class Recorded:
    """A version and the job that built it.

    Attributes:
        store: the store that has it.
        resource: the model.
        version: the version; of a copy that a rollback made, the one that was copied.
        entry: the ledger's row of its job.
        model: the model, opened.
    """

    store: Store
    resource: Resource
    version: ModelVersion
    entry: Entry
    model: Model

    @classmethod
    def of(cls, store: Store, resource: Resource, version: ModelVersion) -> Recorded:
        """Find what is recorded of a version.

        :raises ReproductionError: if nothing built it that could be run again; says what did.
        """
        model = Model(resource.alias, version.branch, store)
        # A rollback makes a copy of an earlier version: that one was built.
        origin = next(one for one in model.versions if _identity(one) == _identity(version))
        entry = store.entries_of([origin.transaction]).get(origin.transaction)
        if entry is None:
            raise ReproductionError(
                f"The ledger of {store.root} has no commit of version {origin.version}: it cannot tell what it was built from."
            )
        if not entry.code_version:
            raise ReproductionError(
                f"Version {version.version} was published by {entry.transform}, a program or notebook outside of any transform: "
                f"no transform can be run again. Train the model in a transform to have it built again."
            )
        made = [alias for kind, _, alias in (key.partition(":") for key in entry.outputs) if kind == "dataset"]
        if _went_on(entry) is not None and made:
            raise ReproductionError(
                f"Version {origin.version} comes from a run that added to what was there ({made[0]}), with what was new in its "
                f"inputs: such a run cannot be built again by itself. Build again the last version made of everything."
            )
        return cls(store, resource, origin, entry, model)

    @cached_property
    def experiment(self) -> RecordedExperiment | None:
        """The experiment that was published with the version."""
        wanted = self.version.experiment_id
        return (
            None
            if wanted is None
            else next((one for one in self.model.experiments if one.experiment_id == wanted), None)
        )

    @cached_property
    def git(self) -> Mapping[str, Any]:
        """The commit of Git that the code was at, and whether files differed from it; empty where nobody noted it."""
        found: Mapping[str, Any] = {} if self.experiment is None else self.experiment.environment.get("git") or {}
        return found

    @property
    def ran(self) -> Mapping[str, Any] | None:
        """What the ledger says of a run that went on from the one before; None for any other."""
        return _went_on(self.entry)

    @property
    def position(self) -> int:
        """Which of the versions that its job published it is, from 0."""
        published = self.entry.outputs[self.resource.key].get("versions") or []
        return next((n for n, one in enumerate(published) if one["version_id"] == self.version.version_id), 0)

    @property
    def first(self) -> ModelVersion:
        """The first of the versions that its job published."""
        return next(one for one in self.model.versions if one.transaction == self.version.transaction)

    def environment(self) -> Iterator[str]:
        """Yield in words how this environment is another one than that of the build."""
        then = None if self.experiment is None else self.experiment.environment.get("python")
        if then is not None and then != platform.python_version():
            yield f"Python {then} then, {platform.python_version()} now"
        for one in requirements_here(self.version.requirements):
            if not one.is_met:
                yield f"{one.name} {one.wanted} then, {one.installed or 'not installed'} now"


def _went_on(entry: Entry) -> Mapping[str, Any] | None:
    records: list[Mapping[str, Any]] = [output.get(RECORD, {}) for output in entry.outputs.values()]
    return next((record for record in records if record.get("ran") and INPUTS in record), None)


def _identity(version: ModelVersion) -> tuple[Any, ...]:
    return dict(version.sha256), version.experiment_id, version.code_version, version.inputs
