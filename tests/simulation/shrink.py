"""Making a plan that breaks a rule as small as it can be while it still breaks the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tests.simulation.plan import Plan
from tests.simulation.run import Outcome, replay

T = TypeVar("T")
_TRIES = 3000
_SHIFT = 12  # requests: what is left out before a surprise moves it


def shrink(outcome: Outcome) -> Outcome:
    """Return the smallest run that was found to break the same rule.

    :param outcome: a run that broke one.
    """
    assert outcome.violation is not None
    rule, smallest, tries = outcome.violation.rule, outcome, 0
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for plan in _smaller(smallest.plan):
            tries += 1
            if tries > _TRIES:
                return smallest
            found = replay(plan)
            if found.violation is not None and found.violation.rule == rule:
                smallest, is_smaller = found, True
                break
    return smallest


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Yield plans that are smaller, those that leave out most first."""
    for name in plan.processes:
        others = {other: deeds for other, deeds in plan.processes.items() if other != name}
        yield plan._replace(processes=others, surprises=tuple(one for one in plan.surprises if one.process in others))
    for fewer in _fewer(plan.surprises):
        yield plan._replace(surprises=tuple(fewer))
    for name, deeds in plan.processes.items():
        for number, deed in enumerate(deeds):
            yield _without(plan, name, number)
            for names in _fewer(deed.names):
                if names:
                    some = (*deeds[:number], deed._replace(names=tuple(names)), *deeds[number + 1 :])
                    yield plan._replace(processes={**plan.processes, name: some})
    for name in plan.processes:
        others = {other: deeds for other, deeds in plan.processes.items() if other != name}
        for other in others:
            left = tuple(one for one in plan.surprises if one.process in others)
            yield from _shifted(plan._replace(processes=others, surprises=left), other)
    # The same once more for what was needed only because the surprises after it have moved.
    for name, deeds in plan.processes.items():
        for number in range(len(deeds)):
            yield from _shifted(_without(plan, name, number), name)
    for number, surprise in enumerate(plan.surprises):
        fewer = (*plan.surprises[:number], *plan.surprises[number + 1 :])
        yield from _shifted(plan._replace(surprises=fewer), surprise.process)


def _without(plan: Plan, name: str, number: int) -> Plan:
    deeds = plan.processes[name]
    surprises = []
    for one in plan.surprises:
        if one.process != name or one.deed < number:
            surprises.append(one)
        elif one.deed > number:
            surprises.append(one._replace(deed=one.deed - 1))
    fewer = (*deeds[:number], *deeds[number + 1 :])
    return plan._replace(processes={**plan.processes, name: fewer}, surprises=tuple(surprises))


def _shifted(plan: Plan, name: str) -> Iterator[Plan]:
    """Yield the plan with one surprise of a process a few requests earlier or later."""
    for number, one in enumerate(plan.surprises):
        for by in range(-_SHIFT, _SHIFT + 1):
            if one.process == name and by and one.call + by > 0:
                moved = one._replace(call=one.call + by)
                yield plan._replace(surprises=(*plan.surprises[:number], moved, *plan.surprises[number + 1 :]))


def _fewer(things: Sequence[T]) -> Iterator[Sequence[T]]:
    size = len(things)
    while size:
        for first in range(0, len(things), size):
            yield [*things[:first], *things[first + size :]]
        size //= 2
