"""``transforms rollback``: a job and everything it wrote, taken back in one commit."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from palantir_models import open_model
from transforms.run.project import Project
from transforms.spec.resource import Resource
from transforms.store.store import Store

Shell = Any
TRAINING = """
    import polars as pl
    import palantir_models as pm
    from palantir_models.transforms import ModelOutput
    from transforms.api import Input, IntegerParam, Output, Pipeline, transform

    class Level(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, level):
            self.level = level

        @classmethod
        def api(cls):
            return {"n": pm.Parameter(int)}, {"level": pm.Parameter(int)}

        def predict(self, n):
            return self.level

    @transform.using(
        a=Output("/t/a"), files=Output("/t/files"), model=ModelOutput("/t/model"), raw=Input("/t/raw"), least=IntegerParam(0)
    )
    def train(a, files, model, raw, least):
        a.write_table(raw.polars())
        with files.filesystem().open("least.txt", "w") as file:
            file.write(str(least.value))
        model.publish(Level(least.value), experiment=model.create_experiment("run"))

    @transform.using(total=Output("/t/total"), a=Input("/t/a"))
    def total(total, a):
        total.write_table(a.polars().select(pl.col("x").sum()))

    pipeline = Pipeline()
    pipeline.add_transforms(train, total)
"""
GROWING = """
    import polars as pl
    from transforms.api import Input, Output, Pipeline, incremental, transform

    @incremental()
    @transform.using(out=Output("/t/out"), raw=Input("/t/raw"))
    def grow(out, raw):
        out.write_table(raw.polars("added"))

    @incremental()
    @transform.using(copy=Output("/t/copy"), out=Input("/t/out"))
    def follow(copy, out):
        copy.write_table(out.polars("added"))

    pipeline = Pipeline()
    pipeline.add_transforms(grow, follow)
