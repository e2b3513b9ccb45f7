"""Stopping a build: which of its jobs may still commit, and which are interrupted."""

from __future__ import annotations

import _thread
import ctypes
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from transforms.engine.spark import job_groups, sessions
from transforms.errors import CommitError


class InterruptedCommitError(CommitError):
    """A job came to its commit after the build had been interrupted."""


class Cancellation:
    """Tells the jobs of a build that it is over. None of them begins a commit afterwards; a commit that has begun ends.

    What a signal handler calls takes no lock, as the thread that it interrupts may hold it.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._running: set[int] = set()
        self._committing: set[int] = set()
        self._sent: set[int] = set()  # threads that an interruption was raised in
        self._lock = threading.Lock()
        self._handler_before: Any = None
        self.asked = 0
        self.ends_main: type[BaseException] | None = None
        """What the next signal raises in the main thread's job in place of KeyboardInterrupt, once; see :mod:`.time_limit`."""
        self.told_to_stop: dict[int, float] = {}
        """Threads whose job's time is up, with the time at which they were told, by a clock that never runs backwards."""

    @property
    def is_over(self) -> bool:
        """Whether the build was cancelled."""
        return self._over.is_set()

    def cancel(self) -> None:
        """Let no job begin a commit from now on."""
        self._over.set()

    def check(self) -> None:
        """Let the job of this thread begin its commit, which nothing interrupts then.

        :raises CommitError: if the build was cancelled.
        """
        thread = threading.get_ident()
        self._committing.add(thread)  # before the look, so that a cancellation that comes now meets one or the other
        if self._over.is_set():
            self._committing.discard(thread)
            raise InterruptedCommitError("The build was interrupted; nothing of this job was committed.")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count this thread among those that an interruption ends, while the block runs a job."""
        thread = threading.get_ident()
        self._committing.discard(thread)
        self._take_over()
        try:
            self._running.add(thread)
            if self._over.is_set():  # since the last look, and nobody raised
                raise KeyboardInterrupt
            yield
        finally:
            with self._lock:
                self._running.discard(thread)
                if thread in self._sent:
                    self._sent.discard(thread)
                    take_back()  # one that was sent and did not arrive must not meet what comes after the job

    def is_committing(self, thread: int | None) -> bool:
        """Tell whether the job of a thread has begun its commit."""
        return thread in self._committing

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in every other thread whose job has not begun its commit, and stop what Spark computes."""
        with self._lock:
            for thread in self._running - self._committing - {threading.get_ident()}:
                self._sent.add(thread)
                raise_in(thread, KeyboardInterrupt)
        _stop_spark()

    @contextmanager
    def on_interrupt(self) -> Iterator[None]:
        """Cancel when the user presses Ctrl-C while the block runs, and raise KeyboardInterrupt in a job of this thread.

        Elsewhere in the block nothing is raised, so no result is lost: :attr:`asked` counts how often it was pressed. Left
        as it is where somebody else than Python or Spark handles Ctrl-C.
        """
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or not _may_replace(before):
            yield
            return
        self._handler_before = before
        signal.signal(signal.SIGINT, self._on_signal)
        loggers = [logging.getLogger(name) for name in sessions.CALL_LOGGERS]
        for logger in loggers:
            logger.addFilter(self._is_news)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(self._is_news)
            signal.signal(signal.SIGINT, self._handler_before)
            self._handler_before = None

    def begin_again(self) -> None:
        """Let the job of this thread be interrupted again, as its commit came to nothing and it is tried anew."""
        self._committing.discard(threading.get_ident())

    def wait(self, seconds: float) -> None:
        """Wait for a while, or until the build is cancelled."""
        self._over.wait(seconds)

    def end_main(self, error: type[BaseException]) -> bool:
        """Raise an error in the job of the main thread, also where it waits for the system.

        :param error: the error.
        :returns: False where the main thread runs no job, or somebody else handles its signals; then nothing is raised.
        """
        main = threading.main_thread().ident
        if main is None or main not in self._running or signal.getsignal(signal.SIGINT) != self._on_signal:
            return False
        self.ends_main = error
        signal.pthread_kill(main, signal.SIGINT)
        return True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if (error := self.ends_main) is not None:
            self.ends_main = None
            sessions.leave_call()  # now, as pyspark asks its JVM for more on the way out
            raise error
        self.asked += 1
        self._over.set()
        main = threading.get_ident()
        if main in self._running and main not in self._committing:
            _stop_spark()
            sessions.leave_call()
            raise KeyboardInterrupt

    def _is_news(self, record: logging.LogRecord) -> bool:
        return not (self._over.is_set() and sessions.is_of_call(record))

    def _take_over(self) -> None:
        """Handle Ctrl-C again, where the job before made a Spark session in the main thread, which handles it from then on."""
        if self._handler_before is None or threading.current_thread() is not threading.main_thread():
            return
        now = signal.getsignal(signal.SIGINT)
        if sessions.handles(now):
            self._handler_before = now
            signal.signal(signal.SIGINT, self._on_signal)


def _may_replace(handler: Any) -> bool:
    return handler is signal.default_int_handler or sessions.handles(handler)


def _stop_spark() -> None:
    """Stop what Spark computes: a thread that waits for it notices nothing before."""
    # In another thread, as this one may be that which waits, and begun without a lock, as a signal may have come here.
    _thread.start_new_thread(job_groups.cancel, ())


class _Taken(BaseException):
    """Comes in place of an interruption, for the one line that waits for it."""


def take_back() -> None:
    """Let no interruption meet this thread any more that was raised in it and has not arrived."""
    # Python's own way, raising nothing, leaves the process looking for what was raised at each of its lines: all of it gets
    # slower, and CPython 3.11 runs in a circle once somebody traces it. What arrives is looked for no more.
    try:
        raise_in(threading.get_ident(), _Taken)
        while True:
            pass
    except _Taken:
        return


def raise_in(thread: int, error: type[BaseException]) -> None:
    """Raise an error in a thread, at the next line of Python that it comes to."""
    # A thread cannot be stopped from outside; raising in it at its next line of Python is the gentlest there is.
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
