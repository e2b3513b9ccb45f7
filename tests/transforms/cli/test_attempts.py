"""Jobs that are tried again, and jobs that are ended when their time is up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from transforms.run import attempts, build, time_limit
from transforms.store.store import Store

Shell = Any
BEGINNING = """
    import pathlib, threading, time
    from datetime import timedelta
    import polars as pl
    from transforms.api import Input, Output, Pipeline, configure, transform

    tries = pathlib.Path("tries")

    def nth():
        tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
        return len(tries.read_text())

    pipeline = Pipeline()
"""
FLAKY = f"""{BEGINNING}
    @transform.using(out=Output("/t/out"))
    def flaky(out):
        number = nth()
        print("try", number)
        out.write_table(pl.DataFrame({{"x": [number]}}))
        if number < 3:
            raise ConnectionResetError("gone")

    pipeline.add_transforms(flaky)
"""
ENDLESS = f"""{BEGINNING}
    @transform.using(out=Output("/t/out"))
    def endless(out):
        try:
            WAIT
        except Exception:
            out.write_table(pl.DataFrame({{"x": [1]}}))

    @transform.using(out=Output("/t/after"), before=Input("/t/out"))
    def after(out, before):
        out.write_table(before.polars())

    @transform.using(out=Output("/t/beside"))
    def beside(out):
        out.write_table(pl.DataFrame({{"x": [1]}}))

    pipeline.add_transforms(endless, after, beside)
"""


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait between two tries."""
    monkeypatch.setattr(attempts, "pause_seconds", lambda settings, attempt: 0.0)


def leftovers(shell: Shell) -> list[Path]:
    """Return what jobs staged, and the records of transactions that are there."""
    root = shell.folder / ".transforms"
    return [*root.glob("master/**/data/*/*.parquet"), *root.glob("_locks/transactions/*")]


def test_a_job_is_tried_until_the_network_is_back(shell: Shell) -> None:
    """Each try is a transaction with a log of its own, and what the failed ones staged is gone."""
    shell.write(FLAKY)
    (job,) = shell.json("build", "--retries", "2")["jobs"]
    assert (job["status"], job["attempts"]) == ("committed", 3)
    assert [line["text"] for line in shell.json("log", str(job["seq"]))[0]["log"]] == ["try 3"]
    assert [row["error"] for row in shell.json("log", "--failed")] == ["ConnectionResetError: gone"] * 2
    assert len(leftovers(shell)) == 1  # what is committed


def test_no_job_is_tried_again_unasked(shell: Shell) -> None:
    """And no more often than was asked for."""
    shell.write(FLAKY)
    assert shell.json("build", code=1)["jobs"][0]["attempts"] == 1
    assert shell.json("build", "--retries", "0", code=1)["jobs"][0]["attempts"] == 1


def test_the_project_says_how_often_and_for_which_errors(shell: Shell) -> None:
    """A flag overrides the number."""
    settings = shell.folder / "pyproject.toml"
    settings.write_text(
        f'{settings.read_text()}\n[tool.transforms.jobs]\nretries = 2\nretry_errors = ["ZeroDivisionError"]\n'
    )
    shell.write(FLAKY.replace('ConnectionResetError("gone")', "ZeroDivisionError"))
    assert shell.json("build", "--retries", "0", code=1)["jobs"][0]["attempts"] == 1
    assert shell.json("build")["jobs"][0]["attempts"] == 2


