"""Log a wall of charts to one experiment tracker and serve the tracker's own page, where nothing of this project is installed.

``python peer_walls.py PEER FOLDER PORT`` logs, prints ``logged`` and becomes the tracker's server. Everything stays in FOLDER;
no account, no telemetry, no network beyond this machine.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

CHARTS, RUNS, STEPS = 200, 50, 20
NAMES = [f"part{chart // 25}/m{chart:03}" for chart in range(CHARTS)]
"""The metrics, each of which is a chart."""
NAME = "wall"
_AT_ONCE = 1000  # values that MLflow takes in one call
_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def values(run: int) -> Iterator[dict[str, float]]:
    """Yield what one run logs, step by step."""
    for step in range(STEPS):
        yield {name: math.sin((step + run) / (chart + 5)) + run for chart, name in enumerate(NAMES)}


def mlflow(folder: Path, port: str) -> list[str]:
    """Log to SQLite in batches, and return what serves it."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    store = f"sqlite:///{folder}/mlflow.db"
    client = MlflowClient(tracking_uri=store)
    experiment = client.create_experiment(NAME, artifact_location=str(folder / "artifacts"))
    for number in range(RUNS):
        run = client.create_run(experiment, run_name=f"run-{number:02}").info.run_id
        metrics = [Metric(k, v, step, step) for step, row in enumerate(values(number)) for k, v in row.items()]
        for begin in range(0, len(metrics), _AT_ONCE):
            client.log_batch(run, metrics[begin : begin + _AT_ONCE])
        client.set_terminated(run)
    return ["-m", "mlflow", "server", "--backend-store-uri", store, "--port", port, "--workers", "1"]


def trackio(folder: Path, port: str) -> list[str]:
    """Log to its SQLite, and return what serves it."""
    import trackio

    for number in range(RUNS):
        trackio.init(project=NAME, name=f"run-{number:02}", auto_log_cpu=False, auto_log_gpu=False, embed=False)
        for step, row in enumerate(values(number)):
            trackio.log(row, step=step)
        trackio.finish()
    os.environ["GRADIO_SERVER_PORT"] = port
    return ["-c", f"import trackio; trackio.show({NAME!r}, open_browser=False, block_thread=True)"]


def aim(folder: Path, port: str) -> list[str]:
    """Log to its repository, and return what serves it."""
    from aim import Run

    for number in range(RUNS):
        run = Run(repo=str(folder), experiment=NAME, system_tracking_interval=None, capture_terminal_logs=False)
        run.name = f"run-{number:02}"
        for step, row in enumerate(values(number)):
            for name, value in row.items():
                run.track(value, name=name, step=step)
        run.close()
    return [
        "-c",
        "from aim.cli.cli import cli_entry_point; cli_entry_point()",
        "up",
        "--repo",
        str(folder),
        "--port",
        port,
        "--yes",
    ]


PEERS: dict[str, Callable[[Path, str], list[str]]] = {"mlflow": mlflow, "trackio": trackio, "aim": aim}


def main(name: str, folder: str, port: str) -> None:
    """Log the wall, then become the server."""
    os.environ |= _ENVIRONMENT | {"HOME": folder, "TRACKIO_DIR": folder}  # nobody's own settings, nor traces in them
    os.chdir(folder)
    command = PEERS[name](Path(folder), port)
    print("logged", flush=True)
    os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    main(*sys.argv[1:])
