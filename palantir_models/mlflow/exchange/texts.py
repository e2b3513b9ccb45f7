"""Hyperparameters as MLflow keeps them: as text."""

from __future__ import annotations

from datetime import date, datetime

from palantir_models.experiment.values import Parameter, parameter
from palantir_models.mlflow import parameters

LONGEST = 6000
"""Letters of a parameter's text that every supported MLflow takes."""


def parameter_text(value: bool | date | datetime | float | int | str) -> str:
    """Return a hyperparameter as text, as Python writes it; times as in ISO 8601.

    What does not fit is cut: the whole of it is in the exact copy that goes with a run.
    """
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")  # which some databases refuse
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def typed(text: str) -> Parameter:
    """Return a parameter with the type that its text tells without doubt, by the rule of the bridge.

    ``1``, ``0.5``, ``1e-05`` and ``True`` are an integer, numbers and a truth value; ``01``, ``0.50``, ``1e-5`` and
    ``true`` stay text, as does a date, so that every parameter can be written back as it was.
    """
    return parameter("parameter", parameters.typed(text))
