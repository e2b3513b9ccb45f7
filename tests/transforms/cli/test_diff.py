"""``transforms diff``: which versions are compared, and how it is shown."""

from __future__ import annotations

from typing import Any

import pytest

Shell = Any


def test_the_newest_version_is_compared_with_the_one_before(shell: Shell) -> None:
    """Without a key, what came and went; with one, what changed."""
    shell.raw("x,y\n1,2\n2,3\n")
    shell.raw("x,y\n1,5\n2,3\n")
    lines = shell.run("diff", "/t/raw").stdout.splitlines()
    assert lines == [
        "/t/raw  branch master: version 0, commit #1, 2 rows -> version 1, commit #2, 2 rows",
        "1 added, 1 removed",
        "",
        "   x  y",
        "+  1  5",
        "-  1  2",
    ]
    told = shell.run("diff", "/t/raw", "--key", "x").stdout.splitlines()
    assert told[1] == "0 added, 0 removed, 1 changed"
    assert [line.split() for line in told[-2:]] == [["x", "column", "before", "after"], ["1", "y", "2", "5"]]
    found = shell.json("diff", "/t/raw", "--key", "x")
    assert found["sample"]["changed"] == [{"key": {"x": 1}, "before": {"y": 2}, "after": {"y": 5}}]
    assert (found["before"]["seq"], found["after"]["seq"]) == (1, 2)


def test_any_two_versions_can_be_named(shell: Shell) -> None:
    """By the number of the table's version, or by that of a commit; in either order."""
    for row in ("1", "2", "3"):
        shell.raw(f"x\n{row}\n")
    assert shell.json("diff", "/t/raw", "0")["sample"]["added"] == [{"x": 3}]
    assert shell.json("diff", "/t/raw", "2", "0")["sample"]["added"] == [{"x": 1}]
    assert shell.json("diff", "/t/raw", "#2", "#3")["sample"]["removed"] == [{"x": 2}]
    assert "Nothing differs." in shell.run("diff", "/t/raw", "1", "1").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/t/raw"], "nothing before its newest commit"),
        (["/t/raw", "one"], "a number, such as 3"),
        (["/t/raw", "7"], "no version 7"),
        (["/t/rw"], "Did you mean '/t/raw'"),
        (["/t/raw", "0", "--key", "y"], "'y' is no column"),
    ],
)
def test_what_there_is_not_is_refused(shell: Shell, words: list[str], said: str) -> None:
    """With what there is."""
    shell.raw("x\n1\n")
    refused = shell.run("diff", *words)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_version_that_was_vacuumed_cannot_be_compared(shell: Shell) -> None:
    """It is said which file is gone."""
    shell.raw("x\n1\n")
    shell.raw("x\n2\n")
    shell.run("gc", "--older-than", "0")
    refused = shell.run("diff", "/t/raw")
    assert refused.exit_code == 1
    assert "cannot be read any more as it was at version 0" in refused.stderr