def test_what_another_build_did_meanwhile_is_not_done_again(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before another try, a job looks whether there is anything left to do."""
    from transforms.run.project import Project

    class Silent:
        def started(self, name: str) -> None:
            """Say nothing."""

        def finished(self, result: Any) -> None:
            """Say nothing."""

    def build_elsewhere(settings: Any, attempt: int) -> float:
        other = Project.open()
        assert [result.status for result in other.build(other.plan(), Silent())] == ["committed"]
        return 0.0

    shell.write(FLAKY.replace("number < 3", "number < 2"))
    monkeypatch.setattr(attempts, "pause_seconds", build_elsewhere)
    (job,) = shell.json("build", "--retries", "1")["jobs"]
    assert (job["status"], job["attempts"], job["reason"]) == ("fresh", 1, "built meanwhile")


@pytest.mark.parametrize("wait", ["time.sleep(10_000)", "threading.Event().wait()", "while True: time.sleep(0.001)"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_job_whose_time_is_up_leaves_nothing(shell: Shell, monkeypatch: Any, wait: str, workers: str) -> None:
    """Whatever it waits for and catches; what needs it is skipped, and everything else goes on."""
    monkeypatch.setattr(build, "_PATIENCE_SECONDS", 0.2)
    shell.write(ENDLESS.replace("WAIT", wait))
    done = shell.json("build", "-j", workers, "--time-limit", "0.2", code=1)
    jobs = {job["name"]: job for job in done["jobs"]}
    assert {name: job["status"] for name, job in jobs.items()} == {
        "endless": "failed",
        "after": "skipped",
        "beside": "committed",
    }
    assert jobs["endless"]["error"].startswith("TimeLimitError: endless ran for longer than its limit")
    assert [entry.transform for entry in Store(shell.folder / ".transforms").newest_entries(5)] == ["beside"]
    if workers == "1" or wait.startswith("while"):  # the others are left to themselves, and end with their process
        assert jobs["endless"]["at"].endswith(f"in endless: {wait}")
        assert [path.parent.parent.parent.name for path in leftovers(shell)] == ["beside"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as it says
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_job_that_does_not_hear_that_its_time_is_up_is_told_again(
    shell: Shell, monkeypatch: Any, workers: str
) -> None:
    """What is raised in a finalizer, or where everything is caught, is lost."""
    monkeypatch.setattr(time_limit, "_AGAIN_SECONDS", 0.2)
    shell.write(f"""{BEGINNING}
    class Closing:
        def __del__(self):
            while True:
                time.sleep(0.001)

    @transform.using(out=Output("/t/out"))
    def deaf(out):
        try:
            while True:
                time.sleep(0.001)
        except BaseException:
            print("heard")
        Closing()
        while True:
            time.sleep(0.001)

    pipeline.add_transforms(deaf)
    """)
    done = shell.json("build", "-j", workers, "--time-limit", "0.2", code=1)
    assert done["jobs"][0]["error"].startswith("TimeLimitError: deaf ran for longer than its limit")
    assert not Store(shell.folder / ".transforms").newest_entries(5)


def test_the_transform_may_set_its_own_limit(shell: Shell) -> None:
    """Foundry's decorator: the shorter of the two limits counts."""
    limited = "@configure(allowed_run_duration=timedelta(milliseconds=200))\n    @transform.spark"
    shell.write(ENDLESS.replace("WAIT", "time.sleep(10_000)").replace("@transform", limited, 1))
    done = shell.json("build", "endless", "--engine", "local", "--time-limit", "5000", code=1)
    assert "limit of 0.2 s" in done["jobs"][0]["error"]


def test_a_job_that_ends_in_time_is_let_alone(shell: Shell) -> None:
    """Its limit ends with it."""
    shell.write(FLAKY.replace("if number < 3:", "if False:"))
    assert shell.json("build", "--time-limit", "3000")["jobs"][0]["status"] == "committed"
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(60)  # one that was called off ends by itself, in a moment
    assert not any(timer.is_alive() for timer in timers)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("retry = 1", "unknown setting 'retry'. Did you mean 'retries'"),
        ("retries = 1.5", "retries must be a whole number"),
        ("retries = true", "retries must be a whole number"),
        ("time_limit_seconds = 0", "leave it out for no limit"),
        ("time_limit_seconds = -1", "must be a number of seconds, 0 or more"),
        ('retry_errors = "ValueError"', "must be a list of names"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(shell: Shell, setting: str, said: str) -> None:
    """Before anything runs, with what it must be."""
    settings = shell.folder / "pyproject.toml"
    settings.write_text(f"{settings.read_text()}\n[tool.transforms.jobs]\n{setting}\n")
    refused = shell.run("build")
    assert refused.exit_code == 2
    assert said in refused.stderr
