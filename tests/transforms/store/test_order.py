"""The order in which ratified entries come into their tables."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.store import layout
from transforms.store.change import TableChange
from transforms.store.entry import Entry
from transforms.store.order import batches, waves

names = st.lists(
    st.sampled_from(
        [f"b/{name}" for name in ("datasets/x", "datasets/versions", "models/m/versions", "models/m/metrics")]
    )
    | st.sampled_from(["b/models/m/experiments", "b/models/n/experiments", "b/models/n/versions", "b/models/n/images"]),
    unique=True,
)


@given(st.lists(names, max_size=6))
def test_entries_are_published_in_an_order_in_which_readers_miss_nothing(tables):
    """Each table in the ledger's order; of one model series, then experiments, then versions; datasets wait for nothing."""
    entries = [entry(number, listed) for number, listed in enumerate(tables, 1)]
    done: list[tuple[int, str]] = []
    for batch in batches(entries):
        for wave in waves(batch):
            ranks = {layout.publish_rank(change.table) for _, change in wave}
            assert len(ranks) == 1
            written = [change.table for _, change in wave]
            assert len(set(written)) == len(written)
            done += [(each.seq, change.table) for each, change in wave]
    assert sorted(done) == sorted((each.seq, change.table) for each in entries for change in each.changes)
    for each in entries:
        ranks = [layout.publish_rank(table) for seq, table in done if seq == each.seq]
        assert ranks == sorted(ranks)
        assert not any("datasets" in table and layout.publish_rank(table) for _, table in done)
    for table in {table for _, table in done}:
        seqs = [seq for seq, each in done if each == table]
        assert seqs == sorted(seqs)


def entry(number: int, tables: list[str]) -> Entry:
    changes = tuple(TableChange(table, "append", "{}") for table in tables)
    row = {
        "transform": "t",
        "branch": "b",
        "user": "u",
        "code_version": "",
        "started_time": None,
        "ratified_time": None,
    }
    return Entry(seq=number, transaction=str(number), inputs={}, outputs={}, changes=changes, **row)  # type: ignore[arg-type]
