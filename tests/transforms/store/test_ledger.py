"""The ledger by itself: its commit point, its order, its memory.

That a commit can be redone from its rows is shown in ``test_hazards``, what its caches may hold in ``test_caches``, its merging and
shortening in ``test_upkeep``, its death at every step in ``tests/crash`` and ``tests/simulation``.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from transforms.errors import CommitError
from transforms.spec.resource import Resource
from transforms.store.layout import LEDGER
from transforms.store.ledger import log_file
from transforms.store.log_cleanup import shorten_log, write_checkpoint
from transforms.store.store import Store

A = Resource("dataset", "/a")


def test_the_ledgers_memory_may_be_emptied_while_somebody_reads(store, commit):
    """A job that ends tidies up beside others that are looking through the ledger."""
    for number in range(3):
        commit({"/a": pl.DataFrame({"x": [number]})})
    seen = []
    for entry in store.ledger.entries(after=0):
        seen.append(entry.seq)
        store.ledger.forget(until=99)
    assert seen == [1, 2, 3]


def test_h11_the_ledgers_own_link_is_looked_at_when_its_answer_is_lost(store, commit, rows, monkeypatch):
    """An error after the commit point does not make a committed job look failed."""
    import transforms.store.durable as durable

    commit({"/a": pl.DataFrame({"x": [1]})})
    sync_folder = durable.sync_folder
    failed: list[Path] = []

    def fail_once(path: Path) -> None:
        if path == store.root / "_ledger" / "_delta_log" and not failed:
            failed.append(path)
            raise OSError(5, "Input/output error")
        sync_folder(path)

    monkeypatch.setattr(durable, "sync_folder", fail_once)
    entry = commit({"/a": pl.DataFrame({"x": [2]})})
    assert failed
    assert rows("/a") == [{"x": 2}]
    assert [e.transaction for e in store.newest_entries(1)] == [entry.transaction]


def test_h16_the_order_of_commits_comes_from_the_log_files_names(store, commit):
    """Housekeeping versions and foreign commits without commitInfo do not shift the numbers."""
    first = commit({"/a": pl.DataFrame({"x": [1]})})
    version = store.ledger.head() + 1
    (store.root / log_file(version)).write_text(json.dumps({"txn": {"appId": "other", "version": 1}}) + "\n")
    second = commit({"/a": pl.DataFrame({"x": [2]})})
    assert (first.seq, second.seq) == (version - 1, version + 1)
    assert [e.seq for e in Store(store.root).newest_entries(9)] == [second.seq, first.seq]
    assert store.view(A, "master", until=first.seq)[0].table.to_pyarrow_dataset().to_table(
        use_threads=False
    ).to_pylist() == [{"x": 1}]


@pytest.mark.parametrize("is_cold", [False, True], ids=["in memory", "read anew"])
def test_jobs_are_found_by_their_transactions(store, commit, is_cold):
    """From what the process knows of the log, and else from the ledger's table; one that was not committed is left out."""
    made = [commit({"/a": pl.DataFrame({"x": [number]})}) for number in range(3)]
    asked = Store(store.root) if is_cold else store
    found = asked.entries_of([made[0].transaction, made[2].transaction, None, "f" * 32])
    assert {transaction: entry.seq for transaction, entry in found.items()} == {
        made[0].transaction: made[0].seq,
        made[2].transaction: made[2].seq,
    }
    assert found[made[0].transaction].outputs == made[0].outputs


def test_no_job_is_found_where_nothing_was_committed(tmp_path):
    """Nor is anything made by asking."""
    assert Store(tmp_path / "nothing").entries_of(["f" * 32]) == {}
    assert not (tmp_path / "nothing").exists()


def test_a_history_is_read_page_by_page(store, commit):
    """Each page ends where the next one begins, also where that is beyond the end."""
    for number in range(5):
        commit({"/a": pl.DataFrame({"x": [number]})})
    for asked in (store, Store(store.root)):
        assert [entry.seq for entry in asked.ledger.newest(2, until=3)] == [3, 2]
        assert [entry.seq for entry in asked.ledger.newest(9, until=1)] == [1]
        assert [entry.seq for entry in asked.ledger.newest(2, until=99)] == [5, 4]
        assert asked.ledger.newest(2, until=0) == []


@pytest.mark.parametrize("seq", [2, 4], ids=["long before the log", "right before the log"])
def test_a_commit_that_came_late_to_a_place_in_the_past_is_none(store, commit, seq):
    """An object store may do long after its answer what it was asked for, where the log has been shortened meanwhile."""
    entries = [commit({"/a": pl.DataFrame({"x": [number]})}) for number in range(5)]
    place = store.root / log_file(seq)
    late = place.read_text().replace(entries[seq - 1].transaction, "0" * 32)
    assert late != place.read_text()
    write_checkpoint(store.storage, LEDGER, store.ledger.table())
    shorten_log(store.storage, LEDGER, store.ledger.head(), lambda opened: opened.version())
    assert not place.exists()
    place.write_text(late)

    ledger = Store(store.root).ledger

    right = [entry.transaction for entry in entries]
    assert [entry.transaction for entry in ledger.entries(after=0)] == right
    assert [entry.transaction for entry in ledger.entries(after=seq - 1, until=seq)] == right[seq - 1 : seq]
    assert [entry.transaction for entry in ledger.newest(9)] == right[::-1]
    assert Store(store.root).ledger.knows(seq, right[seq - 1])
    assert not Store(store.root).ledger.knows(seq, "0" * 32)


def test_a_ledger_whose_newest_log_is_gone_takes_no_commit(store, commit):
    """As in a copy that was made file by file while jobs ran: it is refused, and not tried for ever."""
    for number in range(2):
        commit({"/a": pl.DataFrame({"x": [number]})})
    store.ledger.table().create_checkpoint()
    entry = store.ledger.entry(2)
    for file in (Path(store.root) / "_ledger/_delta_log").glob("*.json"):
        file.unlink()
    with pytest.raises(CommitError, match=r"0002\.json is gone\. .* Restore the file from a backup"):
        Store(store.root).ledger.append(entry)
    assert not (Path(store.root) / log_file(3)).exists()
