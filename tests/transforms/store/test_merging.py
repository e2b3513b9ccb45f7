"""Merging small files: nothing but their number changes. When it is due is shown in ``test_upkeep``."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import ledger_upkeep
from transforms.store.store import Store

pytestmark = pytest.mark.slow

A = Resource("dataset", "/a")


def path_of(store: Store, resource: Resource) -> Path:
    return store.root / store.table_of(resource, "master")


def test_appended_files_are_merged_from_time_to_time_and_pinned_versions_stay(store, commit, rows):
    """A table that is appended to for ever keeps few files, and what a reader pinned reads as before."""
    for number in range(60):
        entry = commit({"/a": pl.DataFrame({"x": [number]})}, mode="append")
        if number == 20:
            pinned = entry.seq
    table = DeltaTable(str(path_of(store, A)))
    assert len(table.file_uris()) < 20
    assert sorted(row["x"] for row in rows("/a")) == list(range(60))
    view, _ = store.view(A, "master", until=pinned)
    assert view.row_count() == 21


@pytest.mark.parametrize("name", ["plain", "with space ä", "behind a link"])
def test_small_files_are_merged_wherever_the_root_lies(tmp_path, name):
    """Delta's own addresses spell such a root in other ways than the path does; what is merged is synced all the same."""
    (tmp_path / "real").mkdir()
    if name == "behind a link":
        (tmp_path / name).symlink_to(tmp_path / "real")
    store = Store(tmp_path / name)
    for number in range(3):
        put_frame(store, "master", "/a", pl.DataFrame({"x": [number]}))
    ledger_upkeep.tidy(store.storage, store.ledger)
    assert [entry.seq for entry in Store(store.root).newest_entries(9)] == [3, 2, 1]
    assert (tmp_path / name / "_ledger/_delta_log/_last_checkpoint").exists()
