"""Jobs in other processes on a store in a bucket, and readers that know nothing of the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.crash.conftest import crash_nursery
from tests.processes import Nursery
from transforms.store.finding import find_tables
from transforms.store.storage.address import open_storage
from transforms.store.store import Store


@pytest.fixture
def store(bucket: str) -> Store:
    """A store in a bucket, with nothing in it; the product's own fixtures use it."""
    return Store(bucket)


@pytest.fixture(scope="session")
def bucket_nurseries(s3_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Nursery]]:
    """Several processes that run jobs on a bucket."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    state = str(tmp_path_factory.mktemp("state"))
    made = [crash_nursery(**keys, AWS_ENDPOINT_URL=s3_endpoint, XDG_STATE_HOME=state) for _ in range(4)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def nursery(bucket: str, bucket_nurseries: list[Nursery]) -> Nursery:
    """One of them."""
    return bucket_nurseries[0]


@pytest.fixture
def outside(bucket: str) -> Callable[[], dict[str, Any]]:
    """Read what a job of ``tests/crash/jobs.py`` left, by the addresses of its tables."""

    def read() -> dict[str, Any]:
        storage, found = open_storage(bucket), {}
        for table in find_tables(storage):
            frame = pl.read_delta(storage.uri(table), storage_options=dict(storage.options))
            name = table.removeprefix("master/")
            columns = {"datasets": "generation", "metrics": "value", "versions": "version", "experiments": "name"}
            kind = "datasets" if name.startswith("datasets") else name.rpartition("/")[2]
            found[name] = sorted(frame[columns[kind]].to_list()) if kind in columns else frame.height
        return found

    return read


@pytest.fixture
def scratch() -> Path:
    """This user's cache folder; nothing may stay in it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "transforms-on-delta" / "scratch"
