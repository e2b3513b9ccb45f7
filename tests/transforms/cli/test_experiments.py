"""``transforms experiments``: those that run, and those whose process died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Shell = Any

LOGGING = """
    import os, signal, sys
    from palantir_models.code_workspaces import ModelOutput

    experiment = ModelOutput("/t/model").create_experiment(sys.argv[1])
    experiment.log_param("depth", 3)
    experiment.log_metrics({"loss": 0.5, "accuracy": 0.75})
    experiment.drain()
    if sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    print(experiment.experiment_id, flush=True)
    sys.stdin.read()
"""


def start(shell: Shell, name: str, fate: str) -> subprocess.Popen[str]:
    """Start a process that logs an experiment in the shell's project."""
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(LOGGING), name, fate],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": root},
    )


@pytest.fixture
def running(shell: Shell) -> Iterator[str]:
    """The id of an experiment that another process is logging."""
    process = start(shell, "live", "lives")
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate()


@pytest.fixture
def abandoned(shell: Shell) -> str:
    """The id of an experiment whose process was killed."""
    process = start(shell, "lost", "dies")
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    (row,) = [row for row in shell.json("experiments") if row["name"] == "lost"]
    return str(row["experiment_id"])


def test_running_and_abandoned_ones_are_listed(shell: Shell, running: str, abandoned: str) -> None:
    """With what they have logged by now."""
    rows = {row["experiment_id"]: row for row in shell.json("experiments")}
    assert rows.keys() == {running, abandoned}
    wanted = {"model": "/t/model", "value_count": 2, "dropped_count": 0, "parameter_count": 1}
    assert {key: rows[running][key] for key in wanted} == wanted == {key: rows[abandoned][key] for key in wanted}
    assert (rows[running]["status"], rows[abandoned]["status"]) == ("RUNNING", "ABANDONED")
    assert (rows[running]["error"], rows[running]["name"]) == (None, "live")
    assert "ended without publishing" in rows[abandoned]["error"]
    shown = shell.run("experiments", "/t/model").output
    assert "RUNNING" in shown
    assert "ABANDONED" in shown


def test_an_abandoned_one_is_recovered_once(shell: Shell, abandoned: str) -> None:
    """By the beginning of its id; its values are Parquet files from then on, and its journal is gone."""
    recovered = shell.json("experiments", "recover", abandoned[:8])
    assert (recovered["experiment_id"], recovered["status"], recovered["value_count"]) == (abandoned, "ABANDONED", 2)
    (row,) = shell.json("experiments")
    assert row == recovered
    assert not list((shell.folder / ".transforms/_journal").glob("*/journal"))

    import palantir_models

    (experiment,) = palantir_models.open_model("/t/model").unpublished
    assert experiment.params == {"depth": 3}
    assert sorted(experiment.metrics().polars().select("series", "value").rows()) == [("accuracy", 0.75), ("loss", 0.5)]

    again = shell.run("experiments", "recover", abandoned)
    assert again.exit_code == 2
    assert "kept already" in again.output


def test_a_running_one_is_not_recovered(shell: Shell, running: str) -> None:
    """Its process will publish it."""
    result = shell.run("experiments", "recover", running)
    assert result.exit_code == 1
    assert "is running in process" in " ".join(result.output.split())
    (row,) = shell.json("experiments")
    assert row["status"] == "RUNNING"


def test_a_wrong_id_is_answered_with_what_to_do(shell: Shell, abandoned: str) -> None:
    """And nothing is touched."""
    result = shell.run("experiments", "recover", "zzzz")
    assert result.exit_code == 2
    assert "'transforms experiments' lists them" in " ".join(result.output.split())
    assert [row["status"] for row in shell.json("experiments")] == ["ABANDONED"]


def test_a_journal_that_outlived_its_commit_is_not_listed_twice(shell: Shell) -> None:
    """A process may die between the commit and the deletion of the journal."""
    (shell.folder / "publishing.py").write_text(
        textwrap.dedent("""
            import os, signal
            import palantir_models as pm
            from palantir_models.code_workspaces import ModelOutput
            from tests.palantir_models.model.sample_adapter import Doubler

            model = ModelOutput("/t/model")
            experiment = model.create_experiment("first")
            experiment.log_metric("loss", 0.5)
            experiment.discard_journal = lambda: os.kill(os.getpid(), signal.SIGKILL)
            model.publish(Doubler(2), experiment=experiment)
        """)
    )
    root = str(Path(__file__).parents[3])
    ended = subprocess.run([sys.executable, "publishing.py"], env={**os.environ, "PYTHONPATH": root}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list((shell.folder / ".transforms/_journal").glob("*/journal"))) == 1
    (row,) = shell.json("experiments")
    assert (row["name"], row["status"], row["version"]) == ("first", "SUCCEEDED", "1.0.0")
