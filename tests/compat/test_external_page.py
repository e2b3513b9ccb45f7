"""What docs/external.md shows works as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from transforms.config import load_config

PAGE = (Path(__file__).parents[2] / "docs/external.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are read, its transform runs, and its test passes."""
    (settings,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.py").write_text("\n".join(blocks("python")))
    monkeypatch.syspath_prepend(tmp_path)
    names: dict[str, Any] = {}
    exec(compile((tmp_path / "page.py").read_text(), str(tmp_path / "page.py"), "exec"), names)

    assert list(load_config().sources) == [names["today"].values["weather"].source_rid]
    names["test_today"]()
