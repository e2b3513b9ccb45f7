"""A process that logs experiments to be killed, or publishes them when told to.

``log``: reads one JSON object a line (journals, id, notes, drainings, seconds), forks a child that logs at full speed, kills
it so long after so many drainings, and answers with its status. ``publish``: publishes one version with an experiment for
each line.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
import time
from pathlib import Path

import pandas  # noqa: F401 (imported here, so that the children need not)
import pyarrow.parquet  # noqa: F401

from palantir_models.code_workspaces import ModelOutput
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import Experiment
from tests.palantir_models.model.sample_adapter import Doubler

NOTE = struct.Struct("<qq")  # how many drainings ended, and how many rounds were logged when the last of them began


def log_for_ever(journals: str, experiment_id: str, notes: str) -> None:
    """Log rounds of one value and of a group of two, each the number of its round."""
    limits = Limits(metric_values=1 << 40)
    experiment = Experiment(
        Recording("run", model="/m", journals=Path(journals), experiment_id=experiment_id, limits=limits)
    )
    experiment.log_param("depth", 3)
    with open(notes, "r+b") as file:
        note = mmap.mmap(file.fileno(), 0)
    spool = experiment._recording._spool
    number, drainings, drain = 0, 0, spool.drain

    def noted() -> None:
        nonlocal drainings
        with spool.lock:  # or one that finds another thread draining would count what that one has not written yet
            covered = number
            drain()
            drainings += 1
            note[:] = NOTE.pack(drainings, covered)

    spool.drain = noted  # type: ignore[method-assign]
    while True:
        experiment.log_metric("single", number)
        experiment.log_metrics({"left": number, "right": -number})
        number += 1


def serve_logging() -> None:
    """Fork, kill, answer."""
    for line in sys.stdin:
        order = json.loads(line)
        notes = Path(order["notes"])
        child = os.fork()
        if child == 0:
            try:
                log_for_ever(order["journals"], order["id"], order["notes"])
            finally:
                os._exit(70)
        while NOTE.unpack(notes.read_bytes())[0] < order["drainings"] and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.001)
        time.sleep(order["seconds"])
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), flush=True)


def serve_publishing() -> None:
    """Publish and answer with version and commit."""
    model = ModelOutput("/m")
    print("ready", flush=True)
    for line in sys.stdin:
        experiment = model.create_experiment("trial")
        for step in range(20):
            experiment.log_metric("loss", int(line) * 100 + step)
        published = model.publish(Doubler(int(line)), experiment=experiment)
        print(json.dumps({"version": published.version.version, "commit": published.commit}), flush=True)


if __name__ == "__main__":
    {"log": serve_logging, "publish": serve_publishing}[sys.argv[1]]()
