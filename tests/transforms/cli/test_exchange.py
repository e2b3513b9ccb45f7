"""``transforms experiments export`` and ``import``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from palantir_models import open_model
from palantir_models.mlflow.exchange import exporting
from palantir_models.mlflow.exchange.tracking import tracking
from tests.processes import free_port
from tests.transforms.cli.test_models import TRAIN
from transforms.cli.app import app

pytestmark = pytest.mark.slow

Shell = Any
DATABASE = "sqlite:///mlflow/runs.db"


@pytest.fixture
def trained(shell: Shell) -> Shell:
    """A project whose model has two versions, each with an experiment, and a place for a database."""
    shell.write(TRAIN)
    for _ in range(2):
        assert shell.run("build", "--force", "-j", "1").exit_code == 0
    (shell.folder / "mlflow").mkdir()
    return shell


@pytest.fixture
def ready(trained: Shell, empty_database: Path) -> Shell:
    """The same, with a database that has nothing in it."""
    shutil.copy(empty_database, trained.folder / "mlflow/runs.db")
    return trained


@pytest.fixture
def exported(ready: Shell) -> Shell:
    """The same, exported."""
    assert ready.run("experiments", "export", "/t/model", "--to-mlflow", DATABASE).exit_code == 0
    return ready


def test_an_export_says_what_became_of_each_experiment(trained: Shell, lines: Any) -> None:
    """Oldest first, and where they are."""
    result = trained.run("experiments", "export", "/t/model", "--to-mlflow", DATABASE)
    first, second, done = lines(result)
    assert first.startswith("1/2  EXPORTED  first of /t/model 1.0.0 -> run ")
    assert second.startswith("2/2  EXPORTED  first-2 of /t/model 1.1.0 -> run ")
    assert done == f"Done. 2 exported, 0 there already, in {DATABASE}, experiment /t/model."
    again = lines(trained.run("experiments", "export", "--all", "--to-mlflow", DATABASE))
    assert again[0] == first.replace("EXPORTED", "THERE ALREADY")
    assert again[-1].startswith("Done. 0 exported, 2 there already")
    left = {file.name for file in trained.folder.iterdir()} - {"__pycache__"}
    assert left == {".transforms", "mlflow", "pyproject.toml", f"{trained.module}.py"}


def test_one_experiment_is_chosen_by_name_id_or_version(ready: Shell) -> None:
    """The rest stays here."""
    new = ("experiments", "export", "/t/model", "--to-mlflow", DATABASE)
    (row,) = ready.json(*new, "--experiment", "first-2")
    assert (row["name"], row["version"], row["outcome"], row["value_count"]) == ("first-2", "1.1.0", "exported", 1)
    (again,) = ready.json(*new, "--experiment", row["experiment_id"])
    assert again == {**row, "outcome": "there already"}
    (other,) = ready.json(*new, "--version", "1.0.0", "--mlflow-experiment", "mine")
    assert (other["name"], other["mlflow_experiment"]) == ("first", "mine")


def test_a_failed_run_of_the_same_name_is_in_nobodys_way(shell: Shell, empty_database: Path) -> None:
    """The published experiment has the name, for every command and in Python; the failed one has an id to go by."""
    shell.write(TRAIN)
    assert shell.run("build", "--param", "fail=true", "-j", "1").exit_code == 1
    assert shell.run("build", "-j", "1").exit_code == 0
    (shell.folder / "mlflow").mkdir()
    shutil.copy(empty_database, shell.folder / "mlflow/runs.db")
    rows = {row["status"]: row for row in shell.json("experiments")}
    failed, published = rows["FAILED"], rows["SUCCEEDED"]
    assert failed["name"] == published["name"] == "first"

    new = ("experiments", "export", "/t/model", "--to-mlflow", DATABASE, "--experiment", "first")
    (row,) = shell.json(*new)
    (compared,) = shell.json("experiments", "compare", "first")
    (only,) = open_model("/t/model").compare(["first"]).params.polars()["version"]
    assert row["experiment_id"] == compared["experiment_id"] == published["experiment_id"]
    assert only == "1.0.0"
    assert shell.run("experiments", "rm", failed["experiment_id"][:8]).exit_code == 0
    assert [row["experiment_id"] for row in shell.json("experiments")] == [published["experiment_id"]]


def test_an_import_ends_with_its_commit(exported: Shell, lines: Any) -> None:
    """One line for everything."""
    into = ("--root", "other", "experiments", "import", "--from-mlflow", DATABASE)
    result = lines(exported.run(*into))
    assert sorted(result[:2]) == ["IMPORTED  /t/model, run first", "IMPORTED  /t/model, run first-2"]
    assert result[2:] == [
        "COMMIT  #1  import -> model /t/model 2 imported experiments",
        "Done. 2 imported, 0 there already, 0 not ended.",
    ]
    assert lines(exported.run(*into))[2:] == ["Done. 0 imported, 2 there already, 0 not ended."]
    rows = exported.json("--root", "other", "experiments", "/t/model")
    assert [(row["name"], row["version"], row["status"]) for row in rows] == [
        ("first-2", None, "SUCCEEDED"),
        ("first", None, "SUCCEEDED"),
    ]
    (row,) = exported.json("--root", "other", "models")
    assert (row["latest_version"], row["transform"]) == (None, "import")
    for command in ("show", "models"):
        shown = exported.run("--root", "other", command, "/t/model")
        assert "has no versions" in shown.output
        assert "'transforms experiments /t/model' lists" in shown.output
    log = lines(exported.run("--root", "other", "log", "/t/model"))
    assert len(log) == 2


def test_an_import_changes_the_model_for_the_next_build(exported: Shell) -> None:
    """Somebody else wrote the output of the training since."""
    assert exported.json("build", "-j", "1")["totals"]["fresh"] == 1
    done = exported.run(
        "experiments", "import", "--from-mlflow", DATABASE, "--mlflow-experiment", "/t/model", "--into", "/t/other"
    )
    assert done.exit_code == 0
    assert exported.json("build", "-j", "1")["totals"]["fresh"] == 1
    with tracking(DATABASE) as client:
        run = client.create_run(client.get_experiment_by_name("/t/model").experiment_id).info.run_id
        client.set_terminated(run)
    assert exported.run("experiments", "import", "--from-mlflow", DATABASE).exit_code == 0
    assert exported.json("build", "-j", "1")["totals"]["fresh"] == 0


def test_an_import_says_what_looks_different_now(shell: Shell, lines: Any) -> None:
    """Steps with new numbers, and what has no place; for machines, run by run."""
    import mlflow.entities

    (shell.folder / "mlflow").mkdir()
    with tracking(DATABASE, create=True) as client:
        place = (shell.folder / "mlflow/files").as_uri()
        for number in range(12):
            run = client.create_run(
                client.create_experiment("e", place) if not number else client.get_experiment_by_name("e").experiment_id
            ).info.run_id
            names = ["loss", f"only {number}"] if number else ["loss"]
            client.log_batch(run, [mlflow.entities.Metric(name, v, 1000, 0) for name in names for v in (1.0, 2.0)])
            client.log_text(run, "text", "notes.txt")
            client.set_terminated(run)
    result = lines(shell.run("experiments", "import", "--from-mlflow", DATABASE))
    assert result[12] == (
        "Metric loss: 12 runs had several values at one step; their steps are numbered on, in the order of time."
    )
    assert result[22] == "The same goes for 2 metrics more."
    assert result[23] == "Not kept, as experiments have no place for it: 12 .txt files."
    found = shell.json("experiments", "import", "--from-mlflow", DATABASE, "--mlflow-experiment", "e", "--into", "/x")
    assert found["seq"] == 2
    assert {tuple(run["not_kept"].items()) for run in found["runs"]} == {((".txt file", 1),)}
    assert shell.json("experiments", "import", "--from-mlflow", DATABASE)["seq"] is None


def test_an_alias_of_a_model_is_followed(exported: Shell) -> None:
    """As everywhere."""
    with open(exported.folder / "pyproject.toml", "a") as file:
        file.write('models = { mine = "/t/copy" }\n')
    found = exported.json(
        "experiments", "import", "--from-mlflow", DATABASE, "--mlflow-experiment", "/t/model", "--into", "mine"
    )
    assert {run["model"] for run in found["runs"]} == {"/t/copy"}
    (row, _) = exported.json("experiments", "export", "mine", "--to-mlflow", DATABASE)
    assert (row["model"], row["outcome"]) == ("/t/copy", "there already")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "--to-mlflow", DATABASE], "or say --all"),
        (["export", "/t/model", "--all", "--to-mlflow", DATABASE], "one of the two"),
        (["export", "--all", "--experiment", "x", "--to-mlflow", DATABASE], "of one model"),
        (
            ["export", "/t/model", "--experiment", "x", "--version", "1.0.0", "--to-mlflow", DATABASE],
            "give one of them",
        ),
        (["export", "/t/model"], "--to-mlflow"),
        (["export", "/t/modle", "--to-mlflow", DATABASE], "Did you mean '/t/model'"),
        (["export", "/t/model", "--experiment", "furst", "--to-mlflow", DATABASE], "Did you mean 'first'"),
        (["export", "/t/model", "--version", "9.0.0", "--to-mlflow", DATABASE], "no experiment '9.0.0'"),
        (["export", "/t/model", "--to-mlflow", "foo://bar"], "no address that MLflow knows"),
        (["export", "/t/model", "--to-mlflow", "sqlite:///nowhere/runs.db"], "does not exist; make it"),
        (["import"], "--from-mlflow"),
        (["import", "--from-mlflow", DATABASE, "--into", "/x"], "--mlflow-experiment NAME"),
        (["import", "--from-mlflow", DATABASE], "does not exist, so there are no runs"),
        (["import", "--from-mlflow", DATABASE, "more"], "unexpected extra argument"),
    ],
)
def test_mistakes_are_told(arguments: list[str], message: str, trained: Shell) -> None:
    """With exit code 2, and nothing is made."""
    result = trained.run("experiments", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not list((trained.folder / "mlflow").iterdir())
    assert len(trained.json("log")) == 2


@pytest.mark.parametrize("arguments", [["export", "/t/model", "--to-mlflow"], ["import", "--from-mlflow"]])
def test_a_server_that_does_not_answer_is_a_failure(arguments: list[str], trained: Shell) -> None:
    """With exit code 1; its password is not printed."""
    result = trained.run("experiments", *arguments, f"http://me:secret@localhost:{free_port()}")
    assert result.exit_code == 1
    assert "No MLflow server answers at http://localhost:" in result.output
    assert "secret" not in result.output


def test_experiments_that_are_not_published_stay_here(ready: Shell) -> None:
    """One that failed is not exported, and the message says why."""
    ready.run("build", "--force", "--param", "fail=true", "-j", "1")
    failed = next(row for row in ready.json("experiments") if row["status"] == "FAILED")
    result = ready.run(
        "experiments", "export", "/t/model", "--experiment", failed["experiment_id"], "--to-mlflow", DATABASE
    )
    assert result.exit_code == 2
    assert "is FAILED and not published" in result.output
    assert len(ready.json("experiments", "export", "/t/model", "--to-mlflow", DATABASE)) == 2


def test_an_interrupted_export_says_how_to_go_on(ready: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done stays done."""
    export = exporting._export
    calls: list[None] = []

    def interrupted(*arguments: Any) -> Any:
        calls.append(None)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return export(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_export", interrupted)
        result = ready.run("experiments", "export", "/t/model", "--to-mlflow", DATABASE)
    assert result.exit_code == 130
    assert "interrupted after 1 of 2 experiments; the same command again goes on" in result.output
    rows = ready.json("experiments", "export", "/t/model", "--to-mlflow", DATABASE)
    assert [row["outcome"] for row in rows] == ["there already", "exported"]


def test_the_listing_can_be_named(trained: Shell) -> None:
    """So that a model called 'export' can be listed; without a name, arguments and options are the listing's."""
    rows = trained.json("experiments")
    assert trained.json("experiments", "list") == trained.json("experiments", "/t/model") == rows
    assert trained.json("experiments", "--branch", "master") == rows
    assert trained.run("experiments", "list", "export").exit_code == 2
    assert "import" in trained.run("experiments", "--help").output
    assert "--branch" in trained.run("experiments", "list", "--help").output


def test_the_command_line_starts_without_mlflow() -> None:
    """Only an exchange imports it."""
    before = {name for name in sys.modules if name.partition(".")[0] == "mlflow"}
    CliRunner().invoke(app, ["experiments", "export", "--help"])
    assert {name for name in sys.modules if name.partition(".")[0] == "mlflow"} == before
