"""``python -m tests.simulation --schedules 5000 --seed 7``: look for a run that breaks a rule; exit 1 where there is one."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.simulation.report import load, report
from tests.simulation.run import replay
from tests.simulation.search import search


def main() -> int:
    """Read the command line, do what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, help="how many runs")
    parser.add_argument("--seed", type=int, default=0, help="decides them")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that share the work")
    parser.add_argument("--replay", metavar="PLAN", help="run this plan, as a report has it")
    given = parser.parse_args()
    if given.replay is not None:
        print(report(replay(load(given.replay)), "hand"))
        return 0
    started = time.perf_counter()
    found = search(given.schedules, given.seed, given.processes)
    seconds = time.perf_counter() - started
    print(found or f"{given.schedules} schedules of seed {given.seed} broke no rule, in {seconds:.0f} s.")
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
