"""An experiment as a training job sees it: log calls that validate, append in memory and return."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from palantir_models.experiment.media.images import png
from palantir_models.experiment.media.plots import plotly_json
from palantir_models.experiment.media.tables import encoded
from palantir_models.experiment.names import checked_name, checked_text
from palantir_models.experiment.recording import Lifecycle
from palantir_models.experiment.values import batch, checked_step, metric, parameter, plain_metric

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects
    import polars
    from PIL.Image import Image


class Experiment(Lifecycle):
    """The hyperparameters, metrics, images, plots and tables that one training job logs.

    Obtained from ``create_experiment`` of a model output. Every ``log_*`` method may be called from any
    thread of the job's process; it keeps all of what it is given or nothing. A mistake in a call raises an
    :class:`ExperimentError` whatever the error handler; a reached limit, or a fault that the caller did not
    cause, is left to the handler. Follows the public page integrate-models/experiment-reference.

    The parameters are those of :class:`Lifecycle`.
    """

    def log_param(self, key: str, value: bool | date | datetime | float | int | str) -> None:
        """Set one hyperparameter, replacing what was logged under the same key.

        :param key: a name of 1 to 100 characters.
        :param value: a bool, date, datetime, float, int of 64 bits, or str. A datetime is kept in UTC; one
            without a time zone is taken as local time.
        :raises ExperimentError: for a key or value that cannot be stored, or when the experiment has ended.
        :raises ExperimentLimitError: for one hyperparameter too many, under ``ErrorHandlerType.FAIL``.
        """
        self._set_parameters({self._checked("a hyperparameter", key): value})

    def log_params(self, parameter_map: Mapping[str, bool | date | datetime | float | int | str]) -> None:
        """Set several hyperparameters, all of them or none.

        :param parameter_map: key to value, each as for :meth:`log_param`.
        :raises ExperimentError: as for :meth:`log_param`, for any one of them.
        :raises ExperimentLimitError: when there is no room for all new ones, under ``ErrorHandlerType.FAIL``.
        """
        self._set_parameters(batch("parameter_map", parameter_map))

    def log_metric(self, metric_name: str, metric_value: float, step: int | None = None) -> None:
        """Append a value to a metric series, which the first value creates.

        :param metric_name: a name of 1 to 100 characters, such as ``train/loss``.
        :param metric_value: a number: int, float, NumPy scalar, or an array or tensor without dimensions. NaN
            and infinities are kept; a bool is refused.
        :param step: above the series' last step; 0, then the last one plus one, when not given.
        :raises ExperimentError: for a name, value or step that cannot be used, or when the experiment has
            ended.
        :raises ExperimentLimitError: for one value too many, under ``ErrorHandlerType.FAIL``.
        """
        value = metric_value if type(metric_value) is float else plain_metric(metric_value)
        if value is not None and (step is None or type(step) is int):
            done = self._append(metric_name, value, step)
            if done is True:
                return
            if done:
                self._spool.relieve()
                return
        self._append_metrics({self._checked("a metric", metric_name): metric_value}, step)

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Append one value to each of several metric series, all of them or none.

        :param values: series name to value, each as for :meth:`log_metric`.
        :param step: the step of every value; when not given, each series takes its own next step.
        :raises ExperimentError: as for :meth:`log_metric`, for any one of them.
        :raises ExperimentLimitError: when there is no room for all values, under ``ErrorHandlerType.FAIL``.
        """
        plain = type(values) is dict and (step is None or type(step) is int)
        if plain and (done := self._append_all(values, step)):
            if done is not True:
                self._spool.relieve()
            return
        self._append_metrics(batch("values", values), step)

    def log_image(
        self,
        series_name: str,
        image: str | bytes | Image,
        caption: str | None = None,
        step: int | None = None,
    ) -> None:
        """Append an image to an image series, which the first image creates.

        :param series_name: a name of 1 to 100 characters.
        :param image: the path of a PNG file, the bytes of a PNG, a Pillow image, or a Matplotlib figure.
        :param caption: at most 1,000 characters.
        :param step: above the series' last step; 0, then the last one plus one, when not given.
        :raises ExperimentError: for anything that is no PNG by its content, a name, caption or step that
            cannot be used, or when the experiment has ended.
        :raises OSError: for a fault while a file is read, under ``ErrorHandlerType.FAIL``.
        """
        name = self._checked("an image series", series_name)
        text, number = self._text("A caption", caption), checked_step(step)
        with self._handler.guard("image", [name]):
            self._contents.append_media(self._contents.images, name, lambda: png(image), text, number)
        self._spool.relieve()

    def log_plot(
        self,
        series_name: str,
        plot_data: plotly.graph_objects.Figure,
        caption: str | None = None,
        step: int | None = None,
    ) -> None:
        """Append a plot to a plot series, which the first plot creates.

        :param series_name: a name of 1 to 100 characters.
        :param plot_data: a ``plotly.graph_objects.Figure``, kept as it is now.
        :param caption: at most 1,000 characters.
        :param step: above the series' last step; 0, then the last one plus one, when not given.
        :raises ExperimentError: for another type of plot, a name, caption or step that cannot be used, or
            when the experiment has ended.
        """
        name = self._checked("a plot series", series_name)
        text, number = self._text("A caption", caption), checked_step(step)
        with self._handler.guard("plot", [name]):
            self._contents.append_media(self._contents.plots, name, lambda: plotly_json(plot_data), text, number)
        self._spool.relieve()

    def log_table(
        self, table_name: str, table: polars.DataFrame | pandas.DataFrame, description: str | None = None
    ) -> None:
        """Set a table, replacing what was logged under the same name.

        :param table_name: a name of 1 to 100 characters.
        :param table: a pandas or Polars ``DataFrame`` of at most 100,000 rows, kept as it is now. A pandas
            index other than the default one becomes columns in front.
        :param description: at most 1,000 characters.
        :raises ExperimentError: for another type, column names that are not distinct, values that Parquet
            cannot hold, or when the experiment has ended.
        :raises ExperimentLimitError: for too many rows, under ``ErrorHandlerType.FAIL``.
        """
        name = self._checked("a table", table_name)
        text, rows = self._text("A description", description), self._limits.table_rows
        with self._handler.guard("table", [name]):
            self._contents.set_table(name, lambda: encoded(name, table, text, rows))
        self._spool.relieve()

    def as_mlflow_run(self) -> AbstractContextManager[Any]:
        """Make the experiment the active MLflow run: in the block, MLflow's API and autologging write into it.

        Parameters, metrics, PNG images, Matplotlib and Plotly figures and tables are kept. What an experiment
        cannot hold (tags, other files, models, nested runs) is counted, and listed in one warning at the end.
        Errors that MLflow swallows reach the experiment's error handler at the end of the block. MLflow's own
        settings are as before then. Follows the public page integrate-models/experiments-overview.

        :returns: a context manager that yields the ``mlflow.ActiveRun``, whose id is the experiment's.
        :raises MissingExtraError: when MLflow is not installed.
        :raises ExperimentClosedError: on entering, when the experiment has ended.
        :raises Exception: on leaving, under ``ErrorHandlerType.FAIL``, the first error that MLflow swallowed.
        """
        from palantir_models.mlflow.bridge.block import mlflow_run

        return mlflow_run(self)

    def _checked(self, what: str, name: object) -> str:
        return checked_name(what, name, self._limits.name_length)

    def _text(self, what: str, text: object) -> str | None:
        return checked_text(what, text, self._limits.caption_length)

    def _set_parameters(self, values: Mapping[Any, Any]) -> None:
        made = {self._checked("a hyperparameter", key): parameter(key, value) for key, value in values.items()}
        with self._handler.guard("parameter", made):
            self._contents.set_parameters(made)
        self._spool.relieve()
        for key, value in values.items():
            if not isinstance(value, datetime) or key in self._told:
                continue
            nanoseconds, naive = getattr(value, "nanosecond", 0), value.utcoffset() is None
            if nanoseconds or naive:
                self._told.add(key)
            if nanoseconds:
                _log.warning(
                    "Experiment %r: hyperparameter %r is kept to the microsecond; its nanoseconds (%s) are not.",
                    self.name,
                    key,
                    value,
                )
            if naive:
                _log.warning(
                    "Experiment %r: hyperparameter %r has no time zone, so it is taken as local time and kept as %s.",
                    self.name,
                    key,
                    made[key].value,
                )

    def _append_metrics(self, values: Mapping[Any, Any], step: object) -> None:
        number = checked_step(step)
        made = {self._checked("a metric", name): metric(name, value) for name, value in values.items()}
        with self._handler.guard("metric", made):
            self._contents.append_metrics(made, number)
        self._spool.relieve()
