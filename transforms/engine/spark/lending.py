"""The settings that jobs see on a session, whoever made it: lent while jobs run, gone with the last of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from transforms.engine.spark import sessions
from transforms.engine.spark.failures import reason_of

_log = logging.getLogger(__name__)


class Lender:
    """Lends settings to one session.

    Jobs that run side by side share the session and so its settings; what they change themselves ends with them, too, so
    the next job does not depend on what ran before it.

    :param session: the session.
    :param is_own: whether we started it; of one that somebody else made, the context is left as it was, too.
    """

    def __init__(self, session: Any, is_own: bool = True) -> None:
        sessions.settle(session)  # else what its extensions set would be taken for a job's, and end with it
        self._session = session
        self._keeps_context = not is_own and not sessions.is_connect(session)
        self._lock = threading.Lock()
        self._jobs = 0
        self._before: _Settings | None = None
        self._context: _Context | None = None

    @property
    def is_lent(self) -> bool:
        """Whether a job has it."""
        return self._jobs > 0

    def begin(self, defaults: Mapping[str, str], asked_for: Mapping[str, str]) -> None:
        """A job begins.

        :param defaults: settings for where the session's maker said nothing.
        :param asked_for: settings that the project asks for; they win.
        """
        with self._lock:
            if self._before is None:
                self._before = _Settings(self._session)
                self._context = _Context(self._session.sparkContext) if self._keeps_context else None
            before, conf = self._before, self._session.conf
            lent = {key: value for key, value in defaults.items() if not before.has(key)} | dict(asked_for)
            refused = [
                key for key, value in lent.items() if conf.get(key, None) != value and not _put(conf, key, value)
            ]
            self._jobs += 1
        for key in refused:
            _warn_of_fixed(key)

    def end(self) -> None:
        """A job has ended; with the last one, every setting is as it was before the first."""
        with self._lock:
            self._jobs -= 1
            before, context = self._before, self._context
            if self._jobs or before is None:
                return
            self._before = self._context = None
            try:
                if sessions.works(self._session):
                    before.restore(self._session)
                    if context is not None:
                        context.restore()
            except Exception as error:  # noqa: BLE001 - the job has ended, whatever becomes of the session
                _log.warning("The settings of Spark's session could not be put back: %s", reason_of(error))


class _Settings:
    """The settings of a session at one moment.

    They stay in the JVM, as bringing them here takes longer than many a job: what is asked of them is asked there.
    """

    def __init__(self, session: Any) -> None:
        self._is_here = sessions.is_connect(session)
        self._all = session.conf.getAll if self._is_here else session.conf._jconf.getAll()

    def has(self, key: str) -> bool:
        """Whether somebody set it."""
        return key in self._all if self._is_here else bool(self._all.contains(key))

    def restore(self, session: Any) -> None:
        """Set everything as it was."""
        now = _Settings(session)
        if self._all == now._all if self._is_here else self._all.equals(now._all):
            return
        before, after = dict(self._items()), dict(now._items())
        for key in after.keys() - before.keys():
            if key.startswith("spark."):  # others, such as those of a bucket, belong to what reads files
                _put(session.conf, key, None)
        for key, value in before.items():
            if after.get(key) != value:
                _put(session.conf, key, value)

    def _items(self) -> Iterator[tuple[str, str]]:
        if self._is_here:
            yield from self._all.items()
            return
        entries = self._all.iterator()
        while entries.hasNext():
            entry = entries.next()
            yield entry._1(), entry._2()


class _Context:
    """What a context has beside its settings, at one moment: the environment of Python's workers, and a folder for checkpoints."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._environment = dict(context.environment)
        self._has_checkpoints = context.getCheckpointDir() is not None

    def restore(self) -> None:
        """Have everything as it was."""
        environment = self._context.environment
        if environment != self._environment:
            environment.clear()
            environment.update(self._environment)
        if not self._has_checkpoints and self._context.getCheckpointDir() is not None:
            nothing = self._context._jvm.scala.Option.empty()
            getattr(self._context._jsc.sc(), "checkpointDir_$eq")(nothing)


def _put(conf: Any, key: str, value: str | None) -> bool:
    """Set or unset a setting; tell whether Spark let us: some are fixed when it starts."""
    from pyspark.errors import PySparkException

    try:
        if value is None:
            conf.unset(key)
        else:
            conf.set(key, value)
    except PySparkException:
        return False
    return True


@cache  # each job asks
def _warn_of_fixed(key: str) -> None:
    _log.warning(
        "%s of [tool.transforms.spark] changes nothing: it counts when Spark starts only, and this process's session is "
        "there already. Stop that one with spark.stop() before.",
        key,
    )
