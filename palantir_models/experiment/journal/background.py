"""The one thread of a process that drains its running experiments, and what a forked child may not do."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from palantir_models.experiment.journal import owner

# Between the beginnings of two drainings, and at least between end and beginning. What came right after one began is
# safe when the next one ends: if that takes less than 100 ms, within 200 ms.
_PERIOD_SECONDS, _PAUSE_SECONDS = 0.08, 0.02
_TURN_SECONDS = 0.0005


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


_log = logging.getLogger(__name__)
_running: dict[Drained, None] = {}  # in their order
_faulty: set[Drained] = set()
_lock = threading.RLock()
_awake = threading.Event()
_thread: threading.Thread | None = None
_held: list[Drained] = []


def add(experiment: Drained) -> None:
    """Drain an experiment from now on."""
    global _thread
    with _lock:
        _running[experiment] = None
        if _thread is None:
            thread = threading.Thread(target=_run, name="experiments", daemon=True)
            thread.start()
            _thread = thread  # now: an interrupt above leaves at worst one thread more, not none


def remove(experiment: Drained) -> None:
    """Drain an experiment no more; does nothing when it is not drained."""
    with _lock:
        _running.pop(experiment, None)
        _faulty.discard(experiment)
    _awake.set()  # without experiments the thread ends


def wake() -> None:
    """Let the thread drain at once."""
    _awake.set()


def _run() -> None:
    global _thread
    began = time.monotonic()
    while True:
        _awake.wait(max(_PAUSE_SECONDS, began + _PERIOD_SECONDS - time.monotonic()))
        _awake.clear()
        began = time.monotonic()
        with _lock:
            experiments = list(_running)
            if not experiments:
                _thread = None
                return
        with _short_turns():
            for experiment in experiments:
                _drain(experiment)


def _drain(experiment: Drained) -> None:
    """Drain one; a fault that is not the journal's, for example a panic of native code, keeps nothing from the others.

    Nothing of it is lost: what was not drained is tried again, and who publishes meets the fault.
    """
    try:
        experiment.drain()
    except BaseException as error:  # noqa: BLE001
        if experiment not in _faulty:
            _faulty.add(experiment)
            _log.warning("%r could not be drained, and is tried again: %s: %s", experiment, type(error).__name__, error)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let this thread wait less for Python's lock, which a draining gives up some twenty times.

    Beside a thread that never rests each of these would cost 5 ms, and a draining 100.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, _TURN_SECONDS))
    short = sys.getswitchinterval()
    try:
        yield
    finally:
        if sys.getswitchinterval() == short:  # nobody else chose another one meanwhile
            sys.setswitchinterval(usual)


def drain_last() -> None:
    """Drain every experiment in the caller's thread, at the end of the process."""
    with _lock:
        experiments = list(_running)
    for experiment in experiments:
        experiment.drain()


def _at_exit() -> None:
    drain_last()
    owner.let_go()


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


atexit.register(_at_exit)
os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
