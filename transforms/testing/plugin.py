"""The pytest plugin: the fixtures ``store`` and ``run_transform``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from transforms.store.store import Store
    from transforms.testing.result import TransformResult


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with nothing in it, in the test's own temporary folder."""
    from transforms.store.store import Store

    return Store(tmp_path / "store")


@pytest.fixture
def run_transform(store: Store) -> Callable[..., TransformResult]:
    """The function :func:`transforms.testing.run_transform` with the test's ``store``: runs share what they commit."""
    from functools import partial

    from transforms.testing.run import run_transform as run

    return partial(run, store=store)
