"""Projects of one pipeline module in a temporary folder, and the command line to run in them."""

from __future__ import annotations

import json
import sys
import textwrap
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from transforms.cli.app import app

CHAIN = """
    import polars as pl
    from transforms.api import Input, IntegerParam, Output, Pipeline, transform

    @transform.using(clean=Output("/t/clean"), raw=Input("/t/raw"), least=IntegerParam(0))
    def clean(raw, clean, least):
        print("cleaning")
        clean.write_table(raw.polars().filter(pl.col("x") >= least.value))

    @transform.using(total=Output("/t/total"), clean=Input("/t/clean"))
    def total(clean, total):
        total.write_table(clean.polars().select(pl.col("x").sum()))

    pipeline = Pipeline()
    pipeline.add_transforms(clean, total)
"""


class Shell:
    """A project's folder and the commands that are run in it."""

    def __init__(self, folder: Path, module: str) -> None:
        self.folder = folder
        self.module = module

    def write(self, source: str) -> None:
        """Write the pipeline module."""
        (self.folder / f"{self.module}.py").write_text(textwrap.dedent(source))
        sys.modules.pop(self.module, None)

    def raw(self, text: str = "x\n1\n2\n3\n") -> None:
        """Put a CSV file into /t/raw."""
        (self.folder / "raw.csv").write_text(text)
        assert self.run("put", "/t/raw", "raw.csv").exit_code == 0

    def run(self, *arguments: str) -> Result:
        """Run a command."""
        result = CliRunner().invoke(app, list(arguments), prog_name="transforms")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with --json and return what it printed."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A project with a chain of two transforms: /t/raw -> clean -> /t/clean -> total -> /t/total."""
    module = f"pipeline_{uuid.uuid4().hex}"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\npipelines = ["{module}"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    made = Shell(tmp_path, module)
    made.write(CHAIN)
    yield made
    sys.modules.pop(module, None)


@pytest.fixture
def lines() -> Callable[[Result], list[str]]:
    """The lines that a command printed on standard output."""
    return lambda result: result.stdout.splitlines()
