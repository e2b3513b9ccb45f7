"""``transforms models evaluations``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.palantir_models.evaluation.sample_evaluations import AtLeast, judge
from transforms.run.project import Project
from transforms.testing import run_transform

Shell = Any


@pytest.fixture
def evaluated(shell: Shell) -> Shell:
    """A project whose model has two versions: the first evaluated in a set, the second in this one and another."""
    store = Project.open(shell.folder).store
    run_transform(judge(**{"f1": 0.5, "young/f1": 0.25, "auc": 0.5, "loss": 3.0}), {"model": AtLeast(1)}, store=store)
    run_transform(judge(**{"f1": 0.75, "young/f1": float("nan")}), {"model": AtLeast(2)}, store=store)
    run_transform(judge("drift", "drift", psi=0.125), store=store, branch="dev")
    return shell


def lines(shell: Shell, *arguments: str) -> list[list[str]]:
    """Return the words of each line that a command prints."""
    result = shell.run("models", "evaluations", "/model", *arguments)
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.output.splitlines()]


def test_evaluations_of_all_branches_are_listed_newest_first(evaluated: Shell) -> None:
    """With the first of their metrics."""
    heading, *rows = lines(evaluated)
    assert heading == ["version", "set", "name", "branch", "created", "metrics"]
    told = [[*row[:4], *row[6:]] for row in rows]
    assert told == [
        ["1.1.0", "drift", "drift", "dev", "psi", "0.125"],
        ["1.1.0", "holdout", "holdout-2", "master", "f1", "0.75,", "young/f1", "nan"],
        ["1.0.0", "holdout", "holdout", "master", "f1", "0.5,", "young/f1", "0.25,", "auc", "0.5,", "and", "1", "more"],
    ]
    assert [row[1] for row in lines(evaluated, "--set", "drift")] == ["set", "drift"]


def test_a_version_is_shown_by_subset(evaluated: Shell) -> None:
    """A column for each evaluation."""
    assert lines(evaluated, "--version", "latest") == [
        ["subset", "metric", "1.1.0", "drift", "1.1.0", "holdout-2"],
        ["Overall", "psi", "0.125"],
        ["Overall", "f1", "0.75"],
        ["young", "f1", "nan"],
    ]


def test_a_version_is_compared_with_the_one_in_production(evaluated: Shell) -> None:
    """In one call."""
    assert lines(evaluated, "--against", "1.0.0") == [
        ["set", "subset", "metric", "1.0.0", "1.1.0", "difference"],
        ["drift", "Overall", "psi", "0.125"],
        ["holdout", "Overall", "f1", "0.5", "0.75", "0.25"],
        ["holdout", "Overall", "auc", "0.5"],
        ["holdout", "Overall", "loss", "3"],
        ["holdout", "young", "f1", "0.25", "nan", "nan"],
    ]
    compared = evaluated.json("models", "evaluations", "/model", "--against", "1.0.0", "--set", "holdout")
    assert compared[0] == {
        "version": "1.1.0",
        "baseline_version": "1.0.0",
        "set": "holdout",
        "subset": None,
        "metric": "f1",
        "baseline": 0.5,
        "value": 0.75,
        "difference": 0.25,
    }


def test_as_json_all_is_told(evaluated: Shell) -> None:
    """Metrics by subset, and where it comes from."""
    (found,) = evaluated.json("models", "evaluations", "/model", "--version", "1.0.0")
    assert (found["set"], found["name"], found["version"], found["branch"]) == ("holdout", "holdout", "1.0.0", "master")
    assert found["metrics"][-1] == {"subset": "young", "name": "f1", "value": 0.25}
    assert len(found["evaluation_id"]) == len(found["model_version_id"]) == 32


def test_what_is_not_there_is_told(evaluated: Shell) -> None:
    """A model, a version, a set, and a baseline that was never evaluated."""
    assert "Did you mean" in evaluated.run("models", "evaluations", "/modle").output
    assert "has no version 3.0.0" in evaluated.run("models", "evaluations", "/model", "--version", "3.0.0").output
    assert "no such evaluation" in evaluated.run("models", "evaluations", "/model", "--set", "none").output
    told = evaluated.run("models", "evaluations", "/model", "--against", "1.0.0", "--set", "none").output
    assert "no evaluation of version 1.1.0 and 1.0.0" in told


def test_the_log_says_what_was_evaluated(evaluated: Shell) -> None:
    """With set, model and version."""
    assert evaluated.json("log", "--branch", "dev")[0]["published"] == "evaluation of /model 1.1.0 (drift)"
