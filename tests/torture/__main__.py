"""``python -m tests.torture --seconds 600 --seed 7``: break the store on purpose; exit 1 where it stays broken.

Every ordeal is bounded in time and in rounds, and draws on one seed. ``--only kills`` runs one of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.processes import Nursery
from tests.torture.arena import Arena, shared_nurseries
from tests.torture.clocks import jumping_clocks
from tests.torture.copies import live_copies
from tests.torture.disk import full_disk
from tests.torture.kills import kills
from tests.torture.lossy import lossy_bucket
from tests.torture.syscalls import failing_calls
from tests.torture.users import second_user
from tests.torture.workers import forked_workers

ORDEALS: dict[str, tuple[Callable[[Arena, int], None], float]] = {
    "kills": (kills, 0.25),
    "disk": (full_disk, 0.1),
    "calls": (failing_calls, 0.15),
    "bucket": (lossy_bucket, 0.15),
    "clocks": (jumping_clocks, 0.1),
    "copies": (live_copies, 0.05),
    "workers": (forked_workers, 0.05),
    "users": (second_user, 0.05),
}
"""Each ordeal and the part of the time that it gets; the simulation gets the rest."""

NEEDS_ROOT = ("disk", "users")
NEEDS = {"calls": "strace"}


def left_out(name: str) -> str:
    """Return why an ordeal cannot take place on this machine; empty where it can."""
    if name in NEEDS_ROOT and os.geteuid() != 0:
        return "only root may mount a small disk, or run as another user"
    tool = NEEDS.get(name)
    return f"there is no {tool} here" if tool and shutil.which(tool) is None else ""


def undergo(name: str, folder: Path, rounds: int, seconds: float, seed: int, nurseries: list[Nursery]) -> Arena:
    """Run one ordeal in an empty folder; what was wrong is in the arena that is returned."""
    arena = Arena(folder, seconds, seed, nurseries)
    try:
        ORDEALS[name][0](arena, rounds)
    except Exception:  # noqa: BLE001 - an ordeal that breaks is a finding, and the others go on
        arena.problems.append(traceback.format_exc())
    return arena


def main() -> int:
    """Read the command line, do what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for all of it")
    parser.add_argument("--rounds", type=int, default=10_000, help="of each ordeal at the most")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what chance begins with")
    parser.add_argument("--only", choices=[*ORDEALS, "simulation"], help="run this one alone")
    given = parser.parse_args()
    print(f"seed {given.seed}")
    with shared_nurseries() as nurseries:
        wrong = suffered(given, nurseries)
    if given.only in (None, "simulation"):
        schedules = str(int(given.seconds * 10))
        command = [sys.executable, "-m", "tests.simulation", "--schedules", schedules, "--seed", str(given.seed)]
        wrong += subprocess.run(command, check=False).returncode
    return min(wrong, 1)


def suffered(given: argparse.Namespace, nurseries: list[Nursery]) -> int:
    """Run the ordeals that are asked for, tell of each, and return how many problems there were."""
    wrong = 0
    for name, (_, part) in ORDEALS.items():
        if given.only not in (None, name):
            continue
        if reason := left_out(name):
            print(f"{name:<11} LEFT OUT: {reason}")
            continue
        with tempfile.TemporaryDirectory(prefix=f"torture-{name}-") as folder:
            began = time.monotonic()
            seconds = given.seconds * (part if given.only is None else 1.0)
            arena = undergo(name, Path(folder), given.rounds, seconds, given.seed, nurseries)
            counts = ", ".join(f"{what} {number}" for what, number in sorted(arena.done.items()))
            print(f"{name:<11} {time.monotonic() - began:5.0f} s  {len(arena.problems)} problems  {counts}", flush=True)
            for problem in arena.problems[:10]:
                print(f"    {problem}")
            wrong += len(arena.problems)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
