"""Killing a process at a chosen step of a commit, with the signal that nothing can catch."""

from __future__ import annotations

import random
import threading
import time

from transforms.testing import crashing

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


def arm(step: str) -> None:
    """Let this process die when it comes to a step."""
    crashing.arm(*STEPS[step])


def arm_at_random(seed: int, within_seconds: float) -> None:
    """Let this process die at some moment."""
    delay = random.Random(seed).random() * within_seconds
    threading.Thread(target=lambda: (time.sleep(delay), crashing.die()), daemon=True).start()
