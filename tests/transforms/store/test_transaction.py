"""A transaction: what it refuses, what it says of itself, and how it ends.

What several tables can do to a commit is shown in ``test_hazards``, its leases in ``test_leases``, its death at every step in
``tests/crash`` and ``tests/simulation``.
"""

from __future__ import annotations

import polars as pl
import pytest

from transforms.engine.local.staging import stage_frame
from transforms.errors import CommitError, OutcomeUnknownError
from transforms.spec.resource import Resource
from transforms.store.ledger import Ledger
from transforms.store.store import Store

A = Resource("dataset", "/a")


def test_a_transaction_and_its_ledger_tell_what_they_are(store: Store) -> None:
    """Who writes what, from which row, and how it ended."""
    transaction = store.begin("clean", "master", [A])
    assert repr(transaction) == f"<Transaction {transaction.id[:8]} of clean on master: writes /a; reads at #0>"
    change = stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [1]}))
    transaction.commit([change], {A.key: {"rows": 1}})
    assert repr(transaction).endswith("writes /a; committed>")
    assert repr(store.ledger) == f"<Ledger of {store.storage.root}>"


def test_a_dataset_cannot_lie_inside_another(store, commit):
    """The folders of one would be taken for the data of the other."""
    from transforms.errors import UsageError

    commit({"/a": pl.DataFrame({"x": [1]})})
    with pytest.raises(UsageError, match="inside"):
        commit({"/a/data": pl.DataFrame({"x": [1]})})


def test_one_table_cannot_be_changed_twice_in_a_commit(store):
    """The second change would be taken for done and lost."""
    transaction = store.begin("test", "master", [A])
    changes = [stage_frame(transaction, store.table_of(A, "master"), pl.DataFrame({"x": [n]})) for n in (1, 2)]
    with pytest.raises(CommitError, match="twice"):
        transaction.commit(changes, {A.key: {}})
    transaction.abandon()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_an_interruption_right_after_the_commit_point_takes_nothing_back(store, commit, rows, monkeypatch, error):
    """Ctrl-C between the link and the next line of code: the ledger has the row, so the staged files stay."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    place = Ledger._place

    def link_and_be_interrupted(ledger: Ledger, seq: int, content: bytes) -> bool:
        place(ledger, seq, content)
        monkeypatch.setattr(Ledger, "_place", place)
        raise error

    monkeypatch.setattr(Ledger, "_place", link_and_be_interrupted)
    if error is OSError:
        commit({"/a": pl.DataFrame({"x": [2]})})
    else:
        with pytest.raises(error):
            commit({"/a": pl.DataFrame({"x": [2]})})
        assert rows("/a") == [{"x": 1}]
    Store(store.root).recover()
    assert rows("/a") == [{"x": 2}]


def test_a_disk_that_goes_away_at_the_commit_point_leaves_it_to_recovery(store, commit, rows, monkeypatch):
    """Its error does not tell whether the link was made, and the link cannot be looked at."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    place = Ledger._place

    def link_and_go_away(ledger: Ledger, seq: int, content: bytes) -> bool:
        place(ledger, seq, content)
        raise OSError(5, "Input/output error")

    def gone(*_: object) -> bool:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "_place", link_and_go_away)
        patched.setattr(Ledger, "_committed", gone)
        with pytest.raises(
            OutcomeUnknownError, match=r"may be committed or not: the disk went away .* 'transforms recover'"
        ):
            commit({"/a": pl.DataFrame({"x": [2]})})
    assert rows("/a") == [{"x": 1}]
    Store(store.root).recover()
    assert rows("/a") == [{"x": 2}]


def test_what_fails_after_the_commit_point_fails_no_job(store, run_transform, monkeypatch, caplog):
    """Giving locks back, tidying up, deleting what is of no use any more: all of it is told, and the job is committed."""
    from transforms.api import Output, transform
    from transforms.store.storage.flock import FileLease

    @transform.using(out=Output("/a"))
    def build(out):
        out.write_table(pl.DataFrame({"x": [1]}))

    def broken(*_, **__):
        raise OSError(5, "Input/output error")

    release = FileLease.release
    monkeypatch.setattr(FileLease, "release", lambda self, remove=False: (release(self, remove), broken()))
    monkeypatch.setattr("transforms.store.index.Index.saved_seq", broken)
    result = run_transform(build, store=store)
    assert result.status == "committed"
    assert "could not be given back" in caplog.text
    assert "could not be tidied" in caplog.text
