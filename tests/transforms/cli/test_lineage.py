"""``transforms lineage``: back from a version to what made it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transforms.cli.conftest import CHAIN

Shell = Any


def test_a_version_leads_back_to_what_was_brought_in(shell: Shell) -> None:
    """Job by job, each input at the version that was read; of an old version as of the newest."""
    shell.raw("x\n1\n")
    shell.run("build", "--param", "least=1")
    shell.raw("x\n1\n2\n")
    shell.run("build")
    for wanted, versions, seqs, least in (
        ("/t/total", [1, 1, 1], [6, 5, 4], 0),
        ("/t/total@0", [0, 0, 0], [3, 2, 1], 1),
    ):
        found, made = shell.json("lineage", wanted), []
        while found:
            made.append(found)
            found = found["inputs"][0] if found["inputs"] else None
        assert [one["alias"] for one in made] == ["/t/total", "/t/clean", "/t/raw"]
        assert [one["table_version"] for one in made] == versions
        assert [one["commit"]["seq"] for one in made] == seqs
        assert [one["commit"]["transform"] for one in made] == ["total", "clean", "put"]
        assert made[1]["commit"]["parameters"] == {"least": least}
    assert shell.json("lineage", "/t/total@#3")["commit"]["seq"] == 3
    assert shell.json("lineage", "/t/total", "--depth", "0")["inputs"][0]["inputs"] == []


def test_it_says_whether_the_code_is_that_of_now(shell: Shell) -> None:
    """And where it is in the project."""
    shell.raw("x\n1\n")
    shell.run("build")
    lines = shell.run("lineage", "/t/clean").stdout.splitlines()
    assert lines[0].startswith("/t/clean  version 0 on master, commit #2 of ")
    assert f"({shell.module}.py:5, the code of now), least=0" in lines[1]
    assert lines[2].startswith("  /t/raw  version 0 on master, commit #1 of ")
    assert lines[3].strip() == "put"
    shell.write(CHAIN.replace("IntegerParam(0)", "IntegerParam(17)"))
    assert "changed since" in shell.run("lineage", "/t/clean").stdout
    assert shell.json("lineage", "/t/clean")["commit"]["is_code_of_now"] is False


@pytest.mark.parametrize(
    ("what", "said"),
    [("/t/rw", "Did you mean"), ("/t/raw@9", "no version 9"), ("/t/raw@first", "is a number, such as 3")],
)
def test_what_there_is_not_is_refused(shell: Shell, what: str, said: str) -> None:
    """With what there is."""
    shell.raw("x\n1\n")
    refused = shell.run("lineage", what)
    assert refused.exit_code == 2
    assert said in refused.stderr
