"""``transforms reproduce``: a version is built again apart from its store, and compared."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Shell = Any

pytestmark = pytest.mark.slow  # each builds in a process of its own

TRAIN = """
    import os
    import helper_of_{module} as helper
    import palantir_models as pm
    import polars as pl
    from palantir_models.serializers import JsonSerializer
    from palantir_models.transforms import ModelOutput
    from transforms.api import Input, IntegerParam, Output, Pipeline, StringParam, transform

    class Line(pm.ModelAdapter):
        @pm.auto_serialize(slope=JsonSerializer())
        def __init__(self, slope):
            self.slope = slope

        @classmethod
        def api(cls):
            return {{"x": pm.Parameter(float)}}, {{"y": pm.Parameter(float)}}

        def predict(self, x):
            return self.slope * x

    @transform.using(
        raw=Input("/t/raw"), model=ModelOutput("/t/model"), out=Output("/t/out"), steps=IntegerParam(4), address=StringParam("-")
    )
    def train(raw, model, out, steps, address):
        noise = float(os.environ.get("NOISE", "0"))
        total = raw.polars()["x"].sum()
        experiment = model.create_experiment("fit")
        experiment.log_params({{"steps": steps.value}})
        for step in range(steps.value):
            experiment.log_metric("loss", helper.loss(total, step) * (1 + noise * (step > 1)))
        experiment.log_metric("seconds/fit", noise)
        out.write_table(pl.DataFrame({{"total": [total]}}))
        model.publish(Line(float(total)), experiment=experiment)

    pipeline = Pipeline()
    pipeline.add_transforms(train)
"""
HELPER = "def loss(total, step):\n    return total / (step + 1)\n"
MODEL = "/t/model"


@pytest.fixture
def trained(shell: Shell) -> Shell:
    """A project whose model has one version, of a dataset that has had a newer version since."""
    _write(shell)
    shell.raw()
    assert shell.run("build", "--param", "steps=3", "-j", "1").exit_code == 0
    shell.raw("x\n100\n")
    return shell


def _write(shell: Shell, helper: str = HELPER) -> None:
    (shell.folder / f"helper_of_{shell.module}.py").write_text(helper)
    shell.write(TRAIN.format(module=shell.module))


def _sums(folder: Path) -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def repository(shell: Shell) -> Iterator[Shell]:
    """The same in a repository of Git, whose files are committed."""
    _write(shell)
    (shell.folder / ".gitignore").write_text(".transforms\n__pycache__\nraw.csv\n")
    _git(shell, "init", "-q")
    _git(shell, "add", ".")
    _git(shell, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Begin")
    shell.raw()
    return shell


def _git(shell: Shell, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=shell.folder, check=True, capture_output=True, text=True).stdout


def test_a_version_that_comes_out_the_same(trained: Shell) -> None:
    """With the inputs as they were, and the parameters; nothing of its store is touched, and what was built may be kept."""
    before = _sums(trained.folder / ".transforms")
    told = trained.run("reproduce", f"{MODEL}@1.0.0", "--keep", "again")
    assert told.exit_code == 0, told.output
    assert "with the project's code of today, which is the same" in told.stdout
    assert "/t/raw at version 0" in told.stdout
    assert "steps=3" in told.stdout
    assert "The same: " in told.stdout
    assert _sums(trained.folder / ".transforms") == before
    assert trained.json("--root", "again/store", "models", MODEL)[0]["version"] == "1.0.0"
    assert not list(Path("again/store").rglob("t/raw/**/*.parquet"))
    refused = trained.run("reproduce", MODEL, "--keep", "again")
    assert (refused.exit_code, "there already" in refused.stderr) == (2, True)


def test_what_differs_is_told_with_the_first_step(trained: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the terminal, as JSON and in a file; a tolerance and patterns make less of it."""
    monkeypatch.setenv("NOISE", "0.001")
    told = trained.run("reproduce", MODEL, "-o", "report.md")
    assert told.exit_code == 1
    assert "first at step 2: 2.0 and 2.002" in told.stdout
    assert "Not the same: 2 of" in told.stdout
    assert "| metric | loss | different | first at step 2: 2.0 and 2.002 |" in Path("report.md").read_text()
    found = trained.json("reproduce", MODEL, "--tolerance", "0.01", "--ignore", "seconds/*", "-o", "report.html")
    assert found["is_same"] is True
    assert {one["verdict"] for one in found["compared"]} == {"equal", "within tolerance"}
    assert "within tolerance" in Path("report.html").read_text()
    refused = trained.run("reproduce", MODEL, "-o", "report.pdf")
    assert (refused.exit_code, "end its name in .md or .html" in refused.stderr) == (2, True)


