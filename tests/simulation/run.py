"""One run of a plan, from the first request to the last recovery."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from tests.simulation.backup import Restored
from tests.simulation.bucket import Bucket
from tests.simulation.deeds import Site
from tests.simulation.disk import Disk
from tests.simulation.folder import Folder
from tests.simulation.hardware import machines
from tests.simulation.lake import forget, identifiers, row_content, rows_between
from tests.simulation.oracle import Oracle
from tests.simulation.plan import BUCKET, Deed, Plan, Replay, Weather, make_up
from tests.simulation.world import Line, Surprises, Violation, World
from transforms.store.interrupts import Held
from transforms.store.layout import LEDGER

_KNOBS: dict[str, Any] = {
    "transforms.store.ledger_upkeep._EVERY": 3,
    "transforms.store.upkeep.CHECKPOINT_EVERY": 2,
    "transforms.store.merging.MERGE_EVERY": 4,
    "transforms.store.log_cleanup.SHORTEN_EVERY": 4,
    "transforms.store.upkeep._KEPT_VERSIONS": 2,
    "transforms.store.log_cleanup._NEWEST_CHECKPOINTS": 2,
    "transforms.store.ledger_upkeep._KEPT": 3,
    "transforms.store.ledger.BLOCK": 4,
    "transforms.store.ledger_upkeep.BLOCK": 4,
    "transforms.store.ledger._AT_ONCE": 4,
    "transforms.store.process.user_name": lambda: "user",
    "transforms.store.transaction.held_interrupts": lambda: nullcontext(Held()),  # signals are the real process's
    # The ledger's rows are JSON here, too.
    "pyarrow.parquet.write_table": lambda table, file, **_: file.write(row_content(table.to_pylist())),
    "transforms.store.ledger.Ledger._rows_between": rows_between,
    "transforms.store.ledger.Ledger.identifiers": identifiers,
}
"""Limits that are small here, so that a few jobs meet what in a store comes with hundreds."""

_LAST = "end.0"
_BUILD = Deed("build", ("a", "b"))
_AT_THE_END = (
    (Deed("recover"),),
    (Deed("collect"),),
    (Deed("browse", ("m",)), _BUILD, Deed("train", ("m",)), Deed("read")),
)


@dataclass(frozen=True)
class Outcome:
    """How a run went.

    Attributes:
        plan: the plan with every surprise that there was.
        violation: what should never be, if it was.
        lines: every request.
        notes: what processes were told.
    """

    plan: Plan
    violation: Violation | None
    lines: list[Line]
    notes: list[str]


def simulate(seed: int, rules: str) -> Outcome:
    """Run what a seed makes up."""
    chance = random.Random(f"{rules} {seed}")
    plan = make_up(rules, chance)
    return _Run(plan, Weather(rules, chance)).outcome()


def replay(plan: Plan) -> Outcome:
    """Run a plan."""
    return _Run(plan, Replay(plan)).outcome()


@dataclass
class _Run:
    plan: Plan
    surprises: Surprises
    notes: list[str] = field(default_factory=list)
    copied: dict[str, bytes] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        forget()
        world = World(self.surprises)
        disk = Disk(world)
        oracle = Oracle(world, disk)
        with _simulated(world):
            self._let(world, disk, oracle, self.plan.processes)
            met = tuple(world.met)
            world.surprises = Replay(Plan(self.plan.rules, {}))
            world.time += 1000.0  # every lease has run out
            for deeds in _AT_THE_END:
                self._let(world, disk, oracle, {_LAST: deeds})
                if world.violation is None:  # of a store that is broken already nothing more can be said
                    oracle.settled(is_collected=deeds != (Deed("recover"),))
            if self.copied and world.violation is None:
                later = {name: file.content for name, file in disk.files.items() if not name.startswith(f"{LEDGER}/")}
                self._restore(world, self.copied)
                self._restore(world, {**self.copied, **later})  # of which the ledger alone was restored
        return Outcome(self.plan._replace(surprises=met), world.violation, world.lines, self.notes)

    def _let(self, world: World, disk: Disk, oracle: Oracle | Restored, processes: Any) -> None:
        folder = Folder(world, disk)  # which knows its locks

        def process(name: str, deeds: tuple[Deed, ...]) -> None:
            site = Site(Bucket(world, disk) if self.plan.rules == BUCKET else folder, oracle, self.copied)
            for number, deed in enumerate(deeds):
                world.process.deed, world.process.calls = number, 0
                error = site.do(deed)
                said = "done" if error is None else f"{type(error).__name__}: {error}"
                self.notes.append(f"{name} {deed}: {said}")
                if error is not None and name == _LAST:
                    oracle.crashed(error)

        world.run(*(world.start(name, lambda n=name, d=deeds: process(n, d)) for name, deeds in processes.items()))  # type: ignore[misc]

    def _restore(self, world: World, files: dict[str, bytes]) -> None:
        disk = Disk(world)
        for name, content in files.items():
            disk.put(name, content)
        restored = Restored(world, disk)
        self._let(world, disk, restored, {_LAST: (_BUILD, Deed("recover"))})
        restored.settled([f"master/datasets/{name}" for name in _BUILD.names])


@contextmanager
def _simulated(world: World) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(machines(world))
        for name, value in _KNOBS.items():
            stack.enter_context(patch(name, value))
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
