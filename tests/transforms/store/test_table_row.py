"""Which row of the ledger last wrote a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from transforms.spec.resource import Resource
from transforms.store.delta_log import log_file
from transforms.store.storage.delta import transaction_app
from transforms.store.store import Store
from transforms.store.table_row import Row, row_of

RAW = Resource("dataset", "/a")
QUOTED = '{"txn":{"appId":"nobody","version":9}}'


def test_it_is_what_all_of_the_log_tells(store: Store, commit: Callable[..., Any]) -> None:
    """At every version, whoever made it, and when log files are gone that a checkpoint stands for."""
    name = store.table_of(RAW, "master")
    address = str(Path(store.root) / name)
    commit({"/a": pl.DataFrame({"x": [QUOTED]})})
    commit({"/a": pl.DataFrame({"x": ["later"]})}, mode="append")
    pl.DataFrame({"x": ["another program's"]}).write_delta(address, mode="append")
    commit({"/b": pl.DataFrame({"x": [1]})})
    commit({"/a": pl.DataFrame({"x": ["last"]})})

    seen = []
    for version in range(4):
        table = store.storage.delta.open(name)
        assert table is not None
        table.load_as_version(version)
        row = row_of(store.storage, name, table, store.app_id)
        assert row == Row(*(table.transaction_version(app) for app in (store.app_id, transaction_app(store.app_id))))
        seen.append(row.seq)
    assert seen == [1, 2, 2, 4]

    newest = store.storage.delta.open(name)
    assert newest is not None
    newest.create_checkpoint()
    for version in range(4):
        (Path(store.root) / log_file(name, version)).unlink()
    newest = store.storage.delta.open(name)
    assert newest is not None
    found = row_of(store.storage, name, newest, store.app_id)
    assert found is not None
    assert found.seq == 4


def test_a_table_that_no_job_wrote_has_none(store: Store, commit: Callable[..., Any]) -> None:
    """Nor does one that another store's jobs wrote."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    name = store.table_of(RAW, "master")
    table = store.storage.delta.open(name)
    assert table is not None
    assert row_of(store.storage, name, table, "another store") is None
