"""Ctrl-C: what was committed is told, what was not is not claimed, whenever it comes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transforms.api import Output, transform
from transforms.run.put_frame import put_frame
from transforms.store.interrupts import InterruptedAfterCommit
from transforms.store.ledger import Ledger
from transforms.store.store import Store
from transforms.store.transaction import Transaction
from transforms.testing import run_transform

pytestmark = pytest.mark.slow

Shell = Any
SOURCE = str(Path(__file__).parents[3])
NOTHING = "interrupted; nothing of the running jobs was committed\n"
TWO = """
    import polars as pl
    from transforms.api import Output, Pipeline, transform

    @transform.using(out=Output("/t/first"))
    def first(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    @transform.using(out=Output("/t/second"))
    def second(out):
        out.write_table(pl.DataFrame({"x": [2]}))

    pipeline = Pipeline()
    pipeline.add_transforms(first, second)
"""


@pytest.fixture(params=[1, 2], ids=["once", "twice"])
def interrupted_commit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is pressed, once or twice, while the ledger takes its first row, which it does all the same."""
    append, times = Ledger.append, [None] * request.param

    def pressed(self: Ledger, *given: Any, **named: Any) -> Any:
        entry = append(self, *given, **named)
        while times:
            times.pop()
            signal.raise_signal(signal.SIGINT)
        return entry

    monkeypatch.setattr(Ledger, "append", pressed)


@pytest.fixture(params=["ours", "Spark's", "another's"])
def handler(request: pytest.FixtureRequest) -> Iterator[None]:
    """Who handles Ctrl-C: Spark takes that over for good, once a session of it was started."""
    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    if request.param == "Spark's":
        interrupt.__module__ = "pyspark.core.context"
    signal.signal(signal.SIGINT, signal.default_int_handler if request.param == "ours" else interrupt)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupted_commit", "handler")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_commit_that_has_begun_is_made_and_told(shell: Shell, jobs: str) -> None:
    """The job that was committing has its COMMIT line, and no sentence says that it was not committed."""
    shell.write(TWO)

    result = shell.run("build", "-j", jobs)

    told = [line for line in result.stdout.splitlines() if line.startswith("COMMIT")]
    made = shell.json("log")
    assert result.exit_code == 130
    assert made
    assert sorted(told) == sorted(f"COMMIT  #{e['seq']}  {e['transform']} -> {e['published']}" for e in made)
    assert "was committed all the same" in result.stderr
    assert f"Interrupted. OK={len(made)} FRESH=0" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("interrupted_commit")
def test_put_that_has_begun_its_commit_makes_it(shell: Shell) -> None:
    """It is told as committed."""
    (shell.folder / "a.csv").write_text("x\n1\n")

    result = shell.run("put", "/t/in", "a.csv")

    assert result.exit_code == 130
    assert result.stdout == "COMMIT  #1  put -> dataset /t/in 1 row\n"
    assert result.stderr == "interrupted; what was being committed then is committed\n"
    assert shell.json("show", "/t/in")["rows"] == [{"x": 1}]


def test_put_that_is_interrupted_after_its_commit_tells_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the commit and the line that tells it, too."""
    commit = Transaction.commit

    def pressed(self: Transaction, *given: Any, **named: Any) -> Any:
        commit(self, *given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(Transaction, "commit", pressed)
    (shell.folder / "a.csv").write_text("x\n1\n")

    assert shell.run("put", "/t/in", "a.csv").stdout == "COMMIT  #1  put -> dataset /t/in 1 row\n"


def test_put_that_is_interrupted_before_its_commit_says_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is there."""
    monkeypatch.setattr(Transaction, "_seal", lambda *_: signal.raise_signal(signal.SIGINT))
    (shell.folder / "a.csv").write_text("x\n1\n")

    result = shell.run("put", "/t/in", "a.csv")

    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "interrupted; nothing was committed\n"
    assert shell.json("log") == []


@pytest.mark.usefixtures("interrupted_commit")
def test_a_transform_in_a_test_is_committed_before_the_interruption_goes_on(store: Store) -> None:
    """The error is a KeyboardInterrupt that knows what was committed."""

    @transform.using(out=Output("/t/out"))
    def writes(out: Any) -> None:
        out.write_table(pl.DataFrame({"x": [1]}))

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(InterruptedAfterCommit, match="commit #1 was made: dataset /t/out stays written"):
        run_transform(writes, store=store)
    assert store.writes().keys() == {("master", "dataset:/t/out")}
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interruption_before_the_commit_commits_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was staged is deleted, and the lease is free."""
    monkeypatch.setattr(Store, "app_id", property(lambda self: signal.raise_signal(signal.SIGINT)), raising=False)
    with pytest.raises(KeyboardInterrupt):
        put_frame(store, "master", "/t/in", pl.DataFrame({"x": [1]}))
    monkeypatch.undo()

    assert store.writes() == {}
    put_frame(store, "master", "/t/in", pl.DataFrame({"x": [1]}))


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("swallows", [False, True])
def test_what_was_committed_before_is_told(shell: Shell, jobs: str, swallows: bool) -> None:
    """The commit line stands, the job that ran is stopped, and the rest is not begun; whatever the function catches."""
    shell.write(
        f"""
        import signal, time
        import polars as pl
        from transforms.api import Input, Output, Pipeline, transform

        @transform.using(out=Output("/t/first"))
        def first(out):
            out.write_table(pl.DataFrame({{"x": [1]}}))

        @transform.using(first=Input("/t/first"), out=Output("/t/slow"))
        def slow(first, out):
            try:
                signal.raise_signal(signal.SIGINT)
                for _ in range(2000):
                    time.sleep(0.005)
            except KeyboardInterrupt:
                if not {swallows}:
                    raise
            out.write_table(pl.DataFrame({{"x": [2]}}))

        @transform.using(first=Input("/t/first"), slow=Input("/t/slow"), out=Output("/t/after"))
        def after(first, slow, out):
            pass

        @transform.using(first=Input("/t/first"), slow=Input("/t/slow"), out=Output("/t/besides"))
        def besides(first, slow, out):
            pass

        pipeline = Pipeline()
        pipeline.add_transforms(first, slow, after, besides)
        """
    )

    result = shell.run("build", "-j", jobs)

    assert result.exit_code == 130
    assert result.stderr == NOTHING
    assert "COMMIT  #1  first -> dataset /t/first 1 row\n" in result.stdout
    assert "2/4  STOPPED  slow     nothing committed" in result.stdout
    assert "Interrupted. OK=1 FRESH=0 ABORTED=0 FAILED=0 SKIPPED=2 INTERRUPTED=1 TOTAL=4" in result.stdout
    assert [entry["transform"] for entry in shell.json("log")] == ["first"]


def test_an_interrupted_build_says_so_in_json(shell: Shell) -> None:
    """The document is whole."""
    shell.write(TWO.replace("def second(out):", "def second(out):\n        raise KeyboardInterrupt"))

    done = shell.json("build", "-j", "1", code=130)

    assert done["status"] == "interrupted"
    assert [(job["name"], job["status"]) for job in done["jobs"]] == [("first", "committed"), ("second", "interrupted")]


def test_a_job_that_does_not_stop_holds_nothing_up(shell: Shell) -> None:
    """A second Ctrl-C ends the command beside a job that notices none, and what is said of it is true."""
    shell.write(
        """
        import os, time
        import polars as pl
        from transforms.api import Output, Pipeline, transform

        @transform.using(out=Output("/t/first"))
        def first(out):
            out.write_table(pl.DataFrame({"x": [1]}))

        @transform.using(out=Output("/t/deaf"))
        def deaf(out):
            open("begun", "w").close()
            time.sleep(300)  # in C, where no KeyboardInterrupt of another thread arrives

        pipeline = Pipeline()
        pipeline.add_transforms(first, deaf)
        """
    )
    command = [sys.executable, "-m", "transforms", "build", "-j", "2"]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    child = subprocess.Popen(
        command, cwd=shell.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    printed = child.stdout.readline()
    while not (shell.folder / "begun").exists():
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    time.sleep(0.5)
    while child.poll() is None:  # as somebody who has no patience
        child.send_signal(signal.SIGINT)
        time.sleep(0.5)
    rest, told = child.communicate(timeout=300)

    assert child.returncode == 130
    assert "COMMIT  #1  first" in printed + rest
    assert "INTERRUPTED=1" in rest
    assert told == NOTHING.rstrip() + "; deaf did not stop in time and ended with this command\n"
    assert [entry["transform"] for entry in shell.json("log")] == ["first"]


def test_a_terminal_keeps_no_line_of_a_job_that_no_longer_runs(shell: Shell) -> None:
    """What shows the running jobs is wiped away before the summary, and the cursor is there again."""
    endless = "open('begun', 'w').close()\n        while True:\n            pass"
    shell.write(TWO.replace('out.write_table(pl.DataFrame({"x": [2]}))', endless))
    environment = {**os.environ, "PYTHONPATH": SOURCE, "TERM": "xterm"}
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "transforms", "build", "-j", "1"]
    child = subprocess.Popen(command, cwd=shell.folder, env=environment, stdout=secondary, stderr=secondary)
    os.close(secondary)
    printed, pressed = b"", False
    with open(primary, "rb", buffering=0) as terminal, suppress(OSError):  # the other side is closed at the end
        while part := terminal.read(65536):
            printed += part
            if not pressed and (shell.folder / "begun").exists() and b"running" in printed.rpartition(b"BUILT")[2]:
                child.send_signal(signal.SIGINT)
                pressed = True
    assert child.wait() == 130
    shown, _, said = printed.decode().partition("COMMIT  #1  first")
    wiped = shown.rpartition("running")[2]
    assert wiped.index("\x1b[2K") < wiped.index("STOPPED")
    assert wiped.index("\x1b[2K") < wiped.index("\x1b[?25h"), "the cursor is shown"
    assert said.endswith(NOTHING.replace("\n", "\r\n"))
    assert "Traceback" not in said


# A minute or two, should Spark miss that its tasks were cancelled, as it does now and then.
LONG = """
    import os, signal, threading
    from transforms.api import Output, Pipeline, transform_df

    def press(spark):
        while not spark.sparkContext.statusTracker().getActiveJobsIds():
            pass
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    @transform_df(Output("/t/long"))
    def long(ctx):
        return ctx.spark_session.range(10**11).selectExpr("sum(id % 7) as s")

    @transform_df(Output("/t/besides"))
    def besides(ctx):
        threading.Thread(target=press, args=(ctx.spark_session,)).start()
        return ctx.spark_session.range(10**11).selectExpr("sum(id % 7) as s")

    pipeline = Pipeline()
    pipeline.add_transforms(besides, long)
"""


@pytest.mark.usefixtures("handler")
@pytest.mark.parametrize("handler", ["ours", "Spark's"], indirect=True)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_spark_computes_ends_with_the_build(
    shell: Shell, spark: Any, jobs: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the thread that is interrupted waits for Spark, and nobody is told how the call was broken off."""
    shell.write(LONG)

    result = shell.run("build", "-j", jobs)

    assert (result.exit_code, result.stderr) == (130, NOTHING)
    assert f"INTERRUPTED={jobs}" in result.stdout
    assert shell.json("log") == []
    assert "py4j" not in caplog.text
    while spark.sparkContext.statusTracker().getActiveJobsIds():
        time.sleep(0.01)
    assert spark.range(3).count() == 3
