"""Measure one experiment tracker in an environment of its own, where nothing of this project is installed.

``python peers.py PEER TASK COUNT [FOLDER]`` prints ``{"seconds": …, "count": …}``. The time runs from the first
call to the end of what makes the values readable by others: flush, close or finish. Importing the tracker and
beginning a run are not counted, and a short run of the same kind goes before, so that nothing is measured cold.

Tasks: ``metrics`` logs COUNT values by one call each, over 10 series; ``images`` logs COUNT pictures, the PNG
files of FOLDER over and over, as the tracker takes Pillow images. Everything happens in a temporary folder,
without an account, telemetry or network.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SERIES = [f"train/metric_{number}" for number in range(10)]
_WARM_UP = 20  # calls of the short run before
_ENVIRONMENT = {
    "AIM_UI_TELEMETRY_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "WANDB_CONSOLE": "off",
    "WANDB_DISABLE_CODE": "true",
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "WANDB_X_DISABLE_STATS": "true",
}


class Peer(ABC):
    """A run of a tracker: made, logged to, finished.

    :param folder: an empty folder for whatever it writes.
    """

    @abstractmethod
    def __init__(self, folder: Path) -> None: ...

    def metric(self, name: str, value: float, step: int) -> None:
        """Log one value of a series."""
        raise NotImplementedError

    def image(self, name: str, image: Any, step: int) -> None:
        """Log one Pillow image of a series."""
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> None:
        """Return once everything is where a reader finds it."""


class Trackio(Peer):
    """Keeps values in SQLite, written by a thread."""

    def __init__(self, folder: Path) -> None:
        import trackio  # which keeps everything in TRACKIO_DIR, and reads that once

        self._trackio = trackio
        trackio.init(project=folder.name, auto_log_cpu=False, auto_log_gpu=False, embed=False)
        self._log = trackio.log

    def metric(self, name: str, value: float, step: int) -> None:
        self._log({name: value}, step=step)

    def finish(self) -> None:
        self._trackio.finish()


class TensorBoardX(Peer):
    """Keeps values in an event file, written by a thread."""

    def __init__(self, folder: Path) -> None:
        from tensorboardX import SummaryWriter

        self._writer = SummaryWriter(str(folder))
        self._log = self._writer.add_scalar

    def metric(self, name: str, value: float, step: int) -> None:
        self._log(name, value, step)

    def finish(self) -> None:
        self._writer.close()


class MLflow(Peer):
    """Keeps values in SQLite, in a transaction for each call."""

    def __init__(self, folder: Path) -> None:
        import mlflow

        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        self._mlflow = mlflow
        mlflow.set_experiment(experiment_id=mlflow.create_experiment("e", artifact_location=str(folder / "artifacts")))
        mlflow.start_run()
        self._log = mlflow.log_metric

    def metric(self, name: str, value: float, step: int) -> None:
        self._log(name, value, step=step)

    def finish(self) -> None:
        self._mlflow.end_run()


class DVCLive(Peer):
    """Keeps pictures as files."""

    def __init__(self, folder: Path) -> None:
        from dvclive import Live

        self._live = Live(str(folder / "live"), save_dvc_exp=False, report=None, dvcyaml=None)

    def image(self, name: str, image: Any, step: int) -> None:
        self._live.log_image(f"{name}_{step}.png", image)

    def finish(self) -> None:
        self._live.end()


class Aim(Peer):
    """Keeps pictures in RocksDB, written by a thread."""

    def __init__(self, folder: Path) -> None:
        import aim

        self._image = aim.Image
        self._run = aim.Run(
            repo=str(folder), system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False
        )

    def image(self, name: str, image: Any, step: int) -> None:
        self._run.track(self._image(image), name=name, step=step)

    def finish(self) -> None:
        self._run.close()


class WandB(Peer):
    """Keeps pictures as files, and their list in a log written by another process."""

    def __init__(self, folder: Path) -> None:
        import wandb

        self._image = wandb.Image
        self._run = wandb.init(project="peers", mode="offline", dir=str(folder))

    def image(self, name: str, image: Any, step: int) -> None:
        self._run.log({name: self._image(image)}, step=step)

    def finish(self) -> None:
        self._run.finish()


PEERS: dict[str, type[Peer]] = {
    "trackio": Trackio,
    "tensorboardX": TensorBoardX,
    "mlflow": MLflow,
    "dvclive": DVCLive,
    "aim": Aim,
    "wandb": WandB,
}


def log_values(log: Callable[..., Any], count: int) -> None:
    """Log values one by one, over 10 series: a training loop that does nothing else."""
    for step in range(count // len(SERIES)):
        for name in SERIES:
            log(name, 1.0 / (step + 1), step)


def log_images(log: Callable[..., Any], images: Sequence[Any], count: int) -> None:
    """Log images one by one, in one series."""
    for step in range(count):
        log("samples", images[step % len(images)], step=step)


def load_images(folder: str) -> list[Any]:
    """Return the PNG files of a folder as Pillow images, decoded."""
    from PIL import Image

    images = []
    for file in sorted(Path(folder).glob("*.png")):
        with Image.open(file) as image:
            images.append(image.copy())
    return images


def measure(kind: type[Peer], count: int, images: Sequence[Any]) -> float:
    """Return the seconds from the first call to the end of finishing; without images values are logged."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        os.chdir(temporary)  # some leave files where they run
        peer = kind(Path(temporary))
        began = time.perf_counter()
        if images:
            log_images(peer.image, images, count)
        else:
            log_values(peer.metric, count)
        peer.finish()
        seconds = time.perf_counter() - began
        os.chdir("/")
    return seconds


def main(name: str, task: str, count: str, folder: str = "") -> None:
    """Measure and print; what the tracker itself prints goes to the error output."""
    os.environ.update(_ENVIRONMENT)
    output, sys.stdout = sys.stdout, sys.stderr
    images = load_images(folder) if task == "images" else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ |= {"HOME": home, "TRACKIO_DIR": home}  # nobody's own settings, nor traces in them
        measure(PEERS[name], _WARM_UP, images)
        seconds = measure(PEERS[name], int(count), images)
    print(json.dumps({"seconds": seconds, "count": int(count)}), file=output, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
