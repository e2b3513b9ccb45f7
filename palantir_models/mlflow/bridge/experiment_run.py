"""The two kinds of runs: one that writes into its experiment, and those inside it, which are counted and not kept."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from mlflow.entities import Metric

from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.intake import Intake
from palantir_models.experiment.media.pngfile import SIGNATURE
from palantir_models.experiment.memory.metrics import TimedValue
from palantir_models.experiment.values import MOST
from palantir_models.mlflow.bridge.dropped import MODEL, NESTED, STRAY, TAG, Dropped
from palantir_models.mlflow.bridge.experiment_names import fitting, kind_of_file, of_file
from palantir_models.mlflow.bridge.faults import Faults
from palantir_models.mlflow.bridge.history import Logged
from palantir_models.mlflow.bridge.next_step import Steps, in_order
from palantir_models.mlflow.bridge.run import Run, now
from palantir_models.mlflow.parameter_texts import typed

_NANOSECONDS = 1_000_000  # in a millisecond
_LATEST = MOST // _NANOSECONDS


class ExperimentRun(Run):
    """The run that an experiment is in its block: everything goes through the experiment's own rules.

    It does not hold the experiment, which would never end then: the table of :mod:`live` has the run as long as the
    experiment is there.

    :param experiment_id: the experiment's id, which is the run's, too.
    :param name: the experiment's name.
    :param intake: where what is logged enters the experiment.
    """

    def __init__(self, experiment_id: str, name: str, intake: Intake) -> None:
        super().__init__(experiment_id, name, {"mlflow.runName": name})
        self.intake = intake
        self.dropped = Dropped()
        self.faults = Faults()
        self.entered = 0
        self.threads: set[int] = set()
        self._steps = Steps()
        self._image_steps = Steps()
        self._tables: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def begin_block(self) -> None:
        """Count anew what is dropped and what fails."""
        self.dropped, self.faults = Dropped(), Faults()

    def log_metric(self, one: Metric) -> None:
        """Log one value; this is the path of nearly every call, so it only does what it must."""
        key, value, own, moment = one.key, one.value, one.step, one.timestamp
        name = self._names.get(key)
        plain = type(value) is float and type(own) is int and type(moment) is int and 0 < moment <= _LATEST
        if name is not None and plain and not one.model_id:
            with self.lock:
                if own and self.history.repeats(key, own, value):
                    return
                time = moment * _NANOSECONDS
                done = self.intake.append_timed(name, value, own, time, self._steps.place)
                if done:
                    self.history.append(key, own, moment, value)
                    if done is not True:
                        self.intake.relieve()
                    return
        super().log_metric(one)

    def keep_metrics(self, values: list[Logged]) -> None:
        """Log values to the experiment's series, with MLflow's times."""
        if len(values) > 1:
            values = in_order(values)
        values = [value for value in values if not self.history.repeats(value.key, value.step, value.value)]
        if not values:
            return
        timed = [TimedValue(self._named(key), value, step, self._time(ms)) for key, step, ms, value in values]
        if self.intake.log_timed(timed, self._steps.place):
            self.history.add(values)

    def keep_params(self, params: Mapping[str, str]) -> None:
        """Log hyperparameters, of the types that their texts are of."""
        named = {self._named(key): (key, text) for key, text in params.items()}
        self.intake.log_params({name: typed(text) for name, (_, text) in named.items()})
        kept = self.intake.parameters
        self.params.update(dict(named[name] for name in named if name in kept))

    def all_params(self) -> Mapping[str, str]:
        """Return also the hyperparameters that did not come from MLflow."""
        mine = {self._named(key) for key in self.params}
        others = {key: str(kept.value) for key, kept in list(self.intake.parameters.items())}
        return {**{key: text for key, text in others.items() if key not in mine}, **self.params}

    def log_file(self, local: str, path: str) -> None:
        """Log a PNG, whatever its name; any other file is dropped."""
        with open(local, "rb") as file:
            is_png = file.read(len(SIGNATURE)) == SIGNATURE
        if is_png:
            self.intake.log_image(self._named(of_file(path)), os.fspath(local))
        else:
            self.dropped.add_file(kind_of_file(path))

    def log_image(self, key: str, image: Any, step: int | None) -> None:
        """Log an image; steps follow the rule of metrics."""
        name = self._named(key)
        with self.lock:
            if step is not None:
                step = self._image_steps.place(name, step, self.intake.last_image_step(name))
            self.intake.log_image(name, image, step=step)

    def log_plot(self, path: str, figure: Any) -> None:
        """Log a plot, from which the figure can be had back."""
        self.intake.log_plot(self._named(of_file(path)), figure)

    def log_table(self, path: str, frame: Any) -> None:
        """Log a table; cells of a column that no Parquet file can hold become text."""
        name = self._named(of_file(path))
        try:
            self.intake.log_table(name, frame)
        except ExperimentError:
            plain = frame.copy()
            for column in plain.select_dtypes("object").columns:
                plain[column] = plain[column].map(lambda cell: cell if cell is None else str(cell))
            self.intake.log_table(name, plain)
        self._tables[path] = frame

    def table(self, path: str) -> Any:
        """Return a frame that was logged."""
        return self._tables.get(path)

    @property
    def table_paths(self) -> Sequence[str]:
        """The paths of all tables."""
        return list(self._tables)

    def drop_tag(self) -> None:
        """Count a tag of the user's."""
        self.dropped.add(TAG)

    def drop_model(self) -> None:
        """Count a model."""
        self.dropped.add(MODEL)

    def _named(self, key: str) -> str:
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = fitting(key, self.intake.limits.name_length)
        return name

    def _time(self, milliseconds: int) -> int:
        return (milliseconds if 0 < milliseconds <= _LATEST else now()) * _NANOSECONDS


class InnerRun(Run):
    """A run that was begun while an experiment's is live: it never becomes an experiment.

    :param parent: the run in whose block it was begun.
    :param name: its name.
    :param tags: the tags that it begins with.
    :param nested: whether it was begun as a part of the parent, rather than by a thread that has no run.
    """

    def __init__(self, parent: ExperimentRun, name: str | None, tags: Mapping[str, str], nested: bool) -> None:
        run_id = uuid.uuid4().hex
        super().__init__(run_id, name or run_id[:8], tags)
        self.parent = parent
        parent.dropped.add(NESTED if nested else STRAY)

    def keep_metrics(self, values: list[Logged]) -> None:
        """Count values."""
        super().keep_metrics(values)
        self._count("metric value", len(values))

    def keep_params(self, params: Mapping[str, str]) -> None:
        """Count parameters."""
        super().keep_params(params)
        self._count("parameter", len(params))

    def log_file(self, local: str, path: str) -> None:
        """Count a file."""
        self._count("artifact")

    def log_image(self, key: str, image: Any, step: int | None) -> None:
        """Count an image."""
        self._count("artifact")

    def log_plot(self, path: str, figure: Any) -> None:
        """Count a plot."""
        self._count("artifact")

    def log_table(self, path: str, frame: Any) -> None:
        """Count a table."""
        self._count("artifact")

    def drop_tag(self) -> None:
        """Count a tag of the user's."""
        self._count("tag")

    def drop_model(self) -> None:
        """Count a model."""
        self._count("model")

    def _count(self, what: str, count: int = 1) -> None:
        self.parent.dropped.add_inside(what, count)