def test_code_that_changed_since_comes_from_the_version(trained: Shell) -> None:
    """Without Git, what the version keeps is run, also where the project cannot be imported any more."""
    _write(trained, "raise RuntimeError('not today')\n")
    told = trained.run("reproduce", MODEL)
    assert told.exit_code == 0, told.output
    assert "with the code of its transform that the version keeps" in told.stdout


def test_code_that_is_nowhere_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why each place has it not."""
    monkeypatch.setattr("palantir_models.model.output.training_code", lambda transform: {})
    _write(shell)
    shell.raw()
    assert shell.run("build", "-j", "1").exit_code == 0
    _write(shell, "raise RuntimeError('not today')\n")
    told = shell.run("reproduce", MODEL)
    assert told.exit_code == 1
    for part in ("is not to be had", "no commit of Git was noted", "keeps no code", "cannot be imported", "not today"):
        assert part in told.stdout


def test_the_commit_of_git_is_taken_in_a_worktree(repository: Shell) -> None:
    """What is committed since, and edited, is left alone; the worktree goes again."""
    assert repository.run("build", "-j", "1").exit_code == 0
    _write(repository, HELPER.replace("+ 1", "+ 2"))
    told = repository.run("reproduce", MODEL)
    assert told.exit_code == 0, told.output
    commit = _git(repository, "rev-parse", "HEAD")[:10]
    assert f"with the code of the commit {commit}, in a worktree" in told.stdout
    assert _git(repository, "worktree", "list").count("\n") == 1
    assert "+ 2" in (repository.folder / f"helper_of_{repository.module}.py").read_text()


def test_files_that_differed_from_the_commit_come_from_the_version(
    repository: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dirty tree is no hindrance; and where the version keeps no code, it is said to be one."""
    _write(repository, HELPER.replace("+ 1", "+ 3"))
    assert repository.run("build", "-j", "1").exit_code == 0
    _write(repository)
    told = repository.run("reproduce", MODEL)
    assert "with the code of its transform that the version keeps" in told.stdout
    assert told.exit_code == 0
    monkeypatch.setattr("palantir_models.reproduction.code.TRAINING", ".nowhere")
    told = repository.run("reproduce", MODEL)
    assert told.exit_code == 1
    assert "files differed from the commit" in told.stdout
    (repository.folder / ".git").rename(repository.folder / "git-of-before")
    _git(repository, "init", "-q")
    assert "is not in the Git repository of" in repository.run("reproduce", MODEL).stdout


def test_an_input_that_is_gone_is_said_before_anything_runs(trained: Shell) -> None:
    """With what was deleted."""
    assert trained.run("gc", "--older-than", "0").exit_code == 0
    found = trained.json("reproduce", MODEL, code=1)
    assert "The input /t/raw cannot be read any more at version 0" in found["problem"]
    assert found["compared"] == []


def test_an_output_that_is_gone_is_not_called_the_same(trained: Shell) -> None:
    """A part that cannot be compared is told."""
    assert trained.run("build", "-j", "1", "--force").exit_code == 0
    files = list((trained.folder / ".transforms/master/datasets/t/out").rglob("*.parquet"))
    for file in files:
        file.unlink()
    told = trained.run("reproduce", f"{MODEL}@1.0.0")
    assert told.exit_code == 1
    assert "not compared" in told.stdout


