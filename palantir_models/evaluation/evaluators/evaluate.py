"""``evaluate``: ask a model about data whose answers are known, score what it says, and log the scores."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from palantir_models.adapter import declared_api
from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.types import Parameter, Spark
from palantir_models.evaluation.errors import EvaluationError, EvaluationTypeError
from palantir_models.evaluation.evaluation import Evaluation
from palantir_models.evaluation.evaluators.configs import (
    ClassificationEvaluatorConfig,
    EvaluatorConfig,
    RegressionEvaluatorConfig,
)
from palantir_models.evaluation.evaluators.frames import frames_in, in_memory, the_column
from palantir_models.evaluation.evaluators.scoring import classification, regression, sklearn_metrics
from palantir_models.model.opener import EvaluationOpener

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EvaluationResult:
    """What :func:`evaluate` found.

    Follows the public page integrate-models/evaluations-builtin.

    Attributes:
        metrics: the scores by name, as they were logged.
        evaluation: what they were logged to.
    """

    metrics: Mapping[str, float]
    evaluation: Evaluation


def evaluate(  # noqa: PLR0913 - Foundry's signature
    model: ModelAdapter,
    inputs: Any,
    targets: str,
    prediction_column: str | None = None,
    evaluator_config: EvaluatorConfig | None = None,
    evaluation: Evaluation | None = None,
    evaluation_df: Any = None,
) -> EvaluationResult:
    """Ask a model about data whose answers are known, score what it says with scikit-learn, and log the scores.

    Follows the public page integrate-models/evaluations-builtin.

    :param model: a model that a ``ModelInput`` gave the transform's function.
    :param inputs: what the model is asked: a DataFrame as its one argument, a tuple of arguments, or a dict of arguments by name.
        Frames of Spark are brought into memory.
    :param targets: the column of the right answers, in ``evaluation_df`` or else in ``inputs``; rows are matched by their place.
    :param prediction_column: the column of the model's output with its answers; named as ``targets`` when not given.
    :param evaluator_config: a :class:`RegressionEvaluatorConfig` or :class:`ClassificationEvaluatorConfig`.
    :param evaluation: where the scores go; the evaluation of ``model`` in this job when not given.
    :param evaluation_df: a frame with the right answers, where ``inputs`` has none.
    :returns: the scores that were logged.
    :raises EvaluationError: if a column is not there or not once, has gaps, or cannot be scored.
    :raises MisuseError: if no evaluation is given and the job makes none.
    :raises MissingExtraError: if scikit-learn is not installed.
    """
    _check(model, evaluator_config, evaluation)
    sklearn_metrics()  # before the model is asked, which may take long
    target = _evaluation_of(model) if evaluation is None else evaluation
    given = _in_memory(inputs)
    labels = the_column(
        f"The argument {'inputs' if evaluation_df is None else 'evaluation_df'}",
        frames_in(given if evaluation_df is None else in_memory(evaluation_df)),
        targets,
    )
    returned = frames_in(_ask(model, given))
    predictions = the_column(
        "The model's output", returned, targets if prediction_column is None else prediction_column
    )
    if len(labels) != len(predictions):
        raise EvaluationError(
            f"There are {len(labels):,} targets and {len(predictions):,} predictions, so they cannot be told which belong "
            f"together: the model has to return a row for each row that it is asked about."
        )
    if isinstance(evaluator_config, ClassificationEvaluatorConfig):
        one, many = evaluator_config.class_probability_column, evaluator_config.class_probabilities_columns
        names = [one] if one is not None else list(many or ())
        probabilities = {name: the_column("The model's output", returned, name) for name in names}
        found = classification(labels, predictions, evaluator_config, probabilities)
    else:
        found = regression(labels, predictions)
    if prediction_column is None and labels.tolist() == predictions.tolist():
        _log.warning(
            "evaluate(): all %s values of column %r in the output of %s are the targets themselves. If the model passes that "
            "column on, name the one with its answers: prediction_column='...'.",
            f"{len(labels):,}",
            targets,
            type(model).__name__,
        )
    subset = None if evaluator_config is None else evaluator_config.subset
    metrics = found if subset is None else {f"{subset}/{name}": value for name, value in found.items()}
    target.log_metrics(metrics)
    return EvaluationResult(metrics, target)


def _check(model: object, config: object, evaluation: object) -> None:
    if not isinstance(model, ModelAdapter):
        raise EvaluationTypeError(
            f"evaluate() takes a model that a ModelInput gave the transform's function; got {type(model).__qualname__}."
        )
    if not isinstance(config, (RegressionEvaluatorConfig, ClassificationEvaluatorConfig)):
        raise EvaluationTypeError(
            f"evaluator_config is a RegressionEvaluatorConfig() or a ClassificationEvaluatorConfig(); got {config!r}."
        )
    if evaluation is not None and not isinstance(evaluation, Evaluation):
        raise EvaluationTypeError(
            f"evaluation is what create_evaluation() returned; got {type(evaluation).__qualname__}."
        )


def _evaluation_of(model: ModelAdapter) -> Evaluation:
    found: Evaluation = model.__dict__.get("create_evaluation", EvaluationOpener())()
    return found


def _is_dict(kind: Any) -> bool:
    return dict in (kind, get_origin(kind))


def _in_memory(inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return {name: in_memory(value) for name, value in inputs.items()}
    if type(inputs) is tuple:
        return tuple(map(in_memory, inputs))
    return in_memory(inputs)


def _ask(model: ModelAdapter, inputs: Any) -> Any:
    """Return what a model answers: by ``predict`` where the adapter has it, unless a frame has to become one of Spark again."""
    api = declared_api(model)
    kinds = list(api.inputs.values())
    is_plain = type(model).predict is not ModelAdapter.predict and not any(isinstance(kind, Spark) for kind in kinds)
    call = model.predict if is_plain else model.transform
    takes_dict = len(kinds) == 1 and isinstance(kinds[0], Parameter) and _is_dict(kinds[0].type)
    if isinstance(inputs, Mapping) and not takes_dict:
        return call(**inputs)
    return call(*inputs) if type(inputs) is tuple else call(inputs)
