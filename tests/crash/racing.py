"""Processes that build the same outputs at once, some of which die at some moment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.crash.conftest import Nursery


def race(nurseries: Sequence[Nursery], root: str, rounds: int, wait: float, within: float) -> list[int]:
    """Let every process commit once a round; every other one is killed at random.

    :param nurseries: the processes.
    :param root: the store's root.
    :param rounds: how often.
    :param wait: how long each waits for the others, in seconds.
    :param within: when one is killed at the latest, in seconds.
    :returns: the generations whose commit was acknowledged.
    """
    generations = itertools.count(1)
    acknowledged: list[int] = []
    for round_number in range(rounds):
        running = []
        for index, nursery in enumerate(nurseries):
            generation = next(generations)
            seed = round_number * 10 + index if (round_number + index) % 2 else None
            nursery.send(root=root, generation=generation, mode="append", wait=wait, seed=seed, within=within)
            running.append((nursery, generation))
        for nursery, generation in running:
            code = nursery.receive()
            assert code in (0, -9)
            if code == 0:
                acknowledged.append(generation)
    return acknowledged
