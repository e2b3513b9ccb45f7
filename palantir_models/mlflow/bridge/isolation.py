"""What MLflow keeps for the whole process or thread, and how all of it is put back when a block ends.

The first block of the process points MLflow at our store, the last one restores what was there; blocks of several threads
overlap in between.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import mlflow
from mlflow.tracing import provider
from mlflow.tracking import fluent
from mlflow.tracking._tracking_service import utils as tracking
from mlflow.utils import import_hooks
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS, autologging_conf_lock
from mlflow.utils.autologging_utils.safety import revert_patches

from palantir_models.mlflow.bridge import hooks, live
from palantir_models.mlflow.bridge.faults import AUTOLOGGING_LOGGER, AutologgingErrors, Faults
from palantir_models.mlflow.bridge.uris import EXPERIMENT_ID, SCHEME, TRACKING_URI

_log = logging.getLogger(__name__)
_PREFIXES = ("MLFLOW_", "_MLFLOW_")
_TELEMETRY = "MLFLOW_DISABLE_TELEMETRY"
_MISLEADING = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_ACTIVE_MODEL_ID")
"""What would make MLflow go on with a run, an experiment or a model that is not ours."""

_lock = threading.RLock()
_blocks = 0
_restore = ExitStack()


@contextmanager
def pointed_at_us() -> Iterator[None]:
    """Have MLflow log to our store until the block ends, and everything as before after the last of such blocks."""
    global _blocks, _restore
    with _lock:
        if not _blocks:
            with ExitStack() as stack:  # which undoes the half of it when something fails
                _point(stack)
                _restore = stack.pop_all()
        _blocks += 1
    try:
        with _thread_restored():
            yield
    finally:
        with _lock:
            _blocks -= 1
            if not _blocks:
                _restore.close()


def _point(stack: ExitStack) -> None:
    stack.callback(_restore_environment, _environment())
    for name in _MISLEADING:
        os.environ.pop(name, None)
    os.environ[_TELEMETRY] = "true"
    stack.callback(setattr, fluent, "_active_experiment_id", fluent._active_experiment_id)
    setattr(fluent, "_active_experiment_id", EXPERIMENT_ID)  # noqa: B010 (mypy takes it for a None)
    stack.callback(_forget_runs)
    stack.callback(_set_tracking_uri, tracking._tracking_uri)
    _set_tracking_uri(TRACKING_URI)
    stack.callback(_restore_autologging, _autologging(), _pending())
    _listen(stack)
    hooks.install(stack)


def _listen(stack: ExitStack) -> None:
    """Hear of what autologging catches, also where the user chose not to see such warnings."""
    logger, errors = logging.getLogger(AUTOLOGGING_LOGGER), AutologgingErrors(_faults_of_thread)
    if not logger.isEnabledFor(logging.WARNING):
        stack.callback(logger.setLevel, logger.level)
        stack.callback(setattr, logger, "propagate", logger.propagate)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    stack.callback(logger.removeHandler, errors)
    logger.addHandler(errors)


def _set_tracking_uri(uri: Any) -> None:
    """Set or, by None, unset the tracking URI, without switching on again the tracing that a user has switched off."""
    on = provider.is_tracing_enabled()
    mlflow.set_tracking_uri(uri)
    if not on:
        provider.disable()


@contextmanager
def _thread_restored() -> Iterator[None]:
    """Restore what MLflow keeps for the thread: its runs, the last one, and models."""
    stack = fluent._active_run_stack.get()
    before = list(stack)
    kept = {name: getattr(fluent, name) for name in ("_last_active_run_id", "_last_logged_model_id")}
    kept["_ACTIVE_MODEL_CONTEXT"] = fluent._ACTIVE_MODEL_CONTEXT
    values = {name: variable.get() for name, variable in kept.items()}
    try:
        yield
    finally:
        stack[:] = before
        for name, variable in kept.items():
            variable.set(values[name])


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_PREFIXES)}


def _restore_environment(before: Mapping[str, str]) -> None:
    for name in _environment():
        if name not in before:
            del os.environ[name]
    os.environ.update(before)


def _forget_runs() -> None:
    """Take our runs off the stacks of threads that MLflow began them in, and their files out of its cache."""
    for stack in fluent._active_run_stack.get_all_thread_values().values():
        stack[:] = [run for run in stack if not str(run.info.artifact_uri).startswith(f"{SCHEME}:")]
    for run_id, files in list(tracking._artifact_repos_cache.items()):
        if str(files.artifact_uri).startswith(f"{SCHEME}:"):
            tracking._artifact_repos_cache.pop(run_id, None)


def _faults_of_thread() -> Faults | None:
    active = mlflow.active_run()
    run = live.find(active.info.run_id) if active is not None else None
    owner = live.newest() if run is None else live.owner(run)
    return None if owner is None else owner.faults


# Autologging


def _autologging() -> dict[str, dict[str, Any]]:
    return {name: dict(config) for name, config in AUTOLOGGING_INTEGRATIONS.items()}


def _pending() -> dict[str, list[Any]]:
    """Return the hooks that wait for the import of a library, to enable its autologging."""
    return {name: list(waiting) for name, waiting in import_hooks._post_import_hooks.items() if waiting}


def _restore_autologging(before: Mapping[str, dict[str, Any]], pending: Mapping[str, list[Any]]) -> None:
    _restore_patches(before)
    for name, waiting in list(import_hooks._post_import_hooks.items()):
        if waiting:
            waiting[:] = pending.get(name, [])
            if not waiting:
                del import_hooks._post_import_hooks[name]
    for name, waiting in pending.items():
        if not import_hooks._post_import_hooks.get(name) and name in sys.modules:  # imported in the block
            for hook in waiting:
                hook(sys.modules[name])


@autologging_conf_lock  # type: ignore[untyped-decorator]  # MLflow's
def _restore_patches(before: Mapping[str, dict[str, Any]]) -> None:
    for name, config in _autologging().items():
        earlier = before.get(name, {})
        if config == earlier:
            continue
        revert_patches(name)
        AUTOLOGGING_INTEGRATIONS[name] = dict(earlier)
        if earlier and not earlier.get("disable"):
            _enable_again(name, earlier)


def _enable_again(name: str, config: Mapping[str, Any]) -> None:
    try:
        autolog = importlib.import_module("mlflow" if name == "mlflow" else f"mlflow.{name}").autolog
        accepted = inspect.signature(autolog).parameters
        autolog(**{key: value for key, value in config.items() if key in accepted})
        AUTOLOGGING_INTEGRATIONS[name] = dict(config)
    except Exception as error:  # noqa: BLE001 (an integration that MLflow does not know by this name, or a broken one)
        _log.warning("MLflow's autologging of %s, on before the block, could not be enabled again: %s", name, error)
