"""``transforms recover``, ``gc`` and ``doctor``."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from transforms.errors import OutcomeUnknownError
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.entry import Entry
from transforms.store.ledger import Ledger
from transforms.store.store import Store

pytestmark = pytest.mark.slow

Shell = Any

_DIE = """
import os, sys
from transforms.spec.resource import Resource
from transforms.store.store import Store
store = Store(sys.argv[1])
transaction = store.begin("dead", "master", [Resource("dataset", "/t/dead")])
(transaction.staging("master/datasets/t/dead") / "part.parquet").write_bytes(b"x")
os.kill(os.getpid(), 9)
"""


def _kill_a_job(root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _DIE, str(root)], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == -signal.SIGKILL


def test_recovering_a_store_in_order_does_nothing(shell: Shell) -> None:
    """Also before the first commit."""
    assert shell.run("recover").stdout == "Nothing had to be recovered.\n"
    shell.raw()
    assert shell.json("recover") == {"published": [], "collected": []}


def test_what_a_dead_job_staged_is_deleted(shell: Shell) -> None:
    """A dry run says so first and deletes nothing."""
    shell.raw()
    root = shell.folder / ".transforms"
    _kill_a_job(root)

    (dead,) = shell.json("gc", "--dry-run")["transactions"]
    assert list(root.rglob(f"{dead}/part.parquet"))
    assert ["note", "dead jobs"] in [[f["status"], f["check"]] for f in shell.json("doctor")]
    assert shell.json("gc")["transactions"] == [dead]
    assert not list(root.rglob("part.parquet"))
    assert shell.json("gc", "--dry-run")["transactions"] == []


def test_replaced_files_are_deleted_when_they_are_old_enough(shell: Shell) -> None:
    """The newest version stays readable; without --older-than nothing of a table is touched."""
    shell.raw("x\n1\n")
    shell.raw("x\n2\n")
    files = set((shell.folder / ".transforms/master").rglob("*.parquet"))

    assert shell.json("gc")["files"] == {}
    assert shell.json("gc", "--older-than", "1")["files"] == {}
    (names,) = shell.json("gc", "--older-than", "0", "--dry-run")["files"].values()
    assert set((shell.folder / ".transforms/master").rglob("*.parquet")) == files
    assert list(shell.json("gc", "--older-than", "0")["files"]) == ["master/datasets/t/raw"]
    assert len(names) == 1
    assert len(set((shell.folder / ".transforms/master").rglob("*.parquet"))) == 1
    assert shell.json("show", "/t/raw")["rows"] == [{"x": 2}]
    shell.raw("x\n3\n")
    assert shell.json("show", "/t/raw")["rows"] == [{"x": 3}]


def test_a_running_job_keeps_what_it_staged(shell: Shell) -> None:
    """Neither its staged files nor the table that it is building are touched."""
    shell.raw("x\n1\n")
    shell.raw("x\n2\n")
    store = Store(shell.folder / ".transforms")
    transaction = store.begin("running", "master", [Resource("dataset", "/t/raw")])
    staged = transaction.staging("master/datasets/t/raw") / "part.parquet"
    staged.write_bytes(b"x")

    done = shell.json("gc", "--older-than", "0")

    assert done == {"dry_run": False, "transactions": [], "journals": [], "files": {}, "logs": []}
    assert staged.exists()
    transaction.abandon()


def test_a_commit_that_a_table_refuses_needs_recovery(shell: Shell) -> None:
    """build, recover and doctor exit with 3 until the table is repaired; then recover finishes it."""
    shell.write(
        """
        import os
        import polars as pl
        from pathlib import Path
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/out"))
        def fill(out):
            out.write_table(pl.DataFrame({"x": [1]}))

        pipeline = Pipeline()
        pipeline.add_transforms(fill)
        """
    )
    shell.raw()
    table = shell.folder / ".transforms/master/datasets/t/out"
    table.mkdir(parents=True)
    (table / "_delta_log").write_text("in the way")

    result = shell.run("build", "-j", "1")

    assert result.exit_code == 3
    assert "transforms recover" in result.stderr
    assert shell.run("recover").exit_code == 3
    assert "recovery" in {finding["status"] for finding in shell.json("doctor", code=3)}
    (table / "_delta_log").unlink()
    (published,) = shell.json("recover")["published"]
    assert published["transform"] == "fill"
    assert shell.json("show", "/t/out")["rows"] == [{"x": 1}]


def test_a_commit_that_a_table_refuses_is_shown_and_can_be_given_up(shell: Shell) -> None:
    """log, plan and doctor say that it is not published; other transforms are built; the rest is as it was before."""
    shell.raw()
    assert shell.run("build", "-j", "1").exit_code == 0
    before = shell.json("show", "/t/clean")["rows"]
    log = shell.folder / ".transforms/master/datasets/t/clean/_delta_log"
    log.rename(log.with_name("kept"))
    log.write_text("in the way")
    shell.raw("x\n7\n")
    failed = shell.run("build", "clean", "-j", "1")
    assert failed.exit_code == 3
    seq = int(re.search(r"recover --give-up (\d+)'", failed.stderr).group(1))  # type: ignore[union-attr]

    assert shell.json("log")[0]["state"] == "not published yet"
    assert "nothing (not published yet)" in shell.run("log", "-n", "1").stdout.replace("\n", " ")
    assert [row["seq"] for row in shell.json("log", "/t/clean")] == [seq]
    assert f"recover --give-up {seq}" in " ".join(f["detail"] for f in shell.json("doctor", code=3))
    log.unlink()
    log.with_name("kept").rename(log)
    table = DeltaTable(str(log.parent))
    table.alter.set_table_properties({"delta.appendOnly": "true"})
    plan = {row["name"]: row["reason"] for row in shell.json("plan")}
    assert plan["clean"] == f"its commit #{seq} is not published: 'transforms recover' says why"
    assert shell.run("build", "clean", "-j", "1").exit_code == 3

    given_up = shell.json("recover", "--give-up", str(seq))
    assert given_up["given_up"]["seq"] == seq
    table.alter.set_table_properties({"delta.appendOnly": "false"})
    assert shell.json("log")[0]["state"] == "given up"
    assert shell.json("show", "/t/clean")["rows"] == before
    assert shell.run("doctor").exit_code == 0
    assert shell.run("build", "-j", "1").exit_code == 0
    assert shell.json("show", "/t/total")["rows"] == [{"x": 7}]
    again = shell.run("recover", "--give-up", str(seq))
    assert again.exit_code == 2
    assert "nothing to give up" in again.stderr


def test_doctor_tells_what_is_damaged(shell: Shell) -> None:
    """The file and the remedy are named, the exit code is not 0, and nothing else ends the listing."""
    shell.raw()
    assert shell.run("build", "-j", "1").exit_code == 0
    root = shell.folder / ".transforms"
    ledger, newest = root / "_ledger/_delta_log", max((root / "master/datasets/t/clean/_delta_log").glob("*.json"))

    def problems(code: int) -> str:
        return " ".join(f["detail"] for f in shell.json("doctor", code=code) if f["status"] in ("problem", "recovery"))

    def damaged(file: Path, content: bytes | None, code: int) -> str:
        kept = file.read_bytes()
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        try:
            return problems(code)
        finally:
            file.write_bytes(kept)

    whole = (ledger / f"{2:020}.json").read_bytes()
    for content in (
        b"",
        whole[:50],
        whole.replace(b'"seq"', b'"sex"', 1),
        whole.replace(b"{", b"\xff", 1),
        b"[" * 100_000,
    ):
        said = damaged(ledger / f"{2:020}.json", content, 1)
        assert f"{2:020}.json" in said, content[:60]
        assert "backup" in said, content[:60]
    assert f"{1:020}.json is gone" in damaged(ledger / f"{1:020}.json", None, 1)
    (row, *_) = sorted((root / "_ledger").glob("block=*/*.parquet"))
    assert f"{row.name} cannot be read" in damaged(row, b"PAR1" + row.read_bytes()[4:40] + b"PAR1", 1)
    assert "lost commit #2 clean" not in problems(0)
    for content in (b"no json", b"\xff\xfe"):
        assert "datasets/t/clean" in damaged(newest, content, 1)
    (data, *_) = (root / "master/datasets/t/clean").glob("data/*/*.parquet")
    assert f"{data.name} has 4 bytes instead of" in damaged(data, b"PAR1", 1)
    assert f"{data.name} is gone" in damaged(data, None, 1)
    newest.unlink()
    assert "log is gone" in problems(3)
    assert shell.run("recover").exit_code == 0
    assert problems(0) == ""


def test_a_ledger_that_is_lost_is_noticed(shell: Shell) -> None:
    """By whatever begins, in words; a store at whose beginning a process died is none of these, and needs nothing."""
    root = shell.folder / ".transforms"
    Store(root).identity.ensure()
    shutil.rmtree(root / "_ledger")  # the store's file is made first
    assert shell.run("doctor").exit_code == 0
    shell.raw()
    assert shell.run("build", "-j", "1").exit_code == 0
    shutil.rmtree(root / "_ledger")
    for command in (["build", "--force", "-j", "1"], ["put", "/t/raw", "raw.csv"], ["recover"]):
        failed = shell.run(*command)
        assert failed.exit_code == 1, command
        assert "ledger" in failed.stderr, command
        assert "transforms backup" in failed.stderr, command
    assert "has no log file" in shell.run("doctor").stdout.replace("\n", " ")
    assert shell.run("doctor").exit_code == 1


def test_doctor_finds_a_table_that_cannot_be_written(shell: Shell) -> None:
    """What is in the way is named, and the exit code is 1."""
    shell.raw()
    assert {finding["status"] for finding in shell.json("doctor")} <= {"ok", "note"}
    DeltaTable(".transforms/master/datasets/t/raw").alter.add_constraint({"positive": "x > 0"})

    (problem,) = [finding for finding in shell.json("doctor", code=1) if finding["status"] == "problem"]
    assert problem["check"] == "table master/datasets/t/raw"
    assert "the constraint positive" in problem["detail"]


def test_doctor_notes_a_table_that_rows_can_only_be_added_to(shell: Shell) -> None:
    """Adding to it works, so there is no problem; what does not work is said."""
    shell.write("""
        import polars as pl
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/added"))
        def added(out):
            out.set_mode("append")
            out.write_table(pl.DataFrame({"x": [1]}))

        pipeline = Pipeline()
        pipeline.add_transforms(added)
    """)
    assert shell.run("build").exit_code == 0
    DeltaTable(".transforms/master/datasets/t/added").alter.set_table_properties({"delta.appendOnly": "true"})
    assert shell.run("build", "--force").exit_code == 0
    (note,) = [found for found in shell.json("doctor") if found["check"].startswith("table ")]
    assert note["status"] == "note"
    assert "cannot be replaced: add to it with set_mode('append')" in note["detail"]
    assert "Nothing was changed" not in note["detail"]


def test_doctor_finds_experiments_that_cannot_be_read(shell: Shell) -> None:
    """Each is named with what to type, and the exit code is 1; so it is where nobody can tell what there is."""
    shell.raw()
    journals = shell.folder / ".transforms/_journal"
    (journals / ("e" * 32)).mkdir(parents=True)
    (journals / ("e" * 32) / "experiment.json").write_text("[1, 2]")
    (problem,) = [found for found in shell.json("doctor", code=1) if found["status"] == "problem"]
    assert problem["check"] == "experiments"
    assert f"{'e' * 32} cannot be read" in problem["detail"]
    assert problem["detail"].endswith(f"transforms experiments rm {'e' * 32}")
    assert shell.run("experiments", "rm", "e" * 32).exit_code == 0
    assert shell.run("doctor").exit_code == 0
    shutil.rmtree(journals)
    journals.write_text("a file")
    (problem,) = [found for found in shell.json("doctor", code=1) if found["status"] == "problem"]
    assert "cannot be listed" in problem["detail"]


@pytest.mark.parametrize("lost", [1, 2])
def test_a_gap_in_the_ledgers_log_is_told_with_what_to_type(shell: Shell, lost: int) -> None:
    """By every command that needs the ledger: which file is gone, where to have it from, what looks for more."""
    for alias in ("/a", "/b", "/c", "/d"):
        shell.raw()
        assert shell.run("put", alias, "raw.csv").exit_code == 0
    log = shell.folder / ".transforms/_ledger/_delta_log"
    (log / f"{lost:020}.json").unlink()
    for command in (["put", "/e", "raw.csv"], ["log"], ["show", "/a"], ["recover"], ["backup", "copy"], ["build"]):
        failed = shell.run(*command)
        assert failed.exit_code == 1, command
        said = " ".join(failed.stderr.split())
        assert (
            f"{log}/{lost:020}.json is gone. Every commit so far is untouched. Restore the file from a backup" in said
        )
        assert "transforms doctor" in said
    assert not (shell.folder / "copy").exists()
    problems = [found["detail"] for found in shell.json("doctor", code=1) if found["status"] == "problem"]
    assert problems == [f"{log}/{lost:020}.json is gone; restore it from a backup of the store."]


def test_a_flipped_byte_in_the_ledgers_log_is_told_by_every_command(shell: Shell) -> None:
    """In words, with the file and what to do, and not as what a parser found at some column."""
    for alias in ("/a", "/b"):
        shell.raw()
        assert shell.run("put", alias, "raw.csv").exit_code == 0
    file = shell.folder / f".transforms/_ledger/_delta_log/{2:020}.json"
    whole = file.read_bytes()
    at = whole.index(b'"transform"')
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
    for command in (["put", "/c", "raw.csv"], ["log"], ["show", "/a"], ["recover"], ["backup", "copy"], ["build"]):
        failed = shell.run(*command)
        assert failed.exit_code == 1, command
        said = " ".join(failed.stderr.split())
        assert said.startswith(f"error: The ledger's log {file} is damaged or cannot be read ("), said
        assert "Every commit so far is untouched. Restore the file from a backup" in said
        assert "transforms doctor" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_doctor_finds_a_root_that_cannot_be_written(shell: Shell) -> None:
    """The exit code is 1."""
    shell.folder.chmod(0o500)
    try:
        assert shell.run("doctor").exit_code == 1
    finally:
        shell.folder.chmod(0o700)


def test_lock_files_of_two_resources_never_meet(shell: Shell) -> None:
    """Collecting finds a resource's lock by its table's folder, so the two must be one to one."""
    model, dataset = Resource("model", "/t/x"), Resource("dataset", "/t/x")

    assert layout.lease_path(model, "master") != layout.lease_path(dataset, "master")


@pytest.mark.parametrize("command", [("build", "clean"), ("put", "/t/other", "raw.csv")])
def test_a_commit_whose_outcome_nobody_knows_needs_recovery(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """The object store went away at the commit point: every command that commits exits with 3 and says what to type."""
    shell.raw()

    def away(ledger: Ledger, entry: Entry, check: object = None) -> Entry:
        raise OutcomeUnknownError(f"{entry.transform} may be committed or not; run 'transforms recover'.")

    monkeypatch.setattr(Ledger, "append", away)
    result = shell.run(*command)
    assert result.exit_code == 3
    assert "transforms recover" in result.stderr
