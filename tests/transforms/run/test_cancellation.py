"""An interruption reaches the jobs of a build, and nothing that comes after them."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from transforms.run.cancellation import Cancellation

TRACED = """
import sys, threading
from transforms.run.cancellation import Cancellation

def job(is_interrupted):
    cancellation = Cancellation()
    with cancellation.running():
        if is_interrupted:  # by another thread; it arrives in a line of Python, of which there is none left here
            other = threading.Thread(target=cancellation.interrupt)
            other.start(), other.join()

def run(is_interrupted):
    try:
        job(is_interrupted)
    except KeyboardInterrupt:
        pass

for is_interrupted in (False, True):
    thread = threading.Thread(target=run, args=[is_interrupted])
    thread.start(), thread.join()

seen = []
sys.settrace(lambda *event: seen.append(event))
abs(len("a"))
(lambda: None)()
sys.settrace(None)
print(len(seen) > 0)
"""


def test_after_jobs_the_process_can_be_traced() -> None:
    """A debugger, or whoever measures coverage: CPython 3.11 never goes on while it waits for what was raised in a thread."""
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=300)
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


def test_an_interruption_that_comes_too_late_meets_nothing_behind_the_job() -> None:
    """It was raised in the thread, which had no line of Python left in its job."""
    cancellation, met = Cancellation(), []
    sent = threading.Event()

    def work() -> None:
        try:
            with cancellation.running():
                sent.wait()  # returns with the interruption, or without
        except KeyboardInterrupt:
            met.append("in the job")
        for _ in range(100_000):
            pass
        met.append("behind it")

    thread = threading.Thread(target=work)
    thread.start()
    while not cancellation._running:
        pass
    cancellation.interrupt()
    sent.set()
    thread.join()
    assert met in (["in the job", "behind it"], ["behind it"])
    assert not cancellation._sent


def test_a_job_that_committed_is_not_interrupted() -> None:
    """What it began to commit it ends; no job begins one afterwards."""
    cancellation = Cancellation()
    with cancellation.running():
        cancellation.check()
        other = threading.Thread(target=cancellation.interrupt)
        other.start()
        other.join()
        cancellation.cancel()
    with pytest.raises(KeyboardInterrupt), cancellation.running():
        pass
