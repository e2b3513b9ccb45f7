"""Killed while logging at full speed, and racing to publish: what was logged is there, once and whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from palantir_models.experiment.journal import kept, recovering
from tests.crash import experiments

KILLS = 50
ROUNDS = 50


class Server:
    """A process of ``experiments.py``."""

    def __init__(self, mode: str, folder: Path) -> None:
        script = Path(experiments.__file__)
        self._process = subprocess.Popen(
            [sys.executable, str(script), mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(script.parents[2])},
        )

    def send(self, line: str) -> None:
        """Send an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def receive(self) -> str:
        """Wait for an answer."""
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, "the process ended"
        return answer

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[Server]:
    """A process that forks, lets log, and kills."""
    made = Server("log", tmp_path)
    yield made
    made.close()


@pytest.fixture
def publishers(tmp_path: Path) -> Iterator[list[Server]]:
    """Two processes that publish to one model."""
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\nroot = "store"\n')
    made = [Server("publish", tmp_path) for _ in range(2)]
    for server in made:
        assert server.receive() == "ready\n"
    yield made
    for server in made:
        server.close()


def values(file: Path) -> dict[str, list[float]]:
    """Return the values of each series in the order of their steps; none of a file that was not needed."""
    none: dict[str, list[float]] = {"single": [], "left": [], "right": []}
    if not file.exists():
        return none
    found = pl.read_parquet(file).sort("step").group_by("series", maintain_order=True).agg("value")
    return none | dict(found.iter_rows())


def test_a_killed_process_loses_no_more_than_the_last_moment(logger: Server, tmp_path: Path) -> None:
    """At 50 random moments: no half record, all that was logged before the last draining, and recovery keeps all of it."""
    chance, notes = random.Random(7), tmp_path / "notes"
    for number in range(KILLS):
        notes.write_bytes(experiments.NOTE.pack(0, 0))
        order = {"journals": str(tmp_path), "id": f"run{number}", "notes": str(notes)}
        drainings = chance.randrange(5)
        logger.send(json.dumps({**order, "drainings": drainings, "seconds": chance.uniform(0, 0.1)}))
        assert json.loads(logger.receive())["status"] == -9
        drained, least = experiments.NOTE.unpack(notes.read_bytes())
        assert drained >= drainings, "it was drained by itself"

        folder = tmp_path / f"run{number}"
        if not kept.live_folders(tmp_path):
            assert drained == 0, "it died before its journal was made"
            continue
        row = recovering.recover(tmp_path, f"run{number}")
        assert row["status"] == "ABANDONED"
        found = values(folder / "metrics.parquet")
        rounds = len(found["single"])
        assert rounds >= least, f"{least - rounds} rounds are lost"
        assert rounds - 1 <= len(found["left"]) <= rounds
        assert found["single"] == list(range(rounds))
        assert found["left"] == [-value for value in found["right"]] == list(range(len(found["left"])))
        if rounds:
            assert pq.read_table(folder / "hyperparameters.parquet")["integer_value"].to_pylist() == [3]


def test_two_processes_publish_to_one_model_at_once(publishers: list[Server], tmp_path: Path) -> None:
    """Versions and names are distinct, every experiment is whole, and each commit has both."""
    answers: list[dict[str, Any]] = []
    for number in range(ROUNDS):
        for place, server in enumerate(publishers):
            server.send(str(number * 2 + place))
        answers += [json.loads(server.receive()) for server in publishers]

    def rows(table: str) -> list[dict[str, Any]]:
        folder = tmp_path / "store/master/models/m" / table
        return DeltaTable(str(folder)).to_pyarrow_dataset().to_table(use_threads=False).to_pylist()

    versions, found, metrics = rows("versions"), rows("experiments"), rows("metrics")
    assert sorted(row["version"] for row in versions) == sorted(answer["version"] for answer in answers)
    assert len({row["version"] for row in versions}) == len({row["name"] for row in found}) == 2 * ROUNDS
    assert {row["model_version_id"] for row in found} == {row["version_id"] for row in versions}
    assert len({answer["commit"] for answer in answers}) == 2 * ROUNDS
    assert Counter(row["experiment_id"] for row in metrics) == {row["experiment_id"]: 20 for row in found}
    assert sorted(row["value"] for row in metrics) == [n * 100 + step for n in range(2 * ROUNDS) for step in range(20)]
    assert not list((tmp_path / "store/_journal").glob("*"))
