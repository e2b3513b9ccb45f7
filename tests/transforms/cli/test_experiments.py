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

pytestmark = pytest.mark.slow

Shell = Any

LOGGING = """
    import os, signal, sys
    from palantir_models.code_workspaces import ModelOutput

    experiment = ModelOutput("/t/model").create_experiment(sys.argv[1])
    experiment.log_param("depth", 3)
    experiment.log_metrics({"loss": 0.5, "accuracy": 0.75})
    experiment._recording.drain()
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
            experiment._recording.discard_journal = lambda: os.kill(os.getpid(), signal.SIGKILL)
            model.publish(Doubler(2), experiment=experiment)
        """)
    )
    root = str(Path(__file__).parents[3])
    ended = subprocess.run([sys.executable, "publishing.py"], env={**os.environ, "PYTHONPATH": root}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list((shell.folder / ".transforms/_journal").glob("*/journal"))) == 1
    (row,) = shell.json("experiments")
    assert (row["name"], row["status"], row["version"]) == ("first", "SUCCEEDED", "1.0.0")


STUDY = """
    from palantir_models.code_workspaces import ModelOutput
    from tests.palantir_models.model.sample_adapter import Doubler

    output = ModelOutput("/t/model")
    for number in range(3):
        experiment = output.create_experiment("sgd")
        experiment.log_params({"depth": number, "seed": 7, **{f"same {n}": n for n in range(25)}})
        for step in range(4):
            experiment.log_metrics({"loss": 1 / (step + number + 1), "accuracy": step / 10})
        if number == 1:
            best = experiment
    output.publish(Doubler(2), experiment=best)
"""


@pytest.fixture
def study(shell: Shell) -> dict[str, dict[str, Any]]:
    """The experiments of a notebook whose cell ran three times, by their parameter ``depth``; the second is published."""
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    subprocess.run([sys.executable, "-c", textwrap.dedent(STUDY)], cwd=shell.folder, env=environment, check=True)
    ids = [row["experiment_id"] for row in shell.json("experiments")]
    rows = [shell.json("experiments", "show", identity) for identity in ids]
    return {str(row["params"]["depth"]): row for row in rows}


def test_each_experiment_of_a_cell_that_ran_again_is_told_apart(shell: Shell, study: dict[str, Any]) -> None:
    """The published one has the name; each has an id of which a few digits are enough."""
    assert {depth: row["status"] for depth, row in study.items()} == {
        "0": "SUPERSEDED",
        "1": "SUCCEEDED",
        "2": "ABANDONED",
    }
    assert shell.json("experiments", "show", "sgd")["experiment_id"] == study["1"]["experiment_id"]
    assert shell.json("experiments", "show", study["2"]["experiment_id"][:8])["params"]["depth"] == 2
    listed = shell.run("experiments").output
    assert all(row["experiment_id"][:8] in listed for row in study.values())
    assert all(len(line) <= 80 for line in listed.splitlines())


def test_an_experiment_is_shown_whole(shell: Shell, study: dict[str, Any]) -> None:
    """Every hyperparameter, and a summary of every series."""
    shown = shell.run("experiments", "show", "sgd", "--model", "/t/model").output
    assert all(f"same {number}  " in shown for number in range(25))
    assert "loss" in shown
    assert "accuracy" in shown
    series = {row["name"]: row for row in study["1"]["series"]}
    assert (series["loss"]["last"], series["loss"]["max"], series["loss"]["length"]) == (0.2, 0.5, 4)


def test_a_model_where_an_experiment_is_wanted_is_told_where_it_goes(shell: Shell, study: dict[str, Any]) -> None:
    told = shell.run("experiments", "compare", "/t/model")
    assert told.exit_code == 2
    assert "has no experiment '/t/model'" in told.output
    assert told.output.rstrip().endswith("--model /t/model")


