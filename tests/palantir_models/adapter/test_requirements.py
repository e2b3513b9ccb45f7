"""The packages that a saved adapter needs."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import NoReturn

import pytest

from palantir_models.adapter.requirements import loaded_requirements


def test_requirements_are_those_of_loaded_modules() -> None:
    """A loaded module's distribution is listed under its own name and version, whatever the module is called."""
    import sklearn  # noqa: F401
    import yaml  # noqa: F401

    found = json.loads(loaded_requirements())
    for name in ("scikit-learn", "pyyaml", "pytest"):
        assert f"{name}=={importlib.metadata.version(name)}" in found


def test_requirements_are_cheap_after_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing them again looks at no folder."""
    found = loaded_requirements()

    def look(*_: object) -> NoReturn:
        raise AssertionError("a folder was looked at")

    for method in ("glob", "exists", "is_dir", "read_text"):
        monkeypatch.setattr(Path, method, look)
    assert loaded_requirements() == found
