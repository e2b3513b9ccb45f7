"""What makes a transform stale: the branch an input is on, what identifies it, and the values of parameters."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transforms.api import Input, Output, transform
from transforms.store.store import Store
from transforms.testing import run_transform

Shell = Any

COPY = """
    from transforms.api import Input, Output, Pipeline, transform

    @transform.using(x=Input("/a/x"), out=Output("/a/out"))
    def copy(x, out):
        print("READ", x.polars()["v"].to_list(), x.branch)
        out.write_table(x.polars())

    pipeline = Pipeline()
    pipeline.add_transforms(copy)
"""

TWO_BRANCHES = """
    import polars as pl
    from transforms.api import Input, Output, Pipeline, transform

    @transform.using(out=Output("/a/out"), first=Input("/a/x", branch="dev"), second=Input("/a/x", branch="master"))
    def join(first, second, out):
        out.write_table(pl.concat([first.polars(), second.polars()]))

    pipeline = Pipeline()
    pipeline.add_transforms(join)
"""

SCALARS = """
    import polars as pl
    from transforms.api import IntegerParam, Output, Pipeline, StringParam, transform

    @transform.using(out=Output("/a/out"), n=IntegerParam(1), api_key=StringParam("none"))
    def make(ctx, n, api_key, out):
        assert ctx.parameters["n"] == n.value
        out.write_table(pl.DataFrame({"n": [n.value]}))

    pipeline = Pipeline()
    pipeline.add_transforms(make)
"""


def put(shell: Shell, value: int, branch: str = "master", alias: str = "/a/x") -> None:
    """Put a dataset with one row."""
    (shell.folder / "x.csv").write_text(f"v\n{value}\n")
    assert shell.run("put", alias, "x.csv", "--branch", branch).exit_code == 0


def status(shell: Shell, *arguments: str) -> tuple[str, str]:
    """Build, and return how the only job ended and why it ran."""
    (job,) = shell.json("build", *arguments)["jobs"]
    return job["status"], job["reason"]


def planned(shell: Shell, *arguments: str) -> tuple[str, str]:
    """Return what a build would do with the only job, and why."""
    (job,) = shell.json("plan", *arguments)
    return job["action"], job["reason"]


def newest(shell: Shell) -> Any:
    """Return the newest commit as 'transforms log' tells it."""
    return shell.json("log", "-n", "1")[0]


def test_a_plan_looks_for_an_input_where_the_job_will(shell: Shell) -> None:
    """A table that another program put on the build's own branch comes before one that a job wrote on a fallback."""
    shell.write(COPY)
    put(shell, 1)
    assert status(shell, "--branch", "feature") == ("committed", "new")

    folder = Path(".transforms/feature/datasets/a/x")
    pl.DataFrame({"v": [99]}).write_delta(folder)
    assert planned(shell, "--branch", "feature") == ("build", "/a/x changed")
    result = shell.run("build", "--branch", "feature")
    assert "READ [99] feature" in result.stdout
    assert status(shell, "--branch", "feature") == ("fresh", "nothing changed")

    shutil.rmtree(folder)
    assert "READ [1] master" in shell.run("build", "--branch", "feature").stdout


def test_one_dataset_read_on_two_branches_is_two_inputs(shell: Shell) -> None:
    """A change on either is seen, and both are in the ledger."""
    shell.write(TWO_BRANCHES)
    put(shell, 1)
    put(shell, 2, "dev")
    assert status(shell) == ("committed", "new")
    inputs = newest(shell)["inputs"]
    assert {key: pin["branch"] for key, pin in inputs.items()} == {
        "dataset@dev:/a/x": "dev",
        "dataset@master:/a/x": "master",
    }
    assert status(shell) == ("fresh", "nothing changed")

    put(shell, 3, "dev")
    assert planned(shell) == ("build", "/a/x @dev changed")
    assert status(shell) == ("committed", "/a/x @dev changed")
    put(shell, 4)
    assert status(shell) == ("committed", "/a/x @master changed")
    assert status(shell) == ("fresh", "nothing changed")


def test_a_job_on_small_data_reads_two_branches_of_one_dataset(tmp_path: Path) -> None:
    """Each input gets its own rows, and the ledger's row tells both."""

    @transform.using(out=Output("/out"), first=Input("/x", branch="dev"), second=Input("/x"))
    def join(first, second, out):  # type: ignore[no-untyped-def]
        out.write_table(pl.concat([first.polars(), second.polars()]))

    store = Store(tmp_path / "store")
    result = run_transform(join, {"first": {"v": [1]}, "second": {"v": [2]}}, store=store)
    assert result.outputs["out"].rows() == [{"v": 1}, {"v": 2}]
    assert result.entry is not None
    assert {key: pin.branch for key, pin in result.entry.inputs.items()} == {
        "dataset@dev:/x": "dev",
        "dataset:/x": "master",
    }


def test_an_alias_of_the_settings_is_the_dataset_it_stands_for(shell: Shell) -> None:
    """What was read is known by its real name, so nothing is rebuilt without a cause."""
    with (shell.folder / "pyproject.toml").open("a") as settings:
        settings.write('[tool.transforms.inputs]\n"/a/x" = "/real/x"\n')
    shell.write(COPY)
    put(shell, 1, alias="/real/x")
    assert status(shell) == ("committed", "new")
    assert list(newest(shell)["inputs"]) == ["dataset:/real/x"]
    assert status(shell) == ("fresh", "nothing changed")


