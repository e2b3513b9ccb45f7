"""Evaluators of one's own, as older code declares them: a frame goes in, metrics come out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T", int, float, str)


class Field(Generic[T]):
    """Annotates a parameter of an evaluator that names a column with values of a type: ``Field[float]``.

    Follows the public page evaluate-models/evaluator-custom.
    """


class ComputedMetricValue(NamedTuple):
    """A metric that an evaluator computed.

    Follows the public page evaluate-models/evaluator-custom.

    Attributes:
        metric_name: its name.
        metric_value: its value.
    """

    metric_name: str
    metric_value: Any


class Evaluator(ABC):
    """The base of evaluators of one's own.

    Follows the public page evaluate-models/evaluator-custom. A transform makes one and asks it; what it computed goes into a
    :class:`~foundry_ml_metrics.MetricSet` or an evaluation.
    """

    @abstractmethod
    def apply_spark(self, df: Any) -> list[ComputedMetricValue]:
        """Compute metrics.

        :param df: a Spark DataFrame with labels and predictions.
        :returns: the metrics.
        """
