"""A process that logs experiments to be killed, or publishes them when told to.

``log``: reads one JSON object a line (journals, id, clock, seconds), forks a child that logs at full speed, kills it
after that time and answers with the moment. ``publish``: publishes one version with an experiment for each line.
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
from palantir_models.experiments import Experiment
from tests.palantir_models.model.sample_adapter import Doubler

ENTRY = struct.Struct("<qqq")  # how many rounds were logged, and when: by the monotonic clock, by this process's own
ENTRIES = 20_000
EVERY = 200  # rounds between two entries


def log_for_ever(journals: str, experiment_id: str, clock: str) -> None:
    """Log rounds of one value and of a group of two, each the number of its round."""
    limits = Limits(metric_values=1 << 40)
    experiment = Experiment("run", model="/m", journals=Path(journals), experiment_id=experiment_id, limits=limits)
    experiment.log_param("depth", 3)
    with open(clock, "r+b") as file:
        entries = mmap.mmap(file.fileno(), 0)
    number = 0
    while True:
        for _ in range(EVERY):
            experiment.log_metric("single", number)
            experiment.log_metrics({"left": number, "right": -number})
            number += 1
        place = (number // EVERY - 1) % ENTRIES * ENTRY.size
        entries[place : place + ENTRY.size] = ENTRY.pack(number, time.monotonic_ns(), time.process_time_ns())


def serve_logging() -> None:
    """Fork, kill, answer."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                log_for_ever(order["journals"], order["id"], order["clock"])
            finally:
                os._exit(70)
        time.sleep(order["seconds"])
        killed = time.monotonic_ns()
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status), "killed": killed}), flush=True)


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
