"""What every test of this repository may use, beside the fixtures of the package's own pytest plugin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own TRANSFORMS_* settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("TRANSFORMS_")]:
        monkeypatch.delenv(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch for benchmarks."""
    parser.addoption("--benchmark", action="store_true", help="run tests/benchmarks, which measure against peers")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave benchmarks to ``make benchmark``: they are measurements, not tests."""
    return True if collection_path.name == "benchmarks" and not config.getoption("--benchmark") else None
