"""The model that training code has: it creates experiments and publishes versions."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import ref

from palantir_models.experiment import latest
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.experiment.statuses import SUCCEEDED
from palantir_models.model.trials import Trials
from palantir_models.models import ModelVersionChangeType
from transforms.common.forks import need_owner
from transforms.errors import MisuseError, TransformTypeError

if TYPE_CHECKING:
    from palantir_models.adapter.base import ModelAdapter


class WritableModel(ABC):
    """A model that code trains, in a transform or in a notebook.

    Follows the public page integrate-models/model-asset-code-repositories.

    :param alias: the model's path or RID.
    :param limits: how much its experiments may hold.
    :param journals: the store's journals, those of its experiments among them.
    :param context: returns what is known of the job or program, for its experiments.
    :param trials: has the experiments that are created.
    """

    def __init__(
        self,
        alias: str,
        limits: Limits,
        *,
        journals: Journals,
        context: Callable[[], Mapping[str, Any]],
        trials: Trials,
    ) -> None:
        self._alias = alias
        self._limits = limits
        self._journals = journals
        self._context = context
        self._trials = trials
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
        context = self._context()
        recording = Recording(
            name,
            model=self._alias,
            error_handler_type=error_handler_type,
            limits=self._limits,
            journals=self._journals,
            context=context,
        )
        experiment = self._trials.add(recording)
        latest.begin(recording, self._journals.folder, context.get("branch"))
        if system_metrics:
            from palantir_models.experiment.machine.system import SystemMetrics

            sampler = SystemMetrics(_weakly_logged(experiment))
            sampler.start()
            recording.at_end(sampler.stop)
        return experiment

    @abstractmethod
    def publish(
        self,
        model_adapter: ModelAdapter,
        change_type: ModelVersionChangeType | None = None,
        experiment: Experiment | None = None,
        notes: str | None = None,
    ) -> Any:
        """Publish a new version, and the experiment with it: in the job's commit, or in one of its own.

        Follows the public page integrate-models/model-asset-code-repositories.

        :param model_adapter: the trained model in its adapter.
        :param change_type: which part of the version number rises; MINOR when not given.
        :param experiment: an experiment of this model output, published with the version; it takes no more logs.
        :param notes: a text that stays with the version.
        :returns: in a transform the :class:`~palantir_models.model.versions.ModelVersion` as it will be; in a notebook
            the :class:`~palantir_models.workspace.output.PublishedVersion` that is committed.
        :raises TransformTypeError: if an argument is of the wrong type.
        :raises ExperimentError: if the experiment belongs to another model or job, or was published already.
        :raises SerializationError: if the adapter's state cannot be saved.
        """

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments created so far that somebody still has, in their order."""
        return self._trials.experiments

    def __repr__(self) -> str:
        return f"<WritableModel {self._alias!r}>"

    def _checked(self, adapter: Any, change_type: Any, experiment: Any, notes: Any) -> Recording | None:
        """Refuse what cannot be published, and return what records the experiment."""
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
            return None
        if not isinstance(experiment, Experiment):
            raise TransformTypeError(
                f"experiment is what create_experiment() returned; got {type(experiment).__qualname__}."
            )
        recording = self._trials.recording(experiment)
        if recording is None:
            raise ExperimentError(
                f"Experiment {experiment.name!r} was not created by this output of model {self._alias} (it belongs to "
                f"{experiment.model}): publish it with the output and in the job that created it."
            )
        if experiment.status == SUCCEEDED:
            raise ExperimentError(
                f"Experiment {experiment.name!r} is published already; a version has an experiment of its own."
            )
        recording.check_publishable()
        return recording


def _weakly_logged(experiment: Experiment) -> Callable[[Mapping[str, float]], None]:
    """Return what logs metrics as long as somebody has the experiment; then it raises, which ends the sampling."""
    reference = ref(experiment)

    def log(values: Mapping[str, float]) -> None:
        found = reference()
        if found is None:
            raise ReferenceError("nobody has the experiment any more")
        found.log_metrics(values)

    return log
