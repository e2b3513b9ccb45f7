"""Metrics of a version of a model on one dataset, saved as rows of an output and with the job's evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from palantir_models.adapter.base import ModelAdapter
from palantir_models.evaluation.errors import EvaluationTypeError, as_evaluation_errors
from palantir_models.experiment.names import checked_text
from palantir_models.experiment.values import metric

_LONGEST = 100
_COLUMNS = ("model_version", "input_data", "metric", "value", "subset", "stage")


class MetricSet:
    """Metrics of a version of a model, found on one dataset.

    Follows the public page evaluate-models/metric-sets-reference.

    :param model: the version: its RID, or the part of it behind the last dot; or the model that a ``ModelInput`` gave.
    :param input_data: the input that it was evaluated on.
    """

    def __init__(self, model: Any, input_data: Any) -> None:
        if not isinstance(model, (str, ModelAdapter)):
            raise EvaluationTypeError(
                f"model is the RID of a version, or what a ModelInput gave; got {type(model).__qualname__}."
            )
        self._model = model
        self._input_data = input_data
        self._rows: list[dict[str, Any]] = []

    def add(
        self, name: str, value: int | float, subset: str | Mapping[str, Any] | None = None, stage: str | None = None
    ) -> None:
        """Add a metric.

        :param name: its name, 1 to 100 characters.
        :param value: a number.
        :param subset: the part of the data that it is about: a text, or columns with the value that they have in it.
        :param stage: the stage of the model that it is about, such as ``test``.
        :raises EvaluationError: if one of them cannot be used.
        """
        group = ", ".join(f"{key}={one}" for key, one in subset.items()) if isinstance(subset, Mapping) else subset
        with as_evaluation_errors():
            texts = {"metric": name, "subset": group, "stage": stage}
            checked = {what: checked_text(f"The {what}", text, _LONGEST) for what, text in texts.items()}
            number = metric(str(name), value)
        if not checked["metric"]:
            raise EvaluationTypeError("A metric has a name: metric_set.add(name='accuracy', value=0.93).")
        self._rows.append({**checked, "value": number})

    def save(self, output: Any) -> None:
        """Write the metrics into an output, a row each, and log them where the transform is decorated with ``@evaluation``.

        :param output: the output of a transform.
        :raises DataError: if it cannot be written.
        """
        import polars as pl

        rid = self._model if isinstance(self._model, str) else self._model.__dict__.get("model_version_rid")
        data = self._input_data if isinstance(self._input_data, str) else getattr(self._input_data, "rid", None)
        known = {"model_version": None if rid is None else rid.rpartition(".")[2], "input_data": data}
        schema = {name: pl.Float64 if name == "value" else pl.String for name in _COLUMNS}
        output.write_table(pl.DataFrame([{**known, **row} for row in self._rows], schema))
        opener = None if isinstance(self._model, str) else self._model.__dict__.get("create_evaluation")
        if opener is not None and opener.is_open:
            opener().log_metrics({_key(row): row["value"] for row in self._rows})


def _key(row: Mapping[str, Any]) -> str:
    group = " ".join(filter(None, (row["subset"], row["stage"])))
    return f"{group}/{row['metric']}" if group else str(row["metric"])
