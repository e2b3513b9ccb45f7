"""What jobs print, log and warn while a build runs."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cli.voices import job_streams
from transforms.run.running import current_job, inherited, running

Shell = Any
SOURCE = str(Path(__file__).parents[3])
TALKING = """
    import logging, multiprocessing, sys, threading, time, warnings
    import polars as pl
    from transforms.api import Output, Pipeline, transform

    log = logging.getLogger(__name__)

    def child():
        print("from a child")

    @transform.using(out=Output("/t/slow"))
    def slow(out):
        print("begun", end="", flush=True)
        thread = threading.Thread(target=print, args=(" and", "threaded"))
        thread.start()
        thread.join()
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
        process.join()
        log.info("epoch %d", 0)
        log.warning("few rows\\nvery few")
        exec(compile("log.info('of a library')", threading.__file__, "exec"))
        warnings.warn("old", FutureWarning)
        for step in (0, 50, 100):
            print(f"\\r{step}%", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        out.write_table(pl.DataFrame({"x": [1]}))

    @transform.using(out=Output("/t/other"))
    def other(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    pipeline = Pipeline()
    pipeline.add_transforms(slow, other)
"""


def run(shell: Shell, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a build in a process of its own: the handlers of a test run would take what is logged."""
    import os

    command = [sys.executable, "-m", "transforms", "build", *arguments]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    return subprocess.run(command, cwd=shell.folder, env=environment, capture_output=True, text=True, check=True)


@pytest.mark.slow
def test_jobs_side_by_side_say_who_speaks(shell: Shell) -> None:
    """Whole lines under the job's name: prints, of threads and forked children too, logs, warnings, progress bars."""
    shell.write(TALKING)

    done = run(shell, "-j", "2", "-v")

    printed = [line for line in done.stdout.splitlines() if line.startswith("slow |")]
    assert printed == ["slow | from a child", "slow | begun and threaded"] or printed == [
        "slow | begun and threaded",
        "slow | from a child",
    ]
    assert done.stderr.splitlines() == [
        "slow | epoch 0",
        "slow | warning: few rows",
        "slow | very few",
        f"slow | warning: {shell.module}.py:23: FutureWarning: old",
        "slow | 100%",
    ]


@pytest.mark.slow
def test_one_job_at_a_time_prints_as_it_likes(shell: Shell) -> None:
    """Its prints are left alone; logs and warnings say who speaks, and INFO comes with -v only."""
    shell.write(TALKING)

    done = run(shell, "-j", "1")

    assert done.stdout.startswith("begun and threaded\nfrom a child\n")
    assert done.stderr.splitlines() == [
        "slow | warning: few rows",
        "slow | very few",
        f"slow | warning: {shell.module}.py:23: FutureWarning: old",
        "",
        "0%",
        "50%",
        "100%",
    ]


@pytest.mark.slow
def test_logging_of_ones_own_is_left_alone(shell: Shell) -> None:
    """Who sets it up gets every record in the form that he chose, and no record twice."""
    shell.write(
        TALKING.replace(
            "log = ", 'logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")\n    log = '
        )
    )

    told = run(shell, "-j", "2", "-v").stderr

    assert "\nINFO epoch 0\n" in f"\n{told}"
    assert told.count("epoch 0") == told.count("of a library") == 1


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("xy\n\r", max_size=4)), max_size=12))
def test_lines_are_whole_and_nothing_is_lost(written: list[tuple[str, str]]) -> None:
    """However two jobs write by turns, each line holds what one of them wrote of it, as a terminal would show it."""
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, patch.context() as inner:
        inner.setattr(sys, "stdout", stream)
        with job_streams(side_by_side=True):
            for job, text in written:
                with running(job):
                    sys.stdout.write(text)

    for job in "ab":
        whole = "".join(text for writer, text in written if writer == job)
        lines = [line.rstrip("\r").rpartition("\r")[2] for line in whole.split("\n")]
        last = lines.pop()
        expected = [f"{job} | {line}" for line in [*lines, *([last] if last else [])]]
        assert [line for line in stream.getvalue().split("\n") if line.startswith(job)] == expected


def test_a_stream_that_cannot_be_written_fails_no_job() -> None:
    """Nobody reads it: that is no reason to lose hours of work."""

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise OSError("no space")

    with pytest.MonkeyPatch.context() as patch:
        for side_by_side in (True, False):
            patch.setattr(sys, "stdout", Broken())
            with job_streams(side_by_side), running("a"):
                print("lost", flush=True)


def test_a_thread_belongs_to_the_job_that_began_it() -> None:
    """Also where several run."""
    seen = []
    with inherited(), running("a"), running("b"):
        thread = threading.Thread(target=lambda: seen.append(current_job()))
        thread.start()
        thread.join()

    assert seen == ["b"]
    assert current_job() is None


def test_what_was_there_before_is_put_back(shell: Shell) -> None:
    """After a command, logging, warnings, streams and threads are as they were."""
    shell.raw()
    before = (logging.lastResort, warnings.showwarning, logging.getLogger().level, sys.stdout, threading.Thread.start)

    assert shell.run("build", "-v").exit_code == 0

    after = (logging.lastResort, warnings.showwarning, logging.getLogger().level, sys.stdout, threading.Thread.start)
    assert before == after
