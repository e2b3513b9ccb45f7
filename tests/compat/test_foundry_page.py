"""The page about Foundry repositories, followed word for word."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.pages import follow

PACKAGES = ("air_traffic", "air_reports")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty clone to be filled, and none of its packages imported afterwards."""
    (tmp_path / ".git").mkdir()
    for package in ("transforms-python/src/air_traffic/datasets", "transforms-python/src/air_traffic"):
        (tmp_path / package).mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]


def test_the_page_is_true(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first file to the last command; only the installation is left out."""
    assert follow("foundry", clone, monkeypatch) > 10
