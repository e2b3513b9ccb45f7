"""Thousands of small histories of a store, each decided by a seed: no order of events breaks what the store promises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from tests.simulation.report import dump, load
from tests.simulation.run import replay, simulate
from tests.simulation.search import search
from tests.simulation.shrink import shrink
from transforms.store.contents import Contents
from transforms.store.finding import find_staged
from transforms.store.identity import Identity
from transforms.store.order import Part
from transforms.store.stragglers import _Staged

SCHEDULES = int(os.environ.get("SIMULATION_SCHEDULES", "250"))
SEED = int(os.environ.get("SIMULATION_SEED", "0"))
FIRST_SABOTAGED = (
    123  # from this seed on each is met soon, in a history that needs little shrinking, which takes the time
)


def test_no_order_of_events_breaks_a_rule():
    """Builders, models, readers, recovery and collection, killed, stopped, lied to by the network and by their clocks."""
    found = search(SCHEDULES, SEED)
    assert found is None, f"\n{found}"


@pytest.mark.parametrize("rules", ["local", "bucket"])
def test_a_plan_decides_a_run(rules):
    """What was found can be looked at again: the same requests in the same order, from the seed and from the plan alone."""
    for seed in range(5):
        first, second = simulate(seed, rules), simulate(seed, rules)
        again = replay(load(dump(first.plan)))
        assert first.lines == second.lines == again.lines
        assert first.notes == second.notes == again.notes


def _begun_if_there(identity: Identity) -> str:
    """Take the store's file for a sign that its ledger has begun, and its first version for one that is there."""
    if identity.exists:
        identity._ledger._head = max(identity._ledger.head(), 0)
    else:
        identity._begin()
        identity._ledger.create(identity.read())
    return identity.read()


def _uncommitted(store: Contents) -> Iterator[_Staged]:
    """Take every folder for nobody's whose transaction has not committed."""
    if store.exists:
        listed = [_Staged.of(folder) for folder in find_staged(store.storage)]
        committed = store.ledger.identifiers()
        yield from (staged for staged in listed if staged.identity not in committed)


SABOTAGE: dict[str, tuple[str, Any, str, str]] = {
    "a put that is refused when it is repeated is taken for somebody else's": (
        "transforms.store.ledger.Ledger._committed",
        lambda *_: False,
        "bucket",
        "what failed is not committed",
    ),
    "whether a dead job was committed is not looked up": (
        "transforms.store.recovery._is_ratified",
        lambda *_: False,
        "local",
        "nothing that is needed is deleted",
    ),
    "all tables of a job are published at once": (
        "transforms.store.publishing.waves",
        lambda entries: [[Part(entry, change) for entry in entries for change in entry.changes]],
        "local",
        "nothing is seen before what belongs to it",
    ),
    "a row that a table names is taken for one of this ledger": (
        "transforms.store.ledger.Ledger.has",
        lambda *_: True,
        "local",
        "what is acknowledged is there",
    ),
    "a ledger is taken for begun where a process died at it": (
        "transforms.store.identity.Identity.ensure",
        _begun_if_there,
        "local",
        "the ledger has every version from 0 on",
    ),
    "what comes late is not looked for": (
        "transforms.store.vacuum.clear_stragglers",
        lambda *_: {},
        "local",
        "after collection nothing stays of a dead job",
    ),
    "what a transaction stages that runs is taken for a dead one's": (
        "transforms.store.stragglers._nobodys",
        _uncommitted,
        "bucket",
        "nothing that is needed is deleted",
    ),
}


@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_a_protocol_without_one_of_its_steps_is_found_out(sabotage):
    """Each step is there for a reason, and the simulation knows it; what it finds becomes a history of a few events."""
    name, instead, rules, rule = SABOTAGE[sabotage]
    with patch(name, instead):
        runs = (simulate(seed, rules) for seed in range(FIRST_SABOTAGED, FIRST_SABOTAGED + 1000))
        found = shrink(next(run for run in runs if run.violation is not None and run.violation.rule == rule))
    assert len(found.plan.surprises) <= 8
    assert len(found.plan.processes) <= 3
    assert replay(found.plan).violation is None, "with the step it is right"
