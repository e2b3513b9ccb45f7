"""Which job runs here: whoever prints, logs or warns wants to say in whose name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JOB_THREADS = "transforms-job"
"""With what the names of the threads begin in which jobs run side by side."""
_here: ContextVar[str | None] = ContextVar("job", default=None)
_everywhere: list[str] = []


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


def current_job() -> str | None:
    """Return the job that runs here.

    :returns: its name; in a thread that a job began, the only job that runs; None where nobody can tell.
    """
    name = _here.get()
    if name is None and len(_everywhere) == 1:
        name = _everywhere[0]
    return name
