"""A nursery of children to kill, and readers that know nothing of the store."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

HERE = Path(__file__).parent


class Nursery:
    """Runs jobs in children of a process that has everything imported."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "nursery.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parents[1],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{HERE.parents[1]}:{HERE}", "HOME": str(Path.home())}
            | environment,
        )

    def send(self, **order: Any) -> None:
        """Order a job without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def receive(self) -> int:
        """Wait for the job; 0 is committed, 1 failed, -9 killed."""
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, "the nursery itself died"
        return int(answer)

    def run(self, **order: Any) -> int:
        """Order a job and wait for it."""
        self.send(**order)
        return self.receive()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=300)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One nursery for all tests."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def nurseries() -> Iterator[list[Nursery]]:
    """Several nurseries, for processes that race."""
    made = [Nursery() for _ in range(4)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def outside() -> Callable[[Path], dict[str, Any]]:
    """Read everything of a store by its paths with plain deltalake, the way other programs do."""

    def read(root: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for log in sorted(root.glob("master/**/_delta_log")):
            name = log.parent.relative_to(root / "master").as_posix()
            if not list(log.glob("*.json")):
                continue
            rows = DeltaTable(str(log.parent)).to_pyarrow_dataset().to_table(use_threads=False).to_pylist()
            if name.startswith("datasets"):
                found[name] = sorted(row["generation"] for row in rows)
            elif name.endswith("metrics"):
                found[name] = sorted(row["value"] for row in rows)
            elif name.endswith("versions"):
                found[name] = sorted(row["version"] for row in rows)
            elif name.endswith("experiments"):
                found[name] = sorted(row["name"] for row in rows)
            else:
                found[name] = len(rows)
        return found

    return read
