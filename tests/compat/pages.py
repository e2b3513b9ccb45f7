"""Following a page word for word: its files are written, its code runs, and its commands answer what it shows."""

from __future__ import annotations

import doctest
import importlib.util
import io
import logging
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from transforms.cli.app import app
from transforms.config import load_config
from transforms.spec import modules
from transforms.store.store import Store
from transforms.testing import run_transform

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(
    r"^(?:`(?P<path>[^`\s]+)`(?P<added>, added)?\n\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PICTURES = {
    ("architecture", "a frame"): "how a frame and a value travel",
    ("tables", "<root>/_ledger/"): "the folders of a store",
}


@dataclass(frozen=True)
class Block:
    """A block of code on a page.

    :param path: the file that it is to be written to; empty if none is said.
    :param added: whether it goes to the end of that file.
    """

    path: str
    added: bool
    language: str
    text: str

    def is_picture(self, page: str) -> bool:
        """Tell whether it is no code."""
        return any(page == where and self.text.lstrip().startswith(begin) for where, begin in PICTURES)


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page; one that cannot be seen, as it is indented, is an error."""
    found = [
        Block(block["path"] or "", bool(block["added"]), block["language"], block["text"])
        for block in _BLOCK.finditer(text)
    ]
    assert 2 * len(found) == text.count("```"), "a block is indented, and not followed"
    return found


@dataclass
class Walk:
    """Somebody who does what a page shows.

    :param page: its name.
    :param folder: the folder in which it begins.
    :param stands_for: what stands on the page, and what is meant, such as the address of a server.
    """

    page: str
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    stands_for: Mapping[str, str] = field(default_factory=dict)
    typed: int = 0
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "shown"})
    said: str = ""

    def follow(self) -> int:
        """Do it, from the first block to the last.

        :returns: how many commands were typed.
        """
        text = (DOCS / f"{self.page}.md").read_text(encoding="utf-8")
        for shown, meant in self.stands_for.items():
            assert shown in text
            text = text.replace(shown, meant)
        for block in blocks(text):
            if not block.is_picture(self.page):
                self.do(block)
        return self.typed

    def do(self, block: Block) -> None:
        """Do what one block shows."""
        if block.path:
            self._write(block)
        elif block.language == "toml":
            with (self.folder / "pyproject.toml").open("a", encoding="utf-8") as settings:
                settings.write(block.text)
            load_config()
        elif block.text.startswith("$ "):
            self._type(block.text)
        elif block.text.startswith(">>> "):
            self._ask(block.text)
        elif block.language == "python":
            self._run(block.text)
        elif block.language == "text":
            assert re.fullmatch(_pattern(block.text.strip()), self.said.strip()), self.said
        else:
            raise AssertionError(f"nobody tries this block of {self.page}:\n{block.text}")

    def _write(self, block: Block) -> None:
        """Write a file."""
        file = self.folder / block.path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") if block.added else ""
        if file.suffix == ".py":
            _forget(self.folder)  # the next command would be a new process
        file.write_text(before + block.text, encoding="utf-8")

    def _type(self, text: str) -> None:
        """Type each command, and compare its answer with what is shown below it."""
        for part in text.split("$ ")[1:]:
            typed, _, shown = part.partition("\n")
            self.typed += 1
            answered = answer(typed.partition("  #")[0], self.monkeypatch)
            assert re.fullmatch(_pattern(shown.rstrip("\n")), answered.strip()), f"$ {typed}\n{answered}"

    def _ask(self, text: str) -> None:
        """Run what is asked of Python, and compare its answers."""
        self._import_from_here()
        asked = doctest.DocTestParser().get_doctest(text, {}, self.page, None, None)
        asked.globs = self.names
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        told = io.StringIO()
        runner = doctest.DocTestRunner(optionflags=flags)
        assert runner.run(asked, out=told.write, clear_globs=False).failed == 0, told.getvalue()

    def _run(self, text: str) -> None:
        """Run code, keep what it says, and call the tests that it defines."""
        self._import_from_here()
        known, said = set(self.names), io.StringIO()
        handler = logging.StreamHandler(said)
        logging.getLogger().addHandler(handler)
        try:
            with redirect_stdout(said):
                exec(compile(text, f"{self.page}.py", "exec"), self.names)
        finally:
            logging.getLogger().removeHandler(handler)
        self.said = said.getvalue()
        for name in [name for name in self.names if name.startswith("test_") and name not in known]:
            test = self.names[name]
            fixtures = {"run_transform": partial(run_transform, store=Store(self.folder / "tests" / name))}
            wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
            test(**{fixture: fixtures[fixture] for fixture in wanted})

    def _import_from_here(self) -> None:
        """Import what the page wrote."""
        self.monkeypatch.syspath_prepend(self.folder)


def follow(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, stands_for: Mapping[str, str] | None = None
) -> int:
    """Do what a page shows, from the first block to the last.

    :param page: its name.
    :param folder: the folder in which it begins.
    :param stands_for: what stands on the page, and what is meant, such as the address of a server.
    :returns: how many commands were typed.
    """
    return Walk(page, folder, monkeypatch, stands_for or {}).follow()


def _forget(folder: Path) -> None:
    """Forget what was imported from a folder, and what was read of its sources."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(f"{folder}/"):
            del sys.modules[name]
    modules.source.cache_clear()
    modules.needed_modules.cache_clear()
    importlib.invalidate_caches()


