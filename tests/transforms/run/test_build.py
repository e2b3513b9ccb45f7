"""Builds: order, parallel jobs, failures, interruption."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from transforms.errors import CommitError
from transforms.run.build import Cancellation, Task, run_tasks
from transforms.run.job import JobResult


class Recorder:
    """A listener that remembers."""

    def __init__(self):
        self.events = []

    def started(self, name):
        self.events.append(("started", name))

    def finished(self, result):
        self.events.append((result.status, result.name))


def task(name, *needs, status="committed", run=None):
    """Return a task that ends as told."""

    def end():
        if run is not None:
            run()
        return JobResult(name, status)

    return Task(name, frozenset(needs), end)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_failure_stops_its_dependants_only(workers):
    """What does not need it runs, what needs it however indirectly is skipped and says why."""
    tasks = [task("a", status="failed"), task("b", "a"), task("c", "b"), task("d"), task("e", "d")]
    results = {result.name: result for result in run_tasks(tasks, Recorder(), workers)}
    statuses = {name: result.status for name, result in results.items()}
    assert statuses == {"a": "failed", "b": "skipped", "c": "skipped", "d": "committed", "e": "committed"}
    assert results["c"].reason == "a failed"


def test_fail_fast_begins_nothing_new():
    """The rest is skipped."""
    results = run_tasks([task("a", status="failed"), task("b"), task("c")], Recorder(), fail_fast=True)
    assert [result.status for result in results] == ["failed", "skipped", "skipped"]


@pytest.mark.parametrize("workers", [1, 4])
def test_nothing_begins_before_what_it_needs_has_ended(workers):
    """Also with several workers."""
    recorder = Recorder()
    run_tasks([task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c")], recorder, workers)
    at = {event: number for number, event in enumerate(recorder.events)}
    for before, after in (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")):
        assert at["committed", before] < at["started", after]


def test_independent_jobs_run_side_by_side():
    """Two tasks that wait for each other both end."""
    barrier = threading.Barrier(2, timeout=300)
    results = run_tasks([task("a", run=barrier.wait), task("b", run=barrier.wait)], Recorder(), workers=2)
    assert [result.status for result in results] == ["committed", "committed"]


def test_an_interruption_ends_running_jobs_and_lets_none_commit():
    """The error that ends one thread reaches the others, and the commit is refused from then on."""
    cancel, begun, ended = Cancellation(), threading.Event(), threading.Event()

    def endless():
        try:
            begun.set()
            while True:
                time.sleep(0.005)
        finally:
            ended.set()

    def interrupt():
        assert begun.wait(300)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tasks([task("a", run=endless), task("b", run=interrupt)], Recorder(), workers=2, cancel=cancel)
    assert ended.is_set()
    with pytest.raises(CommitError, match="interrupted"):
        cancel.check()


class PanicException(BaseException):
    """What native code raises when it breaks down: no ``Exception``."""


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("error", [asyncio.CancelledError, GeneratorExit, PanicException, SystemExit])
def test_only_an_interruption_ends_more_than_a_job(error, workers):
    """Whatever else a task raises, also what is no ``Exception``, makes that one fail, and the others go on."""

    def end():
        raise error("deadline")

    results = run_tasks([task("a", run=end), task("b", "a"), task("c")], Recorder(), workers)
    found = {result.name: (result.status, type(result.error)) for result in results}
    assert found == {"a": ("failed", error), "b": ("skipped", type(None)), "c": ("committed", type(None))}
