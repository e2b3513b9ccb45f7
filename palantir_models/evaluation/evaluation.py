"""What users call: an evaluation of one version of a model, which takes scores, images, plots and tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from palantir_models.evaluation.contents import Contents
from palantir_models.evaluation.errors import EvaluationError
from transforms.common.forks import need_owner

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects
    import polars as pl
    from PIL.Image import Image

    from palantir_models.model.versions import ModelVersion

_RID = "ri.models.main.evaluation."


class Record:
    """An evaluation as its job's commit sees it.

    :param evaluation_id: 32 hexadecimal digits.
    :param evaluation_set: the name of its set.
    :param name: its name; the commit may number it to tell it from others of the model.
    :param model: the alias of the model.
    :param version: the version that is evaluated.
    :param created_time: when it was created, in UTC.
    :param contents: what it is given.
    """

    def __init__(  # noqa: PLR0913 (what one evaluation differs from another in)
        self,
        evaluation_id: str,
        evaluation_set: str,
        name: str,
        model: str,
        version: ModelVersion,
        created_time: datetime,
        contents: Contents,
    ) -> None:
        self.evaluation_id = evaluation_id
        self.evaluation_set = evaluation_set
        self.name = name
        self.model = model
        self.version = version
        self.created_time = created_time
        self.contents = contents
        self.process = os.getpid()
        self.has_ended = False

    def require_open(self, call: str) -> None:
        """Refuse what would be in no commit."""
        need_owner(f"{call} of evaluation {self.name!r}", self.process)
        if self.has_ended:
            raise EvaluationError(
                f"The job that made evaluation {self.name!r} of model {self.model} has ended, so nothing can be logged to it. "
                f"Log in the transform's function."
            )


_records: WeakKeyDictionary[Evaluation, Record] = WeakKeyDictionary()


class Evaluation:
    """A snapshot of how one version of a model does on one set of data.

    A model input of a transform decorated with ``@evaluation`` creates it: ``model.create_evaluation()``. What it is given
    enters the job's commit, and nothing of it is kept if the job fails. A value of a name replaces the one before. The part of a
    name before its first ``/`` is the subset of the data that the value is about.

    Follows the public page integrate-models/evaluation-reference.
    """

    def __init__(self) -> None:
        raise EvaluationError(
            "An evaluation is created by a model input, in a transform decorated with @evaluation(...): "
            "model.create_evaluation()."
        )

    @property
    def evaluation_rid(self) -> str:
        """The evaluation's RID."""
        return evaluation_rid(_records[self].evaluation_id)

    @property
    def name(self) -> str:
        """Its name, as given or as the commit numbered it."""
        return _records[self].name

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics that were logged so far, by name."""
        return _records[self].contents.metrics

    def log_metric(self, key: str, value: int | float) -> None:
        """Set one metric; a value of the same key is replaced.

        :param key: 1 to 100 characters; ``subset/name`` for one of a subset.
        :param value: a number; NaN and the infinities are kept.
        :raises EvaluationError: if the key or value cannot be used, or the job has ended.
        """
        self._contents("log_metric").set_metrics({key: value})

    def log_metrics(self, metrics: Mapping[str, int | float]) -> None:
        """Set several metrics, all of them or none.

        :param metrics: key to value, each as for :meth:`log_metric`.
        :raises EvaluationError: if a key or value cannot be used, or the job has ended.
        """
        self._contents("log_metrics").set_metrics(metrics)

    def log_image(self, name: str, image: str | bytes | Image, caption: str | None = None) -> None:
        """Set an image.

        :param name: 1 to 100 characters.
        :param image: the path of a PNG, its bytes or a Pillow image; a Matplotlib figure, too.
        :param caption: at most 200 characters.
        :raises EvaluationError: if it is no such image or has more than 5 MB, or the name or caption cannot be used.
        """
        self._contents("log_image").set_image(name, image, caption)

    def log_plot(self, name: str, plot_data: plotly.graph_objects.Figure, description: str | None = None) -> None:
        """Set a plot.

        :param name: 1 to 100 characters.
        :param plot_data: a Plotly figure.
        :param description: at most 200 characters.
        :raises EvaluationError: if it is no figure or has more than 5 MB, or the name or description cannot be used.
        """
        self._contents("log_plot").set_plot(name, plot_data, description)

    def log_table(self, name: str, table: pl.DataFrame | pd.DataFrame, description: str | None = None) -> None:
        """Set a table.

        :param name: 1 to 100 characters.
        :param table: a pandas or Polars frame of at most 100,000 rows.
        :param description: at most 200 characters.
        :raises EvaluationError: if it is no such frame or has more than 5 MB, or the name or description cannot be used.
        """
        self._contents("log_table").set_table(name, table, description)

    def _contents(self, call: str) -> Contents:
        record = _records[self]
        record.require_open(f"{call}()")
        return record.contents

    def __repr__(self) -> str:
        record = _records[self]
        return f"<Evaluation {record.name!r} of {record.model} {record.version.version}, {len(self.metrics)} metrics>"

    def __reduce__(self) -> Any:
        raise EvaluationError("An evaluation stays in the process of its job: send values there, and log them in it.")


def evaluation_of(record: Record) -> Evaluation:
    """Return the evaluation that a record is for."""
    evaluation = object.__new__(Evaluation)
    _records[evaluation] = record
    return evaluation


def evaluation_rid(evaluation_id: str) -> str:
    """Return the RID of an evaluation."""
    return f"{_RID}{evaluation_id}"
