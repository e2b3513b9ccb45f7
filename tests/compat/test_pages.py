"""What the pages about external systems and media sets show works as it stands."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from transforms.config import load_config

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["external", "media_sets"])
def test_a_page_is_true(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are read, its transforms are declared, and its tests pass."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "pyproject.toml").write_text("\n".join(code for language, code in blocks if language == "toml"))
    (tmp_path / "shown.py").write_text("\n".join(code for language, code in blocks if language == "python"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "shown", raising=False)
    shown = import_module("shown")

    load_config()
    tests = [value for name, value in vars(shown).items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()
