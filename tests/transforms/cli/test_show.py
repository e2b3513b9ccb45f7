"""``transforms show``, ``list``, ``log``, ``plan`` and ``graph``."""

from __future__ import annotations

import json
from typing import Any

import pytest

Shell = Any


def test_every_value_is_shown_whole_when_nobody_looks(shell: Shell) -> None:
    """Plain lines hold full values, however long, and one row a line, whatever it contains."""
    word = "w" * 300
    (shell.folder / "t.ndjson").write_text(json.dumps({"word": word, "text": "a\nb\x1b[31m"}) + "\n")
    shell.run("put", "/t/words", "t.ndjson")

    last = shell.run("show", "/t/words").stdout.splitlines()[-1]

    assert word in last
    assert r"a\nb\x1b[31m" in last


def test_json_has_no_bare_nan(shell: Shell) -> None:
    """What is not a number in JSON is text."""
    (shell.folder / "t.csv").write_text("x\nNaN\n1.5\n")
    shell.run("put", "/t/x", "t.csv")

    assert shell.json("show", "/t/x")["rows"] == [{"x": "NaN"}, {"x": 1.5}]


def test_an_older_version_can_be_shown(shell: Shell) -> None:
    """--version reads the Delta table as it was, by its own number or the commit's; one that never was is refused."""
    shell.raw("x\n1\n")
    shell.raw("x\n2\n")

    assert shell.json("show", "/t/raw", "--version", "#1")["rows"] == [{"x": 1}]
    assert shell.json("show", "/t/raw", "--version", "#2")["rows"] == [{"x": 2}]
    assert shell.json("show", "/t/raw", "--version", "0")["rows"] == [{"x": 1}]
    assert shell.json("show", "/t/raw")["rows"] == [{"x": 2}]
    assert shell.run("show", "/t/raw", "--version", "7").exit_code == 2
    assert shell.run("show", "/t/raw", "--version", "x").exit_code == 2


def test_a_wrong_alias_names_the_nearest_and_the_branch(shell: Shell) -> None:
    """A typing error and a forgotten --branch are told apart."""
    shell.raw()
    (shell.folder / "d.csv").write_text("x\n1\n")
    shell.run("put", "/t/dev", "d.csv", "--branch", "dev")

    assert "'/t/raw'" in shell.run("show", "/t/rwa").stderr
    assert "branch dev" in shell.run("show", "/t/dev").stderr
    for command in ("show", "log", "models", "experiments"):
        assert shell.run(command, "/nowhere").exit_code == 2


def test_the_log_is_newest_first_and_can_be_narrowed(shell: Shell) -> None:
    """By limit, by branch, and by what was written."""
    for number in range(3):
        shell.raw(f"x\n{number}\n")
    shell.run("build", "--branch", "dev")

    assert [row["seq"] for row in shell.json("log")] == [5, 4, 3, 2, 1]
    assert [row["seq"] for row in shell.json("log", "--limit", "2", "--branch", "master")] == [3, 2]
    assert [row["seq"] for row in shell.json("log", "/t/raw", "--limit", "2")] == [3, 2]
    assert [row["transform"] for row in shell.json("log", "/t/total", "--branch", "dev")] == ["total"]


def test_transforms_and_datasets_are_listed(shell: Shell) -> None:
    """Transforms with what they read, write and where they stand; datasets with their last write."""
    shell.raw()

    assert shell.json("list", "+total", "--exclude", "clean") == [
        {
            "name": "total",
            "engine": "local",
            "form": "transform",
            "inputs": ["/t/clean"],
            "outputs": ["/t/total"],
            "parameters": [],
            "tags": [],
            "source": f"{shell.module}.py:10",
            "refused": "",
        }
    ]
    (dataset,) = shell.json("list", "--datasets")
    assert (dataset["alias"], dataset["branch"], dataset["rows"], dataset["seq"]) == ("/t/raw", "master", 3, 1)


def test_parameters_are_listed_for_machines(shell: Shell) -> None:
    """With their types and defaults as they are; what may be a secret has stars."""
    shell.write(
        """
        from transforms.api import IntegerParam, Output, Pipeline, StringParam, transform
        @transform.using(out=Output("/out"), n=IntegerParam(3, description="how many"), api_key=StringParam("sk-abc123"))
        def made(out, n, api_key): ...
        pipeline = Pipeline()
        pipeline.add_transforms(made)
        """
    )
    (row,) = shell.json("list")
    assert row["parameters"] == [
        {"name": "n", "type": "IntegerParam", "default": 3, "description": "how many"},
        {"name": "api_key", "type": "StringParam", "default": "***", "description": None},
    ]
    assert "n=3 (IntegerParam)" in shell.run("list").output


def test_a_plan_says_why(shell: Shell) -> None:
    """New, fresh, changed, and to be rebuilt because of what comes before."""
    shell.raw()
    assert [(job["action"], job["reason"]) for job in shell.json("plan")] == [("build", "new"), ("build", "new")]
    shell.run("build")
    assert {job["action"] for job in shell.json("plan")} == {"fresh"}
    shell.raw("x\n5\n")
    assert [job["reason"] for job in shell.json("plan")] == ["/t/raw changed", "/t/clean will be rebuilt"]
    assert "2 jobs to build, 0 fresh" in shell.run("plan").stdout


@pytest.mark.parametrize(("format", "begins"), [("text", "/t/raw"), ("mermaid", "flowchart"), ("svg", "<svg")])
def test_the_graph_is_drawn(shell: Shell, format: str, begins: str) -> None:
    """As text, Mermaid or SVG, of everything or of a selection."""
    shown = shell.run("graph", "--format", format).stdout

    assert shown.startswith(begins)
    assert "clean" in shown
    assert "/t/raw" not in shell.run("graph", "total").stdout


def test_the_graph_is_told(shell: Shell) -> None:
    """For other programs: what each transform reads, writes and needs."""
    clean, total = shell.json("graph")["transforms"]
    assert [one["alias"] for one in clean["inputs"]] == ["/t/raw"]
    assert ([one["alias"] for one in total["outputs"]], total["needs"]) == (["/t/total"], ["clean"])


def test_an_empty_store_lists_nothing(shell: Shell) -> None:
    """Every listing works before the first commit."""
    for command in (["log"], ["list", "--datasets"], ["models"], ["experiments"]):
        assert shell.json(*command) == []
        assert shell.run(*command).stdout.startswith(("There are no", "Nothing"))


def test_columns_keep_their_names(shell: Shell) -> None:
    """What stands above the rows is what code has to write, underscores and all."""
    shell.raw("first_name,[red]x\nAda,1\n")

    assert "first_name  [red]x" in shell.run("show", "/t/raw").stdout.splitlines()
