"""The way of what is logged from memory to the journal, and what becomes of it when the journal fails."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from typing import Any

from palantir_models.experiment import arrow, background, frames
from palantir_models.experiment.contents import Batch, Contents
from palantir_models.experiment.errors import ExperimentJournalError
from palantir_models.experiment.handler import ErrorHandler, ErrorHandlerType
from palantir_models.experiment.journal import Journal
from palantir_models.experiment.recorded import Recorded
from palantir_models.experiment.series import MediaRow

WAKE_AT = 262_144
"""So many waiting metric values wake the background thread at once."""
DRAIN_AT = 1_048_576
"""So many are drained by the thread that logs them: it must not outrun the disk."""
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
        self._dropped: list[tuple[str, str, int]] = []
        self._busy = False
        self._problem: Exception | None = None
        if journal is not None:
            contents.pause_at(WAKE_AT)
            _warm_up()

    def relieve(self) -> None:
        """Look after many waiting metric values: wake whoever drains, or drain in the caller's own thread."""
        waiting = self._contents.metrics.waiting
        if self.journal is None or waiting < WAKE_AT:
            return
        if waiting >= DRAIN_AT:
            self.drain()
        else:
            background.wake()
            self._contents.pause_at(DRAIN_AT)

    def drain(self) -> None:
        """Bring what was logged since the last time into the journal; a fault is the handler's matter."""
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
        with self.lock:
            self._wait_for_images()
            self._take()
            try:
                drained = [] if self.journal is None else [{f.kind: f.content()} for f in self.journal.frames()]
            except OSError as error:
                raise self._error("read", error) from error
            held = [arrow.pieces(batch) for batch in self._held]
            return Recorded([*drained, *held, {"dropped": self._dropped_now()}])

    def _wait_for_images(self) -> None:
        wait(row.content for row in self._contents.images.waiting() if isinstance(row.content, Future))

    def _take(self) -> None:
        batch = self._contents.drain()
        if batch is not None:
            self._held.append(self._made(batch))

    def _write(self, journal: Journal) -> None:
        dropped = self._dropped_now()
        if not self._held and dropped == self._dropped:
            return
        try:
            found: list[Mapping[str, Any]] = [arrow.pieces(batch) for batch in self._held]
            if dropped != self._dropped:
                found.append({"dropped": dropped})
            journal.append(b"".join(map(frames.encoded, found)))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise  # of the thread that logs
            self._fail(error)
            return
        self._held.clear()
        self._dropped = dropped
        if self._problem is not None and self._contents.fault is self._problem:
            self._contents.refuse(None)
        self._problem = None

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

    def _made(self, batch: Batch) -> Batch:
        """Return the batch with images in place of their futures; one that could not be made is dropped."""
        rows: list[MediaRow] = []
        for row in batch.images:
            try:
                rows.append(row._replace(content=_result(row.content)))
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self._contents.images.forget()
                try:
                    self._handler.drop("image", [row.series], _ordinary(error))
                except Exception as failure:  # noqa: BLE001 (under FAIL: for the caller, not for this thread)
                    self._contents.refuse(failure)
        return batch._replace(images=rows)


def _ordinary(error: BaseException) -> Exception:
    """Return a fault as an error that ends nothing but the call that meets it; native code panics with others."""
    return error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")


def _result(content: Any) -> Any:
    return content.result() if isinstance(content, Future) else content


def _warm_up() -> None:
    """Import now what the first draining needs: in its thread it would keep what was logged waiting."""
    import numpy  # noqa: F401
    import pandas  # noqa: F401 (pyarrow.array imports it)
    import pyarrow  # noqa: F401
