"""The command line as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from transforms.cli.app import app

pytestmark = pytest.mark.slow

Shell = Any
SOURCE = str(Path(__file__).parents[3])
HEAVY = ("polars", "pandas", "pyarrow", "deltalake", "plotly", "numpy", "rich", "palantir_models", "importlib.metadata")
OWN_HEAVY = ("transforms.expectations", "transforms.engine", "transforms.store.transaction")
COMMANDS = "init put list plan build run show log graph recover gc doctor models experiments ui"


def test_help_imports_nothing_heavy() -> None:
    """So that it is there at once."""
    code = (
        "import sys\nfrom transforms.cli.app import app\n"
        "try:\n    app(['--help'], prog_name='transforms')\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY + OWN_HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stdout.startswith("Usage: transforms")


@pytest.mark.parametrize("command", COMMANDS.split())
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    """--help works for each, and the overview names it."""
    assert shell.run(command, "--help").exit_code == 0
    assert f"\n  {command} " in shell.run("--help").stdout


def test_every_command_shows_what_to_type() -> None:
    """With an example at least, which begins with the command's own words; ``run`` is ``build``."""

    def without(command: Any, name: str) -> list[str]:
        if subcommands := getattr(command, "commands", {}):
            return [one for word, below in subcommands.items() for one in without(below, f"{name} {word}")]
        _, _, examples = (command.help or "").partition("Examples:")
        words = name.removesuffix(" list")  # a group's list is what the group does when nothing follows
        return [] if f"\n{words}" in examples else [name]

    assert without(typer.main.get_command(app), "transforms") == ["transforms run"]


def test_usage_errors_exit_with_2(shell: Shell) -> None:
    """Unknown commands, options, settings and a store's root that cannot be."""
    assert shell.run("biuld").exit_code == 2
    assert shell.run("build", "--fast").exit_code == 2
    assert shell.run("build", "-j", "0").exit_code == 2
    assert shell.run("--root", "pyproject.toml", "log").exit_code == 2
    assert shell.run("put", "not//good", "pyproject.toml").exit_code == 2
    (shell.folder / "pyproject.toml").write_text("[tool.transforms]\nrooot = 'x'\n")
    result = shell.run("log")
    assert result.exit_code == 2
    assert "'root'" in result.stderr


@pytest.mark.parametrize(
    "words",
    ["--root elsewhere put /t/x t.csv", "put /t/x t.csv --root elsewhere", "put --root=elsewhere -- /t/x t.csv"],
)
def test_the_root_can_be_named(shell: Shell, words: str) -> None:
    """--root overrides the configured one, before the command and after it."""
    (shell.folder / "t.csv").write_text("x\n1\n")

    assert shell.run(*words.split()).exit_code == 0
    assert (shell.folder / "elsewhere/master/datasets/t/x/_delta_log").is_dir()


def test_a_root_without_a_folder_is_refused(shell: Shell) -> None:
    assert shell.run("log", "--root").exit_code == 2


def test_the_version_is_printed(shell: Shell) -> None:
    """One line."""
    assert shell.run("--version").stdout.startswith("transforms ")


def test_a_pipe_that_closes_early_is_no_error(shell: Shell) -> None:
    """As in ``transforms show | head``: no traceback."""
    shell.raw("x\n" + "1\n" * 30_000)
    code = f"{sys.executable} -m transforms show /t/raw --limit 30000 | head -n 1"
    done = subprocess.run(
        code,
        shell=True,
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("/t/raw")
    assert "Traceback" not in done.stderr


def test_init_writes_a_project_that_works(tmp_path: Path) -> None:
    """What it tells to do next does work, and a second init overwrites nothing."""
    environment = {**os.environ, "PYTHONPATH": SOURCE}

    def run(*arguments: str, cwd: Path = tmp_path / "demo") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    assert run("transforms", "init", "demo", cwd=tmp_path).returncode == 0
    assert run("transforms", "put", "/sample/readings", "data/readings.csv").returncode == 0
    built = run("transforms", "build")
    assert built.returncode == 0, built.stderr
    assert "COMMIT  #2  daily_means -> dataset /sample/daily_means 30 rows" in built.stdout
    assert "COMMIT  #3  train_trend -> model /sample/trend 1.0.0 (experiment trend)" in built.stdout
    shown = run("transforms", "show", "/sample/daily_means").stdout
    assert "weather on Earth" in shown
    assert "loss" in run("transforms", "experiments", "show", "trend").stdout
    tested = run("pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
    again = run("transforms", "init", "demo", cwd=tmp_path)
    assert again.returncode == 2
    assert "pyproject.toml" in again.stderr


def test_a_folder_outside_of_any_project_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to type; nothing is made there."""
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(app, ["build"])
    assert refused.exit_code == 2
    assert "There is no project in" in refused.stderr
    assert "'transforms init'" in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sample", ["wine", "digits", "cancer"])
def test_init_writes_a_sample_with_its_tests(sample: str, shell: Shell) -> None:
    """As the checkout has it; in a project of a name of its own, which says what it needs."""
    assert shell.run("init", "mine", "--sample", sample).exit_code == 0
    made, source = shell.folder / "mine", Path(SOURCE)
    written = {file.relative_to(made).as_posix(): file.read_text() for file in made.rglob("*.py")}
    assert {f"pipelines/{file}.py" for file in ("__init__", "pipeline")} < written.keys()
    written = {path: text for path, text in written.items() if path.count("/") > 1 or path.startswith("tests/")}
    pipeline = {
        file.relative_to(source).as_posix(): file.read_text() for file in source.glob(f"pipelines/{sample}/*.py")
    }
    tests = (source / f"tests/pipelines/test_{sample}.py").read_text()
    assert written == {**pipeline, f"tests/test_{sample}.py": tests}
    project = tomllib.loads((made / "pyproject.toml").read_text())["project"]
    assert project["name"] == "mine"
    assert "scikit-learn" in project["dependencies"]


def test_a_sample_that_there_is_not_is_refused_with_the_nearest(shell: Shell) -> None:
    """And nothing is written."""
    refused = shell.run("init", "mine", "--sample", "wien")
    assert refused.exit_code == 2
    assert "Did you mean 'wine'?" in refused.stderr
    assert not (shell.folder / "mine").exists()
