"""Which job runs here: whoever prints, logs or warns wants to say in whose name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JOB_THREADS = "transforms-job"
"""With what the names of the threads begin in which jobs run side by side."""
_here: ContextVar[str | None] = ContextVar("job", default=None)
_everywhere: list[str] = []
_OF_A_JOB = "_transforms_job"


@contextmanager
def running(name: str) -> Iterator[None]:
    """Call what the block runs a job.

    :param name: the job's name.
    """
    token = _here.set(name)
    _everywhere.append(name)
    try:
        yield
    finally:
        _everywhere.remove(name)
        _here.reset(token)


@contextmanager
def inherited() -> Iterator[None]:
    """While the block runs, let threads that a job begins belong to it: Python itself does not tell who began a thread."""
    start = threading.Thread.start

    def start_for_job(thread: threading.Thread) -> None:
        if (job := current_job()) is not None:
            setattr(thread, _OF_A_JOB, job)
        start(thread)

    threading.Thread.start = start_for_job  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        if threading.Thread.start is start_for_job:
            threading.Thread.start = start  # type: ignore[method-assign]


def current_job() -> str | None:
    """Return the job that runs here.

    :returns: its name; in a thread that it began, too, see :func:`inherited`, or else the only job that runs; None where
        nobody can tell.
    """
    name = _here.get() or getattr(threading.current_thread(), _OF_A_JOB, None)
    if name is None and len(_everywhere) == 1:
        name = _everywhere[0]
    return name
