"""Transforms that evaluate, and an adapter that classifies."""

from __future__ import annotations

from typing import Any

import palantir_models as pm
from palantir_models.transforms import ModelInput, evaluation
from transforms.api import transform


class AtLeast(pm.ModelAdapter):
    """Says whether x is at least a number, and how sure it is."""

    @pm.auto_serialize
    def __init__(self, least):
        self.least = least

    @classmethod
    def api(cls):
        return {"df_in": pm.Pandas()}, {"df_out": pm.Pandas()}

    def predict(self, df_in):
        return df_in.assign(guess=(df_in.x >= self.least).astype(int), chance=df_in.x / df_in.x.max())


def judge(name: str = "judge", evaluation_set: str = "holdout", model: Any = None, **values: float) -> Any:
    """Return a transform that evaluates ``/model`` and logs some metrics; it has no output.

    :param name: its name.
    :param evaluation_set: its set.
    :param model: the model input.
    :param values: the metrics; ``score`` is the model's threshold when none are given.
    """

    def function(model):
        model.create_evaluation().log_metrics(values or {"score": model.least})

    function.__name__ = name
    return evaluation(evaluation_set)(transform.using(model=model or ModelInput("/model"))(function))
