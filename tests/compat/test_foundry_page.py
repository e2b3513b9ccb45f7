"""The page about Foundry repositories, followed word for word: its files are written, and its commands answer what it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from transforms.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "foundry.md"
BLOCK = re.compile(
    r"^(?:`(?P<path>[^`\s]+)`(?P<added>, added)?\n\n)?```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
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
    seen = 0
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["path"]:
            file = clone / block["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8") if block["added"] else ""
            file.write_text(before + block["text"], encoding="utf-8")
            continue
        for typed, shown in exchanges(block["text"]):
            seen += 1
            answered = run(typed, monkeypatch)
            assert re.fullmatch(pattern(shown), answered.rstrip("\n")), f"$ {typed}\n{answered}"
    assert seen > 10


def exchanges(text: str) -> Iterator[tuple[str, str]]:
    """Return each command of a block with what is shown below it."""
    for part in text.split("$ ")[1:]:
        typed, _, shown = part.partition("\n")
        yield typed.partition("  #")[0], shown.rstrip("\n")


def pattern(shown: str) -> str:
    """Return what an answer must match: the dots stand for anything, and spaces may be more."""
    return r".*".join(r"\s+".join(map(re.escape, part.split())) for part in shown.split("…")).replace(".*", r"[\s\S]*")


def run(typed: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a command prints."""
    program, *arguments = shlex.split(typed)
    if program == "pip":
        return ""
    if program == "cd":
        monkeypatch.chdir(arguments[0])
        return ""
    if program == "python":
        command = [sys.executable, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert program == "transforms"
    return CliRunner().invoke(app, arguments, prog_name="transforms").output
