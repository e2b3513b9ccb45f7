"""``transforms recover``, ``gc`` and ``doctor``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.store import Store

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

    assert done == {"dry_run": False, "transactions": [], "journals": [], "files": {}}
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


def test_doctor_finds_a_table_that_cannot_be_written(shell: Shell) -> None:
    """The feature is named, and the exit code is 1."""
    shell.raw()
    assert {finding["status"] for finding in shell.json("doctor")} <= {"ok", "note"}
    from deltalake import DeltaTable

    DeltaTable(".transforms/master/datasets/t/raw").alter.set_table_properties({"delta.appendOnly": "true"})

    (problem,) = [finding for finding in shell.json("doctor", code=1) if finding["status"] == "problem"]
    assert problem["check"] == "table master/datasets/t/raw"
    assert "delta.appendOnly" in problem["detail"]


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
