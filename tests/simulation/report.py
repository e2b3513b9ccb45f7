"""A run as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.simulation.plan import READS, Deed, Plan, Surprise
from tests.simulation.run import Outcome

_LAST = 60


def report(outcome: Outcome, origin: str) -> str:
    """Return what broke, what did what until then, and how to see it again.

    :param outcome: a run that broke a rule, best a shrunk one.
    :param origin: where its plan comes from.
    """
    return "\n".join(_report(outcome, origin))


def _report(outcome: Outcome, origin: str) -> Iterator[str]:
    plan = outcome.plan
    yield f"BROKEN  {outcome.violation}"
    yield f"        found by {origin}; rules of a {plan.rules} store"
    yield ""
    for name, deeds in plan.processes.items():
        yield f"{name:8} {'; then '.join(map(str, deeds))}"
    for surprise in plan.surprises:
        verb = plan.processes[surprise.process][surprise.deed].verb
        yield f"         request {surprise.call} of {surprise.process}'s {verb} (#{surprise.deed + 1}): {surprise}"
    yield ""
    yield "   time  process  request"
    # Requests that only look are left out, but for those that something happens to.
    lines = [line for line in outcome.lines if line.verb not in READS or line.surprise is not None]
    for line in lines[-_LAST:]:
        marked = f"    <- {line.surprise}" if line.surprise is not None else ""
        yield f"{line.time:7.3f}  {line.process:7} {line.deed + 1:2}.{line.call:<4} {line.verb:6} {line.name}{marked}"
    yield ""
    for note in outcome.notes:
        yield f"{note[:200]}"
    yield ""
    yield f"Again: python -m tests.simulation --replay {dump(plan)!r}"


def dump(plan: Plan) -> str:
    """Return a plan as JSON."""
    return json.dumps(plan)


def load(text: str) -> Plan:
    """Return the plan that :func:`dump` gave."""
    rules, processes, surprises = json.loads(text)
    deeds = {
        name: tuple(Deed(verb, tuple(names), mode) for verb, names, mode in done) for name, done in processes.items()
    }
    return Plan(rules, deeds, tuple(Surprise(*surprise) for surprise in surprises))
