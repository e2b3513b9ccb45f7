"""How a model is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from palantir_models.evaluation.errors import EvaluationError, EvaluationTypeError

Average = Literal["weighted", "micro", "macro", "samples"]


@dataclass(frozen=True)
class RegressionEvaluatorConfig:
    """How predicted numbers are scored: by their errors, R2 and how many rows there are.

    Follows the public page integrate-models/evaluations-builtin.

    :param subset: the group that the scores belong to: they are logged as ``subset/name``.
    :raises EvaluationError: if the subset is no text, is empty or has a slash.
    """

    subset: str | None = None

    def __post_init__(self) -> None:
        _check_subset(self.subset)


@dataclass(frozen=True)
class ClassificationEvaluatorConfig:
    """How predicted classes are scored: by accuracy, precision, recall, F1 and how many rows there are.

    Two classes or fewer, in labels and predictions together, also get the four counts of a confusion matrix; the greater one is the
    positive one. With probabilities there is the area under the ROC curve, too.
    Follows the public page integrate-models/evaluations-builtin.

    :param average: how the scores of several classes become one: ``weighted`` (by how often each is a label), ``micro``,
        ``macro`` or ``samples``; has no meaning for two classes.
    :param class_probabilities_columns: the columns with a probability for each class, in the order of the sorted classes, or
        named as they are.
    :param class_probability_column: the column with the probability of the positive one of two classes.
    :param subset: the group that the scores belong to: they are logged as ``subset/name``.
    :raises EvaluationError: if both kinds of probabilities are given, the average is another word, or the subset is no text, is
        empty or has a slash.
    """

    average: Average = "weighted"
    class_probabilities_columns: Sequence[str] | None = None
    class_probability_column: str | None = None
    subset: str | None = None

    def __post_init__(self) -> None:
        if self.average not in get_args(Average):
            raise EvaluationError(f"average is {', '.join(get_args(Average))}; got {self.average!r}.")
        if self.class_probabilities_columns is not None and self.class_probability_column is not None:
            raise EvaluationError(
                "Give class_probabilities_columns, one for each class, or class_probability_column, for the positive one of two "
                "classes; not both."
            )
        if isinstance(self.class_probabilities_columns, str):
            raise EvaluationTypeError(
                "class_probabilities_columns is a list of columns; give the one of two classes as class_probability_column."
            )
        _check_subset(self.subset)


EvaluatorConfig = RegressionEvaluatorConfig | ClassificationEvaluatorConfig


def _check_subset(subset: object) -> None:
    if subset is None:
        return
    if not isinstance(subset, str):
        raise EvaluationTypeError(f"A subset is named by text; got {type(subset).__name__}.")
    if not subset or "/" in subset:
        raise EvaluationError(
            f"A subset is named by text without a slash, as its scores are 'subset/name'; got {subset!r}."
        )
