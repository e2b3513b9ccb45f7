"""The way of what is logged from memory to the journal, and what becomes of it when the journal fails."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any

from palantir_models.experiment.columns import pieces
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.errors import ExperimentJournalError
from palantir_models.experiment.handler import ErrorHandler, ErrorHandlerType
from palantir_models.experiment.journal import background, file_format
from palantir_models.experiment.journal.journal import Journal
from palantir_models.experiment.memory.contents import Batch, Contents
from palantir_models.experiment.memory.media_rows import MediaRow
from palantir_models.experiment.statuses import ABANDONED

WAKE_AT = 262_144
"""So many waiting metric values wake the background thread at once."""
DRAIN_AT = 1_048_576
"""So many are drained by the thread that logs them: it must not outrun the disk."""
LATE_NANOSECONDS = 100_000_000
"""A call that finds the last draining to have begun longer ago drains itself: the thread may be kept from running."""
_MOST_HELD = 256 << 20  # bytes kept in memory while the journal cannot be written


class Spool:
    """Drains an experiment into its journal. Safe to use from several threads.

    While the journal cannot be written, everything is held in memory and tried again; what the memory set aside
    for that cannot hold is dropped and counted.

    :param contents: what the experiment was given.
    :param handler: what becomes of faults.
    :param journal: where to; with None all of it stays in memory.
    """

    def __init__(self, contents: Contents, handler: ErrorHandler, journal: Journal | None) -> None:
        # Re-entrant, since a signal handler may log, and thus drain, while its thread is draining.
        self.lock = threading.RLock()
        self.journal = journal
        self._contents = contents
        self._handler = handler
        self._held: list[Batch] = []
        self._sent = (0, 0)  # held batches that are written once the journal has a length
        self._dropped: list[tuple[str, str, int]] = []
        self._changes = 0
        self._busy = False
        self._problem: Exception | None = None
        self._end: tuple[str, str] | None = None
        self.is_orphaned = False
        """Nobody has the experiment any more: what it logged is brought to the journal, and then it has ended."""
        if journal is not None:
            contents.pause_at(WAKE_AT)
            contents.metrics.drain_within(LATE_NANOSECONDS)
            _warm_up()

    def start(self) -> None:
        """Drain by and by from now on."""
        if self.journal is not None:
            background.add(self)

    def stop(self) -> None:
        """Drain no more unless it is asked for."""
        background.remove(self)

    def relieve(self) -> None:
        """Look after what was logged right now: go on if it rests, and drain in the caller's own thread what is late or a lot."""
        if self.journal is None:
            return
        if self._contents.is_resting:
            self._go_on(self.journal)
        metrics = self._contents.metrics
        if metrics.is_late:
            self._drain_soon()
        elif (waiting := metrics.waiting) >= DRAIN_AT:
            self.drain()
        elif waiting >= WAKE_AT:
            background.wake()
            self._contents.pause_at(DRAIN_AT)

    def drain(self) -> None:
        """Bring what was logged since the last time into the journal; a fault is the handler's matter."""
        if self._is_idle:
            self._contents.metrics.drain_within(LATE_NANOSECONDS)
            return
        with self.lock:
            if self._busy or self.journal is None:
                return
            self._busy = True
            try:
                self._take()
                self._write(self.journal)
                self._contents.pause_at(WAKE_AT)
            finally:
                self._busy = False
            has_ended = self._has_ended(self.journal)
        if has_ended:
            self.stop()
            if not (self._contents.is_resting or self.is_orphaned):  # something was logged at this very moment
                self.start()

    @property
    def _is_idle(self) -> bool:
        """Whether there is nothing to do, as far as a look without a lock tells: a process may have a thousand of us."""
        waits = self._contents.has_news or self._held or self._end is not None or self.is_orphaned
        return self.journal is not None and not waits and self._changes == self._handler.changes

    def __repr__(self) -> str:
        return self._handler.subject

    def settle(self) -> None:
        """Wait for images in the making and drain: every fault of what was logged so far has shown then."""
        self._wait_for_images()
        with self.lock:
            if self.journal is None:
                self._take()
            else:
                self.drain()

    def recorded(self) -> Recorded:
        """Return everything that was logged so far, drained or not; images still in the making are waited for.

        :raises ExperimentJournalError: when the journal cannot be read.
        """
        self._wait_for_images()
        with self.lock:
            before, self._busy = self._busy, True
            try:
                self._take()
                drained = [] if self.journal is None else [{f.kind: f.content()} for f in self.journal.frames()]
                held = self._pieces()
            except OSError as error:
                raise self._error("read", error) from error
            finally:
                self._busy = before
            return Recorded([*drained, *held, {"dropped": self._dropped_now()}])

    def rest(self, status: str, reason: str) -> None:
        """Drain, and count as ended until something is logged again.

        :param status: what others see as the status.
        :param reason: what they see as the reason.
        """
        self._wait_for_images()
        with self.lock:
            self._end = status, reason
            self._contents.rest(True)
        self.drain()  # if the disk does not take it now, the thread tries again

    def _go_on(self, journal: Journal) -> None:
        with self.lock:
            self._end = None
            self.start()
            with suppress(OSError):  # it is seen as ended until the process ends; what it logs is kept
                journal.go_on()
            self._contents.rest(False)  # last: an interrupt before it lets the next call begin again

    def _has_ended(self, journal: Journal) -> bool:
        """Tell others that it has ended, when that is so and nothing of it waits in memory."""
        if self.is_orphaned and self._end is None:
            self._end = ABANDONED, f"Its program (process {os.getpid()}) let go of it without publishing it."
        if self._end is None or self._held or self._contents.images.waiting():
            return False
        with suppress(OSError):  # it is seen as running, then, as long as its process lives
            journal.end(*self._end)
        return True

    def _drain_soon(self) -> None:
        # Another thread that drains may do so on a disk that hangs, and no training waits for it.
        if self._problem is None and not self._busy:
            self.drain()
        else:
            self._contents.metrics.drain_within(LATE_NANOSECONDS)  # not at each call

    # What happens when the process forks

    def hold(self) -> None:
        """Take every lock, before this process forks."""
        for lock in self._locks:
            lock.acquire()

    def release(self) -> None:
        """Give the locks back."""
        for lock in reversed(self._locks):
            lock.release()

    def disown(self) -> None:
        """Refuse all logging: this process is a forked child, and the experiment is its parent's."""
        self._contents.close(
            f"{self._handler.subject} belongs to process {os.getppid()}; this is a process forked from it "
            f"({os.getpid()}), whose values would be lost: return them to that process and log them there."
        )

    @property
    def _locks(self) -> tuple[Any, ...]:
        return (self.lock, self._contents.lock, self._handler.lock)

    def _wait_for_images(self) -> None:
        wait(row.content for row in self._contents.images.waiting() if isinstance(row.content, Future))

    def _take(self) -> None:
        self._strike()
        self._contents.drain(self._held)

    def _pieces(self) -> list[dict[str, Any]]:
        for batch in self._held:
            self._make(batch.images)
        return [pieces.pieces(batch) for batch in self._held]

    def _write(self, journal: Journal) -> None:
        changes, dropped = self._handler.changes, self._dropped_now()
        if not self._held and dropped == self._dropped:
            return
        try:
            found: list[Mapping[str, Any]] = [*self._pieces()]
            if (now := self._dropped_now()) != self._dropped:  # images that could not be made are among them
                found.append({"dropped": now})
            data, count = b"".join(map(file_format.encoded, found)), len(self._held)
            self._sent = journal.length + len(data), count
            journal.append(data)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise  # of the thread that logs
            self._fail(error)
            return
        self._strike()
        self._dropped, self._changes = now, changes
        if self._problem is not None and self._contents.fault is self._problem:
            self._contents.refuse(None)
        self._problem = None

    def _strike(self) -> None:
        """Hold no longer what the journal has: the call that wrote it may have been interrupted before it could say so."""
        length = 0 if self.journal is None else self.journal.length
        # No call, as in the metrics.
        end, count = self._sent
        if 0 < end <= length:
            self._sent = 0, 0
            self._held[:count] = []

    def _fail(self, error: BaseException) -> None:
        self._problem = self._error("written", error)
        self._handler.warn(self._problem, "What is logged is held in memory and tried again.")
        if self._handler.kind is ErrorHandlerType.FAIL or sum(batch.size for batch in self._held) > _MOST_HELD:
            self._contents.refuse(self._problem)  # the next call, of whatever kind, meets it

    def _error(self, done: str, error: BaseException) -> ExperimentJournalError:
        folder = "" if self.journal is None else self.journal.folder
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ExperimentJournalError(f"The journal {folder} cannot be {done}: {reason}.")

    def _dropped_now(self) -> list[tuple[str, str, int]]:
        return [(kind, name, count) for (kind, name), count in self._handler.dropped.items()]

    def _make(self, rows: list[MediaRow]) -> None:
        """Put what was made in the place of its future; what could not be made is dropped."""
        index = 0
        while index < len(rows):
            row = rows[index]
            if isinstance(row.content, Future):
                try:
                    rows[index] = row._replace(content=row.content.result())
                except BaseException as error:
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    self._contents.images.forget(rows, index)
                    try:
                        self._handler.drop("image", [row.series], _ordinary(error))
                    except Exception as failure:  # noqa: BLE001 (under FAIL: for the caller, not for this thread)
                        self._contents.refuse(failure)
                    continue
            index += 1


def _ordinary(error: BaseException) -> Exception:
    """Return a fault as an error that ends nothing but the call that meets it; native code panics with others."""
    return error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")


def _warm_up() -> None:
    """Import now what the first draining needs: in its thread it would keep what was logged waiting."""
    import numpy  # noqa: F401
    import pandas  # noqa: F401 (pyarrow.array imports it)
    import pyarrow  # noqa: F401
