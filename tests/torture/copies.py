"""Copies of a store that are taken while it is built: refused in words, or as good as any store."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from tests.torture.arena import BUILD, Arena
from tests.torture.judge import builds_in, judged


def live_copies(arena: Arena, most: int) -> None:
    """Copy the store with plain tools and with the product's own command, then build on the copy."""
    arena.run(*BUILD)
    for number in arena.rounds(most):
        target = arena.folder / f"copy{number}"
        name = arena.send(0, BUILD)
        time.sleep(arena.chance.uniform(0.05, 0.8))
        is_ours = number % 2 == 1
        if is_ours:
            arena.run("backup", str(target), index=1)
        else:
            subprocess.run(["cp", "-r", str(arena.store), str(target)], stderr=subprocess.DEVNULL, check=False)
        arena.receive(0, BUILD, name)
        _build_on(arena, target, is_ours)
        shutil.rmtree(target, ignore_errors=True)
    arena.settle()


def _build_on(arena: Arena, target: Path, is_ours: bool) -> None:
    name = arena.send(1, BUILD, environment={"TRANSFORMS_ROOT": str(target)})
    status = arena.receive(1, BUILD, name, elsewhere=True)
    if status == 0:
        if name not in builds_in(target):
            arena.problems.append("a build on a copy said it was done, and is not in its tables")
        arena.problems += [f"a copy: {problem}" for problem in judged(target, final=False)]
    elif is_ours:
        arena.problems.append(f"a copy made by the command cannot be built on: {arena.said(1)}")
