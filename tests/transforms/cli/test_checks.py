"""What commands say of checks: ``build``, ``log`` and ``show``."""

from __future__ import annotations

from typing import Any

import pytest

Shell = Any

CHECKED = """
    import polars as pl
    from transforms import expectations as E
    from transforms.api import Check, Input, Output, Pipeline, transform

    @transform.using(
        clean=Output("/t/clean", checks=Check(E.primary_key("x"), "key")),
        raw=Input("/t/raw", checks=Check(E.col("x").lt(3), "small", "WARN")),
    )
    def clean(raw, clean):
        clean.write_table(raw.polars())

    @transform.using(total=Output("/t/total"), clean=Input("/t/clean"))
    def total(clean, total):
        total.write_table(clean.polars().select(pl.col("x").sum()))

    pipeline = Pipeline()
    pipeline.add_transforms(clean, total)
"""


@pytest.fixture
def checked(shell: Shell) -> Shell:
    """A project with checks."""
    shell.write(CHECKED)
    return shell


def test_a_job_that_a_check_aborts_fails_the_build(checked: Shell) -> None:
    """It says so in its line, what needs it does not run, the report shows rows, and the command ends with 1."""
    checked.raw("x\n1\n2\n2\n")

    result = checked.run("build", "-j", "1")

    assert result.exit_code == 1
    assert "1/2  ABORTED  clean  aborted by check" in result.stdout
    assert "2/2  SKIPPED  total  clean failed" in result.stdout
    assert "FAILED=1 SKIPPED=1" in result.stdout
    assert (
        "was aborted by check; nothing of it was committed.\n  check 'key' on /t/clean: 2 rows of 3 fail"
        in result.stderr
    )
    assert "x=2, rows=2" in result.stderr
    document = checked.json("build", code=1)
    assert [job["status"] for job in document["jobs"]] == ["aborted by check", "skipped"]
    assert document["jobs"][0]["error"].startswith("CheckFailedError: ")


def test_what_checks_found_is_shown_by_log_and_show(checked: Shell) -> None:
    """Of a commit, of a dataset by its own transform, and by one that reads it."""
    checked.raw()
    built = checked.run("build", "-j", "1")
    assert built.exit_code == 0
    assert "warning: clean (" in built.stderr
    assert "check 'small' on /t/raw: 1 row of 3 fails; expected: x < 3.\n    x=3" in built.stderr

    logged = checked.run("log").stdout
    assert "#2: check 'small' on /t/raw: 1 row of 3 fails; expected: x < 3" in logged
    one = checked.run("log", "2").stdout
    assert "expects" in one
    assert "(x) is a primary key: unique and not null" in one
    (entry,) = checked.json("log", "2")
    assert [(found["check"], found["passed"], found["failing"]) for found in entry["checks"]] == [
        ("small", False, 1),
        ("key", True, 0),
    ]

    shown = checked.run("show", "/t/raw").stdout
    assert [line.split()[:3] for line in shown.splitlines() if line.startswith("small")] == [
        ["small", "failed", "WARN"]
    ]
    (found,) = checked.json("show", "/t/clean")["checks"]
    assert (found["check"], found["passed"], found["rows"], found["transform"], found["seq"]) == (
        "key",
        True,
        3,
        "clean",
        2,
    )


def test_a_commit_that_is_not_there_is_said(checked: Shell) -> None:
    """With the command that lists them."""
    checked.raw()
    result = checked.run("log", "77")
    assert (result.exit_code, "There is no commit #77. 'transforms log' shows" in result.stderr) == (2, True)
