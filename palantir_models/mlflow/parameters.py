"""The types of parameters, which MLflow hands over as text."""

from __future__ import annotations

from palantir_models.experiment.values import LEAST, MOST

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
