"""A process that has everything imported and forks a child for each job, so that a death costs no start-up.

It reads one JSON object a line and answers with the child's exit status. The order names the job, with what that takes, and the
step or the moment at which the child dies.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import deltalake  # noqa: F401
import jobs
import killing
import pandas  # noqa: F401
import pyarrow.parquet  # noqa: F401

from palantir_models.adapter.requirements import loaded_requirements
from tests.processes import import_like
from tests.transforms.run import sums
from transforms.run.job import JobResult
from transforms.store.store import Store


def main() -> None:
    """Serve until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        import_like(lambda: jobs.run(f"{folder}/store", 0, "append"))
    loaded_requirements()  # is remembered, and the children remember it
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 70
            try:
                if order.get("step"):
                    killing.arm(order["step"])
                if order.get("seed") is not None:
                    killing.arm_at_random(order["seed"], order["within"])
                status = 0 if _done(order).status == "committed" else 1
            finally:
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _done(order: dict[str, Any]) -> JobResult:
    """Do what an order names: a job of ``sums.py``, by its name, a rollback, an evaluation, else the job of ``jobs.py``."""
    if "rollback" in order:
        return jobs.take_back(order["root"], order["rollback"])
    if "evaluate" in order:
        return jobs.evaluate(order["root"], order["evaluate"])
    if "name" in order:
        return sums.build(Store(order["root"]), order["name"], order["branch"])
    return jobs.run(order["root"], order["generation"], order["mode"], order.get("wait", 0.0), order.get("suffix", ""))


if __name__ == "__main__":
    main()
