"""What a job of ours has Spark compute is a group of Spark's, so that an interruption ends all of it: what Spark has begun, and
what it was asked for and begins a moment later."""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from transforms.engine.spark import sessions

# Of the thread that asks; a thread of the JVM's own goes with each.
_PROPERTIES = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")
_TIMES, _TIMES_AFTERWARDS, _PAUSE_SECONDS = 300, 30, 0.1
_live: dict[str, int] = {}  # the thread that has each group


def begin(session: Any) -> Callable[[], None]:
    """Have all that this thread asks Spark for in a group of its own.

    :param session: the session; one of Spark Connect's has no such groups.
    :returns: to be called in this thread at the end of the job.
    """
    if sessions.is_connect(session):
        return lambda: None
    from py4j.protocol import Py4JError

    context = session.sparkContext
    before = {name: context.getLocalProperty(name) for name in _PROPERTIES}
    group = f"transforms-{uuid.uuid4().hex}"
    context.setJobGroup(group, before["spark.job.description"] or "")
    _live[group] = threading.get_ident()

    def end() -> None:
        _live.pop(group, None)
        with suppress(Py4JError, OSError):  # the job has ended, whatever becomes of the session
            for name, value in before.items():
                context.setLocalProperty(name, value)

    return end


def cancel() -> None:
    """End what Spark computes for this process, and what jobs of ours asked it for; nothing where Spark does not answer.

    To be called in a thread of its own.
    """
    _cancel(tuple(_live.copy()), everything=True)


def of_thread(thread: int) -> tuple[str, ...]:
    """Return the groups of what the job of a thread asks Spark for.

    :param thread: the thread's number.
    """
    return tuple(group for group, owner in _live.copy().items() if owner == thread)


def cancel_groups(groups: Sequence[str]) -> None:
    """End what Spark computes of some groups, what it begins of them a moment later, and nothing else.

    To be called in a thread of its own.

    :param groups: the groups.
    """
    if groups:
        _cancel(groups, everything=False)


def _cancel(groups: Sequence[str], everything: bool) -> None:
    """Cancel, again and again for a while: Spark begins the stages of what it was asked for once it has planned it.

    Jobs that it begins later it knows to be cancelled, by their group. A call that was broken off is still planned after its job
    has ended.
    """
    if "pyspark" not in sys.modules:
        return
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    context: Any = SparkContext._active_spark_context
    with suppress(Py4JError, OSError):
        if context is None or not sessions.computes(context):
            return
        if everything:
            context.cancelAllJobs()
        left = _TIMES if groups else 0
        while left > 0 and sessions.computes(context):
            for group in groups:
                context._jsc.sc().cancelJobGroupAndFutureJobs(group)
            time.sleep(_PAUSE_SECONDS)
            left = left - 1 if _live.keys() & set(groups) else min(left - 1, _TIMES_AFTERWARDS)
