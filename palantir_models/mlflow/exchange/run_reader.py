"""Reading a run of MLflow as an experiment: what a run from elsewhere and one that we exported have in common."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from palantir_models.experiment.columns.pieces import pieces
from palantir_models.experiment.columns.recorded import Recorded
from palantir_models.experiment.memory.contents import Batch
from palantir_models.experiment.memory.media_rows import MediaRow
from palantir_models.experiment.values import Parameter, parameter
from palantir_models.mlflow.exchange import tags
from palantir_models.mlflow.exchange.logged_files import LoggedFiles, Medium
from palantir_models.mlflow.exchange.origin import Origin, Stretches
from palantir_models.mlflow.exchange.renumbering import packed, rising
from palantir_models.mlflow.exchange.run_files import RunFiles
from palantir_models.mlflow.parameter_texts import typed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from mlflow import MlflowClient
    from mlflow.entities import Run

_INFINITE = 1.7976931348623157e308
"""What MLflow's databases have in place of infinity."""


@dataclass
class ReadRun:
    """A run as an experiment.

    Attributes:
        row: its row of the experiments table, but for what only the import knows: id, name, branch, transaction.
        recorded: its contents.
        renumbered: the metric series whose steps did not rise in MLflow, so that values were numbered anew.
        not_kept: what has no place in an experiment, and how often it was there.
    """

    row: dict[str, Any]
    recorded: Recorded
    renumbered: list[str] = field(default_factory=list)
    not_kept: Counter[str] = field(default_factory=Counter)


class Points(NamedTuple):
    """The values of a metric, in some order.

    Attributes:
        steps: MLflow's step of each value.
        times: the time of each, in microseconds since 1970.
        values: the values.
    """

    steps: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


class RunReader(ABC):
    """Reads one run that has ended.

    :param client: MLflow's client.
    :param run: the run.
    :param uri: the tracking URI, without credentials.
    :param mlflow_experiment: the name of the run's experiment.
    """

    def __init__(self, client: MlflowClient, run: Run, uri: str, mlflow_experiment: str) -> None:
        self._client = client
        self._run = run
        self._id: str = run.info.run_id
        self._uri = uri
        self._mlflow_experiment = mlflow_experiment
        self._files = RunFiles(client, run)
        self._not_kept: Counter[str] = Counter()
        self._renumbered: dict[str, Stretches] = {}

    def read(self) -> ReadRun:
        """Return the run as an experiment.

        :raises TrackingError: if the run cannot be read.
        """
        recorded = Recorded(list(self._contents()))
        self._count_entities()
        row = {
            **self._row(),
            "source": f"{self._uri} run {self._id}",
            "parameter_count": recorded.parameter_count,
            "value_count": recorded.value_count,
            "series": recorded.series_json(),
        }
        return ReadRun(row, recorded, list(self._renumbered), self._not_kept)

    @abstractmethod
    def _contents(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the run holds, in pieces as a journal has them."""

    @abstractmethod
    def _row(self) -> dict[str, Any]:
        """Return what is known of the run as a whole; asked for when its contents have been read."""

    def _origin(self, kept: Mapping[str, str], steps: Mapping[str, Stretches], source: str | None) -> Origin:
        """Return what is to be known of the run.

        :param kept: the tags that people and libraries gave it.
        :param steps: its steps in MLflow, of the series that were numbered anew.
        :param source: where the experiment came from before it went to MLflow.
        """
        return Origin(
            uri=self._uri,
            run_id=self._id,
            experiment=self._mlflow_experiment,
            run_name=self._run.info.run_name or "",
            status=self._run.info.status,
            parent_run_id=self._run.data.tags.get(tags.PARENT),
            tags=kept,
            steps=steps,
            source=source,
        )

    def _parameters(self, known: Collection[str] = ()) -> dict[str, Parameter]:
        """Return the hyperparameters but those whose keys are known, in the order of their keys."""
        texts = sorted(self._run.data.params.items())
        return {name: parameter("parameter", typed(text)) for name, text in texts if name not in known}

    def _history(self, metric: str) -> Points:
        """Return the values of a metric, in the order in which MLflow tells them."""
        import numpy as np

        history = self._client.get_metric_history(self._id, metric)
        return Points(
            np.array([one.step for one in history], np.int64),
            np.array([one.timestamp for one in history], np.int64) * 1000,
            np.array([_value(one.value) for one in history], np.float64),
        )

    def _rising(self, series: str, points: Points) -> Points:
        """Return values at steps that rise; the series is noted where they are not those of MLflow."""
        import numpy as np

        order, risen = rising(points.steps, points.times)
        if not np.array_equal(risen, points.steps[order]):
            self._renumbered[series] = packed(points.steps[order].tolist())
        return Points(risen, points.times[order], points.values[order])

    def _media(self, logged: LoggedFiles, taken: Mapping[str, Mapping[str, set[int]]]) -> Iterator[Mapping[str, Any]]:
        """Yield images, plots and tables that files hold.

        :param logged: what the files hold.
        :param taken: the steps at which there is something already, by table (``images``, ``plots``) and series.
        """
        self._not_kept.update(logged.not_kept)
        images = _rows(logged.images, taken.get("images", {}))
        plots = _rows(logged.plots, taken.get("plots", {}))
        for batch in (Batch({}, [], [], images, [], {}), Batch({}, [], [], [], plots, {})):
            if batch.images or batch.plots:
                yield pieces(batch)
        if logged.tables:
            yield pieces(Batch({}, [], [], [], [], logged.tables))

    def _count_entities(self) -> None:
        datasets = len(self._run.inputs.dataset_inputs) if self._run.inputs else 0
        models = len(getattr(self._run.outputs, "model_outputs", ())) if self._run.outputs else 0
        self._not_kept.update({kind: n for kind, n in {"dataset input": datasets, "model": models}.items() if n})


def metric_rows(number: int, points: Points) -> dict[str, pa.Table]:
    """Return values as the piece of a journal that holds them.

    :param number: the position of their series among the names of all.
    :param points: the values.
    :returns: one table of metrics; nothing where there are no values.
    """
    import numpy as np
    import pyarrow as pa

    if not len(points.steps):
        return {}
    table = pa.table(
        {
            "series": np.full(len(points.steps), number, "<i4"),
            "step": points.steps,
            "value": points.values,
            "timestamp": pa.array(points.times).cast(pa.timestamp("us", tz="UTC")),
        }
    )
    return {"metrics": table}


def environment_json(origin: Origin, environment: Mapping[str, Any]) -> str:
    """Return the column ``environment`` of an experiment that was imported."""
    return json.dumps(origin.within(environment))


def _rows(media: list[Medium], taken: Mapping[str, set[int]]) -> list[MediaRow]:
    """Return images or plots at steps that rise above those that are taken."""
    import numpy as np

    by_series: dict[str, list[Medium]] = {}
    for one in media:
        by_series.setdefault(one.series, []).append(one)
    rows = []
    for series, items in by_series.items():
        order, steps = rising(np.array([one.step for one in items]), np.array([one.time for one in items]))
        there = taken.get(series, set())
        if there & set(steps.tolist()):
            steps = np.arange(len(items)) + max(there) + 1
        for position, step in zip(order.tolist(), steps.tolist(), strict=True):
            one = items[position]
            rows.append(MediaRow(series, step, one.time * 1_000_000, None, one.content))
    return rows


def _value(value: float) -> float:
    return value if abs(value) != _INFINITE else float("inf") if value > 0 else float("-inf")
