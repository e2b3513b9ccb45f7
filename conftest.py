"""What every test of this repository may use, beside the fixtures of the package's own pytest plugin."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

# What is collected stays until the end: nothing of it is garbage, and looking through it again and again takes seconds. So does
# looking for what the tests leave after every few hundred objects, as Python does for programs that are short of memory.
gc.disable()
gc.set_threshold(20_000, 20, 20)
atexit.register(gc.unfreeze)  # so that Python finds it then


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own TRANSFORMS_* settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("TRANSFORMS_")]:
        monkeypatch.delenv(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switches for what ``make test`` leaves out."""
    parser.addoption("--benchmark", action="store_true", help="run tests/benchmarks, which measure against peers")
    parser.addoption("--integrations", action="store_true", help="run tests/integrations, which need large downloads")
    parser.addoption("--fast", action="store_true", help="leave out what needs Spark, MLflow, a bucket or much time")
    parser.addoption("--torch", action="store_true", help="run tests/integrations/pytorch, which need gigabytes")


_MEMORY = Path("/dev/shm")
_LEAST_FREE = 1 << 30  # bytes; the whole suite takes a quarter, and containers often have 64 MB there
_SCRATCH = "transforms-tests-"
_DAY = 86_400.0  # seconds


def pytest_configure(config: pytest.Config) -> None:
    """Have temporary files in memory, as each commit syncs many, unless the environment says where they go."""
    if config.getoption("--benchmark") or any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        return  # benchmarks measure the disk, too
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _LEAST_FREE:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_MEMORY)  # where failed tests leave theirs
        os.environ["TMPDIR"] = str(_scratch(config))  # of this process, and of those that it begins
        tempfile.tempdir = None  # what was found before


def _scratch(config: pytest.Config) -> Path:
    """Make a folder for all else, where killed processes leave theirs; it goes with the session."""
    for left in _MEMORY.glob(f"{_SCRATCH}*"):
        if time.time() - left.stat().st_mtime > _DAY:  # its session was killed
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=_MEMORY))
    folder.chmod(0o1777)  # as some tests are about several users
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Keep what was collected out of what is looked through for garbage."""
    gc.enable()
    gc.freeze()


# What `make fast` leaves out, beside what is marked as slow: folders whose tests all need something costly, fixtures that
# bring it, and parameters of fixtures that do.
_COSTLY_FOLDERS = {
    *("spark", "mlflow", "cluster", "crash", "torture", "simulation"),
    *("object_store", "compat", "pipelines"),
}
_COSTLY_FIXTURES = {"needs_spark", "spark_session", "s3_endpoint", "empty_database", "browser"}
_COSTLY_CASES = {"bucket", "spark"}  # parameters that begin something costly


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, for ``--fast``."""
    if not config.getoption("--fast"):
        return
    slow = {item for item in items if _is_slow(item)}
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def _is_slow(item: pytest.Item) -> bool:
    case = item.callspec.id.split("-") if hasattr(item, "callspec") else ()
    return (
        item.get_closest_marker("slow") is not None
        or not _COSTLY_FOLDERS.isdisjoint(item.path.relative_to(item.config.rootpath).parts)
        or not _COSTLY_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or not _COSTLY_CASES.isdisjoint(case)
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave measurements to ``make benchmark``, and large downloads to ``make test-integrations`` and ``test-torch``."""
    switches = {"benchmarks": "--benchmark", "integrations": "--integrations", "pytorch": "--torch"}
    switch = switches.get(collection_path.name)
    return True if switch is not None and not config.getoption(switch) else None
