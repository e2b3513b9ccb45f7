"""What an experiment was given and has not handed on yet, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from palantir_models.experiment.errors import ExperimentClosedError, ExperimentLimitError
from palantir_models.experiment.limits import Limits, advice, shortened
from palantir_models.experiment.media.images import Png
from palantir_models.experiment.media.tables import Table
from palantir_models.experiment.memory.blocks import Block
from palantir_models.experiment.memory.media_rows import Media, MediaRow
from palantir_models.experiment.memory.metrics import Metrics, TimedValue
from palantir_models.experiment.values import Parameter


class Batch(NamedTuple):
    """What came since the last draining; once that has ended, no later call changes anything in it.

    Attributes:
        parameters: the hyperparameters that are new or changed, by name.
        metrics: the metric values.
        names: the names of the metric series that began, by rising number.
        images: the images, in the order they came.
        plots: the plots, in the order they came.
        tables: the tables that are new or changed, by name.
    """

    parameters: dict[str, Parameter]
    metrics: list[Block]
    names: list[str]
    images: list[MediaRow]
    plots: list[MediaRow]
    tables: dict[str, Table]

    @property
    def value_count(self) -> int:
        """How many metric values there are."""
        return sum(block.value_count for block in self.metrics)

    @property
    def size(self) -> int:
        """About how many bytes of memory it holds."""
        media = sum(len(row.content.data) for row in self.images) + sum(len(row.content) for row in self.plots)
        metrics = sum(len(block.data) for block in self.metrics)
        return metrics + media + sum(len(table.parquet) for table in self.tables.values())


class Contents:
    """The validated contents of one experiment. Each method does all it is asked or, when it raises, nothing.

    :param limits: how much the experiment may hold.
    :param clock: the time in nanoseconds since 1970.
    """

    def __init__(self, limits: Limits, clock: Callable[[], int]) -> None:
        # Re-entrant, since a signal handler may log while its thread is logging.
        self.lock = threading.RLock()
        self.metrics = Metrics(limits.metric_values, self.lock, clock)
        self.images = Media(self.lock, clock)
        self.plots = Media(self.lock, clock)
        self.parameters: dict[str, Parameter] = {}
        self.table_names: set[str] = set()
        self._changed: dict[str, Parameter] = {}
        self._tables: dict[str, Table] = {}
        self._most_parameters = limits.parameters
        self._closed = ""
        self.is_resting = False
        """Whether it counts as ended until something is added."""
        self.fault: Exception | None = None
        """Why nothing can be taken at the moment, though it is not the caller's fault."""

    def set_parameters(self, values: Mapping[str, Parameter]) -> None:
        """Set hyperparameters, replacing those of the same keys.

        :param values: key to typed value.
        :raises ExperimentLimitError: when there is no room for all the new ones.
        :raises ExperimentClosedError: when closed.
        """
        with self.lock:
            self.require_open()
            new = [key for key in values if key not in self.parameters]
            if new and len(self.parameters) + len(new) > self._most_parameters:
                raise ExperimentLimitError(
                    f"No room for {shortened(new)}, as an experiment holds "
                    f"{self._most_parameters:,} hyperparameters. Log fewer, or {advice('parameters')}."
                )
            made = dict(values)
            # No call, as in the metrics.
            self.parameters |= made
            self._changed |= made

    def append_metrics(self, values: Mapping[str, float], step: int | None) -> None:
        """Append a value to each of several metric series.

        :param values: series name to value.
        :param step: the step of each, or ``None`` for each series' next one.
        :raises ExperimentStepError: when a step does not rise.
        :raises ExperimentLimitError: when there is no room for all values.
        :raises ExperimentClosedError: when closed.
        """
        with self.lock:
            self.require_open()
            self.metrics.extend(values, step)

    def append_timed(self, values: Sequence[TimedValue], place: Callable[[str, int, int | None], int]) -> None:
        """Append metric values that bring their own times; as :meth:`Metrics.extend_timed`.

        :param values: the values, in their order.
        :param place: finds the step of each.
        :raises ExperimentStepError: when a step does not rise.
        :raises ExperimentLimitError: when there is no room for all values.
        :raises ExperimentClosedError: when closed.
        """
        with self.lock:
            self.require_open()
            self.metrics.extend_timed(values, place)

    def append_image(
        self, name: str, encode: Callable[[], Png | Future[Png]], caption: str | None, step: int | None
    ) -> None:
        """Append an image to its series.

        :param name: the series.
        :param encode: returns what is stored, or its future; called without the lock, since drawing and
            compressing take long.
        :param caption: a text or ``None``.
        :param step: the step, or ``None`` for the series' next one.
        :raises ExperimentStepError: when the step does not rise.
        :raises ExperimentClosedError: when closed.
        """
        self._append(self.images, name, encode, caption, step)

    def append_plot(self, name: str, encode: Callable[[], str], caption: str | None, step: int | None) -> None:
        """Append a plot to its series.

        :param name: the series.
        :param encode: returns what is stored; called without the lock.
        :param caption: a text or ``None``.
        :param step: the step, or ``None`` for the series' next one.
        :raises ExperimentStepError: when the step does not rise.
        :raises ExperimentClosedError: when closed.
        """
        self._append(self.plots, name, encode, caption, step)

    def set_table(self, name: str, encode: Callable[[], Table]) -> None:
        """Set a table, replacing one of the same name.

        :param name: the table's name.
        :param encode: returns what is stored; called without the lock.
        :raises ExperimentClosedError: when closed.
        """
        self.require_open()
        table = encode()
        with self.lock:
            self.require_open()
            # No call, as in the metrics.
            self._tables[name] = table
            self.table_names |= {name}

    def close(self, reason: str) -> None:
        """Refuse whatever comes from now on.

        :param reason: the message of the refusal.
        """
        with self.lock:
            self._closed = reason
            self.pause_at(0)

    def open(self) -> None:
        """Take what comes again, after :meth:`close`."""
        with self.lock:
            self._closed = ""
            self.pause_at(None)

    def rest(self, resting: bool) -> None:
        """Send metric values the long way, where whoever rests is woken; or end that."""
        with self.lock:
            self.is_resting = resting
            self.pause_at(None)

    def refuse(self, fault: Exception | None) -> None:
        """Meet every call with a fault that is not the caller's, from now on; None ends that."""
        with self.lock:
            self.fault = fault
            self.pause_at(None)

    def pause_at(self, waiting: int | None) -> None:
        """Send metric values the long way once so many wait; all of them while closed, resting or refusing.

        :param waiting: the number of values; None for what the limit allows.
        """
        with self.lock:
            stops = self._closed or self.is_resting or self.fault is not None
            self.metrics.pause_at(0 if stops else waiting)

    def require_open(self) -> None:
        """Check that something may still be added.

        :raises ExperimentClosedError: when closed.
        :raises Exception: the current :attr:`fault`.
        """
        if self._closed:
            raise ExperimentClosedError(self._closed)
        if self.fault is not None:
            raise self.fault.with_traceback(None)

    @property
    def has_news(self) -> bool:
        """Whether something came since the last time, as far as a look without the lock tells."""
        return bool(
            self.metrics.has_news or self._changed or self._tables or self.images.has_news or self.plots.has_news
        )

    def drain(self, batches: list[Batch]) -> None:
        """Move away what came since the last time, but for images still in the making.

        Interrupted, it has moved a part and left the rest for the next time.

        :param batches: takes it as one batch; none when there is nothing.
        """
        batch = Batch({}, [], [], [], [], {})
        with self.lock:
            batches += [batch]
            self.metrics.drain(batch.metrics, batch.names)
            self.images.drain(batch.images)
            self.plots.drain(batch.plots)
            parameters, tables = batch.parameters, batch.tables
            changed: dict[str, Parameter] = {}
            replaced: dict[str, Table] = {}
            # No call, as in the metrics.
            parameters |= self._changed
            tables |= self._tables
            self._changed, self._tables = changed, replaced
            is_empty = not any(batch)
            # No call.
            if is_empty and batches[-1] is batch:
                batches[-1:] = []

    def _append(self, rows: Media, name: str, encode: Callable[[], Any], caption: str | None, step: int | None) -> None:
        self.require_open()
        rows.check(name, step)
        content = encode()
        with self.lock:
            self.require_open()
            rows.append(name, content, caption, step)
