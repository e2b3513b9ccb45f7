"""A nursery of children to kill, and readers that know nothing of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.processes import Nursery

HERE = Path(__file__).parent


def crash_nursery(**environment: str) -> Nursery:
    """Return a process whose children run the jobs of ``jobs.py``; an exit status of 0 is committed, 1 failed."""
    return Nursery(HERE / "nursery.py", **environment)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One nursery for all tests."""
    made = crash_nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def nurseries() -> Iterator[list[Nursery]]:
    """Several nurseries, for processes that race."""
    made = [crash_nursery() for _ in range(4)]
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
