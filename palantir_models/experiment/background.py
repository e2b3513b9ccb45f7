"""The one thread of a process that drains its running experiments, and what a forked child may not do."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Protocol

_SECONDS = 0.1  # between two drainings; half of what a killed process may lose, so that a slow one fits too


class Drained(Protocol):
    """A running experiment, as this module sees it."""

    def drain(self) -> None:
        """Bring what was logged since the last time into the journal."""

    def hold(self) -> None:
        """Take every lock, before this process forks."""

    def release(self) -> None:
        """Give the locks back, in the parent and in the child."""

    def disown(self) -> None:
        """Refuse all logging: this process is a forked child, and the experiment is its parent's."""


_running: list[Drained] = []
_lock = threading.RLock()
_awake = threading.Event()
_thread: threading.Thread | None = None
_held: list[Drained] = []


def add(experiment: Drained) -> None:
    """Drain an experiment from now on."""
    global _thread
    with _lock:
        if experiment not in _running:
            _running.append(experiment)
        if _thread is None:
            _thread = threading.Thread(target=_run, name="experiments", daemon=True)
            _thread.start()


def remove(experiment: Drained) -> None:
    """Drain an experiment no more; does nothing when it is not drained."""
    with _lock:
        if experiment in _running:
            _running.remove(experiment)
    _awake.set()  # without experiments the thread ends


def wake() -> None:
    """Let the thread drain at once."""
    _awake.set()


def _run() -> None:
    global _thread
    while True:
        _awake.wait(_SECONDS)
        _awake.clear()
        with _lock:
            experiments = list(_running)
            if not experiments:
                _thread = None
                return
        for experiment in experiments:
            experiment.drain()


def _drain_last() -> None:
    with _lock:
        experiments = list(_running)
    for experiment in experiments:
        experiment.drain()


def _before_fork() -> None:
    _lock.acquire()
    for experiment in _running:
        experiment.hold()
        _held.append(experiment)


def _in_parent() -> None:
    for experiment in reversed(_held):
        experiment.release()
    _held.clear()
    _lock.release()


def _in_child() -> None:
    global _awake, _thread
    _awake, _thread = threading.Event(), None
    for experiment in _held:
        experiment.disown()
    _running.clear()
    _in_parent()


atexit.register(_drain_last)
os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
