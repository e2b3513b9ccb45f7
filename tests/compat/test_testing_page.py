"""The page about tests, followed word for word."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat.pages import DOCS, follow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, and none of its modules imported afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_the_page_is_true(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first file to the last command."""
    assert follow("testing", folder, monkeypatch) == 4
    compile((folder / "tests/test_on_spark.py").read_text(), "test_on_spark.py", "exec")


@pytest.mark.parametrize("test", ["test_as_a_job", "test_as_a_function", "test_with_a_runner"])
def test_its_part_on_spark_is_true(
    needs_spark: None, test: str, spark_session: Any, run_transform: Any, assert_table_equal: Callable[..., None]
) -> None:
    """In the session of our own tests."""
    text = (DOCS / "testing.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^`tests/test_on_spark.py`\n\n```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": "shown"}
    exec(compile(shown, "test_on_spark.py", "exec"), names)
    fixtures = {
        "spark_session": spark_session,
        "run_transform": run_transform,
        "assert_table_equal": assert_table_equal,
    }
    called = names[test]
    code = called.__code__
    called(**{name: fixtures[name] for name in code.co_varnames[: code.co_argcount]})
