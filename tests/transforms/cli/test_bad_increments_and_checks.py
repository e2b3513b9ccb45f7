"""What is wrong with incremental transforms and checks is told as early as it can be known, with the user's line."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

Shell = Any

MODULE = """
import polars as pl
from transforms import expectations as E
from transforms.api import Check, Input, Output, Pipeline, incremental, transform

{declared}

pipeline = Pipeline()
pipeline.add_transforms(build)
"""
FUNCTION = """
def build(raw, out, **others):
    out.write_table(raw.polars())
"""


def declared(checks: str = "", incremental: str = "@incremental()", body: str = FUNCTION, more: str = "") -> str:
    """Return a transform; if the error has to name another line than its first, that ends with ``# here``."""
    return f'{incremental}\n@transform.using(raw=Input("/t/raw"{checks}), out=Output("/t/out"){more})\n{body.strip()}'


def named_line(text: str) -> int:
    """Return the number of the line that the error has to name."""
    lines = text.splitlines()
    marked = [number for number, line in enumerate(lines, 1) if "# here" in line]
    return marked[0] if marked else next(n for n, line in enumerate(lines, 1) if line.startswith("@incremental"))


def check(expectation: str, name: str = "odd") -> str:
    """Return a check as a declaration has it."""
    return f', checks=[Check({expectation}, "{name}")]'


class Case(NamedTuple):
    """What is wrong.

    Attributes:
        source: the transform.
        told: what the error says.
        at: the first command that tells it: of a declaration all do.
        files: whether the input holds raw files.
    """

    source: str
    told: str
    at: str = "declaration"
    files: bool = False


def reading(call: str) -> str:
    """Return a function that reads in some way."""
    return f"def build(raw, out):\n    out.write_table({call})  # here"


FOREIGN = 'E.count().gt(E.dataset_ref("{}").count())'
CASES = {
    "a mode that does not exist": Case(
        declared(body=reading('raw.polars("newest")')), "'added', 'current' or 'previous'", "build"
    ),
    "previous without a schema on a first build": Case(
        declared(body=reading('out.polars("previous")')), "schema", "build"
    ),
    "a snapshot input that is none": Case(
        declared(incremental='@incremental(snapshot_inputs=["row"])'), "'row'.* Did you mean 'raw'"
    ),
    "an incremental run that cannot be": Case(
        declared(incremental="@incremental(require_incremental=True)"), "requires an incremental run", "plan"
    ),
    "a column that is not there": Case(
        declared(check('E.col("y").gt(1)')), "check 'odd': /t/raw has no column 'y'", "plan"
    ),
    "a literal of another type": Case(
        declared(check('E.col("x").gt("word")')), "column x is long, which cannot be compared with 'word'", "plan"
    ),
    "a literal that nothing is compared with": Case(
        declared(check('E.col("x").gt(object())'), more="  # here\n"), "takes a number, a text"
    ),
    "another column that is not there": Case(
        declared(
            check('E.col("x").is_in_foreign_col(E.dataset_ref("known").col("y"))'), more=', known=Input("/t/raw")'
        ),
        "/t/raw has no column 'y'",
        "plan",
    ),
    "a reference to itself": Case(declared(check(FOREIGN.format("raw"))), "compares 'raw' with itself"),
    "a reference to an output": Case(declared(check(FOREIGN.format("out"))), "'out', which is no input"),
    "a reference to nothing": Case(
        declared(check(FOREIGN.format("rew"))), "'rew', which is no input.* Did you mean 'raw'"
    ),
    "two checks of one name": Case(
        declared(check("E.count().gt(0)"), more=', other=Input("/t/raw"' + check("E.count().lt(9)") + ")"),
        "both have a check 'odd'",
    ),
    "a check of raw files": Case(declared(check("E.count().gt(0)")), "holds raw files and no rows", "plan", files=True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_is_told_with_the_line_and_nothing_is_committed(shell: Shell, case: Case) -> None:
    """By the plan where it can be known without running anything, and by the build in any case."""
    (shell.folder / "raw.csv").write_text("x\n1\n2\n")
    put = ["put", "/t/raw", "raw.csv", *(["--files"] if case.files else [])]
    assert shell.run(*put).exit_code == 0
    if "require_incremental" in case.source:
        shell.write(MODULE.format(declared=case.source.replace("require_incremental=True", "")))
        assert shell.run("build").exit_code == 0
        assert shell.run(*put).exit_code == 0
    text = MODULE.format(declared=case.source)
    shell.write(text)
    place = f"{shell.module}.py:{named_line(text)}"
    before = len(shell.json("log"))
    plan, build = shell.run("plan"), shell.run("build")
    assert (plan.exit_code != 0) == (case.at != "build")
    for result in (build,) if case.at == "build" else (plan, build):
        assert result.exit_code != 0
        assert re.search(case.told, result.output), result.output
        assert place in result.output, (place, result.output)
    assert len(shell.json("log")) == before
