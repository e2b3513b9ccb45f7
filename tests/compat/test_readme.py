"""The README's samples run as they stand: what a reader copies works."""

from __future__ import annotations

import doctest
import grp
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from tests.compat import pages
from tests.compat.pages import ROOT, Walk

README = ROOT / "README.md"
# How many blocks of each language a section has; each of them is asked for by a test below.
FOLLOWED = {
    "transforms-on-delta": {"": 1},
    "A training function": {"python": 1},
    "Build": {"": 1},
    "Experiments, from a notebook or a script": {"python": 2, "": 1},
    "MLflow": {"python": 1, "": 1},
    "Read and compare": {"python": 3},
    "Look at them in a browser": {"": 2},
    "Test": {"python": 1},
    "Your own project": {"": 2},
    "External systems, media sets, DuckDB, notebooks": {"python": 1},
    "A bucket": {"": 1},
    "A folder that several people share": {"": 1},
    "Spark": {"": 1},
}
DIFFERENT = re.compile(r"\b[0-9a-f]{8}\b|\b\d{4}-\d\d-\d\d \d\d:\d\d\b|\b\d+\.\d+s\b")  # ids and times


def blocks(heading: str, language: str) -> list[str]:
    """Return the code blocks of a section, by the words of its heading."""
    return [block.text for block in sections()[heading] if block.language == language]


def sections() -> dict[str, list[pages.Block]]:
    """Return the code blocks of every section, by the words of its heading."""
    parts = re.split(r"^#+ (.*)\n", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading: pages.blocks(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_block_is_followed() -> None:
    """One that is added has to be tried here, too."""
    found = {heading: Counter(block.language for block in shown) for heading, shown in sections().items() if shown}
    assert found == FOLLOWED


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


def test_a_build_says_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the sample pipelines, but for the times."""
    (shown,) = blocks("Build", "")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TRANSFORMS_ROOT", str(tmp_path / "store"))

    Walk("README", tmp_path, monkeypatch).do(pages.Block("", False, "", DIFFERENT.sub("…", shown)))


@pytest.mark.filterwarnings("ignore")
def test_the_commands_about_a_notebooks_experiments_say_what_the_readme_shows(
    notebook: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first says it word for word, but for ids and times; the others are only typed there."""
    (shown,) = blocks("Experiments, from a notebook or a script", "")
    typed = [f"$ {part}" for part in shown.split("$ ")[1:]]

    Walk("README", tmp_path, monkeypatch).do(pages.Block("", False, "", DIFFERENT.sub("…", typed[0])))
    for (command,) in map(commands, typed[1:]):
        said = pages.answer(command, monkeypatch)
        assert said.strip()
        assert not said.startswith("error"), said


def test_a_dataset_is_read_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a project whose settings name it."""
    from foundry.transforms import Dataset

    (source,) = blocks("External systems, media sets, DuckDB, notebooks", "python")
    (tmp_path / "pyproject.toml").write_text('[tool.transforms.inputs]\npeople = "/examples/people"\n')
    monkeypatch.chdir(tmp_path)
    Dataset.get("people").write_table(pl.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]}))
    names: dict[str, Any] = {}

    exec(compile(source, "readme", "exec"), names)

    assert names["adults"].to_dicts() == [{"name": "Ada"}]


def test_a_folder_is_shared_as_the_readme_says(tmp_path: Path) -> None:
    """By a group that there is."""
    (shown,) = blocks("A folder that several people share", "")
    (typed,) = commands(shown)

    done = shell([typed.replace(" lab ", f" {grp.getgrgid(os.getgid()).gr_name} ")], tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lake").stat().st_mode & 0o7777 == 0o2775


@pytest.mark.parametrize("heading", ["transforms-on-delta", "MLflow", "Look at them in a browser", "A bucket", "Spark"])
def test_what_pages_show_in_full_is_typed_rightly(heading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The options that a command has, the extras of the package, and the targets of make."""
    for typed in [line for block in blocks(heading, "") for line in commands(block)]:
        program, *arguments = shlex.split(typed)
        pages.understood(arguments) if program == "transforms" else pages.answer(typed, monkeypatch)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "ui/README.md"])
def test_links_to_files_lead_somewhere(page: str) -> None:
    """Those between the pages of docs/ are looked at while the site is built."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
