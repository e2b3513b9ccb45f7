"""How jobs of incremental transforms will run, run and ran: told by every command, in words and as JSON."""

from __future__ import annotations

from typing import Any

import pytest

Shell = Any

COUNTER = """
    import polars as pl
    from transforms.api import Input, Output, Pipeline, incremental, transform

    @transform.using(out=Output("/t/raw"))
    def grow(out):
        out.set_mode("MODE")
        out.write_table(pl.DataFrame({"x": [1]}))

    @incremental(INCREMENTAL)
    @transform.using(raw=Input("/t/raw"), out=Output("/t/first"))
    def first(raw, out):
        out.set_mode("append")
        out.write_table(pl.DataFrame({"x": [1]}))

    @incremental()
    @transform.using(rows=Input("/t/first"), out=Output("/t/second"))
    def second(rows, out):
        out.set_mode("append")
        out.write_table(pl.DataFrame({"x": [1]}))

    pipeline = Pipeline()
    pipeline.add_transforms(grow, first, second)
"""


def write(shell: Shell, mode: str = "append", declared: str = "") -> None:
    """Write a chain: ``grow`` adds to /t/raw, or replaces it, and two incremental transforms follow."""
    shell.write(COUNTER.replace("MODE", mode).replace("INCREMENTAL", declared))


def runs(rows: Any) -> dict[str, str]:
    """Return how each job runs, by name."""
    return {row["name"]: row["run"] for row in rows}


def test_a_plan_expects_that_what_grows_goes_on_growing(shell: Shell) -> None:
    """First everything is built; then the whole chain adds, and does what the plan said."""
    write(shell)
    never = {"grow": "", "first": "whole: it was never built", "second": "whole: it was never built"}
    assert runs(shell.json("plan")) == never
    assert runs(shell.json("build")["jobs"]) == never
    goes_on = {"grow": "", "first": "incremental: since commit #2", "second": "incremental: since commit #3"}
    planned = shell.json("plan", "--force")
    assert runs(planned) == goes_on
    assert [row["incremental"] for row in planned] == [None, True, True]
    built = shell.json("build", "--force")["jobs"]
    assert runs(built) == goes_on
    assert [job["incremental"] for job in built] == [None, True, True]


def test_a_plan_knows_what_will_be_replaced(shell: Shell) -> None:
    """By a job that replaces its output, and by an incremental one that will run on everything."""
    write(shell, "replace")
    shell.run("build")
    said = {
        "grow": "",
        "first": "whole: /t/raw will be replaced",
        "second": "whole: /t/first will be replaced",
    }
    assert runs(shell.json("plan", "--force")) == said
    built = runs(shell.json("build", "--force")["jobs"])
    assert built["first"] == "whole: /t/raw: commit #4 of grow replaced what was there (version 1)"


def test_a_plan_knows_that_snapshot_inputs_may_be_replaced(shell: Shell) -> None:
    """As what is read whole in any case."""
    write(shell, "replace", "snapshot_inputs=['raw']")
    shell.run("build")
    assert runs(shell.json("plan", "--force"))["first"] == "incremental: since commit #2"
    assert runs(shell.json("build", "--force")["jobs"])["first"] == "incremental: since commit #2"


def test_every_command_says_it_in_words(shell: Shell) -> None:
    """``plan``, ``build``, ``log`` and ``show``."""
    write(shell)
    shell.run("build")
    assert "run\n" in shell.run("plan", "--force").stdout.replace("  ", "")
    assert "incremental: since commit #2" in shell.run("plan", "--force", "first").stdout
    assert "incremental: since commit #2" in shell.run("build", "--force", "first").stdout
    assert "incremental: since commit #2" in shell.run("log", "/t/first").stdout
    assert "its last run was incremental: since commit #2" in shell.run("show", "/t/first").stdout


def test_every_command_says_it_as_json(shell: Shell) -> None:
    """Whether, and that in words; nothing for a transform that is never incremental."""
    write(shell)
    shell.run("build")
    whole = {"incremental": False, "run": "whole: it was never built"}
    (logged,) = shell.json("log", "/t/first")
    shown = shell.json("show", "/t/first")
    for told in (logged, shown):
        assert {key: told[key] for key in whole} == whole
    assert shell.json("show", "/t/raw")["incremental"] is None
    assert shell.json("log", "/t/raw")[0]["run"] == ""


def test_where_nothing_is_incremental_nothing_is_said(shell: Shell) -> None:
    """No column more than before."""
    shell.raw()
    assert "run" not in shell.run("plan").stdout.split("\n")[0].split()
    shell.run("build")
    assert "run" not in shell.run("log").stdout.split("\n")[0].split()


def test_what_must_be_incremental_and_cannot_is_an_error_of_the_plan(shell: Shell) -> None:
    """It is told with everything else, and the build fails that job alone."""
    write(shell, declared="require_incremental=True")
    assert shell.run("build").exit_code == 0
    shell.raw("x\n7\n")
    planned = shell.run("plan", "first")
    assert planned.exit_code == 1
    assert "whole: /t/raw: commit #4 of put replaced what was there" in planned.stdout
    assert "requires an incremental run" in planned.stderr
    built = shell.json("build", "first", code=1)
    assert [job["status"] for job in built["jobs"]] == ["failed"]
    assert "IncrementalRequiredError" in built["jobs"][0]["error"]
    assert "pipeline_" in built["jobs"][0]["error"]


def test_a_new_branch_is_planned_from_the_one_it_falls_back_to(shell: Shell) -> None:
    """The job that then runs says the same."""
    write(shell)
    shell.run("build")
    planned = runs(shell.json("plan", "first", "--branch", "dev"))
    assert planned == {"first": "incremental: since commit #2"}
    assert runs(shell.json("build", "first", "--branch", "dev")["jobs"]) == planned


@pytest.mark.parametrize("declared", ["require_incremental=1", "snapshot_inputs=['rwa']", "semantic_version='2'"])
def test_a_wrong_declaration_is_refused_with_its_line(shell: Shell, declared: str) -> None:
    """Before anything runs."""
    write(shell, declared=declared)
    refused = shell.run("build")
    assert refused.exit_code != 0
    assert f"@incremental on first ({shell.module}.py:" in refused.stderr
