"""Scores of predictions, as scikit-learn computes them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palantir_models.evaluation.errors import EvaluationError
from palantir_models.evaluation.evaluators.configs import ClassificationEvaluatorConfig
from transforms.errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_BINARY = 2


def sklearn_metrics() -> Any:
    """Return ``sklearn.metrics``.

    :raises MissingExtraError: if scikit-learn is not installed.
    """
    try:
        import sklearn.metrics
    except ImportError as error:
        raise MissingExtraError(
            f"evaluate() needs scikit-learn, which cannot be imported ({error}): pip install scikit-learn. Scores of your own "
            f"need none: evaluation.log_metrics({{...}})."
        ) from error
    return sklearn.metrics


def regression(labels: pd.Series, predictions: pd.Series) -> dict[str, float]:
    """Return the scores of predicted numbers.

    :param labels: what is true.
    :param predictions: what was predicted, row by row.
    :raises EvaluationError: if there are no rows, or a column holds no numbers or has gaps.
    """
    metrics = sklearn_metrics()
    true, predicted = _numbers("targets", labels), _numbers("predictions", predictions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # R2 of one row is NaN, which is what is logged
        return {
            "example_count": float(len(true)),
            "mean_absolute_error": float(metrics.mean_absolute_error(true, predicted)),
            "mean_squared_error": float(metrics.mean_squared_error(true, predicted)),
            "root_mean_squared_error": float(metrics.root_mean_squared_error(true, predicted)),
            "r2": float(metrics.r2_score(true, predicted)),
            "max_error": float(metrics.max_error(true, predicted)),
            "mean_absolute_percentage_error": float(metrics.mean_absolute_percentage_error(true, predicted)),
        }


def classification(
    labels: pd.Series,
    predictions: pd.Series,
    config: ClassificationEvaluatorConfig,
    probabilities: Mapping[str, pd.Series],
) -> dict[str, float]:
    """Return the scores of predicted classes.

    :param labels: what is true.
    :param predictions: what was predicted, row by row.
    :param config: how they are scored.
    :param probabilities: the columns of probabilities that it names, by name.
    :raises EvaluationError: if there are no rows, a column has gaps, labels and predictions are of different kinds, or the
        probabilities do not go with the classes.
    """
    metrics = sklearn_metrics()
    true, predicted = _classes(labels, predictions)
    classes = sorted({*true, *predicted})
    is_binary = len(classes) <= _BINARY
    positive = _positive(classes)
    found = {"example_count": float(len(true)), "accuracy": float(metrics.accuracy_score(true, predicted))}
    if is_binary:
        hits, guesses = [label == positive for label in true], [guess == positive for guess in predicted]
        given: dict[str, Any] = {"y_true": hits, "y_pred": guesses, "average": "binary", "zero_division": 0}
    else:
        given = {"y_true": true, "y_pred": predicted, "average": config.average, "zero_division": 0}
    try:
        found["precision"] = float(metrics.precision_score(**given))
        found["recall"] = float(metrics.recall_score(**given))
        found["f1"] = float(metrics.f1_score(**given))
    except ValueError as error:  # 'samples' is for rows of several labels
        raise EvaluationError(
            f"scikit-learn cannot score these classes with average={config.average!r}: {error}"
        ) from error
    if is_binary:
        (negatives, false_positives), (false_negatives, positives) = metrics.confusion_matrix(
            hits, guesses, labels=[False, True]
        ).tolist()
        found["true_positives"], found["true_negatives"] = float(positives), float(negatives)
        found["false_positives"], found["false_negatives"] = float(false_positives), float(false_negatives)
    if probabilities:
        found["roc_auc"] = _roc_auc(metrics, true, classes, config, probabilities)
    return found


def _roc_auc(
    metrics: Any,
    true: list[Any],
    classes: list[Any],
    config: ClassificationEvaluatorConfig,
    probabilities: Mapping[str, pd.Series],
) -> float:
    import numpy as np

    names = list(probabilities)
    columns = [_numbers(f"column {name!r}", column) for name, column in probabilities.items()]
    by_name = {str(one): one for one in classes}
    if config.class_probability_column is not None and len(classes) > _BINARY:
        raise EvaluationError(
            f"class_probability_column is for two classes, and there are {len(classes)}: {_listed(classes)}. Give a column for "
            f"each, class_probabilities_columns=[...]."
        )
    if len(columns) > 1 and by_name.keys() <= set(
        names
    ):  # named as the classes, which may be more than these rows have
        every = sorted((by_name.get(name, name) for name in names), key=lambda one: (str(type(one)), one))
        columns = [columns[names.index(str(one))] for one in every]
    elif len(columns) not in (1, len(classes)) or (len(columns) == 1 and len(classes) > _BINARY):
        raise EvaluationError(
            f"There are {len(columns)} columns of probabilities ({_listed(names)}) and {len(classes)} classes "
            f"({_listed(classes)}): give a column for each class, in this order, or name them as the classes."
        )
    else:
        every = classes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one class alone it is NaN, which is what is logged
        if len(columns) <= _BINARY:
            positive = _positive(classes) if len(columns) == 1 else every[-1]
            of_it = [label == positive for label in true]
            return float("nan") if len(set(of_it)) < _BINARY else float(metrics.roc_auc_score(of_it, columns[-1]))
        hits = np.array([[label == one for one in every] for label in true])
        told = hits.any(axis=0) & ~hits.all(axis=0)  # of a class that all rows have, or none, there is no curve
        if not told.any():
            return float("nan")
        return float(metrics.roc_auc_score(hits[:, told], np.column_stack(columns)[:, told], average=config.average))


def _positive(classes: Sequence[Any]) -> Any:
    """Return the positive one of two classes: the greater; one that is there alone is it unless it says no."""
    if len(classes) == 1 and classes[0] in (0, -1, False, "0", "False", "false", "no"):
        return None
    return classes[-1]


def _classes(labels: pd.Series, predictions: pd.Series) -> tuple[list[Any], list[Any]]:
    """Return labels and predictions as Python values that can be compared with each other."""
    true, predicted = _plain("targets", labels), _plain("predictions", predictions)
    kinds = {
        kind: {_kind(value) for value in values} for kind, values in (("targets", true), ("predictions", predicted))
    }
    if len(kinds["targets"] | kinds["predictions"]) > 1:
        told = " and ".join(f"{', '.join(sorted(found))} in {kind}" for kind, found in kinds.items())
        raise EvaluationError(f"The classes are {told}, so none would equal another: make them one type.")
    return true, predicted


def _kind(value: Any) -> str:
    return "number" if isinstance(value, (bool, int, float)) else type(value).__name__


def _plain(what: str, column: pd.Series) -> list[Any]:
    _check_whole(what, column)
    return [value.item() if hasattr(value, "item") else value for value in column.tolist()]


def _numbers(what: str, column: pd.Series) -> npt.NDArray[np.float64]:
    _check_whole(what, column)
    try:
        numbers: npt.NDArray[np.float64] = column.to_numpy(dtype="float64")
    except (TypeError, ValueError) as error:
        raise EvaluationError(f"The {what} are no numbers ({column.dtype}): {error}.") from error
    return numbers


def _check_whole(what: str, column: pd.Series) -> None:
    missing = int(column.isna().sum())
    if not len(column):
        raise EvaluationError(f"The {what} have no rows, so there is nothing to score.")
    if missing:
        raise EvaluationError(
            f"The {what} have no value in {missing:,} of {len(column):,} rows: leave these rows out, or fill them."
        )


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values[:10])) + (", …" if len(values) > 10 else "")
