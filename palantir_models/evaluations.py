"""Evaluations of models: what ``palantir_models.evaluations`` offers."""

from palantir_models.evaluation.evaluation import Evaluation
from palantir_models.evaluation.evaluators.configs import ClassificationEvaluatorConfig, RegressionEvaluatorConfig
from palantir_models.evaluation.evaluators.evaluate import EvaluationResult, evaluate

__all__ = ["ClassificationEvaluatorConfig", "Evaluation", "EvaluationResult", "RegressionEvaluatorConfig", "evaluate"]
