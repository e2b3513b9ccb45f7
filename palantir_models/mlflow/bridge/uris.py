"""The addresses under which MLflow finds experiments: one for the process, and one for the files of each run."""

from __future__ import annotations

from urllib.parse import urlsplit

SCHEME = "transforms"
"""The scheme for which the package's entry points are registered with MLflow."""
TRACKING_URI = f"{SCHEME}:/process"
"""The tracking URI while any block runs: a URI per experiment would race, as MLflow keeps it for the whole process."""
EXPERIMENT_ID = "1"
"""MLflow's experiment in which all runs of the process lie; of 0, its default, MLflow warns here and there."""
EXPERIMENT_NAME = "transforms"

_MODELS = "_models"


def run_location(run_id: str) -> str:
    """Return the root of a run's artifacts."""
    return f"{TRACKING_URI}/runs/{run_id}"


def model_location(run_id: str, model_id: str) -> str:
    """Return where the files of a model would lie that MLflow logs in a run."""
    return f"{run_location(run_id)}/{_MODELS}/{model_id}"


def parts_of(uri: str) -> tuple[str, str]:
    """Return which run an address is of, and which folder of its artifacts.

    :param uri: an address from here; MLflow may have joined a path to it, or written it with another number of
        slashes.
    :returns: the run's id, empty when the address names none, and the path of the folder, empty for the root.
    """
    parts = [part for part in urlsplit(uri).path.split("/") if part]
    if len(parts) < 3 or parts[:2] != ["process", "runs"]:
        return "", ""
    return parts[2], "/".join(parts[3:])


def is_model(folder: str) -> bool:
    """Whether a folder of a run's artifacts is one of :func:`model_location`, or lies in one."""
    return f"{folder}/".startswith(f"{_MODELS}/")
