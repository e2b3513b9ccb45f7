"""What an experiment holds in memory, behind one lock, and what it looked like at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.experiment import arrow
from palantir_models.experiment.errors import ExperimentClosedError, ExperimentLimitError
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.series import RECORD, Media, MediaRow, Metrics
from palantir_models.experiment.tables import Table
from palantir_models.experiment.values import Parameter

if TYPE_CHECKING:
    import pyarrow as pa


class Snapshot(NamedTuple):
    """The contents at one moment; nothing in it changes any more."""

    parameters: dict[str, Parameter]
    records: bytes
    names: list[str]
    images: list[MediaRow]
    plots: list[MediaRow]
    tables: dict[str, Table]

    @property
    def value_count(self) -> int:
        """How many metric values there are."""
        return len(self.records) // RECORD.size

    def arrow(self, experiment_id: str) -> dict[str, pa.Table]:
        """Return one Arrow table for each kind that is not empty.

        :param experiment_id: the value of their first column.
        :returns: any of ``hyperparameters``, ``metrics``, ``images``, ``plots`` and ``tables``.
        """
        made: dict[str, pa.Table] = {}
        if self.parameters:
            made["hyperparameters"] = arrow.hyperparameters(experiment_id, self.parameters)
        if self.records:
            made["metrics"] = arrow.metrics(experiment_id, self.records, self.names)
        if self.images:
            made["images"] = arrow.images(experiment_id, self.images)
        if self.plots:
            made["plots"] = arrow.plots(experiment_id, self.plots)
        if self.tables:
            made["tables"] = arrow.tables(experiment_id, self.tables)
        return made


class Contents:
    """The validated contents of one experiment. Each method does all it is asked or, when it raises, nothing.

    :param limits: how much it may hold.
    :param clock: the time in nanoseconds since 1970.
    """

    def __init__(self, limits: Limits, clock: Callable[[], int]) -> None:
        # Re-entrant, since a signal handler may log while its thread is logging.
        self.lock = threading.RLock()
        self.parameters: dict[str, Parameter] = {}
        self.metrics = Metrics(limits.metric_values, self.lock, clock)
        self.images = Media(self.lock, clock)
        self.plots = Media(self.lock, clock)
        self.tables: dict[str, Table] = {}
        self._most_parameters = limits.parameters
        self._closed = ""

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
                    f"No room for {', '.join(map(repr, new))}, as an experiment holds "
                    f"{self._most_parameters:,} hyperparameters. Log fewer, or raise the limit parameters."
                )
            self.parameters.update(values)

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

    def append_media(
        self, rows: Media, name: str, encode: Callable[[], Any], caption: str | None, step: int | None
    ) -> None:
        """Append an image or a plot to its series.

        :param rows: :attr:`images` or :attr:`plots`.
        :param name: the series.
        :param encode: returns what is stored; called without the lock, since drawing and compressing take
            long.
        :param caption: a text or ``None``.
        :param step: the step, or ``None`` for the series' next one.
        :raises ExperimentStepError: when the step does not rise.
        :raises ExperimentClosedError: when closed.
        """
        self.require_open()
        rows.check(name, step)
        content = encode()
        with self.lock:
            self.require_open()
            rows.append(name, content, caption, step)

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
            self.tables[name] = table

    def close(self, reason: str) -> None:
        """Refuse whatever comes from now on.

        :param reason: the message of the refusal.
        """
        with self.lock:
            self._closed = reason
            self.metrics.close()

    def require_open(self) -> None:
        """Check that something may still be added.

        :raises ExperimentClosedError: when closed.
        """
        if self._closed:
            raise ExperimentClosedError(self._closed)

    def snapshot(self) -> Snapshot:
        """Return the contents as they are now."""
        with self.lock:
            records, names = self.metrics.since(0)
            return Snapshot(
                dict(self.parameters),
                records,
                names,
                self.images.since(0),
                self.plots.since(0),
                dict(self.tables),
            )
