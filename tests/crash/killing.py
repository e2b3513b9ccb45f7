"""Killing a process at a chosen step of a commit, with the signal that nothing can catch."""

from __future__ import annotations

import importlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

# Each step: the function that is wrapped, when the process dies, and at which of its calls (counted from 1).
# A job of two datasets, a model version, an experiment, a hyperparameter and a metric series publishes 6 tables.
STEPS: dict[str, tuple[str, str, int]] = {
    "before the leases": ("transforms.store.transaction:Transaction._take_leases", "before", 1),
    "after the leases": ("transforms.store.transaction:Transaction._take_leases", "after", 1),
    "first frame being staged": ("transforms.engine.local.staging:staged_file", "before", 1),
    "first frame staged": ("transforms.engine.local.staging:stage_frame", "after", 1),
    "artifacts saved": ("palantir_models.adapter:save_adapter", "after", 1),
    "everything staged": ("transforms.store.transaction:Transaction.commit", "before", 1),
    "sealed": ("transforms.store.transaction:Transaction._seal", "after", 1),
    "validated": ("transforms.store.transaction:validate_changes", "after", 1),
    "ledger row written": ("transforms.store.ledger:Ledger._write_row", "after", 1),
    "before the link": ("transforms.store.ledger:Ledger._place", "before", 1),
    "log file written, not linked": ("os:link", "before", 1),
    "after the link": ("transforms.store.ledger:Ledger._place", "after", 1),
    "before publishing": ("transforms.store.publishing:publish_change", "before", 1),
    **{f"before table {n}": ("transforms.store.publishing:publish_change", "before", n) for n in range(2, 7)},
    **{f"after table {n}": ("transforms.store.publishing:publish_change", "after", n) for n in range(1, 7)},
    "table committed, not synced": ("transforms.store.table_publishing:make_durable", "before", 1),
    "before the mark": ("transforms.store.publishing:Publisher._remember", "before", 1),
    "after the mark": ("transforms.store.publishing:Publisher._remember", "after", 1),
    "before the release": ("transforms.store.transaction:Transaction._release", "before", 1),
    "after the release": ("transforms.store.transaction:Transaction._release", "after", 1),
}


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str) -> None:
    """Let this process die when it comes to a step."""
    place, moment, call = STEPS[step]
    module_name, _, path = place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _deadly(getattr(owner, name), moment, call))


def arm_at_random(seed: int, within_seconds: float) -> None:
    """Let this process die at some moment."""
    delay = random.Random(seed).random() * within_seconds
    threading.Thread(target=lambda: (time.sleep(delay), die()), daemon=True).start()


def _deadly(function: Callable[..., Any], moment: str, call: int) -> Callable[..., Any]:
    lock, calls = threading.Lock(), [0]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with lock:
            calls[0] += 1
            mine = calls[0]
        if moment == "before" and mine == call:
            die()
        result = function(*args, **kwargs)
        if moment == "after" and mine == call:
            die()
        return result

    return wrapped
