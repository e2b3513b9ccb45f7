"""What is known of the job that runs an experiment: columns of the experiments table, and of its journal's header."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from palantir_models.experiment.machine.environment import environment


def context_of(
    *,
    branch: str,
    transform: str,
    source: str,
    code_version: str | None = None,
    git: Callable[[Path], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the columns that tell where an experiment comes from.

    :param branch: the branch that its model is published on.
    :param transform: the name of the transform or program that trains.
    :param source: where the training logic is, as ``file:line`` where that is known.
    :param code_version: the version of that logic.
    :param git: tells the commit of a folder, where that was found out before.
    """
    folder = Path(source.rpartition(":")[0] or source).parent
    return {
        "branch": branch,
        "transform": transform,
        "transaction": None,
        "source": source,
        "code_version": code_version,
        "environment": json.dumps(environment(folder if folder.is_dir() else None, git)),
    }
