"""What jobs said, shown by ``transforms log``."""

from __future__ import annotations

from typing import Any

from transforms.store import job_logs
from transforms.store.store import Store

Shell = Any
TALKING = """
    import logging
    import polars as pl
    from transforms.api import Input, Output, Pipeline, transform

    @transform.using(out=Output("/t/talks"))
    def talks(out):
        print("password=geheim-123")
        logging.getLogger("shop").warning("few rows\\nvery few\\x1b[31m")
        out.write_table(pl.DataFrame({"x": [1]}))

    @transform.using(out=Output("/t/fails"))
    def fails(out):
        print("about to fail")
        raise ValueError("no rows")

    @transform.using(out=Output("/t/quiet"))
    def quiet(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    pipeline = Pipeline()
    pipeline.add_transforms(talks, fails, quiet)
"""


def test_a_commit_is_shown_with_what_its_job_said(shell: Shell) -> None:
    """Without secrets, and without what would colour a terminal; a job that said nothing has no log."""
    shell.write(TALKING)
    built = {job["name"]: job for job in shell.json("build", "-j", "1", code=1)["jobs"]}
    seq = str(built["talks"]["seq"])

    (row,) = shell.json("log", seq)
    assert [(line["level"], line["text"]) for line in row["log"]] == [
        ("STDOUT", "password=***"),
        ("WARNING", "shop: few rows\nvery few\x1b[31m"),
    ]
    shown = shell.run("log", seq).stdout.splitlines()
    assert [line[10:] for line in shown[-3:]] == [
        "         password=***",
        "WARNING  shop: few rows",
        "         very few\\x1b[31m",
    ]
    assert built["quiet"]["log"] is None
    assert shell.json("log", str(built["quiet"]["seq"]))[0]["log"] == []


def test_a_job_that_failed_is_found_by_its_id(shell: Shell) -> None:
    """The build tells the id, a list of those jobs has it, and its log ends with the traceback."""
    shell.write(TALKING)
    built = shell.run("build", "fails")
    (row,) = shell.json("log", "--failed")
    assert f"LOG     fails: transforms log {row['id']}" in built.stdout.splitlines()
    assert (row["transform"], row["status"], row["error"]) == ("fails", "failed", "ValueError: no rows")

    found = shell.json("log", row["id"])
    assert [line["level"] for line in found["log"]] == ["STDOUT", "ERROR"]
    assert found["log"][1]["text"].endswith("ValueError: no rows")
    assert shell.run("log", row["id"]).stdout.splitlines()[-1].endswith("ValueError: no rows")
    assert shell.json("log", "--failed", "--branch", "dev") == []
    assert "leave the name out" in shell.run("log", "/t/fails", "--failed").stderr


def test_old_logs_go_with_what_else_is_old(shell: Shell) -> None:
    """By the age that ``gc --older-than`` has, and never without it."""
    shell.write(TALKING)
    shell.run("build", "-j", "1")
    assert shell.json("gc")["logs"] == []
    assert shell.json("gc", "--older-than", "1")["logs"] == []
    assert len(shell.json("gc", "--older-than", "0", "--dry-run")["logs"]) == 2
    assert len(shell.json("gc", "--older-than", "0")["logs"]) == 2
    assert shell.json("log", "--failed") == []


def test_a_log_that_cannot_be_kept_costs_no_job(shell: Shell, monkeypatch: Any, caplog: Any) -> None:
    """The job is committed, whatever becomes of its log."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    shell.write(TALKING)
    monkeypatch.setattr(job_logs, "keep", refuse)
    built = shell.run("build", "talks")
    assert built.exit_code == 0
    assert "The log of talks could not be kept: [Errno 28] No space left on device" in caplog.text
    assert Store(shell.folder / ".transforms").newest_entries(1)[0].transform == "talks"
