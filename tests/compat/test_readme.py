"""The README's samples run as they stand: what a reader copies works."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


def blocks(heading: str, language: str) -> list[str]:
    """Return the code blocks of a section, by the words of its heading."""
    _, found, rest = README.read_text(encoding="utf-8").partition(f"\n### {heading}\n")
    assert found, f"the README has no section {heading!r}"
    section = re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return [block["text"] for block in BLOCK.finditer(section) if block["language"] == language]


def commands(block: str) -> list[str]:
    """Return what is typed in a block of a shell."""
    return [line[2:].partition("  #")[0] for line in block.splitlines() if line.startswith("$ ")]


def shell(lines: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run commands one after another as a new user's shell would, until one fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRANSFORMS", "PYTEST"))}
    script = "\n".join(["set -e", *lines])
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, env={**environment, "PATH": path}, capture_output=True, text=True, timeout=300
    )


def test_a_project_of_ones_own_works_word_for_word(tmp_path: Path) -> None:
    """In an empty folder, with its data and its test; only the installation is left out."""
    install, *typed = commands(blocks("Your own project", "")[0])

    done = shell(typed, tmp_path)

    assert install.startswith("pip install transforms-on-delta ")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Done. OK=2 " in done.stdout
    assert "2 passed" in done.stdout


def test_what_the_readme_shows_of_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """Word for word, and the command that it tells works."""
    block = blocks("Your own project", "")[1]
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\npipelines = []\n")
    (tmp_path / "sales.csv").write_bytes("Customer ID;Price\nM\xfcller;1,5\n".encode("latin-1"))

    refused = shell(commands(block), tmp_path)
    taken = shell([refused.stderr.rpartition("Type: ")[2]], tmp_path)

    assert refused.stderr.split() == block[block.index("error:") :].split()
    assert taken.returncode == 0, taken.stderr


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names of a notebook in a project that has what the README says."""
    import matplotlib.pyplot as plt

    adapter, cell = blocks("Experiments, from a notebook or a script", "python")
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.models]\ndigits = "/models/digits"\n')
    (tmp_path / "digits_adapter.py").write_text(adapter)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    plt.switch_backend("Agg")
    names = ModuleType("notebook").__dict__
    exec(compile(cell, "notebook", "exec"), names)
    yield names
    plt.close("all")
    sys.modules.pop("digits_adapter", None)


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_defines_every_name_that_it_uses(notebook: dict[str, Any]) -> None:
    """Three models are published, one by MLflow's autologging after them; what is read back is what the README shows."""
    (autologging,) = blocks("MLflow", "python")
    shown = blocks("Read and compare", "python")

    exec(compile("X, y = X[:200], y[:200]\n" + autologging, "mlflow", "exec"), notebook)
    for number, block in enumerate(shown):
        for example in doctest.DocTestParser().get_examples(block):
            exec(compile(example.source, f"shown {number}", "single"), notebook)

    assert notebook["best"].params == {"epochs": 30, "rate": 0.0001}
    assert [version.version for version in notebook["model"].versions] == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]


def test_a_training_function_can_be_declared() -> None:
    """Its body leaves out the training."""
    (source,) = blocks("A training function", "python")
    names: dict[str, Any] = {}

    exec(compile(source, "readme", "exec"), names)

    assert list(names["digits_train"].params) == ["raw", "model", "predictions"]


def test_the_readmes_test_passes(tmp_path: Path) -> None:
    """In a file of its own, run by pytest."""
    (source,) = blocks("Test", "python")
    (tmp_path / "test_clean.py").write_text(source)

    done = shell(["python -m pytest -q"], tmp_path)

    assert "1 passed" in done.stdout, done.stdout + done.stderr
