"""Jobs that fork workers, killed while these run: the next job is not kept out, and nothing of theirs stays."""

from __future__ import annotations

from tests.torture.arena import BUILD, Arena


def forked_workers(arena: Arena, most: int) -> None:
    """Kill the job, not its workers; they hold what they inherited for as long as they live."""
    arena.run(*BUILD)
    for _ in arena.rounds(most):
        environment = {"TORTURE_WORKERS": "3"}
        arena.run(*BUILD, environment=environment, kill_after=arena.chance.random() * 2)
        arena.look()
        if arena.run(*BUILD, environment=environment) != 0:
            arena.problems.append(f"the job after one with workers that died fails: {arena.said(0)}")
    arena.settle()
