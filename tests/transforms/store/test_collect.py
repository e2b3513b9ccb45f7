"""Giving disk space back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from transforms.store.collect import find_tables, vacuum_tables
from transforms.store.store import Store

FIRST, SECOND = pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2]})


def test_tables_are_found_wherever_aliases_lie(store: Store, commit: Callable[..., Any]) -> None:
    """Also below another table, in a folder named like those for staged files, and on every branch."""
    commit({"/a": FIRST, "/a/b": FIRST, "/a/data": FIRST, "/with space/é": FIRST})
    commit({"/a": FIRST}, branch="feature/x")

    folders = {f"master/datasets/{name}" for name in ("a", "a/b", "a/data", "with~20space/~C3~A9")}
    assert set(find_tables(store.storage)) == folders | {"feature~2Fx/datasets/a"}


def test_an_empty_root_has_no_tables(store: Store) -> None:
    """Nothing is made by looking."""
    assert list(find_tables(store.storage)) == []
    assert vacuum_tables(store, 0, dry_run=False) == {}
    assert not store.root.exists()


def test_only_replaced_files_go(store: Store, commit: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """A table below another one, and every table's newest version, stay whole."""
    commit({"/a": FIRST, "/a/b": FIRST, "/with space/é": FIRST})
    commit({"/a": SECOND})
    commit({"/with space/é": SECOND})

    would = vacuum_tables(store, 0, dry_run=True)
    deleted = vacuum_tables(store, 0, dry_run=False)

    assert would == deleted
    assert {table: len(files) for table, files in deleted.items()} == {
        "master/datasets/a": 1,
        "master/datasets/with~20space/~C3~A9": 1,
    }
    assert all(name.startswith("data/") for name in deleted["master/datasets/a"])
    assert rows("/a") == [{"x": 2}]
    assert rows("/a/b") == [{"x": 1}]
    assert vacuum_tables(store, 0, dry_run=False) == {}
