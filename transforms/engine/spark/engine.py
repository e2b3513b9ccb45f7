"""The one Spark session of a process: the one that is there, else one that is started when something first asks for it."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import site
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.common.forks import need_threads
from transforms.common.text import first_line
from transforms.engine.spark import jars, job_groups, sessions
from transforms.engine.spark.buckets import reach
from transforms.engine.spark.confs import DELTA_CONFS, job_confs, session_confs, submitted
from transforms.engine.spark.installation import require_spark
from transforms.engine.spark.lending import Lender
from transforms.engine.spark.master import check_reachable
from transforms.engine.spark.settings import SparkSettings
from transforms.engine.spark.shared_folder import SharedFolder
from transforms.errors import DataError, EngineError
from transforms.store.storage.base import Storage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_log = logging.getLogger(__name__)


class SparkEngine:
    """Spark as the jobs of one process share it.

    :param settings: how it is started, where the process has no session yet; a session that is there is used as it is.
    :param profiles: names of Spark profiles.
    """

    def __init__(self, settings: SparkSettings, profiles: Iterable[str] = ()) -> None:
        self.settings = settings
        self.profiles = tuple(profiles)
        self._lock = threading.RLock()
        self._session: SparkSession | None = None
        self._lender: Lender | None = None
        self._is_own = False
        self._has_delta = False
        self._projects: list[str] = []
        self._reached: set[str] = set()
        self._shared: dict[str, SharedFolder] = {}
        self._checkpoints: str | None = None

    @property
    def session(self) -> SparkSession:
        """The session; the first call takes the one there is, or starts Spark.

        :raises MissingExtraError: if something that Spark needs is missing; names it and the command that brings it.
        :raises EngineError: if Spark does not start.
        :raises ForkedProcessError: in a forked process, which would speak to Spark on its parent's connection.
        """
        need_threads("Using Spark")
        with sessions.starting(), self._lock:  # or waiting until another job has started it
            if self._session is not None and not sessions.is_open(self._session):
                self._forget()
            if self._session is None:
                there = sessions.running()
                self._is_own = there is None
                self._session = self._start() if there is None else self._adopt(there)
                self._lender = Lender(self._session, self._is_own)
            return self._session

    @property
    def has_started(self) -> bool:
        """Whether there is a session."""
        return self._session is not None

    @property
    def has_delta(self) -> bool:
        """Whether Spark can read Delta tables by itself."""
        _ = self.session
        return self._has_delta

    @property
    def is_connect(self) -> bool:
        """Whether the driver is a server that Spark Connect speaks to."""
        return sessions.is_connect(self.session)

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process of this machine; starts nothing."""
        session = self._session or sessions.running()
        if session is None:
            return self.settings.is_local
        return not sessions.is_connect(session) and str(session.sparkContext.master).startswith("local")

    def lend(self, profiles: Iterable[str] = ()) -> Callable[[], None]:
        """Have a session, active in this thread and with the settings of a job, until the job has ended.

        :param profiles: names of the Spark profiles that count for the job.
        :returns: to be called at the job's end: the session has its own settings again.
        """
        with self._lock:
            if self._session is not None and not sessions.works(self._session):
                if not sessions.is_connect(self._session) and sessions.is_open(self._session):
                    sessions.forget(self._session)
                self._forget()
            session = self.session
            lender, is_own = self._lender, self._is_own
        assert lender is not None
        defaults, asked_for = job_confs(self.settings, profiles)
        lender.begin({} if is_own else defaults, asked_for)
        put_back = sessions.activate(session)
        if not is_own:
            self._equip(session)
        end_group = job_groups.begin(session)

        def end() -> None:
            end_group()
            if not is_own:
                put_back()
            lender.end()

        return end

    def take(self, settings: SparkSettings) -> bool:
        """Go over to other settings, where the session can stay for them.

        :returns: whether it can: what else they say counts when Spark starts only.
        """
        if settings == self.settings:
            return True
        with self._lock:
            session = self._session
            if (
                session is None
                or replace(settings, conf=self.settings.conf, profiles=self.settings.profiles) != self.settings
            ):
                return False
            if self._is_own and sessions.works(session):
                before, after = (dict(one.conf) for one in (self.settings, settings))
                changed = [key for key in before | after if before.get(key) != after.get(key)]
                if not all(session.conf.isModifiable(key) for key in changed):
                    return False
                confs = session_confs(settings, self.profiles, [])
                for key in changed:
                    if key in confs:
                        session.conf.set(key, confs[key])
                    else:
                        session.conf.unset(key)
            self.settings = settings
            return True

    def check_owner(self, frame: Any, what: str) -> None:
        """Refuse a frame that this session cannot compute.

        :raises DataError: if it was made by another session, or by one that was stopped.
        """
        theirs, ours = frame.sparkSession, self.session
        same_context = getattr(theirs, "_sc", None) is getattr(ours, "_sc", None)  # behind a server there is none
        if not same_context or sessions.is_connect(theirs) != self.is_connect:
            raise DataError(
                f"{what}: the Spark DataFrame belongs to another Spark session, or to one that was stopped. Make it from "
                "an input or from ctx.spark_session, and do not stop the session."
            )

    def stop(self) -> None:
        """End Spark, unless somebody else started it; the next use starts it anew."""
        with self._lock:
            if self._session is not None:
                if self._is_own:
                    self._session.stop()
                self._forget()

    def _forget(self) -> None:
        self._session = self._lender = None
        self._reached.clear()
        while self._shared:
            self._shared.popitem()[1].close()

    def reach(self, storage: Storage) -> None:
        """Let the session read and write a store, wherever it is; starts Spark for what a local session does not need.

        :raises MissingExtraError: if Hadoop's client for S3 is needed and missing; says how to bring it.
        """
        if self.is_local and not storage.options:
            return
        session = self.session
        is_new = storage.root not in self._reached
        if is_new:
            reach(session, storage, self.settings.conf if self._is_own else {})
            self._reached.add(storage.root)
        if self.is_local or self.is_connect:
            return
        if is_new if self._is_own else self._is_lent and session.sparkContext.getCheckpointDir() is None:
            # What executors leave for each other has to lie where each of them sees it.
            if storage.root not in self._shared:
                self._shared[storage.root] = SharedFolder(storage)
            session.sparkContext.setCheckpointDir(self._shared[storage.root].uri)

    def show_sources(self, project: Path) -> None:
        """Let Python on the executors import what lies in a project, and whatever else is on this process's path."""
        if str(project) not in self._projects:
            self._projects.insert(0, str(project))
        if self._session is not None and (self._is_own or self._is_lent):
            self._apply_sources(self._session)

    @property
    def _is_lent(self) -> bool:
        return self._lender is not None and self._lender.is_lent

    def _equip(self, session: SparkSession) -> None:
        """Give a session of somebody else's, until the job has ended, what jobs need of its context."""
        if sessions.is_connect(session):
            return
        self._apply_sources(session)
        context = session.sparkContext
        if context.getCheckpointDir() is None and str(context.master).startswith("local"):
            self._checkpoints = self._checkpoints or _checkpoint_folder()
            context.setCheckpointDir(self._checkpoints)

    def _apply_sources(self, session: SparkSession) -> None:
        if not sessions.is_connect(session):
            environment = session.sparkContext.environment
            there = [] if self._is_own else environment.get("PYTHONPATH", "").split(os.pathsep)
            folders = dict.fromkeys([*self._projects, *_import_path(), *filter(None, there)])
            environment["PYTHONPATH"] = os.pathsep.join(folders)

    def _adopt(self, session: SparkSession) -> SparkSession:
        """Take a session that somebody else made; what it was given stays as it is."""
        if sessions.is_connect(session):
            self._has_delta = self.settings.delta is not False and _names_delta(session)
            return session
        context = session.sparkContext
        master = str(context.master)
        if not (self.settings.is_local and master.startswith("local")) and self.settings.master != master:
            _log.warning(
                "This process has a Spark session already, on %s: it is used, and master = %r of [tool.transforms.spark] is "
                "not. Stop it with spark.stop() before, to have the other one.",
                master,
                self.settings.master,
            )
        self._has_delta = self.settings.delta is not False and _names_delta(session) and _loads_delta(session._jvm)
        return session

    def _start(self) -> SparkSession:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
        settings = self.settings
        if not settings.is_connect:
            java = require_spark()
            os.environ.setdefault("JAVA_HOME", str(java.home))
        check_reachable(settings.master)
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        confs = session_confs(settings, self.profiles, self._delta_jars())
        if not settings.is_connect and SparkContext._gateway is not None and not _loads_delta(SparkContext._jvm):
            # The JVM of a session that was stopped: what it did not load at its start, it cannot load any more.
            confs = {key: value for key, value in confs.items() if DELTA_CONFS.get(key) != value}
        if settings.is_local:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.appName("transforms")
        builder = builder.remote(settings.master) if settings.is_connect else builder.master(settings.master)
        try:
            with submitted(confs) as rest, sessions.keeping_handler():
                for key, value in rest.items():
                    builder = builder.config(key, value)
                session = builder.getOrCreate()
        except Exception as error:
            raise EngineError(f"Spark did not start on {settings.master}: {first_line(error)}") from error
        if not settings.is_connect:
            # What fails raises an error that says why; the JVM's stacks beside it are for who asks for them.
            session.sparkContext.setLogLevel(settings.conf.get("spark.log.level", "OFF"))
            for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            session.sparkContext.setCheckpointDir(_checkpoint_folder())
            self._apply_sources(session)
        self._has_delta = settings.delta is not False and _names_delta(session)
        return session

    def _delta_jars(self) -> list[Path]:
        settings = self.settings
        if settings.delta is False or settings.is_connect or settings.brings_delta:
            return []
        return jars.find_jars() or (jars.fetch_jars() if settings.delta else [])


