"""The block in which an experiment is the active MLflow run."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.handler import ErrorHandlerType
from transforms.errors import MissingExtraError

if TYPE_CHECKING:
    from palantir_models.experiment.recording import Recording
    from palantir_models.mlflow.bridge.experiment_run import ExperimentRun

_log = logging.getLogger(__name__)


def mlflow_run(recording: Recording) -> AbstractContextManager[Any]:
    """Return the block in which an experiment is the active MLflow run.

    :param recording: the experiment.
    :returns: a context manager that yields the ``mlflow.ActiveRun``.
    :raises MissingExtraError: when MLflow is not installed.
    """
    _import_mlflow()
    return _block(recording)


def _import_mlflow() -> None:
    """Import MLflow; what it would report about its use to others is off, at least until it is imported."""
    name = "MLFLOW_DISABLE_TELEMETRY"
    before: Mapping[str, str] = {name: os.environ[name]} if name in os.environ else {}
    os.environ[name] = "true"
    try:
        import mlflow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"as_mlflow_run() needs MLflow, which cannot be imported ({error}): run "
            "pip install 'transforms-on-delta[mlflow]'."
        ) from error
    finally:
        del os.environ[name]
        os.environ.update(before)


@contextmanager
def _block(recording: Recording) -> Iterator[Any]:
    import mlflow
    from mlflow.tracking import fluent

    from palantir_models.mlflow.bridge import live
    from palantir_models.mlflow.bridge.isolation import pointed_at_us

    recording.intake.require_open()
    with pointed_at_us():
        run, depth, failed = live.enter(recording), len(fluent._active_run_stack.get()), True
        thread = threading.get_ident()
        first = thread not in run.threads
        run.threads.add(thread)
        try:
            active = mlflow.start_run(run_id=run.run_id, nested=True)
            yield active
            failed = False
        finally:
            try:
                _end_runs(run, depth, failed)
            finally:
                if first:
                    run.threads.discard(thread)
                last = live.leave(run)
    if last:
        _report(run, failed)


def _end_runs(run: ExperimentRun, depth: int, failed: bool) -> None:
    """End the run in this thread, and whatever was begun inside it and left running.

    :param run: the run.
    :param depth: how many runs were active in the thread before it.
    :param failed: whether an exception ends the block; nothing that goes wrong here takes its place.
    """
    import mlflow
    from mlflow.tracking import fluent
    from mlflow.tracking._tracking_service import utils as tracking

    from palantir_models.mlflow.bridge import live
    from palantir_models.mlflow.bridge.uris import TRACKING_URI

    stack = fluent._active_run_stack.get()
    try:
        mlflow.set_tracking_uri(TRACKING_URI)  # code in the block may have chosen another one
        files = tracking._artifact_repos_cache.get(run.run_id)
        if files is not None:
            files.flush_async_logging()
        while len(stack) > depth:
            if live.find(stack[-1].info.run_id) is None:  # begun under another address
                stack.pop()
            else:
                mlflow.end_run("FAILED" if failed else "FINISHED")
    except Exception as error:  # noqa: BLE001 (the error handler has the word)
        run.faults.add(error)


def _report(run: ExperimentRun, failed: bool) -> None:
    """Say what was dropped, and leave errors that nobody heard of to the experiment's error handler."""
    handler = run.intake.handler
    dropped = run.dropped.sentence()
    if dropped:
        level = logging.DEBUG if handler.kind is ErrorHandlerType.SUPPRESS else logging.WARNING
        _log.log(
            level,
            "%s: MLflow logged what an experiment does not hold, so it was dropped: %s.",
            handler.subject,
            dropped,
        )
    error = run.faults.first
    if error is None:
        return
    if handler.kind is ErrorHandlerType.FAIL:
        if not failed:  # what ended the block matters more
            raise error
        _log.warning("%s: MLflow swallowed an error: %s", handler.subject, error)
    else:
        handler.warn(error, "MLflow swallowed it and went on, so the experiment is incomplete.")
