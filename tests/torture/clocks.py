"""Clocks that are days off and jump between commands, some of which are killed: no decision may rest on them."""

from __future__ import annotations

from tests.torture.arena import BUILD, Arena

_DAY = 86_400.0
_OFF = (0.0, 3 * _DAY, -3 * _DAY, 400 * _DAY, -400 * _DAY, 3_600.0)


def jumping_clocks(arena: Arena, most: int) -> None:
    """Build and clean up, each under a clock of its own."""
    arena.often = 3
    arena.run(*BUILD)
    for _ in arena.rounds(most):
        for order in (BUILD, ("recover",), ("gc",), BUILD):
            is_killed = arena.chance.random() < 0.4
            moment = arena.chance.random() * 1.5 if is_killed else None
            arena.run(*order, clock=arena.chance.choice(_OFF), kill_after=moment)
            arena.look()
        arena.settle()
