"""Finding the tables of a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from transforms.store.finding import find_tables
from transforms.store.store import Store
from transforms.store.vacuum import vacuum_tables

FIRST = pl.DataFrame({"x": [1]})


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
