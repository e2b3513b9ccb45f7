"""Measure what scikit-learn's autologging adds to a small fit, into an experiment or into MLflow's SQLite store.

``python autologging.py bridge|sqlite MODELS FITS`` prints ``{"plain": …, "logged": …}``: the least seconds of a fit
without autologging and with it, alternating, in one run that stays open: most of it is MLflow's own work, beside
which a busy machine would hide what the store adds. MODELS is 1 to log models, which is MLflow's
default, or 0. Each of the two runs in its own environment, ``sqlite`` in the peers', where nothing of this project is
installed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any


def bridge(folder: Path) -> AbstractContextManager[Any]:
    """Return the block of an experiment with its journal on."""
    from palantir_models.code_workspaces import ModelOutput

    (folder / "pyproject.toml").write_text('[tool.transforms]\nroot = "store"\n')
    block: AbstractContextManager[Any] = ModelOutput("/bench").create_experiment("run").as_mlflow_run()
    return block


def sqlite(folder: Path) -> AbstractContextManager[Any]:
    """Return a run in a SQLite store."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("e", artifact_location=str(folder / "artifacts")))
    run: AbstractContextManager[Any] = mlflow.start_run()
    return run


def seconds_of(call: Any) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main(where: str, models: str, fits: str) -> None:
    """Measure and print; what MLflow itself prints goes to the error output."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MPLBACKEND"] = "agg"
    output, sys.stdout = sys.stdout, sys.stderr
    import mlflow
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    features, target = load_iris(return_X_y=True)
    options = {"log_models": models == "1", "silent": True}
    plain, logged = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        os.chdir(temporary)
        with {"bridge": bridge, "sqlite": sqlite}[where](Path(temporary)):
            for number in range(int(fits) + 1):  # the first is cold and does not count
                mlflow.sklearn.autolog(disable=True)
                without = seconds_of(lambda: LogisticRegression(max_iter=500).fit(features, target))
                mlflow.sklearn.autolog(**options)
                with_it = seconds_of(lambda: LogisticRegression(max_iter=500).fit(features, target))
                if number:
                    plain.append(without)
                    logged.append(with_it)
        os.chdir("/")
    print(json.dumps({"plain": min(plain), "logged": min(logged)}), file=output, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
