"""An experiment as a training job sees it: log calls that validate, append in memory and return."""

from __future__ import annotations

import html
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from palantir_models.experiment.recording import Recording
from palantir_models.experiment.values import batch, plain_metric

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects
    import polars
    from PIL.Image import Image


class Experiment:
    """The hyperparameters, metrics, images, plots and tables that one training job logs.

    Obtained from ``create_experiment`` of a model output. Every ``log_*`` method may be called from any
    thread of the job's process; it keeps all of what it is given or nothing. A mistake in a call raises an
    :class:`ExperimentError` whatever the error handler; a reached limit, or a fault that the caller did not
    cause, is left to the handler. Follows the public page integrate-models/experiment-reference.

    :param recording: where it is recorded.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._intake = recording.intake
        self._append = recording.intake.append  # bound once, as they are called for every value
        self._append_all = recording.intake.append_all

    @property
    def experiment_id(self) -> str:
        """32 hexadecimal digits."""
        return self._recording.experiment_id

    @property
    def name(self) -> str:
        """The name, as given or as the commit numbered it."""
        return self._recording.name

    @property
    def model(self) -> str:
        """The alias of the model."""
        return self._recording.model

    @property
    def status(self) -> str:
        """``RUNNING``, ``SUCCEEDED`` or ``FAILED``; ``SUPERSEDED`` while a later one has its name and nothing is logged."""
        return self._recording.status

    @property
    def created_time(self) -> datetime:
        """When it was created, in UTC."""
        return self._recording.created_time

    @property
    def parameter_count(self) -> int:
        """How many hyperparameters it holds."""
        return self._recording.parameter_count

    @property
    def value_count(self) -> int:
        """How many metric values it holds, across all series."""
        return self._recording.value_count

    @property
    def dropped_count(self) -> int:
        """How many values (of any kind) were offered but not kept for a reason that is not the caller's."""
        return self._recording.dropped_count

    def log_param(self, key: str, value: bool | date | datetime | float | int | str) -> None:
        """Set one hyperparameter, replacing what was logged under the same key.

        :param key: a name of 1 to 100 characters.
        :param value: a bool, date, datetime, float, int of 64 bits, or str. A datetime is kept in UTC; one
            without a time zone is taken as local time.
        :raises ExperimentError: for a key or value that cannot be stored, or when the experiment has ended.
        :raises ExperimentLimitError: for one hyperparameter too many, under ``ErrorHandlerType.FAIL``.
        """
        self._intake.log_param(key, value)

    def log_params(self, parameter_map: Mapping[str, bool | date | datetime | float | int | str]) -> None:
        """Set several hyperparameters, all of them or none.

        :param parameter_map: key to value, each as for :meth:`log_param`.
        :raises ExperimentError: as for :meth:`log_param`, for any one of them.
        :raises ExperimentLimitError: when there is no room for all new ones, under ``ErrorHandlerType.FAIL``.
        """
        self._intake.log_params(batch("parameter_map", parameter_map))

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
                self._intake.relieve()
                return
        self._intake.log_metric(metric_name, metric_value, step)

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
                self._intake.relieve()
            return
        self._intake.log_metrics(batch("values", values), step)

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
        self._intake.log_image(series_name, image, caption, step)

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
        self._intake.log_plot(series_name, plot_data, caption, step)

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
        self._intake.log_table(table_name, table, description)

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

        return mlflow_run(self._recording)

    def __repr__(self) -> str:
        return f"<Experiment {self.name!r} of {self.model!r}, {', '.join(self._recording.facts())}>"

    def _repr_html_(self) -> str:
        facts = " · ".join(html.escape(fact) for fact in self._recording.facts())
        return f"<b>{html.escape(self.name)}</b> <small>{html.escape(self.model)} · {facts}</small>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"Experiment {self.name!r} cannot be pickled or copied, since values logged to a copy would be "
            "lost: return the values from the other process and log them here."
        )
