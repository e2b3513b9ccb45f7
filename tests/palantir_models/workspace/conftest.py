"""A notebook's project with an alias of a model."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a notebook runs in; ``wine`` stands for ``/wine``."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.models]\nwine = "/wine"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path
