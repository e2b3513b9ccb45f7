"""Two builders of one store, and every other command that writes, killed at random while housekeeping is due all the time."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from tests.torture.arena import BUILD, Arena

_WITHIN_SECONDS = 1.5
_SURVIVE = 0.15
_STRAGGLE = 0.3
_OTHERS: tuple[tuple[str, ...], ...] = (
    BUILD,
    (*BUILD, "-j", "1"),
    ("recover",),
    ("gc",),
    ("gc", "--older-than", "0"),
    ("put", "/t/put", "data.csv", "--wait", "30"),
    ("experiments", "recover"),
    ("experiments", "rm"),
    ("backup", "copy"),
)


def kills(arena: Arena, most: int) -> None:
    """Kill whatever writes."""
    arena.often = 3
    (arena.folder / "data.csv").write_text("x\n" + "\n".join(map(str, range(2000))) + "\n")
    arena.run(*BUILD)
    for number in arena.rounds(most):
        orders = [(0, BUILD), (1, _resolved(arena, arena.chance.choice(_OTHERS)))]
        sent = [(index, order, arena.send(index, order, kill_after=_moment(arena))) for index, order in orders]
        for index, order, name in sent:
            arena.receive(index, order, name)
        arena.look()
        if arena.chance.random() < _STRAGGLE:
            _straggle(arena)
        if number % 10 == 9:
            arena.settle()
    arena.settle()


def _straggle(arena: Arena) -> None:
    """Write for dead jobs when what they had staged was deleted, as their executors do; long ago, as far as the files tell."""
    records = [json.loads(record.read_bytes() or b"{}") for record in arena.store.glob("_locks/transactions/*.json")]
    arena.run("recover")
    for place in (arena.store / folder for record in records for folder in record.get("staging", ())):
        if not place.exists():
            place.mkdir(parents=True)
            (place / "late").touch()
            os.utime(place / "late", (0, 0))
            arena.done["stragglers"] += 1


def _moment(arena: Arena) -> float | None:
    return None if arena.chance.random() < _SURVIVE else arena.chance.random() * _WITHIN_SECONDS


def _resolved(arena: Arena, order: Sequence[str]) -> Sequence[str]:
    """Name an experiment to a command that needs one, and a new folder to one that makes a copy."""
    if order[0] == "backup":
        return ("backup", str(arena.folder / f"copy{arena.done['rounds']}"))
    if order[0] != "experiments":
        return order
    apart = sorted(folder.name for folder in arena.store.glob("_journal/*") if folder.is_dir())
    if not apart:
        return ("recover",)
    yes = ("--yes",) if order[1] == "rm" else ()
    return (*order, arena.chance.choice(apart), *yes)
