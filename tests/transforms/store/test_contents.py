"""Reading what is committed."""

from __future__ import annotations

import polars as pl

from transforms.spec.resource import Resource

A, B = Resource("dataset", "/a"), Resource("dataset", "/b")


def test_readers_through_the_store_see_all_tables_at_one_point(store, commit):
    """A pinned reader sees what was committed up to its row, whatever lands afterwards."""
    pinned = commit({"/a": pl.DataFrame({"x": [1]}), "/b": pl.DataFrame({"x": [1]})}).seq
    commit({"/a": pl.DataFrame({"x": [2]})})
    commit({"/b": pl.DataFrame({"x": [3]})})
    seen = [
        store.view(r, "master", until=pinned)[0].table.to_pyarrow_dataset().to_table(use_threads=False).to_pylist()
        for r in (A, B)
    ]
    assert seen == [[{"x": 1}], [{"x": 1}]]
