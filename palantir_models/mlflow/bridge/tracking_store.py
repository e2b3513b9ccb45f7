"""The tracking store that MLflow's clients call: one for the process, it finds the run that a call is for by its id."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NoReturn

from mlflow.entities import Experiment as ExperimentEntity
from mlflow.entities import (
    LoggedModel,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    Metric,
    Param,
    RunInfo,
    RunTag,
    ViewType,
)
from mlflow.entities import Run as RunEntity
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_STATE, RESOURCE_DOES_NOT_EXIST
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.async_logging.run_operations import RunOperations
from mlflow.utils.autologging_utils.safety import _AutologgingSessionManager
from mlflow.utils.search_utils import SearchUtils

from palantir_models.mlflow.bridge import live
from palantir_models.mlflow.bridge.dropped import DATASET, TRACE
from palantir_models.mlflow.bridge.run import Run, as_metric
from palantir_models.mlflow.bridge.uris import EXPERIMENT_ID, EXPERIMENT_NAME, TRACKING_URI
from transforms.errors import UnavailableError

_ENTERED = "'with experiment.as_mlflow_run():'"


class TrackingStore(AbstractStore):
    """Writes into the experiments that are MLflow runs at the moment.

    What MLflow hands over in threads of its own is written at once in the caller's, so values stay in their
    order and an error is not lost.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # MLflow's

    # Runs

    def create_run(self, experiment_id: str, user_id: str, start_time: int, tags: Any, run_name: str) -> RunEntity:
        """Begin a run inside a live one; experiments come from ``create_experiment`` of a model alone."""
        found = {tag.key: tag.value for tag in tags or ()}
        run = live.begin_inner(run_name, found, found.get("mlflow.parentRunId"))
        if run is None:
            raise MlflowException(
                f"No experiment is an MLflow run in this process: log inside {_ENTERED}, in the process that "
                "created the experiment.",
                INVALID_STATE,
            )
        return run.entity()

    def get_run(self, run_id: str) -> RunEntity:
        """Return a live run with what was logged so far."""
        return _run(run_id).entity()

    def update_run_info(self, run_id: str, run_status: int, end_time: int, run_name: str) -> RunInfo:
        """Change a run's state; only publishing ends the experiment."""
        return _run(run_id).update(run_status, end_time, run_name)

    def delete_run(self, run_id: str) -> None:
        """Refuse."""
        _refuse("delete_run()", "An experiment that is not published is kept apart from the model's versions.")

    def restore_run(self, run_id: str) -> None:
        """Refuse."""
        _refuse("restore_run()", "Nothing is deleted.")

    # What is logged

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Log one value."""
        run = _run(run_id)
        try:
            run.log_metric(metric)
        except Exception as error:
            _note(run, error)
            raise

    def log_batch(
        self, run_id: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]
    ) -> None:
        """Log values, parameters and tags."""
        run = _run(run_id)
        with noted(run):
            run.log_params(params)
            run.set_tags(tags, own=_is_autologging())
            if metrics:
                run.log_metrics(metrics)

    def log_batch_async(
        self, run_id: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]
    ) -> RunOperations:
        """Log at once, and hand an error to whoever waits for the result."""
        done: Future[None] = Future()
        try:
            self.log_batch(run_id, metrics, params, tags)
            done.set_result(None)
        except Exception as error:  # noqa: BLE001 (as the queue does whose place this takes)
            run = live.find(run_id)
            if run is not None:
                _note(run, error, swallowed=True)
            done.set_exception(error)
        return RunOperations([done])

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag."""
        _run(run_id).tags.pop(key, None)

    def log_inputs(self, run_id: str, datasets: Any = None, models: Any = None) -> None:
        """Remember which data and models a run used, while it is live."""
        run = _run(run_id)
        run.log_inputs(datasets or [], models or [])
        owner = live.owner(run)
        if owner is not None and datasets:
            owner.dropped.add(DATASET, len(datasets))

    def log_outputs(self, run_id: str, models: Any) -> None:
        """Remember which models a run made, while it is live."""
        _run(run_id).log_outputs(models)

    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """Nothing to do: models are not kept."""

    def get_metric_history(
        self, run_id: str, metric_key: str, max_results: int | None = None, page_token: str | None = None
    ) -> PagedList[Metric]:
        """Return all values of a metric, with MLflow's own steps, in the order they came."""
        return PagedList([as_metric(run_id, value) for value in _run(run_id).history.of(metric_key)], None)

    # Models, which are published through a model output

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Sequence[LoggedModelTag] | None = None,
        params: Sequence[LoggedModelParameter] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Begin a model, of which nothing is kept."""
        run = _run(source_run_id) if source_run_id else live.newest()
        if run is None:
            raise unknown("The model's run")
        return run.create_model(name, tags or (), params or (), model_type)

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> LoggedModel:
        """Return a model of a live run."""
        for run in live.all_runs():
            if model_id in run.models:
                return run.models[model_id]
        raise MlflowException(f"There is no model {model_id} in a live run.", RESOURCE_DOES_NOT_EXIST)

    def finalize_logged_model(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        """Take note of how a model ended."""
        model = self.get_logged_model(model_id)
        model.status = status
        return model

    def set_logged_model_tags(self, model_id: str, tags: Sequence[LoggedModelTag]) -> None:
        """Set tags of a model."""
        self.get_logged_model(model_id).tags.update({tag.key: tag.value for tag in tags})

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Delete a tag of a model."""
        self.get_logged_model(model_id).tags.pop(key, None)

    def log_logged_model_params(self, model_id: str, params: Sequence[LoggedModelParameter]) -> None:
        """Set parameters of a model."""
        self.get_logged_model(model_id).params.update({param.key: param.value for param in params})

    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None = None,
        datasets: Any = None,
        max_results: int | None = None,
        order_by: Any = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """Return the models of all live runs; filters count for nothing, as none of them is kept."""
        return PagedList([model for run in live.all_runs() for model in run.models.values()], None)

    # MLflow's experiments: there is one, in which all runs are

    def get_experiment(self, experiment_id: str) -> ExperimentEntity:
        """Return the one experiment of MLflow's, whatever its id."""
        return _experiment(EXPERIMENT_NAME)

    def get_experiment_by_name(self, experiment_name: str) -> ExperimentEntity:
        """Return the one experiment of MLflow's under any name, so that ``set_experiment`` changes nothing."""
        return _experiment(experiment_name)

    def create_experiment(self, name: str, artifact_location: str | None = None, tags: Any = None) -> str:
        """Return the id of the one experiment of MLflow's."""
        return EXPERIMENT_ID

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        filter_string: str | None = None,
        order_by: Any = None,
        page_token: str | None = None,
    ) -> PagedList[ExperimentEntity]:
        """Return the one experiment of MLflow's."""
        return PagedList([_experiment(EXPERIMENT_NAME)], None)

    def set_experiment_tag(self, experiment_id: str, tag: Any) -> None:
        """Count a tag, as of a run."""
        run = live.newest()
        if run is not None:
            run.set_tags([tag])

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Delete a tag that was counted."""
        run = live.newest()
        if run is not None:
            run.tags.pop(key, None)

    def delete_experiment(self, experiment_id: str) -> None:
        """Refuse."""
        _refuse("delete_experiment()", "It holds the runs of this process.")

    def restore_experiment(self, experiment_id: str) -> None:
        """Refuse."""
        _refuse("restore_experiment()", "Nothing is deleted.")

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Refuse."""
        _refuse("rename_experiment()", "It holds the runs of this process.")

    def _search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int,
        order_by: Any,
        page_token: str | None,
    ) -> tuple[list[RunEntity], str | None]:
        found = SearchUtils.filter([run.entity() for run in live.all_runs()], filter_string)
        page: tuple[list[RunEntity], str | None] = SearchUtils.paginate(
            SearchUtils.sort(found, order_by), page_token, max_results
        )
        return page

    # Traces

    def link_traces_to_run(self, trace_ids: Sequence[str], run_id: str) -> None:
        """Nothing to do: traces are not kept."""

    def start_trace(self, *_: Any, **__: Any) -> NoReturn:
        """Count a trace, and refuse it: MLflow's exporter says so in its log and goes on."""
        run = live.newest()
        if run is not None:
            run.dropped.add(TRACE)
        _refuse("A trace", "Log what it shows as metrics, plots or tables.")

    start_trace_v3 = start_trace  # of older versions


