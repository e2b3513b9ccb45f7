"""The model that a training function receives: it creates experiments and publishes versions."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary, ref

from palantir_models.experiment import latest
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.limits import Limits
from palantir_models.model.publishing import Publication
from palantir_models.models import ModelVersionChangeType
from transforms.common.forks import need_owner
from transforms.errors import MisuseError, TransformTypeError

if TYPE_CHECKING:
    from palantir_models.adapter.base import ModelAdapter
    from palantir_models.model.versions import ModelVersion
    from palantir_models.testing import PublishedModel
    from transforms.store.store import Store


class Publisher(Protocol):
    """Saves an adapter's state where the commit will find it."""

    def __call__(
        self,
        version_id: str,
        adapter: ModelAdapter,
        *,
        change_type: ModelVersionChangeType | None,
        experiment: Experiment | None,
        notes: str | None,
    ) -> ModelVersion:
        """Return the version as it will be."""


class WritableModel:
    """A model that a transform trains.

    Follows the public page integrate-models/model-asset-code-repositories.

    :param alias: the model's path or RID.
    :param limits: how much its experiments may hold.
    :param publisher: saves an adapter's state.
    :param journals: the store's journals, those of its experiments among them.
    :param context: returns what is known of the job, for its experiments.
    """

    _holds_experiments = True
    """Whether experiments that nobody else has stay here: at a job's end those that it did not publish are kept."""

    def __init__(
        self,
        alias: str,
        limits: Limits,
        publisher: Publisher,
        *,
        journals: Journals,
        context: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._alias = alias
        self._limits = limits
        self._publisher = publisher
        self.journals = journals
        self._context = context
        self._experiments: WeakKeyDictionary[Experiment, None] = WeakKeyDictionary()
        self._held: list[Experiment] = []
        self._publications: list[Publication] = []
        self._has_ended = False
        self._process = os.getpid()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Refuse what there is not; what a dataset's output can do is not what a model's can."""
            if name.startswith("_"):  # asked for by copy, pickle and others, who know how to do without
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise MisuseError(
                f"The model output {self._alias} has no {name!r}. It takes .create_experiment(name) and "
                f".publish(adapter, experiment=...); a table goes into an experiment's .log_table(name, df), or into a dataset."
            )

    @property
    def alias(self) -> str:
        """The model's path or RID."""
        return self._alias

    def create_experiment(
        self,
        name: str,
        error_handler_type: ErrorHandlerType = ErrorHandlerType.WARN,
        *,
        system_metrics: bool = False,
    ) -> Experiment:
        """Begin an experiment; publish it together with a version to keep it with the model.

        Follows the public page integrate-models/experiments-overview; ``system_metrics`` is ours.

        :param name: 1 to 100 characters. Where the model has an experiment of this name, the commit adds ``-2``,
            ``-3``, …
        :param error_handler_type: what happens on faults that are not the caller's.
        :param system_metrics: whether to log use of CPU, memory and GPUs every 10 seconds, as series that begin with
            ``system/``; needs psutil.
        :returns: the experiment, which takes logs until it is published.
        :raises ExperimentError: if the name cannot be used.
        :raises MissingExtraError: if psutil is needed and not installed.
        """
        self._require_job()
        context = self._context()
        experiment = Experiment(
            name,
            model=self._alias,
            error_handler_type=error_handler_type,
            limits=self._limits,
            journals=self.journals,
            context=context,
        )
        self._experiments[experiment] = None
        if self._holds_experiments:
            self._held.append(experiment)
        latest.begin(experiment, self.journals.folder, context.get("branch"))
        if system_metrics:
            from palantir_models.experiment.machine.system import SystemMetrics

            sampler = SystemMetrics(_weakly_logged(experiment))
            sampler.start()
            experiment.at_end(sampler.stop)
        return experiment

    def publish(
        self,
        model_adapter: ModelAdapter,
        change_type: ModelVersionChangeType | None = None,
        experiment: Experiment | None = None,
        notes: str | None = None,
    ) -> ModelVersion:
        """Publish a new version: its state is saved now and becomes visible with the job's commit.

        Follows the public page integrate-models/model-asset-code-repositories.

        :param model_adapter: the trained model in its adapter.
        :param change_type: which part of the version number rises; MINOR when not given.
        :param experiment: an experiment of this model output, published with the version; it takes no more logs.
        :param notes: a text that stays with the version.
        :returns: the version as it will be.
        :raises TransformTypeError: if an argument is of the wrong type.
        :raises ExperimentError: if the experiment belongs to another model or job, or was published already.
        :raises SerializationError: if the adapter's state cannot be saved.
        """
        self._check(model_adapter, change_type, experiment, notes)
        version = self._publisher(
            uuid.uuid4().hex, model_adapter, change_type=change_type, experiment=experiment, notes=notes
        )
        if experiment is not None:
            experiment.close("SUCCEEDED")
        self._publications.append(Publication(version, experiment))
        return version

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments created so far that somebody still has, in their order."""
        return tuple(self._experiments)

    @property
    def publications(self) -> tuple[Publication, ...]:
        """What was published so far."""
        return tuple(self._publications)

    def published(self, store: Store, branch: str) -> PublishedModel:
        """Return what was published, for tests to look at after the commit."""
        from palantir_models.testing import PublishedModel
        from transforms.spec.resource import Resource
        from transforms.store.layout import resource_path

        folder = resource_path(Resource("model", self._alias), branch)
        versions = [publication.version for publication in self._publications]
        return PublishedModel(self._alias, versions, store.storage, folder)

    def __repr__(self) -> str:
        return f"<WritableModel {self._alias!r}>"

    def end(self) -> None:
        """Take nothing more: the job is over, and what came now would be in no commit."""
        self._has_ended = True

    def _require_job(self) -> None:
        if self._has_ended:
            raise ExperimentError(
                f"The job that trains model {self._alias} has ended, and with it this output: create experiments and publish "
                "in the transform's function, or use palantir_models.code_workspaces.ModelOutput."
            )

    def _check(self, adapter: Any, change_type: Any, experiment: Any, notes: Any) -> None:
        self._require_job()
        from palantir_models.adapter.base import ModelAdapter

        need_owner(f"publish() of model {self._alias}", self._process)
        if not isinstance(adapter, ModelAdapter):
            raise TransformTypeError(
                f"publish() of model {self._alias} takes an instance of a ModelAdapter subclass; got "
                f"{type(adapter).__qualname__}. Wrap the trained model in an adapter."
            )
        if change_type is not None and not isinstance(change_type, ModelVersionChangeType):
            raise TransformTypeError(
                f"change_type is ModelVersionChangeType.MAJOR, MINOR or PATCH; got {change_type!r}."
            )
        if notes is not None and not isinstance(notes, str):
            raise TransformTypeError(f"notes is text; got {type(notes).__qualname__}.")
        if experiment is None:
            return
        if not isinstance(experiment, Experiment):
            raise TransformTypeError(
                f"experiment is what create_experiment() returned; got {type(experiment).__qualname__}."
            )
        if experiment not in self._experiments:
            raise ExperimentError(
                f"Experiment {experiment.name!r} was not created by this output of model {self._alias} (it belongs to "
                f"{experiment.model}): publish it with the output and in the job that created it."
            )
        if experiment.status == "SUCCEEDED":
            raise ExperimentError(
                f"Experiment {experiment.name!r} is published already; a version has an experiment of its own."
            )
        experiment.check_publishable()


def _weakly_logged(experiment: Experiment) -> Callable[[Mapping[str, float]], None]:
    """Return what logs metrics as long as somebody has the experiment; then it raises, which ends the sampling."""
    reference = ref(experiment)

    def log(values: Mapping[str, float]) -> None:
        found = reference()
        if found is None:
            raise ReferenceError("nobody has the experiment any more")
        found.log_metrics(values)

    return log
