"""A short round of each ordeal; ``make torture`` is the long one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Nursery
from tests.torture.__main__ import ORDEALS, left_out, undergo
from tests.torture.arena import shared_nurseries

ROUNDS = {"kills": 6, "disk": 3, "calls": 2, "bucket": 2, "clocks": 2, "copies": 2, "workers": 2, "users": 2}
NO_LIMIT = 1e9  # the rounds are the bound: no test is judged by a clock


@pytest.fixture(scope="module")
def nurseries() -> Iterator[list[Nursery]]:
    """The processes that all ordeals share."""
    with shared_nurseries() as begun:
        yield begun


@pytest.mark.parametrize("name", ORDEALS)
def test_a_store_outlives(name: str, nurseries: list[Nursery]) -> None:
    """Nothing is torn, doubled, lost or left over, whatever dies, fails or lies."""
    if reason := left_out(name):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(
        prefix=f"torture-{name}-"
    ) as folder:  # not below pytest's, which is closed to others
        arena = undergo(name, Path(folder), ROUNDS[name], NO_LIMIT, 1, nurseries)
    assert arena.problems == []
    assert arena.done["rounds"] == ROUNDS[name]
