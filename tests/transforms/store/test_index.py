"""The index equals the whole ledger folded, however it was come by."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.store.store import Store

pytestmark = pytest.mark.slow


def test_it_is_saved_now_and_then_and_says_the_same_without_a_copy(store, commit):
    """After housekeeping, from a saved copy, and made anew after all copies and log files were lost."""
    for number in range(130):
        commit({f"/d{number % 3}": pl.DataFrame({"x": [number]})})
    known = dict(store.writes())
    copies = list((store.root / "_ledger" / "_index").glob("*.json"))
    assert len(copies) in (1, 2)
    assert dict(Store(store.root).writes()) == known
    for copy in copies:
        copy.write_text("damaged")
    assert dict(Store(store.root).writes()) == known
    assert {write.alias: write.seq for write in known.values()}["/d0"] == max(
        entry.seq for entry in store.newest_entries(200) if "dataset:/d0" in entry.outputs
    )


def test_a_merged_ledger_has_every_row_once(store, commit):
    """Few files, all rows, in order."""
    for number in range(130):
        commit({"/d": pl.DataFrame({"x": [number]})})
    rows = pl.read_delta(str(store.root / "_ledger")).sort("seq")
    assert rows["seq"].to_list() == [entry.seq for entry in reversed(store.newest_entries(500))]
    assert rows["transaction"].n_unique() == 130
    assert len(store.ledger.table().file_uris()) < 40
