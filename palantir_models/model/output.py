"""A model's part in a job: what the function publishes enters the job's commit, other experiments are kept apart."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.limits import Limits
from palantir_models.model.context import context_of
from palantir_models.model.publishing import Publishing
from palantir_models.model.versions import ModelVersion
from palantir_models.model.writable import WritableModel
from transforms.run.scope import JobScope, Sealed

_log = logging.getLogger(__name__)
_NAMED = 3  # names in a warning


class ModelOutputWriter:
    """Stages what a job publishes to one model.

    :param resource: the model.
    :param scope: the running job.
    """

    def __init__(self, resource: Any, scope: JobScope) -> None:
        self._resource = resource
        self._scope = scope
        self._publishing = Publishing(scope.transaction, resource, scope.code_version)
        self.value = WritableModel(
            resource.alias,
            Limits.from_settings(scope.config.limits),
            self._publish,
            journals=journals_of(scope.transaction.store.storage),
            context=lambda: context_of(
                branch=scope.transaction.branch,
                transform=scope.transaction.transform,
                source=str(scope.transform.source),
                code_version=scope.code_version,
                transaction=scope.transaction.id,
            ),
        )

    def seal(self) -> Sequence[Sealed]:
        """Stage versions, experiments and series, and return their part of the commit."""
        self.value.end()
        publications = self.value.publications
        published = [p.experiment for p in publications if p.experiment is not None]
        others = self._keep_others(published)
        if not publications:
            _log.warning("%s", self._nothing_published(others))
            return ()
        self._scope.at_commit.extend(experiment.discard_journal for experiment in published)
        return (self._publishing.seal(publications),)

    def failed(self, error: BaseException | None) -> None:
        """Keep the experiments of a failed job apart from the published ones; an aborted job's end here."""
        self.value.end()
        for experiment in self.value.experiments:
            if error is None:
                experiment.close("FAILED", "The job was aborted.")
                experiment.discard_journal()
            else:
                experiment.close("FAILED", f"{type(error).__name__}: {error}")
                self._keep(experiment)

    def _publish(self, version_id: str, adapter: Any, **details: Any) -> ModelVersion:
        return self._publishing.save(adapter, version_id, self._scope.pins, **details)

    def _nothing_published(self, others: Sequence[Experiment]) -> str:
        where = f"{self._scope.transform.__name__} ({self._scope.transform.source})"
        if not others:
            return (
                f"{where} returned without publishing a version of model {self._resource.alias}. If there is one: "
                "model.publish(adapter)."
            )
        names = ", ".join(one.name for one in others[:_NAMED])
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        noun = "experiment" if len(others) == 1 else "experiments"
        return (
            f"{where} created {noun} {names}{more} of model {self._resource.alias} and published none. "
            f"To publish one with its version: model.publish(adapter, experiment=…). What was logged is kept: "
            f"'transforms experiments show {others[0].experiment_id[:8]}'."
        )

    def _keep_others(self, published: Sequence[Experiment]) -> list[Experiment]:
        """Keep the experiments that were not published, and return them."""
        others = [one for one in self.value.experiments if not any(one is other for other in published)]
        for experiment in others:
            experiment.close("SUCCEEDED", is_published=False)
            self._keep(experiment)
        return others

    def _keep(self, experiment: Experiment) -> None:
        try:
            self.value.journals.keep(experiment)
        except OSError as error:  # what the job itself ended in matters more
            _log.warning("Experiment %r of %s could not be kept: %s", experiment.name, experiment.model, error)


def open_model_output(param: Any, name: str, scope: JobScope) -> ModelOutputWriter:
    """Return the participant that stands for a ``ModelOutput``."""
    return ModelOutputWriter(scope.config.resolve(param.resources[0]), scope)