def _pattern(shown: str) -> str:
    """Return what an answer must match: the dots stand for anything, and spaces may be more."""
    return r".*".join(r"\s+".join(map(re.escape, part.split())) for part in shown.split("…")).replace(".*", r"[\s\S]*")


def answer(typed: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a command prints."""
    program, *arguments = shlex.split(typed)
    if program in ("apt-get", "source") or typed.startswith("python -m venv"):  # the machine's, which the test has
        return ""
    if program == "export":  # what is left open, the test has said
        for name, _, value in (argument.partition("=") for argument in arguments):
            if value != "…":
                monkeypatch.setenv(name, value)
        return ""
    if program == "aws":
        return _synced(*arguments)
    if program == "pip":
        return _installed(arguments)
    if program == "cd":
        monkeypatch.chdir(arguments[0])
        return ""
    if typed.startswith("python -m transforms.engine.spark.jars"):  # a download
        assert importlib.util.find_spec("transforms.engine.spark.jars")
        return ""
    if program == "make":
        assert f"\n{arguments[0]}: " in (ROOT / "Makefile").read_text(encoding="utf-8")
        return ""
    if typed.startswith("transforms ui"):  # serves until Ctrl-C
        return understood(arguments)
    if program == "transforms" and arguments[0] == "test" and "--new" not in arguments:
        # its tests run in a process of their own, whose words none intercepts
        program, arguments = "python", ["-m", "transforms", *arguments]
    if program == "python":
        command = [sys.executable, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout + (done.stderr if done.returncode else "")
    assert program == "transforms"
    return CliRunner().invoke(app, arguments, prog_name="transforms").output


def _installed(arguments: list[str]) -> str:
    """Look whether the package has the extras that are asked for; the test itself has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in re.findall(r"transforms-on-delta\[(.+?)\]", " ".join(arguments)):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])
    return ""


def _synced(service: str, command: str, source: str, target: str, *filters: str) -> str:
    """Copy a folder as ``aws s3 sync`` does: of the filters that a path matches the last one counts."""
    assert (service, command) == ("s3", "sync")
    for file in [file for file in Path(source).rglob("*") if file.is_file()]:
        path, wanted = file.relative_to(source), True
        for kind, pattern in zip(filters[::2], filters[1::2], strict=True):
            if fnmatch(str(path), pattern):
                wanted = {"--include": True, "--exclude": False}[kind]
        if wanted:
            (target_file := Path(target) / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target_file)
    return ""


def understood(arguments: list[str]) -> str:
    """Look whether a command takes its options, without running it."""
    import typer

    command = typer.main.get_command(app)
    with command.make_context("transforms", list(arguments)) as context:
        name, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        chosen.make_context(name, rest, parent=context)
    return ""
