"""The life of an experiment, from its beginning to its publication: what a job's commit does with it."""

from __future__ import annotations

import os
import time
import uuid
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.errors import ExperimentError, ExperimentJournalError
from palantir_models.experiment.handler import ErrorHandler, ErrorHandlerType
from palantir_models.experiment.intake import Intake
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.journal import Journal
from palantir_models.experiment.journal.spool import Spool
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.memory.contents import Contents
from palantir_models.experiment.names import checked_name
from palantir_models.experiment.statuses import FAILED, RUNNING, SUCCEEDED, SUPERSEDED
from palantir_models.experiment.values import instant
from transforms.common.masking import masked_text
from transforms.common.text import counted


class Recording:
    """What is behind an :class:`Experiment`: it begins the journal, ends with the job and knows what was logged.

    :param name: a name of 1 to 100 characters; the commit may number it to tell it from others of the model.
    :param model: the alias of the model.
    :param experiment_id: 32 hexadecimal digits; a new one when not given.
    :param error_handler_type: what becomes of faults that are not the caller's.
    :param limits: how much the experiment may hold.
    :param clock: the time in nanoseconds since 1970.
    :param journals: the journals, or their folder, where its own is made; without them it lives in memory alone.
    :param context: further columns of the experiments table: what is known of the job that runs it.
    :raises ExperimentError: for a name or handler that cannot be used.
    :raises ExperimentJournalError: when the journal cannot be made, under ``ErrorHandlerType.FAIL``.
    """

    def __init__(  # noqa: PLR0913 (what one experiment differs from another in; each but two has a default)
        self,
        name: str,
        *,
        model: str,
        experiment_id: str | None = None,
        error_handler_type: ErrorHandlerType = ErrorHandlerType.WARN,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        clock: Callable[[], int] = time.time_ns,
        journals: Journals | Path | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = checked_name("an experiment", name, limits.name_length)
        self._model = model
        self._id = experiment_id or uuid.uuid4().hex
        self._limits = limits
        self._clock = clock
        self._handler = ErrorHandler(error_handler_type, f"Experiment {self._name!r} of model {model!r}")
        self._contents = Contents(limits, clock)
        self._context = dict(context or {})
        self._created = instant(clock())
        self._finished: datetime | None = None
        self._status = RUNNING
        self._error: str | None = None
        self._at_end: list[Callable[[], None]] = []
        self._whole: Recorded | None = None
        self._spool = Spool(self._contents, self._handler, None if journals is None else self._journal(journals))
        self._spool.start()
        self.intake = Intake(self._contents, self._spool, self._handler, limits)
        """Where everything that is logged enters."""
        # Whoever has the experiment no more cannot log to it, so nothing of it needs to stay in memory. A finalizer may run
        # within any call of any thread, so it takes no lock.
        weakref.finalize(self, setattr, self._spool, "is_orphaned", True).atexit = False

    @property
    def experiment_id(self) -> str:
        """32 hexadecimal digits."""
        return self._id

    @property
    def name(self) -> str:
        """The name, as given or as the commit numbered it."""
        return self._name

    @property
    def model(self) -> str:
        """The alias of the model."""
        return self._model

    @property
    def status(self) -> str:
        """``RUNNING``, ``SUCCEEDED`` or ``FAILED``; ``SUPERSEDED`` while a later one has its name and nothing is logged."""
        return SUPERSEDED if self._status == RUNNING and self._contents.is_resting else self._status

    @property
    def created_time(self) -> datetime:
        """When it was created, in UTC."""
        return self._created

    @property
    def parameter_count(self) -> int:
        """How many hyperparameters it holds."""
        return len(self._contents.parameters)

    @property
    def value_count(self) -> int:
        """How many metric values it holds, across all series."""
        return len(self._contents.metrics)

    @property
    def dropped_count(self) -> int:
        """How many values (of any kind) were offered but not kept for a reason that is not the caller's."""
        return self._handler.dropped_count

    def rename(self, name: str) -> None:
        """Give it the name that the commit found free.

        :param name: the name.
        :raises ExperimentError: for a name that cannot be used.
        """
        self._name = checked_name("an experiment", name, self._limits.name_length)

    def close(self, status: str, error: str | None = None, is_published: bool = True) -> None:
        """End it: nothing can be logged from now on. A published experiment may still be closed as failed.

        :param status: ``SUCCEEDED`` or ``FAILED``.
        :param error: why it failed.
        :param is_published: whether one that succeeded is part of a version.
        :raises ExperimentError: for another status.
        """
        if status not in (SUCCEEDED, FAILED):
            raise ExperimentError(f"An experiment ends with status {SUCCEEDED} or {FAILED}, not {status!r}.")
        self._call_at_end()
        self._spool.drain()
        ended = "has ended with its job" + (", which failed" if status == FAILED else "")
        if status == SUCCEEDED and is_published:
            ended = "is already published: log before publish(), or create another experiment"
        with self._contents.lock:
            self._contents.close(f"Nothing can be added to experiment {self._name!r}, as it {ended}.")
            self._status, self._finished = status, instant(self._clock())
            self._error = None if error is None else masked_text(error)
        self._spool.stop()

    def supersede(self) -> None:
        """Count as ended, as a later experiment of its name has begun; whatever is logged after all makes it run again.

        It can be published as before. Nothing happens when it has ended.
        """
        if self._status == RUNNING:
            self._call_at_end()
            self._spool.rest(SUPERSEDED, f"A later experiment of its name took its place in process {os.getpid()}.")

    def reopen(self) -> None:
        """Take logs again: what it ended for did not come to pass."""
        with self._contents.lock:
            self._contents.open()
            self._status, self._error, self._finished, self._whole = RUNNING, None, None, None
        self._spool.start()

    def check_publishable(self) -> None:
        """Raise the fault that the caller has not met yet, under ``ErrorHandlerType.FAIL``.

        :raises Exception: the fault.
        """
        self._spool.settle()
        if self._handler.kind is ErrorHandlerType.FAIL and self._contents.fault is not None:
            raise self._contents.fault

    def at_end(self, call: Callable[[], None]) -> None:
        """Have something called when the experiment ends, while it still takes logs."""
        self._at_end.append(call)

    def keep(self, journals: Journals) -> None:
        """Save it apart from its model's tables, in place of its journal: it failed, or was not published.

        :param journals: the journals that its own is one of.
        :raises OSError: when the disk does not take it.
        """
        journals.keep({**self.row(), "model": self._model}, self.recorded(), self._spool.journal)

    def discard_journal(self) -> None:
        """Delete the journal, once what was logged is safe elsewhere; what cannot be deleted is left with a warning."""
        if self._spool.journal is not None:
            self._spool.journal.discard()

    def recorded(self) -> Recorded:
        """Return what was logged so far; after the experiment's end, all of it.

        :raises ExperimentJournalError: when the journal cannot be read.
        """
        if self._status == RUNNING:
            return self._spool.recorded()
        if self._whole is None:
            self._whole = self._spool.recorded()
        return self._whole

    def row(self) -> dict[str, Any]:
        """Return what the experiments table takes from the experiment itself.

        :returns: column name to value; what only the commit knows (the model's version) is left out.
        """
        recorded = self.recorded()
        return {
            **self._context,
            "experiment_id": self._id,
            "name": self._name,
            "status": self._status,
            "created_time": self._created,
            "finished_time": self._finished,
            "parameter_count": self.parameter_count,
            "value_count": recorded.value_count,
            "dropped_count": self.dropped_count,
            "error": self._error,
            "series": recorded.series_json(),
        }

    def drain(self) -> None:
        """Bring what was logged since the last time into the journal."""
        self._spool.drain()

    def facts(self) -> Iterable[str]:
        """Yield what it holds, in words, for displays."""
        yield self.status
        counts = {
            "hyperparameter": self.parameter_count,
            "metric value": self.value_count,
            "image": len(self._contents.images),
            "plot": len(self._contents.plots),
            "table": len(self._contents.table_names),
        }
        for noun, count in counts.items():
            if count:
                yield counted(count, noun)
        if self.dropped_count:
            yield f"{self.dropped_count:,} dropped"

    def _call_at_end(self) -> None:
        while self._at_end:
            self._at_end.pop()()

    def _journal(self, journals: Journals | Path) -> Journal | None:
        place = Journals(journals) if isinstance(journals, Path) else journals
        known = {"experiment_id": self._id, "name": self._name, "model": self._model, "created_time": self._created}
        try:
            return place.begin(self._id, {**self._context, **known})
        except OSError as error:
            problem = ExperimentJournalError(
                f"The journal {place.folder / self._id} cannot be made: {error.strerror or error}."
            )
            if self._handler.kind is ErrorHandlerType.FAIL:
                raise problem from error
            self._handler.warn(problem, "What is logged is held in memory until it is published.")
            return None
