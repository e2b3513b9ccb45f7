"""The pytest plugin: fixtures for testing transforms, and reports without the framework's own frames.

Every pytest that this package is installed beside imports it, so it imports nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from transforms.store.store import Store
    from transforms.testing.clock import FrozenClock
    from transforms.testing.result import TransformResult
    from transforms.testing.sources import FakeSource


@pytest.fixture
def store() -> Iterator[Store]:
    """A store with nothing in it, which goes with the test."""
    from transforms.store.store import Store
    from transforms.testing.places import delete, temporary_folder

    folder = temporary_folder()
    yield Store(folder / "store")
    delete(folder)


@pytest.fixture
def run_transform(store: Store) -> Callable[..., TransformResult]:
    """The function :func:`transforms.testing.run_transform` with the test's ``store``: runs share what they commit."""
    from functools import partial

    from transforms.testing.run import run_transform as run

    return partial(run, store=store)


@pytest.fixture
def crash_at(store: Store) -> Callable[..., TransformResult]:
    """``crash_at(step, transform, …)``: run a transform in a process that is killed at a step, on the test's ``store``."""
    from functools import partial

    from transforms.testing.crashing import crash_at as run

    return partial(run, store=store)


@pytest.fixture(scope="session")
def spark_session() -> SparkSession:
    """The Spark session that jobs use, started when a test first asks for it; without Java or pyspark the test is left out."""
    from transforms.testing.spark import session_for_tests, why_not

    if reason := why_not():
        pytest.skip(reason)
    session: SparkSession = session_for_tests()
    return session


@pytest.fixture(scope="session")
def assert_table_equal() -> Callable[..., None]:
    """The function :func:`transforms.testing.assert_table_equal`."""
    from transforms.testing.comparing import assert_table_equal as compare

    return compare


@pytest.fixture(scope="session")
def fake_source() -> type[FakeSource]:
    """The class :class:`transforms.testing.FakeSource`, for ``run_transform(..., sources=...)``."""
    from transforms.testing.sources import FakeSource

    return FakeSource


@pytest.fixture
def frozen_clock(request: pytest.FixtureRequest) -> Iterator[FrozenClock]:
    """A clock that stands still at midnight of 1 January 2026 UTC, or where an indirect parameter says."""
    from transforms.testing.clock import as_moment, frozen

    with frozen(as_moment(getattr(request, "param", "2026-01-01T00:00:00Z"))) as clock:
        yield clock


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Report an error of the framework at the line that met it; ``--full-trace`` shows what lies below, too."""
    from transforms.common.usercode import user_line, user_traceback
    from transforms.errors import TransformsError

    if (
        call.excinfo is None
        or not isinstance(call.excinfo.value, TransformsError)
        or item.config.getoption("fulltrace")
    ):
        return
    error = call.excinfo.value
    shown = user_traceback(error)
    if shown is None:
        return
    if error.__cause__ is not None and user_line(error.__cause__) is None:
        error.__cause__ = None  # how the framework noticed it; the message says what it was
    call.excinfo = pytest.ExceptionInfo.from_exception(error.with_traceback(shown))
