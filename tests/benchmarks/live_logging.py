"""Log at an even pace until somebody ends the process: ``python live_logging.py SERIES VALUES_A_SECOND``, in
the folder of a project."""

from __future__ import annotations

import math
import sys
import time

from palantir_models.code_workspaces import ModelOutput

MODEL = "/studies/live"
_TIMES_A_SECOND = 50


def main(series: int, pace: int) -> None:
    """Log each value on its own, as training code does."""
    experiment = ModelOutput(MODEL).create_experiment("run")
    names = [f"live/m{number}" for number in range(series)]
    steps = pace // series // _TIMES_A_SECOND
    step, began, turn = 0, time.monotonic(), 0
    while True:
        for _ in range(steps):
            for number, name in enumerate(names):
                experiment.log_metric(name, math.sin(step / 200 + number) + 0.1 * math.sin(step * 1.7), step=step)
            step += 1
        if turn == 0:
            print("logging", flush=True)
        turn += 1
        time.sleep(max(0.0, began + turn / _TIMES_A_SECOND - time.monotonic()))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
