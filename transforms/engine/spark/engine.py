"""The one Spark session of a process, started when something first asks for it."""

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
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.engine.spark import jars
from transforms.engine.spark.buckets import reach
from transforms.engine.spark.confs import DELTA_EXTENSION, session_confs, submitted
from transforms.engine.spark.installation import require_spark
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

    :param settings: how it is started.
    :param profiles: names of Spark profiles; they matter on a cluster only.
    """

    def __init__(self, settings: SparkSettings, profiles: Iterable[str] = ()) -> None:
        self.settings = settings
        self.profiles = tuple(profiles)
        self._lock = threading.Lock()
        self._session: SparkSession | None = None
        self._has_delta = False
        self._projects: list[str] = []
        self._reached: set[str] = set()
        self._shared: list[SharedFolder] = []

    @property
    def session(self) -> SparkSession:
        """The session; the first call starts Spark.

        :raises MissingExtraError: if something that Spark needs is missing; names it and the command that brings it.
        :raises EngineError: if Spark does not start.
        """
        with self._lock:
            if self._session is None:
                self._session = self._start()
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

    def check_owner(self, frame: Any, what: str) -> None:
        """Refuse a frame that this session cannot compute.

        :raises DataError: if it was made by another session, or by one that was stopped.
        """
        session = frame.sparkSession
        if self.settings.is_connect:
            is_ours = not hasattr(session, "_jsparkSession")
        else:
            is_ours = getattr(session, "_sc", None) is self.session.sparkContext
        if not is_ours:
            raise DataError(
                f"{what}: the Spark DataFrame belongs to another Spark session, or to one that was stopped. Make it from "
                "an input or from ctx.spark_session, and do not stop the session."
            )

    def stop(self) -> None:
        """End Spark; the next use starts it anew."""
        with self._lock:
            if self._session is not None:
                self._session.stop()
                self._session = None
                self._reached.clear()
                while self._shared:
                    self._shared.pop().close()

    def reach(self, storage: Storage) -> None:
        """Let the session read and write a store, wherever it is; starts Spark for what a local session does not need.

        :raises MissingExtraError: if Hadoop's client for S3 is needed and missing; says how to bring it.
        """
        if storage.root in self._reached or (self.settings.is_local and not storage.options):
            return
        reach(self.session, storage, self.settings.conf)
        self._reached.add(storage.root)
        if not self.settings.is_local and not self.settings.is_connect:
            # What executors leave for each other has to lie where each of them sees it.
            self._shared.append(SharedFolder(storage))
            self.session.sparkContext.setCheckpointDir(self._shared[-1].uri)

    def show_sources(self, project: Path) -> None:
        """Let Python on the executors import what lies in a project, and whatever else is on this process's path."""
        if str(project) not in self._projects:
            self._projects.insert(0, str(project))
        if self._session is not None:
            self._apply_sources(self._session)

    def _apply_sources(self, session: SparkSession) -> None:
        if not self.settings.is_connect:
            folders = dict.fromkeys([*self._projects, *_import_path()])
            session.sparkContext.environment["PYTHONPATH"] = os.pathsep.join(folders)

    def _start(self) -> SparkSession:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
        settings = self.settings
        if not settings.is_connect:
            java = require_spark()
            os.environ.setdefault("JAVA_HOME", str(java.home))
        check_reachable(settings.master)
        from pyspark.sql import SparkSession

        confs = session_confs(settings, self.profiles, self._delta_jars())
        if settings.is_local:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = SparkSession.builder.appName("transforms")
        builder = builder.remote(settings.master) if settings.is_connect else builder.master(settings.master)
        try:
            with submitted(confs) as rest:
                for key, value in rest.items():
                    builder = builder.config(key, value)
                session = builder.getOrCreate()
        except Exception as error:
            raise EngineError(f"Spark did not start on {settings.master}: {_first_line(error)}") from error
        if settings.is_connect:
            self._has_delta = settings.delta is not False
        else:
            # What fails raises an error that says why; the JVM's stacks beside it are for who asks for them.
            session.sparkContext.setLogLevel(settings.conf.get("spark.log.level", "OFF"))
            for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            session.sparkContext.setCheckpointDir(_checkpoint_folder())
            self._apply_sources(session)
            self._has_delta = DELTA_EXTENSION in str(session.conf.get("spark.sql.extensions", ""))
        return session

    def _delta_jars(self) -> list[Path]:
        settings = self.settings
        if settings.delta is False or settings.is_connect or settings.brings_delta:
            return []
        return jars.find_jars() or (jars.fetch_jars() if settings.delta else [])


_engines: dict[str, SparkEngine] = {}
_engines_lock = threading.Lock()


def shared_engine(section: Mapping[str, Any], profiles: Iterable[str] = ()) -> SparkEngine:
    """Return this process's engine: Spark has one context in a process.

    :param section: ``[tool.transforms.spark]``. Other settings than before end the session of the earlier ones.
    :param profiles: names of the Spark profiles of the build.
    """
    settings = SparkSettings.from_config(section)
    with _engines_lock:
        current = _engines.get("current")
        if current is None or current.settings != settings:
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


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
