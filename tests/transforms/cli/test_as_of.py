"""Builds on what inputs held at an earlier commit."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

Shell = Any


def total(shell: Shell) -> int:
    """Return what /t/total says."""
    (found,) = pl.read_delta(str(shell.folder / ".transforms/master/datasets/t/total"))["x"]
    return int(found)


@pytest.fixture
def history(shell: Shell) -> Shell:
    """A project whose input held 1, then 1 and 2, then 1, 2 and 3, at the commits 1 to 3."""
    for rows in ("1\n", "1\n2\n", "1\n2\n3\n"):
        shell.raw(f"x\n{rows}")
    return shell


def test_inputs_are_read_as_they_were(history: Shell) -> None:
    """Those that no job of the build makes; what its jobs make, its other jobs read as it is made."""
    jobs = history.json("build", "--as-of", "2")["jobs"]
    assert [job["status"] for job in jobs] == ["committed", "committed"]
    assert total(history) == 3
    newest, before = history.json("log", "-n", "2")
    assert (newest["as_of"], before["as_of"]) == (2, 2)
    assert before["inputs"]["dataset:/t/raw"]["seq"] == 2
    assert "(as of #2)" in history.run("log").stdout


def test_a_build_as_of_the_same_commit_is_fresh_and_any_other_is_not(history: Shell) -> None:
    """The next build without it reads what is there now."""
    history.run("build", "--as-of", "2")
    assert {job["action"] for job in history.json("plan", "--as-of", "2")} == {"fresh"}
    assert history.json("plan", "--as-of", "1")[0]["action"] == "build"
    assert history.json("plan")[0]["action"] == "build"
    history.run("build")
    assert total(history) == 6
    assert history.json("log", "-n", "1")[0]["as_of"] is None


def test_what_the_build_does_not_make_is_read_as_it_was_then(history: Shell) -> None:
    """Also what another transform of the project makes, where that is not selected."""
    history.run("build", "--as-of", "1")
    seq = history.json("log", "-n", "1")[0]["seq"]
    history.run("build")
    assert total(history) == 6
    history.run("build", "total", "--as-of", str(seq))
    assert total(history) == 1


def test_a_time_means_the_newest_commit_of_then(history: Shell) -> None:
    """In any zone; a day begins at midnight here."""
    history.run("build", "--as-of", "2999-01-01T00:00+05:30")
    assert total(history) == 6
    early = history.run("build", "--as-of", "2001-01-01")
    assert early.exit_code == 2
    assert "Nothing was committed before 2001-01-01" in early.stderr


@pytest.mark.parametrize(
    ("as_of", "said"),
    [("99", "There is no commit #99"), ("soon", "give the number of a commit"), ("9" * 30, "no commit")],
)
def test_a_state_that_there_never_was_is_refused(history: Shell, as_of: str, said: str) -> None:
    """Before anything is planned."""
    for command in ("build", "plan"):
        refused = history.run(command, "--as-of", as_of)
        assert refused.exit_code == 2
        assert said in refused.stderr


def test_an_input_that_was_not_there_yet_is_named(history: Shell) -> None:
    """And what can be done."""
    history.run("build", "clean")
    refused = history.run("build", "total", "--as-of", "2")
    assert refused.exit_code == 2
    assert "There was no dataset /t/clean at commit #2 yet; total" in refused.stderr


def test_what_was_vacuumed_cannot_be_built_on(history: Shell) -> None:
    """Plans say it, too."""
    history.run("gc", "--older-than", "0")
    for command in ("plan", "build"):
        refused = history.run(command, "--as-of", "1")
        assert refused.exit_code == 1
        assert "cannot be read any more as it was at version 0" in refused.stderr
        assert "Choose a later --as-of" in refused.stderr


def test_an_incremental_transform_runs_on_everything_of_then(shell: Shell) -> None:
    """And goes on from there: no row is lost or repeated, whatever it had read before."""
    shell.write(
        """
        import polars as pl
        from transforms.api import Input, Output, Pipeline, incremental, transform

        @incremental()
        @transform.using(total=Output("/t/total"), raw=Input("/t/raw"))
        def grow(total, raw):
            total.write_table(raw.polars("added"))

        pipeline = Pipeline()
        pipeline.add_transforms(grow)
        """
    )
    for number, mode in ((1, []), (2, ["--append"]), (3, ["--append"])):
        (shell.folder / "raw.csv").write_text(f"x\n{number}\n")
        shell.run("put", "/t/raw", "raw.csv", *mode)
    shell.run("build")
    (planned,) = shell.json("plan", "--as-of", "2")
    assert planned["run"] == "whole: built as of commit #2"
    (job,) = shell.json("build", "--as-of", "2")["jobs"]
    assert job["run"] == "whole: built as of commit #2"
    table = str(shell.folder / ".transforms/master/datasets/t/total")
    assert sorted(pl.read_delta(table)["x"]) == [1, 2]
    (job,) = shell.json("build")["jobs"]
    assert job["incremental"] is True
    assert sorted(pl.read_delta(table)["x"]) == [1, 2, 3]
