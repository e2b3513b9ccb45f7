"""A job of a build from its first try to its last: each within its time, each with a log of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from transforms.config import Config
from transforms.config.job_settings import JobSettings
from transforms.run.cancellation import Cancellation
from transforms.run.job import JobOptions, JobResult, run_job
from transforms.run.job_log import JobLogs
from transforms.run.kept_logs import logged
from transforms.run.retrying import pause_seconds, reason_to_retry
from transforms.run.time_limit import TimeIsUp, TimeLimit
from transforms.spec.transform import Transform
from transforms.store.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempts:
    """How the jobs of one build are tried.

    Attributes:
        store: the store.
        config: the project's configuration.
        settings: how often and how long.
        cancel: tells whether the build is over.
        logs: hears what jobs say.
    """

    store: Store
    config: Config
    settings: JobSettings
    cancel: Cancellation
    logs: JobLogs

    def run(self, transform: Transform, options: JobOptions, is_fresh: Callable[[], bool] = lambda: False) -> JobResult:
        """Run a job; again, after a while, if it fails with what may pass.

        :param transform: what to run.
        :param options: how.
        :param is_fresh: tells before another try whether there is nothing to do any more, as another build did it.
        :returns: the result of the last try.
        """
        began, attempt = time.perf_counter(), 1
        while True:
            result = self._once(transform, options)
            reason = reason_to_retry(result.error, self.settings.retry_errors) if result.status == "failed" else None
            if reason is None or attempt > self.settings.retries or self.cancel.is_over:
                return replace(result, attempts=attempt, seconds=time.perf_counter() - began)
            pause = pause_seconds(self.settings, attempt)
            _log.warning(
                "%s failed (%s: %s); trying again in %.1f s, for the %d. time of at most %d: %s",
                options.name,
                type(result.error).__name__,
                reason,
                pause,
                attempt,
                self.settings.retries,
                result.error,
            )
            self.cancel.begin_again()
            self.cancel.wait(pause)
            if self.cancel.is_over:
                return replace(result, attempts=attempt, seconds=time.perf_counter() - began)
            if is_fresh():
                return JobResult(transform.__name__, "fresh", attempts=attempt, reason="built meanwhile")
            attempt += 1

    def _once(self, transform: Transform, options: JobOptions) -> JobResult:
        limit = TimeLimit(self.cancel, shortest(self.settings.time_limit_seconds, transform.time_limit))

        def may_commit() -> None:
            limit.begin_commit()
            self.cancel.check()

        def run(told: JobOptions) -> JobResult:
            asked = self.cancel.asked
            try:
                with limit:
                    result = run_job(transform, self.store, self.config, replace(told, may_commit=may_commit))
            except TimeIsUp as late:  # between the job's end and that of its time
                result = JobResult(transform.__name__, "failed", error=late)
            except KeyboardInterrupt as ended:
                # Whoever handles signals in place of us, as Spark does, knows one kind of end only.
                if not limit.is_over or self.cancel.is_over or self.cancel.asked != asked:
                    raise
                result = JobResult(transform.__name__, "failed", error=ended)
            if limit.is_over and result.status != "committed":
                error = limit.error(options.name or transform.__name__, result.error)
                result = replace(result, status="failed", error=error)
            return result

        return logged(self.store, self.logs, options, run)


def shortest(seconds: float | None, declared: timedelta | None) -> float | None:
    """Return the shorter of two limits, in seconds; None where there is none.

    :param seconds: what the build says.
    :param declared: what the transform declares.
    """
    limits = [limit for limit in (seconds, None if declared is None else declared.total_seconds()) if limit is not None]
    return min(limits, default=None)
