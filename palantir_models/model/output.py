"""A model's part in a job: what the function publishes enters the job's commit, other experiments are kept apart."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.machine.environment import git_of
from palantir_models.experiment.recording import Recording
from palantir_models.experiment.statuses import FAILED, SUCCEEDED
from palantir_models.model.commit import ModelCommit
from palantir_models.model.context import context_of
from palantir_models.model.training import training_code
from palantir_models.model.trials import Trials
from palantir_models.model.versions import ModelVersion
from palantir_models.model.writable import WritableModel
from palantir_models.models import ModelVersionChangeType
from transforms.run.scope import JobScope, Sealed

if TYPE_CHECKING:
    from palantir_models.adapter.base import ModelAdapter

_log = logging.getLogger(__name__)
_NAMED = 3  # names in a warning


class JobModel(WritableModel):
    """The model that a transform's function trains: what it publishes enters the job's commit.

    :param scope: the running job.
    :param commit: what the job adds to the model.
    :param journals: the store's journals.
    :param trials: has the experiments that the function creates.
    """

    def __init__(self, scope: JobScope, commit: ModelCommit, journals: Journals, trials: Trials) -> None:
        git = cache(git_of)  # the code of a job is what it was when the job began
        super().__init__(
            commit.alias,
            Limits.from_settings(scope.config.limits),
            journals=journals,
            context=lambda: {
                **context_of(
                    branch=scope.transaction.branch,
                    transform=scope.transaction.transform,
                    source=str(scope.transform.source),
                    code_version=scope.code_version,
                    git=git,
                ),
                "transaction": scope.transaction.id,
            },
            trials=trials,
        )
        self._scope = scope
        self._commit = commit
        self._held: list[Experiment] = []  # also those that the function lets go: what is not published is kept

    @property
    def versions(self) -> tuple[ModelVersion, ...]:
        """The versions that were published so far, oldest first."""
        return tuple(staged.version for staged in self._commit.staged)

    def create_experiment(
        self,
        name: str,
        error_handler_type: ErrorHandlerType = ErrorHandlerType.WARN,
        *,
        system_metrics: bool = False,
    ) -> Experiment:
        """Begin an experiment: see :meth:`WritableModel.create_experiment`.

        :raises ExperimentError: if the name cannot be used, or the job has ended.
        :raises MissingExtraError: if psutil is needed and not installed.
        """
        self._require_job()
        experiment = super().create_experiment(name, error_handler_type, system_metrics=system_metrics)
        self._held.append(experiment)
        return experiment

    def publish(
        self,
        model_adapter: ModelAdapter,
        change_type: ModelVersionChangeType | None = None,
        experiment: Experiment | None = None,
        notes: str | None = None,
    ) -> ModelVersion:
        """Publish a new version: its state is saved now and becomes visible with the job's commit.

        :param model_adapter: the trained model in its adapter.
        :param change_type: which part of the version number rises; MINOR when not given.
        :param experiment: an experiment of this model output, published with the version; it takes no more logs.
        :param notes: a text that stays with the version.
        :returns: the version as it will be.
        :raises TransformTypeError: if an argument is of the wrong type.
        :raises ExperimentError: if the experiment belongs to another model or job, or was published already.
        :raises SerializationError: if the adapter's state cannot be saved.
        """
        self._require_job()
        recording = self._checked(model_adapter, change_type, experiment, notes)
        return self._commit.save(model_adapter, self._scope.pins, change_type, recording, notes)

    def _require_job(self) -> None:
        if self._trials.has_ended:
            raise ExperimentError(
                f"The job that trains model {self._alias} has ended, and with it this output: create experiments and publish "
                "in the transform's function, or use palantir_models.code_workspaces.ModelOutput."
            )


class ModelOutputWriter:
    """A model's part in a job.

    :param resource: the model.
    :param scope: the running job.
    """

    def __init__(self, resource: Any, scope: JobScope) -> None:
        self._resource = resource
        self._scope = scope
        self._journals = journals_of(scope.transaction.store.storage)
        self._commit = ModelCommit(
            scope.transaction, resource, scope.code_version, lambda: training_code(scope.transform)
        )
        self._trials = Trials()
        self.value = JobModel(scope, self._commit, self._journals, self._trials)

    def seal(self) -> Sequence[Sealed]:
        """Stage versions, experiments and series, and return their part of the commit."""
        self._trials.end()
        published = [staged.experiment for staged in self._commit.staged if staged.experiment is not None]
        others = self._keep_others(published)
        if not self._commit.staged:
            _log.warning("%s", self._nothing_published(others))
            return ()
        self._scope.at_commit.extend(experiment.discard_journal for experiment in published)
        return (self._commit.seal(),)

    def failed(self, error: BaseException | None) -> None:
        """Keep the experiments of a failed job apart from the published ones; an aborted job's end here."""
        self._trials.end()
        for experiment in self._trials.recordings:
            if error is None:
                experiment.close(FAILED, "The job was aborted.")
                experiment.discard_journal()
            else:
                experiment.close(FAILED, f"{type(error).__name__}: {error}")
                self._keep(experiment)

    def _nothing_published(self, others: Sequence[Recording]) -> str:
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

    def _keep_others(self, published: Sequence[Recording]) -> list[Recording]:
        """Keep the experiments that were not published, and return them."""
        others = [one for one in self._trials.recordings if not any(one is other for other in published)]
        for experiment in others:
            experiment.close(SUCCEEDED, is_published=False)
            self._keep(experiment)
        return others

    def _keep(self, experiment: Recording) -> None:
        try:
            experiment.keep(self._journals)
        except OSError as error:  # what the job itself ended in matters more
            _log.warning("Experiment %r of %s could not be kept: %s", experiment.name, experiment.model, error)


def open_model_output(param: Any, name: str, scope: JobScope) -> ModelOutputWriter:
    """Return the participant that stands for a ``ModelOutput``."""
    return ModelOutputWriter(scope.config.resolve(param.resources[0]), scope)
