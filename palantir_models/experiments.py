"""The public import path of experiments; it holds no logic."""

from __future__ import annotations

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType

__all__ = ["ErrorHandlerType", "Experiment"]
