"""What every test of this repository may use, beside the fixtures of the package's own pytest plugin."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own TRANSFORMS_* settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("TRANSFORMS_")]:
        monkeypatch.delenv(name)
