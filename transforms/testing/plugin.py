"""The pytest plugin: the fixtures ``store`` and ``run_transform``, and reports without the framework's own frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from transforms.store.store import Store
    from transforms.testing.result import TransformResult


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
