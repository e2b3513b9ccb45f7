"""A job that runs for longer than it may is ended, and cannot commit from then on."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

from transforms.common.usercode import met_at, user_line
from transforms.engine.spark import job_groups, sessions
from transforms.errors import TimeLimitError
from transforms.run.cancellation import Cancellation, raise_in, take_back
from transforms.spec.transform import Transform

_GLANCE_SECONDS = 0.01
_MOST_GLANCES = 100
_AGAIN_SECONDS = 5.0
"""After which a job is told again: what is raised in a finalizer, or in code that catches everything, is lost."""


class TimeIsUp(BaseException):
    """Ends a job whose time is up. It is no ``Exception``, so code that catches those does not go on."""


class TimeLimit:
    """The time that one try of a job may take, for the thread that enters it.

    :param cancel: the build's.
    :param seconds: how long it may take; None for as long as it likes.
    """

    def __init__(self, cancel: Cancellation, seconds: float | None) -> None:
        self._cancel = cancel
        self._seconds = seconds
        self._lock = threading.Lock()
        self._thread = 0
        self._timer: threading.Timer | None = None
        self._closed = threading.Event()
        self._started_before = 0.0
        self._is_committing = self._raised = self._signalled = False
        self.is_over = False
        """Whether the time was up before the job began its commit."""

    def __enter__(self) -> TimeLimit:
        self._thread = threading.get_ident()
        self._started_before = sessions.spent_starting(self._thread)
        if self._seconds is not None:
            self._timer = threading.Timer(min(self._seconds, threading.TIMEOUT_MAX), self._end)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._closed.set()
        with self._lock:
            self._cancel.told_to_stop.pop(self._thread, None)
        # What was raised and has not arrived must not meet what comes after the job.
        if self._raised:
            take_back()
        elif self._signalled:
            self._let_signal_pass()

    def begin_commit(self) -> None:
        """Let the job begin its commit, which nothing ends then.

        :raises TimeIsUp: if its time is up.
        """
        with self._lock:
            if self.is_over:
                raise TimeIsUp
            self._is_committing = True

    def error(self, name: str, met: BaseException | None = None) -> TimeLimitError:
        """Return the error for a job whose time was up.

        :param name: the job's name.
        :param met: what it ended with, which tells where it was.
        """
        error = TimeLimitError(
            f"{name} ran for longer than its limit of {self._seconds:g} s, so it was ended; nothing of it was committed. Give it "
            f"more time: --time-limit, time_limit_seconds under [tool.transforms.jobs], or the transform's own "
            f"@configure(allowed_run_duration=...), whichever is the shortest."
        )
        if met is not None and (line := user_line(met)) is not None:
            error.add_note(met_at(line))
        return error.with_traceback(None if met is None else met.__traceback__)

    def _end(self) -> None:
        self._wait_for_spark()
        self._tell()
        while not self._closed.wait(_AGAIN_SECONDS) and self._hears_nothing():
            self._tell()

    def _hears_nothing(self) -> bool:
        """Whether the job's thread is still in the user's function, and not in what ends a job, which must not be interrupted; and
        whether the build still waits for it."""
        if self._thread not in self._cancel.told_to_stop:
            return False
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 - Python has no other way to another thread's frames
        while frame is not None:
            if frame.f_code is Transform.__call__.__code__:
                return True
            frame = frame.f_back
        return False

    def _tell(self) -> None:
        with self._lock:
            if self._closed.is_set() or self._is_committing:
                return
            self.is_over = True
            groups = job_groups.of_thread(self._thread)  # before the job ends, which takes them with it
            self._cancel.told_to_stop.setdefault(self._thread, time.monotonic())
            # Only a signal ends what the main thread waits for; in other threads it comes with the next line of Python.
            is_main = self._thread == threading.main_thread().ident
            self._signalled = is_main and self._cancel.end_main(TimeIsUp)
            if not self._signalled:
                self._raised = True
                raise_in(self._thread, TimeIsUp)
        job_groups.cancel_groups(groups)

    def _wait_for_spark(self) -> None:
        """Wait as long as the job has spent on the start of Spark, which other jobs have, too, and which is not its own."""
        counted = self._started_before
        while not self._closed.is_set():
            if sessions.is_starting(self._thread):
                self._closed.wait(_GLANCE_SECONDS)
            elif (spent := sessions.spent_starting(self._thread)) > counted + _GLANCE_SECONDS:
                self._closed.wait(spent - counted)
                counted = spent
            else:
                return

    def _let_signal_pass(self) -> None:
        try:
            for _ in range(_MOST_GLANCES):
                if self._cancel.ends_main is None:
                    return
                time.sleep(_GLANCE_SECONDS)
            self._cancel.ends_main = None
        except TimeIsUp:
            return
