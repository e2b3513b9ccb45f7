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
_live: dict[str, int] = {}  # the thread that has each group
_TIMES, _PAUSE_SECONDS = 300, 0.1


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

    Spark begins what it was asked for once it has planned it, and forgets then that the group was cancelled before: so the
    groups of now are cancelled again and again for a while. To be called in a thread of its own.
    """
    if "pyspark" not in sys.modules:
        return
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    context: Any = SparkContext._active_spark_context
    groups = tuple(_live.copy())
    with suppress(Py4JError, OSError):
        if context is None or not sessions.computes(context):
            return
        context.cancelAllJobs()
        _cancel_groups(context, groups)


def cancel_of(thread: int) -> None:
    """End what the job of one thread asked Spark for, and nothing else. To be called in a thread of its own.

    :param thread: the thread's number.
    """
    groups = tuple(group for group, owner in _live.copy().items() if owner == thread)
    if "pyspark" not in sys.modules or not groups:
        return
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    context: Any = SparkContext._active_spark_context
    with suppress(Py4JError, OSError):
        if context is not None:
            _cancel_groups(context, groups)


def _cancel_groups(context: Any, groups: Sequence[str]) -> None:
    for _ in range(_TIMES if groups else 0):
        for group in groups:
            context._jsc.sc().cancelJobGroup(group)
        time.sleep(_PAUSE_SECONDS)
        if not sessions.computes(context) or not _live.keys() & set(groups):
            return