def test_a_job_that_fails_now_says_where(trained: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the user's own line."""
    monkeypatch.setenv("NOISE", "loud")
    told = trained.run("reproduce", MODEL)
    assert told.exit_code == 1
    assert "could not convert string to float: 'loud' (at " in told.stdout
    assert f"{trained.module}.py:" in told.stdout


def test_packages_that_differ_are_said(trained: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be why something else comes out."""
    monkeypatch.setattr("palantir_models.adapter.requirements.installed_version", lambda name: "0.0.1")
    monkeypatch.setattr("palantir_models.reproduction.recorded.platform.python_version", lambda: "4.0.0")
    told = trained.run("reproduce", MODEL).stdout
    assert "now; " in told
    assert " then, 4.0.0 now" in told
    assert "polars" in told
    assert "then, 0.0.1 now" in told


def test_a_secret_has_to_be_given_again(shell: Shell) -> None:
    """Of a value that looks like a secret the ledger has a sum, which tells whether it is the same."""
    _write(shell)
    shell.raw()
    assert shell.run("build", "--param", "address=https://me:hunter2hunter2@host", "-j", "1").exit_code == 0
    refused = shell.run("reproduce", MODEL)
    assert (refused.exit_code, "add --param address=" in refused.stderr) == (2, True)
    refused = shell.run("reproduce", MODEL, "--param", "address=other")
    assert (refused.exit_code, "parameter address changed" in refused.stderr) == (2, True)
    found = shell.json("reproduce", MODEL, "--param", "address=https://me:hunter2hunter2@host")
    assert found["is_same"] is True
    assert "hunter2" not in json.dumps(found)


def test_a_copy_that_a_rollback_made_is_built_as_its_origin(trained: Shell) -> None:
    """The job of the version that was copied runs again."""
    assert trained.run("build", "-j", "1", "--force").exit_code == 0
    seq = trained.json("log")[0]["seq"]
    assert trained.run("rollback", str(seq)).exit_code == 0
    found = trained.json("reproduce", MODEL)
    assert (found["version"], found["commit"], found["parameters"]["steps"]) == ("1.2.0", 2, 3)


def test_a_version_that_a_program_published_is_refused(trained: Shell) -> None:
    """There is no transform to run."""
    from palantir_models.code_workspaces import ModelOutput

    ModelOutput(MODEL).publish(sys.modules[trained.module].Line(1.0))
    told = trained.run("reproduce", MODEL)
    assert told.exit_code == 1
    assert "outside of any transform" in told.stdout


CONTINUED = """
    import palantir_models as pm
    from palantir_models.serializers import JsonSerializer
    from palantir_models.transforms import ModelInput, ModelOutput
    from transforms.api import Input, Output, Pipeline, incremental, transform

    class Sum(pm.ModelAdapter):
        @pm.auto_serialize(total=JsonSerializer())
        def __init__(self, total):
            self.total = total

        @classmethod
        def api(cls):
            return {}, {"y": pm.Parameter(int)}

        def predict(self):
            return self.total

    @incremental()
    @transform.using(raw=Input("/t/raw"), before=ModelInput("/t/sum"), model=ModelOutput("/t/sum"))
    def go_on(raw, before, model):
        experiment = model.create_experiment("rows")
        new = raw.pandas()
        experiment.log_metrics({"new": len(new), "seen": len(raw.pandas(mode="current"))})
        model.publish(Sum((0 if before is None else before.total) + int(new["x"].sum())), experiment=experiment)

    @incremental()
    @transform.using(raw=Input("/t/raw"), model=ModelOutput("/t/other"), out=Output("/t/all"))
    def add(raw, model, out):
        out.write_table(raw.polars())
        model.publish(Sum(1))

    @transform.using(base=ModelInput("/t/sum", model_version="good"), model=ModelOutput("/t/copy"))
    def copied(base, model):
        model.publish(Sum(base.total))

    pipeline = Pipeline()
    pipeline.add_transforms(go_on, add, copied)
"""


def test_a_run_that_went_on_sees_what_was_new_then(shell: Shell) -> None:
    """With the model of the run before; one that added to a dataset is refused."""
    shell.write(CONTINUED)
    for row in ("1", "2", "3"):
        (shell.folder / "raw.csv").write_text(f"x\n{row}\n")
        assert shell.run("put", "/t/raw", "raw.csv", "--append").exit_code == 0
        assert shell.run("build", "go_on", "add", "-j", "1").exit_code == 0
    told = shell.run("reproduce", "/t/sum@1.1.0")
    assert told.exit_code == 0, told.output
    assert "/t/sum at version 0" in told.stdout
    assert "The same: " in told.stdout
    refused = shell.run("reproduce", "/t/other@1.1.0")
    assert refused.exit_code == 1
    assert "added to what was there (/t/all)" in refused.stdout
    assert shell.run("reproduce", "/t/other@1.0.0").exit_code == 0
    for version in ("1.1.0", "1.2.0"):  # the tag names another one by now
        assert shell.run("models", "tag", f"/t/sum@{version}", "good").exit_code == 0
        assert version == "1.2.0" or shell.run("build", "copied").exit_code == 0
    told = shell.run("reproduce", "/t/copy")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize(("word", "said"), [("/t/modl", "'/t/model'"), (f"{MODEL}@2.0.0", "no version 2.0.0")])
def test_a_version_that_is_not_there_is_refused(trained: Shell, word: str, said: str) -> None:
    """It names what there is."""
    refused = trained.run("reproduce", word)
    assert refused.exit_code == 2
    assert said in refused.stderr
