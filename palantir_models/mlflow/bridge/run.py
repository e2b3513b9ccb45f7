"""A run as MLflow's clients see it: what they logged can be read back while it is live."""

from __future__ import annotations

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlflow.entities import (
    LoggedModel,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    Metric,
    Param,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunStatus,
    RunTag,
)
from mlflow.entities import Run as RunEntity

from palantir_models.experiment.values import metric
from palantir_models.mlflow.bridge.history import History, Logged
from palantir_models.mlflow.bridge.uris import EXPERIMENT_ID, model_location, run_location

SYSTEM_TAGS = "mlflow."
"""Tags that begin so are MLflow's own."""


class Run(ABC):
    """What every run has in common: it remembers what was logged, and keeps nothing.

    :param run_id: its id.
    :param name: its name.
    :param tags: the tags that it begins with.
    """

    def __init__(self, run_id: str, name: str, tags: Mapping[str, str]) -> None:
        self.run_id = run_id
        self.lock = threading.RLock()
        self.history = History()
        self.params: dict[str, str] = {}
        self.tags: dict[str, str] = dict(tags)
        self.models: dict[str, LoggedModel] = {}
        self._name = name
        self._status = RunStatus.RUNNING
        self._began = now()
        self._ended: int | None = None
        self._inputs = RunInputs(dataset_inputs=[], model_inputs=[])
        self._outputs = RunOutputs(model_outputs=[])

    # What logs

    def log_metric(self, one: Metric) -> None:
        """Log one value."""
        self.log_metrics((one,))

    def log_metrics(self, metrics: Sequence[Metric]) -> None:
        """Log values, all of them or none; what MLflow repeats to tie it to a model counts once."""
        values = [logged(one) for one in metrics]
        if any(one.model_id for one in metrics):
            values = [
                value
                for one, value in zip(metrics, values, strict=True)
                if not one.model_id or not self.history.holds(value)
            ]
        if values:
            with self.lock:
                self.keep_metrics(values)

    def log_params(self, params: Iterable[Param]) -> None:
        """Log parameters, replacing those of the same keys."""
        found = {param.key: str(param.value) for param in params}
        if found:
            with self.lock:
                self.keep_params(found)

    def set_tags(self, tags: Iterable[RunTag], own: bool = False) -> None:
        """Set tags.

        :param tags: the tags.
        :param own: whether they are of MLflow's own making.
        """
        with self.lock:
            for tag in tags:
                if not own and not tag.key.startswith(SYSTEM_TAGS) and tag.key not in self.tags:
                    self.drop_tag()
                self.tags[tag.key] = tag.value

    def log_inputs(self, datasets: Sequence[Any], models: Sequence[Any]) -> None:
        """Log which data and models a run used."""
        with self.lock:
            self._inputs.dataset_inputs.extend(datasets)
            self._inputs.model_inputs.extend(models)

    def log_outputs(self, models: Sequence[Any]) -> None:
        """Log which models a run made."""
        with self.lock:
            self._outputs.model_outputs.extend(models)

    @abstractmethod
    def log_file(self, local: str, path: str) -> None:
        """Log a file.

        :param local: where it is.
        :param path: its path within the run's artifacts.
        """

    @abstractmethod
    def log_image(self, key: str, image: Any, step: int | None) -> None:
        """Log a Pillow image at a step of its series; without one it is the next."""

    @abstractmethod
    def log_plot(self, path: str, figure: Any) -> None:
        """Log a Plotly figure under its path within the run's artifacts."""

    @abstractmethod
    def log_table(self, path: str, frame: Any) -> None:
        """Log a pandas frame under its path within the run's artifacts, in place of one of the same path."""

    def table(self, path: str) -> Any:
        """Return the pandas frame that was logged under a path, or None."""
        return None

    @property
    def table_paths(self) -> Sequence[str]:
        """The paths of all tables."""
        return ()

    # What becomes of it

    def keep_metrics(self, values: list[Logged]) -> None:
        """Take values; called with the run's lock."""
        self.history.add(values)

    def keep_params(self, params: Mapping[str, str]) -> None:
        """Take parameters; called with the run's lock."""
        self.params.update(params)

    @abstractmethod
    def drop_tag(self) -> None:
        """Hear of a tag of the user's."""

    @abstractmethod
    def drop_model(self) -> None:
        """Hear of a model, none of which is kept."""

    # What MLflow asks for

    def update(self, status: int | None, end_time: int | None, name: str | None) -> RunInfo:
        """Change its state; a run may end more than once, and go on after it."""
        with self.lock:
            if status is not None:
                self._status, self._ended = status, end_time
            if name:
                self._name = name
            return self.info()

    def info(self) -> RunInfo:
        """Return MLflow's description of it."""
        return RunInfo(
            run_id=self.run_id,
            experiment_id=EXPERIMENT_ID,
            user_id="",
            status=RunStatus.to_string(self._status),
            start_time=self._began,
            end_time=self._ended,
            lifecycle_stage="active",
            artifact_uri=run_location(self.run_id),
            run_name=self._name,
        )

    def entity(self) -> RunEntity:
        """Return the run with what was logged, as MLflow does: of each metric the last value."""
        with self.lock:
            data = RunData(
                metrics=[as_metric(self.run_id, value) for value in self.history.latest()],
                params=[Param(key, value) for key, value in self.all_params().items()],
                tags=[RunTag(key, value) for key, value in self.tags.items()],
            )
            inputs = RunInputs(
                dataset_inputs=list(self._inputs.dataset_inputs), model_inputs=list(self._inputs.model_inputs)
            )
            outputs = RunOutputs(model_outputs=list(self._outputs.model_outputs))
            return RunEntity(self.info(), data, inputs, outputs)

    def all_params(self) -> Mapping[str, str]:
        """Return all parameters as text."""
        return self.params

    def create_model(
        self, name: str | None, tags: Iterable[LoggedModelTag], params: Iterable[LoggedModelParameter], kind: str | None
    ) -> LoggedModel:
        """Begin a model: MLflow goes on to describe it, and to write its files."""
        model_id = f"m-{uuid.uuid4().hex}"
        moment = now()
        model = LoggedModel(
            experiment_id=EXPERIMENT_ID,
            model_id=model_id,
            name=name or model_id,
            artifact_location=model_location(self.run_id, model_id),
            creation_timestamp=moment,
            last_updated_timestamp=moment,
            model_type=kind,
            source_run_id=self.run_id,
            status=LoggedModelStatus.PENDING,
            tags=list(tags),
            params=list(params),
        )
        with self.lock:
            self.models[model_id] = model
            self.drop_model()
        return model


def logged(one: Metric) -> Logged:
    """Return a metric of MLflow's, checked.

    :raises ExperimentError: when its value is no number.
    """
    return Logged(one.key, int(one.step or 0), int(one.timestamp or 0) or now(), metric(one.key, one.value))


def as_metric(run_id: str, value: Logged) -> Metric:
    """Return a value as MLflow has it."""
    made = Metric(value.key, value.value, value.timestamp, value.step)
    made._run_id = run_id  # the parameter came with later versions
    return made


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
