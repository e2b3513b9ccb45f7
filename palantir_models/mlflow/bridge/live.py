"""The runs of this process that are live, by their ids: whatever thread or client logs, the id says where to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from palantir_models.experiment.recording import Recording
from palantir_models.mlflow.bridge.experiment_run import ExperimentRun, InnerRun
from palantir_models.mlflow.bridge.run import Run

_lock = threading.RLock()
_runs: dict[str, Run] = {}
_known: WeakKeyDictionary[Recording, ExperimentRun] = WeakKeyDictionary()  # also between two blocks


def _forget_in_child() -> None:
    """A forked child may not log to its parent's experiments, and must not wait for its threads' locks."""
    global _lock
    _lock = threading.RLock()
    _runs.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def enter(recording: Recording) -> ExperimentRun:
    """Make an experiment's run live, or note that one more block of it runs.

    An experiment has the same run in every block, so that what an earlier one logged can be read in a later.

    :param recording: the experiment.
    :returns: its run.
    """
    with _lock:
        run = _known.get(recording)
        if run is None:
            run = _known[recording] = ExperimentRun(recording.experiment_id, recording.name, recording.intake)
        if not run.entered:
            run.begin_block()
        run.entered += 1
        _runs.pop(run.run_id, None)
        _runs[run.run_id] = run  # the last in the order is the newest
        return run


def leave(run: ExperimentRun) -> bool:
    """Note that a block has ended.

    :param run: the run.
    :returns: whether it was the last one of its experiment, whose run is not live any more then.
    """
    with _lock:
        run.entered -= 1
        if run.entered:
            return False
        inner = [one.run_id for one in _runs.values() if isinstance(one, InnerRun) and one.parent is run]
        for run_id in (run.run_id, *inner):
            _runs.pop(run_id, None)
        return True


def begin_inner(name: str | None, tags: dict[str, str], parent_id: str | None) -> InnerRun | None:
    """Begin a run inside a live one.

    :param name: its name.
    :param tags: its tags.
    :param parent_id: the run that MLflow calls its parent; None for the run of a thread that has none.
    :returns: the run; None when no experiment's run is live.
    """
    with _lock:
        parent = _runs.get(parent_id or "")
        nested = parent is not None
        if isinstance(parent, InnerRun):
            parent = parent.parent
        if parent is None:
            parent = newest()
        if not isinstance(parent, ExperimentRun):
            return None
        run = InnerRun(parent, name, tags, nested)
        _runs[run.run_id] = run
        return run


def find(run_id: str) -> Run | None:
    """Return a live run."""
    return _runs.get(run_id)


def newest() -> ExperimentRun | None:
    """Return the experiment's run whose block began last."""
    with _lock:
        return next((run for run in reversed(_runs.values()) if isinstance(run, ExperimentRun)), None)


def all_runs() -> Iterable[Run]:
    """Return all live runs, the oldest first."""
    with _lock:
        return list(_runs.values())


def owner(run: Run) -> ExperimentRun | None:
    """Return the experiment's run that a run is, or is inside of."""
    if isinstance(run, InnerRun):
        return run.parent
    return run if isinstance(run, ExperimentRun) else None
