"""The Spark session that this process has already, whoever made it: finding it, and telling whether it still works."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CALL_LOGGERS = (None, "py4j.java_gateway", "py4j.clientserver")
"""The loggers, among them the root, by which Py4J tells of a call of Spark that was broken off, with its whole stack."""


def running() -> SparkSession | None:
    """Return the session there is; None where nobody made one, or it was stopped or has died."""
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    session: Any = SparkSession._instantiatedSession
    if session is not None and not works(session):
        forget(session)
        session = None
    context = SparkContext._active_spark_context
    if session is None and context is not None and computes(context):
        session = SparkSession(context)  # somebody has a context and has not asked for a session yet
    connect: Any = sys.modules.get("pyspark.sql.connect.session")
    if session is None and connect is not None:
        session = connect.SparkSession._get_default_session()
    return session


def is_connect(session: Any) -> bool:
    """Whether the session speaks to a server (Spark Connect), so that this process has no JVM of it."""
    return not hasattr(session, "_jsparkSession")


def is_open(session: Any) -> bool:
    """Whether nobody stopped the session in this process; asks no JVM, so it costs nothing."""
    return not session.is_stopped if is_connect(session) else session._sc._jsc is not None


def works(session: Any) -> bool:
    """Whether the session can compute: it is open, and its JVM lives and did not stop it either."""
    return is_open(session) and (is_connect(session) or computes(session._sc))


def computes(context: Any) -> bool:
    """Whether a context's JVM lives, and nobody stopped it."""
    from py4j.protocol import Py4JError

    try:
        return context._jsc is not None and _lives(context._gateway) and not context._jsc.sc().isStopped()
    except (Py4JError, OSError):  # nobody answers
        return False


def _lives(gateway: Any) -> bool:
    """Whether the JVM has not ended, where this process started it: then there is no need to ask in vain."""
    process = getattr(gateway, "proc", None)
    return process is None or process.poll() is None


def settle(session: Any) -> None:
    """Let a session's extensions set what they need; Delta's does when the session is first asked something, not before."""
    if is_connect(session):
        _ = session.range(0).schema
    else:
        session._jsparkSession.sessionState().analyzer()


def forget(session: Any) -> None:
    """Let pyspark forget a session that does not work any more: it starts no other one beside it.

    :param session: a session of this process's JVM, which may be gone.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession
    from pyspark.sql.context import SQLContext

    context, gateway = session._sc, SparkContext._gateway
    if gateway is not None and not _answers(gateway):
        context._jsc = None  # stopping it would ask the JVM
        gateway.shutdown()
        SparkContext._gateway = SparkContext._jvm = None
    context.stop()
    if SparkContext._gateway is not None:
        found = SparkSession._get_j_spark_session_class(SparkContext._jvm)
        found.clearDefaultSession()
        found.clearActiveSession()
    SparkSession._instantiatedSession = SparkSession._activeSession = SQLContext._instantiatedContext = None


def _answers(gateway: Any) -> bool:
    from py4j.protocol import Py4JError

    try:
        return _lives(gateway) and gateway.jvm.System.nanoTime() is not None
    except (Py4JError, OSError):
        return False


def leave_call() -> None:
    """Let this thread speak to Spark's JVM anew, as after an interruption that may have broken off a call.

    The answer to such a call is still to come, and the thread's next call would take it for its own.
    """
    if "pyspark" not in sys.modules:
        return
    from pyspark import SparkContext

    client: Any = getattr(SparkContext._gateway, "_gateway_client", None)
    connection = client.get_thread_connection() if hasattr(client, "get_thread_connection") else None
    if connection is not None:
        connection.close()


def handles(handler: Any) -> bool:
    """Whether a handler of Ctrl-C is the one that PySpark puts in place when a session starts in the main thread."""
    return str(getattr(handler, "__module__", "")).partition(".")[0] == "pyspark"


@contextmanager
def keeping_handler() -> Iterator[None]:
    """Let a session start without taking Ctrl-C from a build that handles it; a process where nobody does is left to Spark."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if before is not signal.default_int_handler and not handles(before) and handles(signal.getsignal(signal.SIGINT)):
        signal.signal(signal.SIGINT, before)


_starting: set[int] = set()
_spent_starting: dict[int, float] = {}


@contextmanager
def starting() -> Iterator[None]:
    """Count this thread among those that :func:`is_starting` tells of, while the block starts Spark."""
    thread, began = threading.get_ident(), time.monotonic()
    _starting.add(thread)
    try:
        yield
    finally:
        _spent_starting[thread] = _spent_starting.get(thread, 0.0) + time.monotonic() - began
        _starting.discard(thread)


def is_starting(thread: int) -> bool:
    """Whether a thread starts Spark at this moment: a start that is broken off leaves pyspark of no use to later jobs."""
    return thread in _starting


def spent_starting(thread: int) -> float:
    """Return how long a thread of this number has started Spark, or waited for one that did, all times together, in seconds."""
    return _spent_starting.get(thread, 0.0)


def is_of_call(record: logging.LogRecord) -> bool:
    """Whether Py4J logged it."""
    return Path(record.pathname).parent.name == "py4j"


def activate(session: Any) -> Callable[[], None]:
    """Make the session the one that ``SparkSession.getActiveSession()`` gives in this thread.

    :param session: the session.
    :returns: to be called in this thread to have the one before again, or none; behind Spark Connect it does nothing.
    """
    if is_connect(session):
        type(session)._set_default_and_active_session(session)
        return lambda: None
    from py4j.protocol import Py4JError

    found = session._get_j_spark_session_class(session._jvm)
    before = found.getActiveSession()
    found.setActiveSession(session._jsparkSession)

    def put_back() -> None:
        with suppress(Py4JError, OSError):  # its JVM may be gone
            if before.isDefined():
                found.setActiveSession(before.get())
            else:
                found.clearActiveSession()

    return put_back


def has_class(jvm: Any, name: str) -> bool:
    """Whether a JVM can load a class, so that a session in it can be told to use it."""
    from py4j.protocol import Py4JError

    try:
        jvm.java.lang.Thread.currentThread().getContextClassLoader().loadClass(name)
    except Py4JError:
        return False
    return True