def as_before(old: str, new: str) -> None:
    """Turn the ledger's rows into such as earlier versions of the package wrote."""
    logs = [log for log in Path(".transforms/_ledger/_delta_log").glob("*.json") if old in log.read_text()]
    assert logs
    for log in logs:
        log.write_text(log.read_text().replace(old, new))


def test_rows_whose_inputs_are_named_without_their_branch_are_understood(shell: Shell) -> None:
    """An input that names its branch is the one of that alias found on that branch."""
    shell.write(COPY.replace('Input("/a/x")', 'Input("/a/x", branch="dev")'))
    put(shell, 1, "dev")
    assert status(shell) == ("committed", "new")
    as_before("dataset@dev:", "dataset:")
    assert list(newest(shell)["inputs"]) == ["dataset:/a/x"]
    assert status(shell) == ("fresh", "nothing changed")

    put(shell, 2, "dev")
    assert status(shell) == ("committed", "/a/x @dev changed")


def test_a_row_that_lost_one_of_two_branches_is_not_taken_for_fresh(shell: Shell) -> None:
    """Such a row has one entry for both, of the branch that was opened last."""
    shell.write(TWO_BRANCHES)
    put(shell, 1)
    put(shell, 2, "dev")
    assert status(shell) == ("committed", "new")
    as_before(r"\"dataset@dev:/a/x\": [2, 0, \"dev\"], ", "")
    as_before("dataset@master:", "dataset:")
    assert status(shell) == ("committed", "input /a/x @dev added")


def test_another_value_of_a_parameter_is_a_change(shell: Shell) -> None:
    """It is said from what to what, recorded, and the default is a value like any other."""
    shell.write(SCALARS)
    assert status(shell, "--param", "n=3") == ("committed", "new")
    assert newest(shell)["parameters"]["n"] == 3
    assert status(shell, "--param", "n=3") == ("fresh", "nothing changed")

    assert planned(shell, "--param", "n=2") == ("build", "parameter n: 3 -> 2")
    assert status(shell, "--param", "n=2") == ("committed", "parameter n: 3 -> 2")
    assert newest(shell)["parameters"]["n"] == 2
    assert planned(shell) == ("build", "parameter n: 2 -> 1")
    assert status(shell) == ("committed", "parameter n: 2 -> 1")
    assert pl.read_delta(".transforms/master/datasets/a/out")["n"].to_list() == [1]


def test_another_default_in_the_code_is_a_change(shell: Shell) -> None:
    """It is part of the code's version, also where the value is given."""
    shell.write(SCALARS)
    assert status(shell, "--param", "n=3") == ("committed", "new")
    # Longer, as Python takes a file of the same second and size for the one that it compiled.
    shell.write(SCALARS.replace("IntegerParam(1)", "IntegerParam(17)"))
    assert planned(shell, "--param", "n=3") == ("build", "code changed")


def test_a_secret_value_is_compared_and_never_shown(shell: Shell) -> None:
    """Neither the ledger nor any command has it."""
    shell.write(SCALARS)
    assert status(shell, "--param", "api_key=hunter-2-in-clear") == ("committed", "new")
    assert newest(shell)["parameters"] == {"n": 1, "api_key": "***"}
    assert status(shell, "--param", "api_key=hunter-2-in-clear") == ("fresh", "nothing changed")
    assert status(shell, "--param", "api_key=another-1") == ("committed", "parameter api_key changed")
    stored = [file for file in Path(".transforms").rglob("*") if file.is_file()]
    assert not [file for file in stored if b"hunter-2" in file.read_bytes() or b"another-1" in file.read_bytes()]


def test_a_row_without_parameters_is_not_taken_for_fresh(shell: Shell) -> None:
    """Rows of earlier versions do not tell with which values they were built."""
    shell.write(SCALARS)
    assert status(shell) == ("committed", "new")
    as_before(r"\"parameter:n\": 1, ", "")
    assert status(shell) == ("committed", "parameter n: not recorded -> 1")
    assert status(shell) == ("fresh", "nothing changed")


def test_parameters_outlive_the_ledgers_log(shell: Shell) -> None:
    """The table has them, too: once the log is shortened, it is what is read."""
    shell.write(SCALARS)
    assert status(shell, "--param", "n=3") == ("committed", "new")
    rows = pl.read_delta(".transforms/_ledger")["inputs"].to_list()
    assert json.loads(rows[0])["parameter:n"] == 3


@pytest.mark.parametrize("command", ["plan", "build"])
def test_a_parameter_that_no_transform_has_is_refused(shell: Shell, command: str) -> None:
    """With the nearest name, by every command that takes parameters."""
    shell.write(SCALARS)
    result = shell.run(command, "--param", "nn=3")
    assert result.exit_code == 2
    assert "no transform has a parameter 'nn'" in result.output


def test_a_build_says_why_a_job_ran(shell: Any) -> None:
    """Behind its line; a new job, and one that was asked for, needs no reason."""
    shell.raw()

    def built(*arguments: str) -> list[str]:
        lines = [line for line in shell.run("build", *arguments).stdout.splitlines() if "BUILT" in line]
        return [re.sub(r".* [\d.]+s( +|$)", "", line) for line in lines]

    assert built("--param", "least=3") == ["", ""]
    assert built("--param", "least=2") == ["parameter least: 3 -> 2", "/t/clean changed"]
    assert built("--param", "least=2", "--force") == ["", ""]
