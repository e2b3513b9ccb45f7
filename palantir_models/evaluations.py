"""Evaluations of models: what ``palantir_models.evaluations`` offers to annotate and declare; they are not run here yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transforms.errors import UnavailableError

__all__ = ["ClassificationEvaluatorConfig", "Evaluation", "EvaluationResult", "RegressionEvaluatorConfig", "evaluate"]


class Evaluation:
    """The scores of a model on one set of data; for annotations.

    Follows the public page integrate-models/evaluation-reference.
    """


class EvaluationResult:
    """What :func:`evaluate` found; for annotations.

    Follows the public page integrate-models/evaluation-reference.
    """


@dataclass(frozen=True)
class RegressionEvaluatorConfig:
    """How predicted numbers are scored.

    :param subset: the group that the scores belong to.
    """

    subset: str | None = None


@dataclass(frozen=True)
class ClassificationEvaluatorConfig:
    """How predicted classes are scored.

    :param average: how the scores of several classes become one.
    :param class_probabilities_columns: the columns with a probability for each class.
    :param class_probability_column: the column with the probability of the one class.
    :param subset: the group that the scores belong to.
    """

    average: str = "weighted"
    class_probabilities_columns: Sequence[str] | None = None
    class_probability_column: str | None = None
    subset: str | None = None


def evaluate(
    model: Any = None,
    inputs: Any = None,
    targets: str | None = None,
    prediction_column: str | None = None,
    evaluator_config: Any = None,
    evaluation: Evaluation | None = None,
    evaluation_df: Any = None,
) -> EvaluationResult:
    """Score a model; refused in this version.

    Follows the public page integrate-models/evaluation-reference.

    :raises UnavailableError: always.
    """
    raise UnavailableError(
        "evaluate(): evaluations are not available in this version; score the model in the transform and log the scores "
        "with experiment.log_metrics()."
    )