def _names_delta(session: Any) -> bool:
    """Whether a session was told to use Delta, which does not mean that it could."""
    given = (str(session.conf.get(key, "")) for key in DELTA_CONFS)
    return all(value in there for value, there in zip(DELTA_CONFS.values(), given, strict=True))


def _loads_delta(jvm: Any) -> bool:
    return all(sessions.has_class(jvm, name) for name in DELTA_CONFS.values())


_engines: dict[str, SparkEngine] = {}
_engines_lock = threading.Lock()


def shared_engine(section: Mapping[str, Any], profiles: Iterable[str] = ()) -> SparkEngine:
    """Return this process's engine: Spark has one context in a process.

    :param section: ``[tool.transforms.spark]``. Where it says something else than before that counts when Spark starts only,
        the session of the earlier one ends.
    :param profiles: names of the Spark profiles of the build.
    """
    settings = SparkSettings.from_config(section)
    with _engines_lock:
        current = _engines.get("current")
        if current is None or not current.take(settings):
            if current is not None:
                current.stop()
            current = _engines["current"] = SparkEngine(settings, profiles)
        elif not current.has_started:
            current.profiles = tuple(dict.fromkeys([*current.profiles, *profiles]))
        return current


def _import_path() -> list[str]:
    # Of sys.path, what the interpreter of an executor would not have by itself.
    own = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    own |= {Path(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())}
    folders = [Path(entry) for entry in sys.path if entry]
    return [str(folder) for folder in folders if folder.is_dir() and own.isdisjoint((folder, *folder.parents))]


def _checkpoint_folder() -> str:
    folder = tempfile.mkdtemp(prefix="transforms-checkpoints-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