def test_experiments_are_compared(shell: Shell, study: dict[str, Any]) -> None:
    """Metrics first, then what differs; what is the same is counted."""
    ids = [study[depth]["experiment_id"][:8] for depth in ("0", "1", "2")]
    lines = shell.run("experiments", "compare", *ids).output.splitlines()
    rows = {line.split("  ")[0]: line.split()[-3:] for line in lines}
    assert list(rows)[1:] == ["version", "status", "loss", "accuracy", "depth", lines[-1]]
    assert rows["depth"] == ["0", "1", "2"]
    assert rows["loss"] == ["0.25", "0.2", "0.166667"]
    assert "26 hyperparameters the same in all" in lines[-1]
    assert "same 24" in shell.run("experiments", "compare", *ids, "--all").output
    found = shell.json("experiments", "compare", *ids)
    assert [row["metrics"]["accuracy"]["last"] for row in found] == [0.3] * 3
    (published,) = shell.json("experiments", "compare", "--model", "/t/model")
    assert published["version"] == "1.0.0"


def test_what_is_not_published_can_be_deleted(shell: Shell, study: dict[str, Any]) -> None:
    """By id or by status; what is published, or runs, stays."""
    refused = shell.run("experiments", "rm", "sgd").output
    assert "belongs to version 1.0.0" in refused
    would = shell.run("experiments", "rm", "--status", "superseded", "--dry-run").output
    assert f"would delete experiment {study['0']['experiment_id'][:8]}, sgd of /t/model (SUPERSEDED)" in would
    assert len(shell.json("experiments")) == 3
    shell.run("experiments", "rm", "--status", "superseded")
    shell.run("experiments", "rm", study["2"]["experiment_id"][:8])
    (left,) = shell.json("experiments")
    assert left["experiment_id"] == study["1"]["experiment_id"]
    assert "No such option" not in shell.run("experiments", "rm", "--status", "gone").output


def test_a_running_one_is_not_deleted(shell: Shell, running: str) -> None:
    """Its process would lose what it logs."""
    assert "runs: end its process first" in shell.run("experiments", "rm", running[:8]).output
    assert [row["experiment_id"] for row in shell.json("experiments")] == [running]


def test_an_id_that_is_not_clear_is_asked_for(shell: Shell, study: dict[str, Any]) -> None:
    """With the ids to choose from, short ones that can be given back."""
    shell.run("experiments", "rm", "--status", "superseded")
    start(shell, "lost", "dies").communicate()
    start(shell, "lost", "dies").communicate()
    said = shell.run("experiments", "show", "lost").output
    assert "2 experiments match 'lost'" in said
    ids = [line.split()[0] for line in said.splitlines() if "lost of /t/model, ABANDONED" in line]
    assert {shell.json("experiments", "show", identity)["name"] for identity in ids} == {"lost"}
    assert len(ids) == 2


def test_one_broken_file_hides_nothing_else(shell: Shell, abandoned: str) -> None:
    """It is listed as such, kept by a collection, and deleted when somebody asks for it."""
    journal = shell.folder / ".transforms/_journal"
    start(shell, "whole", "dies").communicate()
    (journal / abandoned / "header.json").write_bytes(b"{\x00")
    (journal / ("e" * 32)).mkdir()
    (journal / ("e" * 32) / "experiment.json").write_text("[1, 2]")
    (journal / "stray").write_text("not a folder")
    rows = {row["experiment_id"]: row for row in shell.json("experiments")}
    assert sorted(row["status"] for row in rows.values()) == ["ABANDONED", "UNREADABLE", "UNREADABLE"]
    assert "header.json" in rows[abandoned]["error"]
    assert abandoned[:8] in shell.run("experiments").output
    for file in journal.rglob("*"):
        os.utime(file, (1_000_000_000,) * 2)
    shell.run("gc", "--older-than", "0")
    assert (journal / abandoned / "journal").exists()
    assert "header" in shell.run("experiments", "recover", abandoned).output
    shell.run("experiments", "rm", "--status", "unreadable")
    (left,) = shell.json("experiments")
    assert left["name"] == "whole"


def test_a_root_in_which_a_first_experiment_runs_is_one(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nothing was committed there yet; a root with nothing in it stays a slip."""
    from palantir_models.code_workspaces import ModelOutput

    root = str(shell.folder / "elsewhere")
    monkeypatch.setenv("TRANSFORMS_ROOT", root)
    experiment = ModelOutput("/m").create_experiment("first")
    experiment.log_metric("loss", 1.0)
    monkeypatch.delenv("TRANSFORMS_ROOT")
    (row,) = shell.json("--root", root, "experiments")
    assert (row["name"], row["status"]) == ("first", "RUNNING")
    assert shell.run("--root", f"{root}-not", "experiments").exit_code == 2
