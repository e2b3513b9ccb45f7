"""Following a page word for word: its files are written, and its commands answer what it shows."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from transforms.cli.app import app
from transforms.spec import modules

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(
    r"^(?:`(?P<path>[^`\s]+)`(?P<added>, added)?\n\n)?```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def follow(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Do what a page shows, from the first file to the last command.

    :param page: its name.
    :param folder: the folder in which it begins.
    :returns: how many commands were typed.
    """
    seen = 0
    for block in _BLOCK.finditer((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if block["path"]:
            file = folder / block["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8") if block["added"] else ""
            if file.exists() and file.suffix == ".py":
                _forget(folder)  # the next command would be a new process
            file.write_text(before + block["text"], encoding="utf-8")
            continue
        for typed, shown in _exchanges(block["text"]):
            seen += 1
            answered = _run(typed, monkeypatch)
            assert re.fullmatch(_pattern(shown), answered.strip()), f"$ {typed}\n{answered}"
    return seen


def _forget(folder: Path) -> None:
    """Forget what was imported from a folder, and what was read of its sources."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(f"{folder}/"):
            del sys.modules[name]
    modules.source.cache_clear()
    modules.needed_modules.cache_clear()
    importlib.invalidate_caches()


def _exchanges(text: str) -> Iterator[tuple[str, str]]:
    """Return each command of a block with what is shown below it."""
    for part in text.split("$ ")[1:]:
        typed, _, shown = part.partition("\n")
        yield typed.partition("  #")[0], shown.rstrip("\n")


def _pattern(shown: str) -> str:
    """Return what an answer must match: the dots stand for anything, and spaces may be more."""
    return r".*".join(r"\s+".join(map(re.escape, part.split())) for part in shown.split("…")).replace(".*", r"[\s\S]*")


def _run(typed: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a command prints."""
    program, *arguments = shlex.split(typed)
    if program in ("pip", "export"):  # which the test has done
        return ""
    if program == "cd":
        monkeypatch.chdir(arguments[0])
        return ""
    if program == "transforms" and arguments[0] == "test" and "--new" not in arguments:
        arguments = [
            "-m",
            "transforms",
            *arguments,
        ]  # its tests run in a process of their own, whose words none intercepts
        program = "python"
    if program == "python":
        command = [sys.executable, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout + (done.stderr if done.returncode else "")
    assert program == "transforms"
    return CliRunner().invoke(app, arguments, prog_name="transforms").output