_store: TrackingStore | None = None
_making = threading.Lock()


def tracking_store() -> TrackingStore:
    """Return the store of the process."""
    global _store
    with _making:
        if _store is None:
            _store = TrackingStore()
        return _store


def _run(run_id: str) -> Run:
    run = live.find(run_id)
    if run is None:
        raise unknown(f"Run {run_id}")
    return run


def unknown(what: str) -> MlflowException:
    """Return the error of a call for a run that no block of this process is open for.

    :param what: what was asked for, such as ``Run 1f3a``.
    """
    return MlflowException(
        f"{what} is not live: MLflow can log to an experiment, and read it, only inside {_ENTERED}. Read it later with "
        "palantir_models.open_model.",
        RESOURCE_DOES_NOT_EXIST,
    )


def _experiment(name: str) -> ExperimentEntity:
    return ExperimentEntity(EXPERIMENT_ID, name, TRACKING_URI, "active")


def _refuse(what: str, why: str) -> NoReturn:
    raise UnavailableError(f"{what} is not supported while an experiment is the MLflow run. {why}")


@contextmanager
def noted(run: Run) -> Iterator[None]:
    """Keep an error of the block for the end of the run's own block, if nobody else will hear of it.

    :param run: the run that is logged to.
    """
    try:
        yield
    except Exception as error:
        _note(run, error)
        raise


def _note(run: Run, error: Exception, swallowed: bool = False) -> None:
    """Keep an error for the block's end if nobody else will hear of it."""
    owner = live.owner(run)
    if owner is not None and (swallowed or _is_autologging() or threading.get_ident() not in owner.threads):
        owner.faults.add(error)


def _is_autologging() -> bool:
    return _AutologgingSessionManager.active_session() is not None
