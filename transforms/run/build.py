"""A build: jobs in the order of their dependencies, independent ones side by side."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from transforms.errors import TimeLimitError
from transforms.run.cancellation import Cancellation, InterruptedCommitError
from transforms.run.job import JobResult
from transforms.run.running import JOB_THREADS, running
from transforms.store.interrupts import InterruptedAfterCommit, held_interrupts

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


class BuildInterrupted(KeyboardInterrupt):
    """The user stopped a build.

    :param results: a result for every job that has ended, and for those that were not begun.
    :param late: those of them whose commit had begun when the user interrupted, and was made.
    :param stopping: the jobs that did not end in time; nothing of them will be committed.
    :param committing: the jobs whose commit had begun and did not end in time.
    """

    def __init__(
        self,
        results: list[JobResult],
        late: Sequence[JobResult] = (),
        stopping: Sequence[str] = (),
        committing: Sequence[str] = (),
    ) -> None:
        super().__init__("the build was interrupted")
        self.results = results
        self.late = tuple(late)
        self.stopping = tuple(stopping)
        self.committing = tuple(committing)


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
    :raises BuildInterrupted: if the user interrupts, once every running job has ended or had the time to. It knows what was
        committed.
    """
    schedule = _Schedule(tasks, listener, fail_fast)
    cancel = cancel or Cancellation()
    with cancel.on_interrupt():
        if workers <= 1:
            _one_by_one(schedule, cancel)
        else:
            _Crew(schedule, cancel, workers).work()
    return schedule.results


def _one_by_one(schedule: _Schedule, cancel: Cancellation) -> None:
    late: list[JobResult] = []
    try:
        while not cancel.is_over and (task := schedule.next()) is not None:
            result = _outcome(task, cancel)
            if cancel.is_over and result.status == "committed":
                late.append(result)
            schedule.done(result)
    except KeyboardInterrupt:  # between two jobs, where nobody else has Ctrl-C in hand
        cancel.cancel()
    if cancel.is_over:
        raise BuildInterrupted(schedule.stopped(), late)


class _Crew:
    """The threads in which jobs run side by side, one for each job.

    They are no threads of an executor, which Python waits for when it ends, however long a job takes to notice.
    """

    def __init__(self, schedule: _Schedule, cancel: Cancellation, workers: int) -> None:
        self._schedule = schedule
        self._cancel = cancel
        self._workers = workers
        self._ended: queue.SimpleQueue[JobResult] = queue.SimpleQueue()
        self._running: dict[str, threading.Thread] = {}
        self._late: list[JobResult] = []

    def work(self) -> None:
        try:
            while not self._cancel.is_over:
                while len(self._running) < self._workers and (task := self._schedule.next()) is not None:
                    self._begin(task)
                if not self._running:
                    return
                self._take(_GLANCE_SECONDS)
                self._leave_deaf()
        except KeyboardInterrupt:  # where nobody else has Ctrl-C in hand
            pass
        except BaseException:
            self._stop()
            raise
        self._stop()
        running = {name: self._cancel.is_committing(thread.ident) for name, thread in self._running.items()}
        raise BuildInterrupted(
            self._schedule.stopped(),
            self._late,
            [name for name, committing in running.items() if not committing],
            [name for name, committing in running.items() if committing],
        )

    def _begin(self, task: Task) -> None:
        thread = threading.Thread(
            target=lambda: self._ended.put(_outcome(task, self._cancel)), name=f"{JOB_THREADS} {task.name}", daemon=True
        )
        self._running[task.name] = thread
        thread.start()

    def _take(self, seconds: float) -> None:
        """Wait for the end of a job, for some time at most, and take note of it.

        :raises KeyboardInterrupt: if the user interrupted, and somebody else than the build handles that: Spark, once it runs.
        """
        asked = self._cancel.asked
        with held_interrupts() as held, suppress(queue.Empty):  # or a result would be lost between two lines
            # With a time limit, because a signal that another thread of the process takes does not end a plain wait.
            result = self._ended.get(timeout=seconds)
            if self._running.pop(result.name, None) is None:
                return  # it was left, and has ended all the same
            if (self._cancel.is_over or held.came) and result.status == "committed":
                self._late.append(result)
            self._schedule.done(result)
        if held.came and self._cancel.asked == asked:
            self._cancel.asked += 1
            if not self._cancel.is_over:
                raise KeyboardInterrupt

    def _leave_deaf(self) -> None:
        """Go on without jobs whose time is up and that do not notice, as they wait for the system or for native code.

        They commit nothing any more. What they hold ends with this process at the latest.
        """
        told = self._cancel.told_to_stop
        for name, thread in list(self._running.items()):
            since = told.get(thread.ident or 0)
            if since is not None and time.monotonic() - since > _PATIENCE_SECONDS:
                del self._running[name]
                told.pop(thread.ident or 0, None)
                error = TimeLimitError(
                    f"{name} ran for longer than its limit and does not stop: it waits for something outside of Python. "
                    f"Nothing of it is committed, and it ends with this process."
                )
                self._schedule.done(JobResult(name, "failed", time.monotonic() - since, error=error))

    def _stop(self) -> None:
        """End what runs and wait for it: for a while, and for commits to their end.

        Interrupted again, it waits for commits only; interrupted once more, for nothing.
        """
        asked, until = self._cancel.asked, time.monotonic() + _PATIENCE_SECONDS
        self._cancel.cancel()
        self._cancel.interrupt()
        try:
            while self._running:
                again = self._cancel.asked - asked
                committing = any(self._cancel.is_committing(thread.ident) for thread in self._running.values())
                if again > 1 or (not committing and (again or time.monotonic() > until)):
                    return
                self._take(_GLANCE_SECONDS)
                if self._ended.empty() and not any(thread.is_alive() for thread in self._running.values()):
                    return  # one that was interrupted at its very end left nothing to wait for
        except KeyboardInterrupt:
            return


def _outcome(task: Task, cancel: Cancellation) -> JobResult:
    began = time.perf_counter()
    try:
        with running(task.name), cancel.running():
            result = replace(task.run(), name=task.name)
    except InterruptedAfterCommit as late:
        cancel.cancel()
        return JobResult(task.name, "committed", time.perf_counter() - began, late.entry)
    except KeyboardInterrupt:
        cancel.cancel()
        return JobResult(task.name, "interrupted", time.perf_counter() - began)
    except BaseException as error:  # noqa: BLE001 - one job's failure is never the build's
        return JobResult(task.name, "failed", time.perf_counter() - began, error=error)
    return replace(result, status="interrupted", error=None) if _was_refused(result) else result


def _was_refused(result: JobResult) -> bool:
    return result.status == "failed" and isinstance(result.error, InterruptedCommitError)


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

    def done(self, result: JobResult) -> None:
        """Take the result of a task that was begun."""
        self._end(result, result.name)

    def stopped(self) -> list[JobResult]:
        """Return every result, now that nothing more begins."""
        waiting = [JobResult(task.name, "skipped", reason="the build was interrupted") for task in self._waiting]
        self._waiting = []
        self.results.extend(waiting)
        return self.results

    def _end(self, result: JobResult, culprit: str) -> None:
        if result.is_failure or result.status == "skipped":
            self._badly[result.name] = culprit
        else:
            self._well.add(result.name)
        self.results.append(result)
        self._listener.finished(result)
