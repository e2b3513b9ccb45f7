"""What all tests share: a small image, one Spark session, and a clear word where it cannot be had."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from transforms.engine.spark import engine, installation
from transforms.engine.spark.engine import SparkEngine, shared_engine
from transforms.engine.spark.installation import problems

os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is

_LEFT_OUT = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def png_bytes() -> bytes:
    """A PNG of 4 by 2 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (4, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def needs_spark(request: pytest.FixtureRequest) -> None:
    """On a machine without Spark the test fails with ``CI=true``; else it is left out, which the last lines say."""
    missing = problems()
    if missing:
        reason = " ".join(f"{problem.what} Run: {problem.command}." for problem in missing)
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        request.config.stash.setdefault(_LEFT_OUT, {})[request.node.nodeid] = reason
        pytest.skip(reason)


@pytest.fixture
def spark_engine(needs_spark: None) -> SparkEngine:
    """The engine, started."""
    shared = shared_engine({})
    _ = shared.session
    return shared


@pytest.fixture
def spark(spark_engine):
    """The session."""
    return spark_engine.session


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process in which nothing has started Spark, and pyspark is not installed."""
    monkeypatch.setattr(engine, "_engines", {})
    monkeypatch.setattr(installation, "installed", lambda package: None)


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Name each test that was left out."""
    for test, reason in config.stash.get(_LEFT_OUT, {}).items():
        terminalreporter.line(f"LEFT OUT {test}: {reason}")
