"""A process killed at any step of an incremental run, or between two, loses no row and repeats none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.killing import STEPS
from tests.processes import Nursery
from tests.transforms.run.lake_model import OUTPUTS, Lake
from transforms.store.store import Store

STEPS_OF_A_RUN = [
    (name, step)
    for name, outputs in OUTPUTS.items()
    if name != "limited"
    for step, (place, _, call) in STEPS.items()
    if call <= len(outputs) and place.startswith(("transforms", "os"))
]


@pytest.mark.parametrize(("name", "step"), STEPS_OF_A_RUN)
def test_a_run_killed_at_any_step_is_whole_or_nothing(tmp_path: Path, nursery: Nursery, name: str, step: str) -> None:
    """Twice in a row; the next one goes on from the last that was committed, and what is after it from there."""
    lake = Lake(Store(tmp_path / "store"), nursery)
    lake.run("sums", "master")
    lake.run("again", "master")
    for _ in range(2):
        lake.append("master", "/raw", 2)
        if name == "again":
            lake.run("sums", "master")
        lake.run(name, "master", step=step)
    assert lake.runs["killed"] == 2
    lake.append("master", "/raw", 1)
    lake.run("sums", "master")
    lake.run("again", "master")
    assert lake.runs["whole"] == 2, "it began anew"
    assert lake.tables["master", "/again"].rows.total() == 7