"""


def rows(shell: Shell, alias: str) -> list[int]:
    """Return what a dataset has, as any outside reader sees it."""
    return sorted(pl.read_delta(str(shell.folder / ".transforms/master/datasets" / alias))["x"].to_list())


def built(shell: Shell, *arguments: str) -> dict[str, dict[str, Any]]:
    """Build, and return the jobs by their names."""
    return {job["name"]: job for job in shell.json("build", *arguments)["jobs"]}


def put(shell: Shell, *values: int, append: bool = False) -> None:
    """Put rows into /t/raw."""
    (shell.folder / "raw.csv").write_text("x\n" + "".join(f"{value}\n" for value in values))
    assert shell.run("put", "/t/raw", "raw.csv", *(["--append"] if append else [])).exit_code == 0


def test_everything_that_a_job_wrote_goes_back(shell: Shell) -> None:
    """Rows, raw files and the model, in one commit that says so; nothing is deleted."""
    shell.write(TRAINING)
    put(shell, 1)
    first = built(shell)["train"]["seq"]
    put(shell, 2, 3)
    second = built(shell, "--param", "least=7")["train"]["seq"]
    assert (rows(shell, "t/a"), open_model("/t/model").load().level) == ([2, 3], 7)

    planned = shell.json("rollback", str(second), "--dry-run")
    assert [(row["output"], row["goes_back_to"]) for row in planned["outputs"]] == [
        ("dataset /t/a", f"#{first}"),
        ("dataset /t/files", f"#{first}"),
        ("model /t/model", f"#{first}"),
    ]
    assert rows(shell, "t/a") == [2, 3], "a dry run changes nothing"
    done = shell.run("rollback", str(second))
    assert f"rollback of #{second} to #{first} -> dataset /t/a 1 row, dataset /t/files 1 file" in done.stdout

    assert rows(shell, "t/a") == [1]
    model = open_model("/t/model")
    assert [version.version for version in model.versions] == ["1.0.0", "1.1.0", "1.2.0"]
    assert model.load().level == 0
    assert [model.load(version).level for version in ("1.0.0", "1.1.0")] == [0, 7]
    assert model.version().notes == "rollback to 1.0.0"
    assert model.version().experiment_id == model.version("1.0.0").experiment_id
    view = Store(shell.folder / ".transforms").view(Resource("dataset", "/t/files"), "master")
    assert view is not None
    (listed,) = shell.json("show", "/t/files")["files"]
    assert listed["size"] == 1
    (row,) = shell.json("log", "-n", "1")
    assert row["rollback"] == {"of": [second], "to": first}
    assert f"rollback of #{second} to #{first}" in shell.run("show", "/t/a").stdout
    assert shell.json("show", "/t/a", "--version", "1")["row_count"] == 2, "the version that was taken back stays"


def test_a_build_goes_on_from_what_was_before(shell: Shell) -> None:
    """What was taken back is stale for the reason that it was then; what read it is built again; then all is fresh."""
    shell.write(TRAINING)
    put(shell, 1)
    built(shell)
    second = built(shell, "--param", "least=7")["train"]["seq"]
    shell.run("rollback", str(second))

    plan = {job["name"]: job for job in shell.json("plan", "--param", "least=7")}
    assert plan["train"]["reason"] == "parameter least: 0 -> 7"
    plan = {job["name"]: job for job in shell.json("plan")}
    assert plan["train"]["action"] == "fresh", "it was built so, from the same inputs"
    assert plan["total"]["action"] == "build"
    assert built(shell)["total"]["status"] == "committed"
    assert {job["action"] for job in shell.json("plan")} == {"fresh"}


def test_an_incremental_run_reads_again_what_was_taken_back(shell: Shell) -> None:
    """It goes on from the run before, so no row is lost and none is repeated; what read its output begins anew."""
    shell.write(GROWING)
    put(shell, 1)
    built(shell)
    put(shell, 2, append=True)
    taken = built(shell)["grow"]["seq"]
    put(shell, 3, append=True)
    assert (rows(shell, "t/out"), rows(shell, "t/copy")) == ([1, 2], [1, 2])

    shell.run("rollback", str(taken))
    assert rows(shell, "t/out") == [1]
    jobs = built(shell)
    assert jobs["grow"]["incremental"] is True
    assert jobs["follow"]["incremental"] is False
    assert "replaced what was there" in jobs["follow"]["run"]
    assert (rows(shell, "t/out"), rows(shell, "t/copy")) == ([1, 2, 3], [1, 2, 3])
    put(shell, 4, append=True)
    assert {job["incremental"] for job in built(shell).values()} == {True}
    assert (rows(shell, "t/out"), rows(shell, "t/copy")) == ([1, 2, 3, 4], [1, 2, 3, 4])


def test_later_commits_go_back_with_it_where_that_is_asked_for(shell: Shell) -> None:
    """With all that they wrote, so that no job is taken back in part; else it is refused, and they are named."""
    shell.write(GROWING)
    put(shell, 1)
    built(shell)
    seqs = []
    for value in (2, 3):
        put(shell, value, append=True)
        seqs.append(built(shell)["grow"]["seq"])
    refused = shell.run("rollback", str(seqs[0]))
    assert refused.exit_code == 2
    assert f"#{seqs[1]} grow" in refused.stderr
    assert "--with-later" in refused.stderr
    assert rows(shell, "t/out") == [1, 2, 3]

    assert shell.json("rollback", str(seqs[0]), "--with-later")["taken_back"] == seqs
    assert rows(shell, "t/out") == [1]


def test_a_rollback_can_be_taken_back(shell: Shell) -> None:
    """And what was put can."""
    put(shell, 1)
    put(shell, 2)
    undone = shell.json("rollback", "2")["seq"]
    assert rows(shell, "t/raw") == [1]
    shell.run("rollback", str(undone))
    assert rows(shell, "t/raw") == [2]
    assert shell.run("rollback", "2").exit_code == 2


def test_columns_that_a_job_brought_go_with_it(shell: Shell) -> None:
    """They come to the table before its rows do, and are no part of what was before."""
    put(shell, 1)
    (shell.folder / "more.csv").write_text("x,y\n2,3\n")
    assert shell.run("put", "/t/raw", "more.csv", "--append").exit_code == 0
    assert [column["name"] for column in shell.json("show", "/t/raw")["columns"]] == ["x", "y"]
    shell.run("rollback", "2")
    assert [column["name"] for column in shell.json("show", "/t/raw")["columns"]] == ["x"]


@pytest.mark.parametrize("seq", ["99", str(2**63)])
def test_a_commit_that_there_is_not_is_refused(shell: Shell, seq: str) -> None:
    """Before anything is looked at."""
    put(shell, 1)
    refused = shell.run("rollback", seq)
    assert refused.exit_code == 2
    assert f"There is no commit #{seq}" in refused.stderr


def test_what_had_nothing_before_cannot_go_back(shell: Shell) -> None:
    """The first commit of an output."""
    put(shell, 1)
    refused = shell.run("rollback", "1")
    assert refused.exit_code == 2
    assert "#1 was the first to write dataset /t/raw on branch master" in refused.stderr


def test_what_was_vacuumed_cannot_come_back(shell: Shell) -> None:
    """It names the file that is missing, and changes nothing."""
    put(shell, 1)
    put(shell, 2)
    assert shell.run("gc", "--older-than", "0").exit_code == 0
    refused = shell.run("rollback", "2")
    assert refused.exit_code == 2
    assert "cannot be read any more as it was at version 0" in refused.stderr
    assert rows(shell, "t/raw") == [2]


def test_what_another_program_wrote_is_not_taken_back_unasked(shell: Shell) -> None:
    """It came after the commit, too. What it did before stays, and the next build does not take it for a job's."""
    put(shell, 1)
    put(shell, 2)
    table = str(shell.folder / ".transforms/master/datasets/t/raw")
    pl.DataFrame({"x": [9]}).write_delta(table, mode="append")
    refused = shell.run("rollback", "2")
    assert refused.exit_code == 2
    assert "added rows (version 2) after #2" in refused.stderr
    assert shell.run("rollback", "2", "--with-later").exit_code == 0
    assert rows(shell, "t/raw") == [1]


def test_a_job_that_is_built_at_the_moment_is_waited_for_or_refused(shell: Shell) -> None:
    """As every job does that meets another's lease."""
    put(shell, 1)
    put(shell, 2)
    holder = Project.open().store.begin("holder", "master", [Resource("dataset", "/t/raw")])
    try:
        refused = shell.run("rollback", "2")
    finally:
        holder.abandon()
    assert refused.exit_code == 1
    assert "holder" in refused.stderr
    assert shell.run("rollback", "2").exit_code == 0
