"""What all tests share: a small image, one Spark session or a clear word, an object store, a database of MLflow's."""

from __future__ import annotations

import functools
import io
import os
import signal
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import typer.testing
from hypothesis import HealthCheck, settings
from PIL import Image
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from palantir_models.mlflow.exchange.tracking import tracking
from tests.class_archive import java_options
from tests.guards import spark_only_where
from tests.processes import object_store
from transforms.engine.spark import engine, installation, sessions
from transforms.engine.spark.engine import SparkEngine, shared_engine
from transforms.engine.spark.installation import problems
from transforms.store.store import Store

os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is
# What Polars reads a bucket with looks all the time how fast it may, until the process ends; each test has its own bucket.
os.environ.setdefault("POLARS_DISABLE_HTTP_RATE_LIMIT", "1")
# The processors are the tests', side by side; threads of a library's that wait for work turn round and round.
for _library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
# The hundreds of processes that the tests begin, the workers of xdist among them, find compiled what they import.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("SPARK_SUBMIT_OPTS", java_options())

# PySpark ends a process whose main module has no file, as it takes it for one of its own tests; a worker of xdist has none.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = str(Path(pytest.__file__).with_name("__main__.py"))

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would the processes that they begin.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hundreds of command lines are run in a process of tests: one tree of commands serves them all.
typer.testing._get_command = functools.cache(typer.main.get_command)

_BEGUN_IN = os.getcwd()

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Have a single process of tests begin Spark, and none where that is left out."""
    if not (config.getoption("--benchmark") or config.getoption("--integrations")):
        fast = config.getoption("--fast")
        sys.addaudithook(spark_only_where(lambda test: not fast and _scope(test) == "spark"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A test, and what it shares with others, leaves the process in the folder that the tests were begun in."""
    yield
    if not os.path.samefile(".", _BEGUN_IN):
        os.chdir(_BEGUN_IN)  # the next tests are not to fail with this one
        pytest.fail("the test left the process in another working folder")


@pytest.fixture(scope="session")
def png_bytes() -> bytes:
    """A PNG of 4 by 2 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (4, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def needs_spark() -> None:
    """On a machine without Spark the test fails with ``CI=true``; else it is left out, which the last lines say."""
    missing = problems()
    if missing:
        reason = " ".join(f"{problem.what} Run: {problem.command}." for problem in missing)
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def spark_engine(needs_spark: None, request: pytest.FixtureRequest) -> SparkEngine:
    """The engine, started; in one process for all tests."""
    assert _scope(request.node.nodeid) == "spark", (
        "a test that needs a session has the word spark in its name, case or place"
    )
    request.getfixturevalue("spark_session")
    shared = shared_engine({})
    _ = shared.session  # also where a test before has stopped it
    return shared


@pytest.fixture
def spark(spark_engine):
    """The session."""
    return spark_engine.session


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of MLflow's with nothing in it; setting one up takes a second."""
    file = tmp_path_factory.mktemp("mlflow") / "empty.db"
    with tracking(f"sqlite:///{file}", create=True):
        return file


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process in which nothing has started Spark, and pyspark is not installed."""
    monkeypatch.setattr(engine, "_engines", {})
    monkeypatch.setattr(sessions, "running", lambda: None)  # an earlier test's
    monkeypatch.setattr(installation, "installed_version", lambda package: None)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A server that speaks S3, on this machine."""
    with object_store() as address:
        yield address


@pytest.fixture
def bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store's root in a bucket of its own; the environment tells how to reach it."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    for name, value in {**keys, "AWS_ENDPOINT_URL": s3_endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    name = f"lake-{uuid.uuid4().hex}"
    urlopen(Request(f"{s3_endpoint}/{name}", method="PUT")).close()
    return f"s3://{name}/store"


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store with nothing in it, once in a folder and once in a bucket."""
    return Store(tmp_path / "store" if request.param == "folder" else request.getfixturevalue("bucket"))


_loaded_by_collecting = pytest.StashKey[frozenset[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep in mind what is loaded before the first test runs."""
    session.config.stash[_loaded_by_collecting] = frozenset(sys.modules)


@pytest.fixture(scope="session")
def loaded_by_collecting(pytestconfig: pytest.Config) -> frozenset[str]:
    """The names of the modules that were loaded once the tests were collected."""
    return pytestconfig.stash[_loaded_by_collecting]


# A test belongs to the scope if its name or place has one of these in it, whatever the file.
# The scopes that take longest are begun first, so that in the end no process works on while the others have nothing to do.
_SHARED = {"spark": "spark", "page": "tests/page/"}
_LONGEST = ("spark", *(f"tests/{name}" for name in ("cluster/", "object_store/", "torture/", "crash/", "simulation/")))


def _scope(nodeid: str) -> str:
    """Return the scope of a test, whose tests run in one process."""
    called, _, case = nodeid.partition("[")
    if "spark" in case.rstrip("]").split("-"):  # one of the engines that the test is asked for
        return "spark"
    return next((name for name, words in _SHARED.items() if words in called), called.partition("::")[0])


class _FilesSideBySide(LoadScopeScheduling):
    """A file's tests run in one process, so that they share what is costly: Spark's session, and the store of the page."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = (scope for start in _LONGEST for scope in self.workqueue if scope.startswith(start))
        if (scope := next(longest, None)) is not None:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _FilesSideBySide:
    """Share out the tests between processes, where there are several (``-n``)."""
    return _FilesSideBySide(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each test that was left out."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.line(f"LEFT OUT {report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")
