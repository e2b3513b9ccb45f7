"""What an experiment takes: every call is checked, kept in memory whole or not at all, and left to the error policy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from palantir_models.experiment.handler import ErrorHandler
from palantir_models.experiment.journal.spool import Spool
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.media.images import png
from palantir_models.experiment.media.plots import plotly_json
from palantir_models.experiment.media.tables import encoded
from palantir_models.experiment.memory.contents import Contents
from palantir_models.experiment.memory.metrics import TimedValue
from palantir_models.experiment.names import checked_name, checked_text
from palantir_models.experiment.values import Parameter, checked_step, metric, parameter

_log = logging.getLogger(__name__)


class Intake:
    """Where everything enters that is logged to an experiment, by its user or by the bridge from MLflow.

    It does not know the experiment, so whoever holds it alone does not keep the experiment from ending.

    :param contents: what the experiment was given.
    :param spool: brings it to the journal.
    :param handler: what becomes of faults that are not the caller's.
    :param limits: how much the experiment may hold.
    """

    def __init__(self, contents: Contents, spool: Spool, handler: ErrorHandler, limits: Limits) -> None:
        self._contents = contents
        self._spool = spool
        self._told: set[str] = set()
        self.handler = handler
        """What becomes of faults that are not the caller's."""
        self.limits = limits
        """How much the experiment may hold."""
        # Bound once, as they are called for every value.
        self.append = contents.metrics.append
        """The short way of a single metric; see :meth:`Metrics.append`."""
        self.append_all = contents.metrics.append_all
        """The short way of metrics that are logged together; see :meth:`Metrics.append_all`."""
        self.append_timed = contents.metrics.append_timed
        """The short way of :meth:`log_timed`; see :meth:`Metrics.append_timed`."""
        self.relieve = spool.relieve
        """Look after what was logged right now; to be called when a short way returns something else than True or False."""

    def require_open(self) -> None:
        """Check that something may still be logged.

        :raises ExperimentClosedError: when the experiment has ended.
        :raises Exception: the fault that every call meets at the moment.
        """
        self._contents.require_open()

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The hyperparameters by name, as they are at any time."""
        return self._contents.parameters

    def last_image_step(self, series: str) -> int | None:
        """Return the last step of an image series; ``None`` when it is empty."""
        return self._contents.images.last(series)

    def log_param(self, key: object, value: object) -> None:
        """Set one hyperparameter; parameters and errors as of :meth:`Experiment.log_param`."""
        self.log_params({self._checked("a hyperparameter", key): value})

    def log_params(self, values: Mapping[Any, Any]) -> None:
        """Set several hyperparameters, all of them or none; a time that is kept otherwise than given is told once.

        :param values: name to value, each as for :meth:`Experiment.log_param`.
        :raises ExperimentError: for a name or value that cannot be stored, or when the experiment has ended.
        :raises ExperimentLimitError: when there is no room for all new ones, under ``ErrorHandlerType.FAIL``.
        """
        made = {self._checked("a hyperparameter", key): parameter(key, value) for key, value in values.items()}
        with self.handler.guard("parameter", made):
            self._contents.set_parameters(made)
        self._spool.relieve()
        for key, value in values.items():
            if isinstance(value, datetime) and key not in self._told:
                self._tell(key, value, made[key].value)

    def log_metric(self, name: object, value: object, step: object) -> None:
        """Append one metric value; parameters and errors as of :meth:`Experiment.log_metric`."""
        self.log_metrics({self._checked("a metric", name): value}, step)

    def log_metrics(self, values: Mapping[Any, Any], step: object) -> None:
        """Append one value to each of several metric series, all of them or none.

        :param values: series name to value, each as for :meth:`Experiment.log_metric`.
        :param step: the step of every value; ``None`` for each series' next one.
        :raises ExperimentError: for a name, value or step that cannot be used, or when the experiment has ended.
        :raises ExperimentLimitError: when there is no room for all values, under ``ErrorHandlerType.FAIL``.
        """
        number = checked_step(step)
        made = {self._checked("a metric", name): metric(name, value) for name, value in values.items()}
        with self.handler.guard("metric", made):
            self._contents.append_metrics(made, number)
        self._spool.relieve()

    def log_timed(self, values: Sequence[TimedValue], place: Callable[[str, int, int | None], int]) -> bool:
        """Append metric values that bring their own times, all of them or none.

        :param values: the values, in their order.
        :param place: returns a value's step, above the last one, from its series' name, its own step and the
            series' last step (``None`` when it is empty).
        :returns: whether they were kept; the error handler has what they were not kept for.
        :raises ExperimentError: for a name or step that cannot be used, or when the experiment has ended.
        :raises ExperimentLimitError: when there is no room for all values, under ``ErrorHandlerType.FAIL``.
        """
        for value in values:
            self._checked("a metric", value.name)
        kept = False
        with self.handler.guard("metric", [value.name for value in values]):
            self._contents.append_timed(values, place)
            kept = True
        self._spool.relieve()
        return kept

    def log_image(self, series: object, image: object, caption: object = None, step: object = None) -> None:
        """Append an image to its series; parameters and errors as of :meth:`Experiment.log_image`."""
        name = self._checked("an image series", series)
        text, number = self._text("A caption", caption), checked_step(step)
        with self.handler.guard("image", [name]):
            self._contents.append_image(name, lambda: png(image), text, number)
        self._spool.relieve()

    def log_plot(self, series: object, figure: object, caption: object = None, step: object = None) -> None:
        """Append a plot to its series; parameters and errors as of :meth:`Experiment.log_plot`."""
        name = self._checked("a plot series", series)
        text, number = self._text("A caption", caption), checked_step(step)
        with self.handler.guard("plot", [name]):
            self._contents.append_plot(name, lambda: plotly_json(figure), text, number)
        self._spool.relieve()

    def log_table(self, table_name: object, table: object, description: object = None) -> None:
        """Set a table; parameters and errors as of :meth:`Experiment.log_table`."""
        name = self._checked("a table", table_name)
        text, rows = self._text("A description", description), self.limits.table_rows
        with self.handler.guard("table", [name]):
            self._contents.set_table(name, lambda: encoded(name, table, text, rows))
        self._spool.relieve()

    def _checked(self, what: str, name: object) -> str:
        return checked_name(what, name, self.limits.name_length)

    def _text(self, what: str, text: object) -> str | None:
        return checked_text(what, text, self.limits.caption_length)

    def _tell(self, key: str, value: datetime, kept: object) -> None:
        nanoseconds, naive = getattr(value, "nanosecond", 0), value.utcoffset() is None
        if nanoseconds or naive:
            self._told.add(key)
        if nanoseconds:
            _log.warning(
                "%s: hyperparameter %r is kept to the microsecond; its nanoseconds (%s) are not.",
                self.handler.subject,
                key,
                value,
            )
        if naive:
            _log.warning(
                "%s: hyperparameter %r has no time zone, so it is taken as local time and kept as %s.",
                self.handler.subject,
                key,
                kept,
            )
