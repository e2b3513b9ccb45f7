"""Small commits straight on the store, below any transform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from transforms.engine.local.staging import stage_frame
from transforms.spec.resource import Resource
from transforms.store.entry import Entry
from transforms.store.store import Store


@pytest.fixture
def commit(store: Store) -> Callable[..., Entry]:
    """Commit frames to datasets in one transaction: ``commit({"/a": frame}, mode="append")``."""

    def run(frames: dict[str, Any], mode: Any = "overwrite", branch: str = "master", **options: Any) -> Entry:
        resources = [Resource("dataset", alias) for alias in frames]
        transaction = store.begin("test", branch, resources)
        try:
            changes = [
                stage_frame(transaction, store.table_of(r, branch), frames[r.alias], mode, **options) for r in resources
            ]
            outputs = {r.key: {"rows": c.rows} for r, c in zip(resources, changes, strict=True)}
            return transaction.commit(changes, outputs)
        except BaseException:
            transaction.abandon()
            raise

    return run


@pytest.fixture
def rows(store: Store) -> Callable[..., list[dict[str, Any]]]:
    """Read a dataset the way any outside reader does: by its path."""

    def read(alias: str, branch: str = "master", version: int | None = None) -> list[dict[str, Any]]:
        path = store.root / store.table_of(Resource("dataset", alias), branch)
        return pl.read_delta(str(path), version=version).to_dicts()

    return read


@pytest.fixture
def ratified(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Entry]:
    """Bring a commit just past its commit point, as a process that dies there leaves it."""

    def run(frames: dict[str, pl.DataFrame], mode: Any = "overwrite") -> Entry:
        resources = [Resource("dataset", alias) for alias in frames]
        with monkeypatch.context() as patched:
            patched.setattr(store.publisher, "publish_all", lambda *_, **__: [])
            transaction = store.begin("dying", "master", resources)
            changes = [stage_frame(transaction, store.table_of(r, "master"), frames[r.alias], mode) for r in resources]
            return transaction.commit(changes, {r.key: {"rows": 1} for r in resources})

    return run


@pytest.fixture
def stuck(store: Store, commit: Any, ratified: Any) -> Entry:
    """A commit of /a and /b that /b refuses, beside /c, which nothing is wrong with."""
    commit(dict.fromkeys(("/a", "/b", "/c"), pl.DataFrame({"x": [1]})))
    entry: Entry = ratified(dict.fromkeys(("/a", "/b"), pl.DataFrame({"x": [2]})))
    table = store.table_of(Resource("dataset", "/b"), "master")
    DeltaTable(store.storage.uri(table)).alter.set_table_properties({"delta.appendOnly": "true"})
    return entry
