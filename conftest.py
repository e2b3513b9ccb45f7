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
    """Add the switches for what ``make test`` leaves out."""
    parser.addoption("--benchmark", action="store_true", help="run tests/benchmarks, which measure against peers")
    parser.addoption("--integrations", action="store_true", help="run tests/integrations, which need large downloads")
    parser.addoption("--torch", action="store_true", help="run tests/integrations/pytorch, which need gigabytes")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave measurements to ``make benchmark``, and large downloads to ``make test-integrations`` and ``test-torch``."""
    switches = {"benchmarks": "--benchmark", "integrations": "--integrations", "pytorch": "--torch"}
    switch = switches.get(collection_path.name)
    return True if switch is not None and not config.getoption(switch) else None
