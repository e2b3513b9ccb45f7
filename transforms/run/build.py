"""A build: jobs in the order of their dependencies, independent ones side by side."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Protocol

from transforms.errors import CommitError
from transforms.run.job import JobResult

_PATIENCE_SECONDS = 10.0
_GLANCE_SECONDS = 0.2


class Listener(Protocol):
    """Is told about every job of a build as it happens."""

    def started(self, name: str) -> None:
        """A job begins."""

    def finished(self, result: JobResult) -> None:
        """A job has ended, or will never begin."""


@dataclass(frozen=True)
class Task:
    """A job of a build.

    Attributes:
        name: the transform's name.
        needs: the names of the jobs that must have ended well before.
        run: runs the job; called once, in any thread.
    """

    name: str
    needs: frozenset[str]
    run: Callable[[], JobResult]


class Cancellation:
    """Tells the jobs of a build that it is over; none of them commits afterwards."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Let no job commit from now on."""
        self._event.set()

    def check(self) -> None:
        """Refuse to go on once the build was cancelled.

        :raises CommitError: then.
        """
        if self._event.is_set():
            raise CommitError("The build was interrupted; nothing of this job was committed.")


def run_tasks(
    tasks: Sequence[Task],
    listener: Listener,
    workers: int = 1,
    fail_fast: bool = False,
    cancel: Cancellation | None = None,
) -> list[JobResult]:
    """Run tasks; a failed one stops its dependants only, or with ``fail_fast`` everything not yet begun.

    :param tasks: the tasks in an order in which none needs a later one.
    :param listener: is told about every task.
    :param workers: how many run at a time; one runs in this thread.
    :param fail_fast: begin nothing new after a failure.
    :param cancel: is cancelled when the user interrupts.
    :returns: the results in the order in which the tasks ended.
    :raises KeyboardInterrupt: if the user interrupts, after every running job has ended without a commit.
    """
    schedule = _Schedule(tasks, listener, fail_fast)
    if workers <= 1:
        while (task := schedule.next()) is not None:
            schedule.done(task, _result_of(task))
        return schedule.results
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="job")
    running: dict[Future[JobResult], Task] = {}
    try:
        while True:
            while len(running) < workers and (task := schedule.next()) is not None:
                running[pool.submit(_result_of, task)] = task
            if not running:
                return schedule.results
            # With a time limit, because a signal that another thread of the process takes does not end a plain wait.
            ended, _ = wait(running, timeout=_GLANCE_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                schedule.done(running.pop(future), future.result())
    except BaseException:
        if cancel is not None:
            cancel.cancel()
        _interrupt_threads("job")
        wait(running, timeout=_PATIENCE_SECONDS)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result_of(task: Task) -> JobResult:
    """Run a task; only an interruption ends more than it."""
    try:
        return task.run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        return JobResult(task.name, "failed", error=error)


class _Schedule:
    """Which task may begin next, and which never will."""

    def __init__(self, tasks: Iterable[Task], listener: Listener, fail_fast: bool) -> None:
        self._waiting = list(tasks)
        self._names = {task.name for task in self._waiting}
        self._well: set[str] = set()
        self._badly: dict[str, str] = {}
        self._listener = listener
        self._fail_fast = fail_fast
        self.results: list[JobResult] = []

    def next(self) -> Task | None:
        """Take the first task that may begin; skip those that cannot any more."""
        for task in list(self._waiting):
            culprit = next((name for name in sorted(task.needs) if name in self._badly), None)
            if culprit is None and self._fail_fast and self._badly:
                culprit = next(iter(self._badly))
            if culprit is not None:
                self._waiting.remove(task)
                self._end(
                    JobResult(task.name, "skipped", reason=f"{self._badly[culprit]} failed"), self._badly[culprit]
                )
            elif (task.needs & self._names) <= self._well:
                self._waiting.remove(task)
                self._listener.started(task.name)
                return task
        return None

    def done(self, task: Task, result: JobResult) -> None:
        """Take the result of a task that was begun."""
        self._end(replace(result, name=task.name), task.name)

    def _end(self, result: JobResult, culprit: str) -> None:
        if result.status in ("failed", "skipped"):
            self._badly[result.name] = culprit
        else:
            self._well.add(result.name)
        self.results.append(result)
        self._listener.finished(result)


def _interrupt_threads(prefix: str) -> None:
    # A thread cannot be stopped from outside; raising in it at its next line of Python is the gentlest there is.
    for thread in threading.enumerate():
        if thread.name.startswith(prefix) and thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt)
            )
