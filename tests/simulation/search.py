"""Looking for a run that breaks a rule."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from tests.simulation.plan import BUCKET, LOCAL
from tests.simulation.report import report
from tests.simulation.run import simulate
from tests.simulation.shrink import shrink

_A_SHARE = 50


def search(schedules: int, seed: int = 0, processes: int = 1) -> str | None:
    """Run plans that chance makes up, half of them by the rules of each storage.

    :param schedules: how many.
    :param seed: decides all of them; another one makes up others.
    :param processes: how many processes share the work.
    :returns: a report of the smallest run of the first that breaks a rule; None where none does.
    """
    shares = list(_shares(schedules, seed))
    if processes == 1:
        return next((found for share in shares if (found := _first(share)) is not None), None)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        try:
            return next((found for found in pool.map(_first, shares) if found is not None), None)
        finally:
            pool.shutdown(cancel_futures=True)


def _first(share: list[tuple[int, str]]) -> str | None:
    for number, rules in share:
        outcome = simulate(number, rules)
        if outcome.violation is not None:
            return report(shrink(outcome), f"simulate({number}, {rules!r})")
    return None


def _shares(schedules: int, seed: int) -> Iterator[list[tuple[int, str]]]:
    everything = ((seed * 1_000_003 + number // 2, (LOCAL, BUCKET)[number % 2]) for number in range(schedules))
    while share := list(islice(everything, _A_SHARE)):
        yield share
