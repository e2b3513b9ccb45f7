"""The steps of a series: which one a value enters at, and that steps rise."""

from __future__ import annotations

from palantir_models.experiment.errors import ExperimentStepError
from palantir_models.experiment.values import MOST


class Series:
    """A series' number and last step."""

    __slots__ = ("code", "last")

    def __init__(self, code: int, last: int) -> None:
        self.code = code
        self.last = last


def next_step(name: str, last: int | None, step: int | None) -> int:
    """Return the step at which a value enters a series: the one given, else 0, else the last one plus one.

    :param name: the series' name, for the message.
    :param last: the series' last step, or ``None`` when nothing was logged to it.
    :param step: the step asked for.
    :returns: the step.
    :raises ExperimentStepError: when it is not above the last one.
    """
    if last is None:
        return 0 if step is None else step
    if step is None:
        if last == MOST:
            raise ExperimentStepError(f"Series {name!r} is at step {MOST}, the last that 64 bits hold.")
        return last + 1
    if step <= last:
        raise ExperimentStepError(
            f"Series {name!r} is at step {last}, so step {step} cannot follow: steps must rise. "
            f"Pass a step above {last}, or none for {last + 1}."
        )
    return step
