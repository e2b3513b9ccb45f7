"""Steps that rise, made of MLflow's, where several values may stand at one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from palantir_models.experiment.values import MOST

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]


def rising(steps: Numbers, times: Numbers) -> tuple[Numbers, Numbers]:
    """Return in which order values enter a series, and at which steps.

    Where all steps differ, values stand in their order and keep them. Otherwise they stand in the order of their times,
    and a step that does not rise becomes the last one plus one: of two trainings that both count from 0, the second goes
    on where the first ended.

    :param steps: the step of each value.
    :param times: the time of each value.
    :returns: the positions of the values in their new order, and their steps in that order.
    """
    import numpy as np

    order = np.argsort(steps, kind="stable")
    found = steps[order]
    if not np.any(found[1:] == found[:-1]):
        return order, found
    order = np.lexsort((steps, times))
    made: list[int] = []
    for step in steps[order].tolist():
        made.append(step if not made or step > made[-1] else made[-1] + 1)
    if made[-1] > MOST:
        made = list(range(len(made)))
    return order, np.array(made, np.int64)


def packed(steps: Sequence[int]) -> list[list[int]]:
    """Return steps as stretches of even distance: the first step, how many there are, and the distance."""
    stretches: list[list[int]] = []
    for step in steps:
        if stretches and stretches[-1][1] == 1:
            stretches[-1][1:] = [2, step - stretches[-1][0]]
        elif stretches and step == stretches[-1][0] + stretches[-1][1] * stretches[-1][2]:
            stretches[-1][1] += 1
        else:
            stretches.append([step, 1, 0])
    return stretches


def unpacked(stretches: Sequence[Sequence[int]]) -> list[int]:
    """Return the steps that :func:`packed` was given."""
    return [first + index * distance for first, count, distance in stretches for index in range(count)]
