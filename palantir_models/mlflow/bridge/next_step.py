"""At which step a value enters its series: MLflow lets steps repeat and fall, series of an experiment only rise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from palantir_models.experiment.errors import ExperimentStepError
from palantir_models.experiment.values import MOST


class Stepped(Protocol):
    """What MLflow says of a metric's value, as far as its place in the series goes."""

    @property
    def key(self) -> str:
        """The metric."""

    @property
    def step(self) -> int:
        """MLflow's step."""

    @property
    def timestamp(self) -> int:
        """Milliseconds since 1970."""


AnyStepped = TypeVar("AnyStepped", bound=Stepped)


class Steps:
    """The rule by which MLflow's steps become steps of one run's series; no value is ever lost to it.

    - MLflow's own step is kept wherever it is above the series' last one.
    - A step that falls tells that the series has begun anew, as a second fit counts from 0 again: the value
      follows right behind the last one, and the values after it keep their distances from it.
    - A step that repeats, as calls without a step all have step 0, follows right behind the last one.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}  # of each series MLflow's last step, and how far ours is ahead

    def place(self, name: str, own: int, last: int | None) -> int:
        """Return the step of the next value of a series.

        :param name: the series.
        :param own: the step that MLflow gives.
        :param last: the series' last step; ``None`` when it is empty.
        :returns: a step above the last one.
        :raises ExperimentStepError: when the series is at the last step that 64 bits hold.
        """
        seen, ahead = self._seen.get(name, (MOST, 0))
        if last is None or own > last:
            step, ahead = own, 0
        elif own < seen:
            step = last + 1
            ahead = step - own
        else:
            step = max(own + ahead, last + 1)
        if step > MOST:
            raise ExperimentStepError(f"Series {name!r} is at step {last}: no further step fits 64 bits.")
        self._seen[name] = own, ahead
        return step


def in_order(values: Iterable[AnyStepped]) -> list[AnyStepped]:
    """Return the values of one batch in the order in which they enter their series.

    Values of one series with different steps go by step, as a batch may have been put together from calls that
    overtook each other. Where a step repeats, the batch spans more than one fit, and values go by their times.

    :param values: what came in one call.
    :returns: the same values; those of one series are together.
    """
    series: dict[str, list[AnyStepped]] = {}
    for value in values:
        series.setdefault(value.key, []).append(value)
    ordered: list[AnyStepped] = []
    for group in series.values():
        if len(group) > 1:
            if len({value.step for value in group}) == len(group):
                group.sort(key=lambda value: value.step)
            else:
                group.sort(key=lambda value: value.timestamp)
        ordered += group
    return ordered
