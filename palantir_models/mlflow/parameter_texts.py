"""Hyperparameters as MLflow keeps them: as text, which is made from values and read as such again."""

from __future__ import annotations

from datetime import date, datetime

from palantir_models.experiment.values import LEAST, MOST

LONGEST = 6000
"""Letters of a parameter's text that every supported MLflow takes."""
_LONGEST_NUMBER = 32  # no float or integer of 64 bits is written with more letters


def typed(text: str) -> bool | int | float | str:
    """Return the value that a text was made from, where there is no doubt.

    A text becomes a bool, an int or a float only if ``str`` of that value is exactly the text again, so the text
    can always be had back. ``None``, ``1e3``, ``007``, ``+1`` and an integer beyond 64 bits stay text.

    :param text: a parameter's value as MLflow writes it.
    :returns: the value.
    """
    if text in ("True", "False"):
        return text == "True"
    if len(text) > _LONGEST_NUMBER:
        return text
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text and (kind is float or LEAST <= value <= MOST):
            return value
    return text


def parameter_text(value: bool | date | datetime | float | int | str) -> str:
    """Return a hyperparameter as text, as Python writes it; times as in ISO 8601.

    What does not fit is cut: the whole of it is in the exact copy that goes with an exported run.

    :param value: the value that was logged.
    :returns: at most :data:`LONGEST` letters.
    """
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")  # which some databases refuse
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
