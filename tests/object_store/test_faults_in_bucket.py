"""An object store that goes away, answers late or forgets, and processes that stand still: nothing is lost or half there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from transforms.api import Output, transform
from transforms.errors import CommitError, DataError, OutcomeUnknownError, StoreError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import machine
from transforms.store.ledger import Ledger, log_file
from transforms.store.storage import object_lease
from transforms.store.storage.errors import ObjectStoreError
from transforms.store.storage.objects import ObjectStorage
from transforms.store.store import Store

ROWS = pl.DataFrame({"x": [1, 2, 3]})
OUT = Resource("dataset", "/out")


@transform.using(out=Output("/out"))
def writes(out):
    """Write rows."""
    out.write_table(ROWS)


@pytest.fixture
def begun(store: Store) -> Store:
    """The store with one commit in it."""
    put_frame(store, "master", "/first", ROWS)
    return store


def readable(store: Store) -> list[str]:
    """Read every dataset and the ledger as outside readers do; return the jobs in the ledger."""
    options = dict(store.storage.options)
    for alias in store.storage.folders("master/datasets"):
        if store.storage.is_table(f"master/datasets/{alias}"):
            pl.read_delta(store.storage.uri(f"master/datasets/{alias}"), storage_options=options)
    rows = pl.read_delta(store.storage.uri("_ledger"), storage_options=options).sort("seq")
    assert rows["transform"].to_list() == [entry.transform for entry in store.newest_entries(99)][::-1]
    return rows["transform"].to_list()


@pytest.mark.parametrize("answer", ["an error", "a refusal"])
def test_a_lost_answer_of_the_commit_point_is_looked_up(run_transform, begun, monkeypatch, answer):
    """A conditional put that was taken, and then tried again, is refused: the ledger tells whose row stands there."""
    place, calls = Ledger._place, []

    def lose(ledger: Ledger, seq: int, content: bytes) -> bool:
        calls.append(seq)
        taken = place(ledger, seq, content)
        if len(calls) > 1:
            return taken
        if answer == "an error":
            raise ObjectStoreError("timed out")
        return False

    monkeypatch.setattr(Ledger, "_place", lose)
    result = run_transform(writes)
    assert result.outputs["out"].polars().equals(ROWS)
    assert readable(Store(begun.root)) == ["put", "writes"]


def test_a_put_that_comes_late_comes_to_nothing(run_transform, begun, monkeypatch):
    """After an error its place in the ledger is taken before anything of the job is deleted."""
    place, late = Ledger._place, []

    def delay(ledger: Ledger, seq: int, content: bytes) -> bool:
        if not late:
            late.append((seq, content))
            raise ObjectStoreError("timed out")
        return place(ledger, seq, content)

    monkeypatch.setattr(Ledger, "_place", delay)
    with pytest.raises(ObjectStoreError, match="timed out"):
        run_transform(writes)
    ((seq, content),) = late
    assert not begun.storage.create(log_file(seq), content)
    assert begun.storage.files("master/datasets/out") == {}
    assert readable(Store(begun.root)) == ["put"]
    monkeypatch.undo()


@pytest.mark.parametrize("arrives", [True, False])
def test_what_may_be_committed_is_kept_until_it_is_known(run_transform, begun, monkeypatch, arrives):
    """The object store goes away at the commit point: recovery completes the commit, or clears it away."""
    sent: list[tuple[int, bytes]] = []

    def away(ledger: Ledger, seq: int, content: bytes) -> bool:
        sent.append((seq, content))
        raise ObjectStoreError("it is away")

    with monkeypatch.context() as outage:
        outage.setattr(Ledger, "_place", away)
        with pytest.raises(OutcomeUnknownError, match=r"writes .* may be committed or not.*transforms recover"):
            run_transform(writes)
    assert begun.storage.files("master/datasets/out") != {}
    if arrives:
        assert begun.storage.create(log_file(sent[0][0]), sent[0][1])
    entries, collected = Store(begun.root).recover()
    if arrives:
        assert ([entry.transform for entry in entries], collected) == (["writes"], [])
        assert readable(Store(begun.root)) == ["put", "writes"]
    else:
        assert (entries, len(collected)) == ([], 1)
        assert begun.storage.files("master/datasets/out") == {}
        assert readable(Store(begun.root)) == ["put"]
    assert run_transform(writes).outputs["out"].polars().equals(ROWS)
    assert begun.storage.names("_locks/transactions") == []


@pytest.fixture
def asleep(begun: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A transaction of another machine with something staged, whose leases nobody renews."""
    theirs = dict(object_lease.identity(), machine="another")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(object_lease, "identity", lambda: theirs)
        transaction = begun.begin("asleep", "master", [OUT])
        transaction.staging_name("master/datasets/out", "files")
    begun.storage.write(f"master/datasets/out/files/{transaction.id}/a", b"a")
    for lease in object_lease._renewals.things:
        object_lease._renewals.discard(lease)
    monkeypatch.setattr(object_lease, "LEASE_SECONDS", 0.0)
    yield transaction
    transaction.abandon()


def test_a_job_that_was_taken_for_dead_commits_nothing(asleep, begun, monkeypatch):
    """What it had staged is gone. Its lease tells that; and if it fell asleep right after that look, the ledger does."""
    assert Store(begun.root).recover()[1] == [asleep.id]
    assert begun.storage.files("master/datasets/out") == {}
    with pytest.raises(CommitError, match="lost the lock"):
        asleep.commit([], {OUT.key: {}})
    monkeypatch.setattr(asleep, "_check_leases", lambda: None)
    with pytest.raises(CommitError, match=r"taken for dead"):
        asleep.commit([], {OUT.key: {}})
    assert readable(Store(begun.root)) == ["put"]


def test_a_job_that_committed_before_it_was_taken_for_dead_keeps_its_files(asleep, begun, monkeypatch):
    """Between taking it for dead and deleting, the ledger is asked."""
    monkeypatch.setattr(asleep, "_check_leases", lambda: None)
    give_up = Ledger.give_up

    def commit_first(ledger: Ledger, transaction: str) -> None:
        asleep.commit([], {OUT.key: {}})
        give_up(ledger, transaction)

    monkeypatch.setattr(Ledger, "give_up", commit_first)
    assert Store(begun.root).recover()[1] == []
    assert begun.storage.files("master/datasets/out") != {}
    assert readable(Store(begun.root)) == ["put", "asleep"]


def test_a_job_that_slept_while_another_built_its_output_commits_nothing(asleep, begun, monkeypatch):
    """The lease was taken over, as nobody renewed it."""
    put_frame(Store(begun.root), "master", "/out", ROWS)
    with pytest.raises(CommitError, match="lost the lock"):
        asleep.commit([], {OUT.key: {}})
    monkeypatch.setattr(asleep, "_check_leases", lambda: None)
    with pytest.raises(CommitError, match=r"while it ran, put committed dataset:/out"):
        asleep.commit([], {OUT.key: {}})
    assert readable(Store(begun.root)) == ["put", "put"]


def test_a_lease_that_only_looks_old_is_not_taken(begun, monkeypatch):
    """The clocks of two machines differ: who is seen to renew it keeps it."""
    theirs = dict(object_lease.identity(), machine="another")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(object_lease, "identity", lambda: theirs)
        lease = begun.storage.try_acquire("_locks/a.lock")
    assert lease is not None
    object_lease._renewals.discard(lease)  # none but the test renews it
    monkeypatch.setattr(object_lease, "_is_held", lambda holder, renewed: False)
    monkeypatch.setattr(object_lease, "LEASE_SECONDS", 4.0)
    with monkeypatch.context() as watched:
        watched.setattr(machine, "sleep", lambda seconds: lease.renew())  # while the other one looks
        assert begun.storage.try_acquire("_locks/a.lock") is None
    taken = begun.storage.try_acquire("_locks/a.lock")
    assert taken is not None
    taken.release()


def test_an_outage_hides_no_error_and_keeps_no_lease(run_transform, begun, monkeypatch):
    """The user's own error is the one that is told; the output is free for the next job."""
    outage = pytest.MonkeyPatch()

    def refuse(*_: object) -> None:
        raise ObjectStoreError("it is away")

    @transform.using(out=Output("/out"))
    def fails(out):
        out.write_table(ROWS)
        outage.setattr(ObjectStorage, "delete_folder", refuse)
        raise ValueError("the user's own")

    with pytest.raises(ValueError, match="the user's own"):
        run_transform(fails)
    outage.undo()
    assert len(begun.storage.names("_locks/transactions")) == 1
    assert run_transform(writes).status == "committed"
    assert len(begun.recover()[1]) == 1
    assert begun.storage.names("_locks/transactions") == []


def test_a_fault_after_the_commit_point_leaves_the_job_committed(run_transform, begun, monkeypatch):
    """What only saves time for later may fail; the rest is finished by recovery, and the error says so."""
    write = ObjectStorage.write

    def refuse(storage: ObjectStorage, name: str, content: bytes) -> None:
        if name.endswith("_published"):
            raise ObjectStoreError("it is away")
        write(storage, name, content)

    monkeypatch.setattr(ObjectStorage, "write", refuse)
    assert run_transform(writes).status == "committed"
    assert readable(Store(begun.root)) == ["put", "writes"]


def test_a_table_that_cannot_be_reached_after_the_commit_point_is_said(run_transform, begun, monkeypatch):
    """The job is committed; recovery brings it into its tables."""
    import transforms.store.publishing as publishing

    def refuse(*_: object) -> None:
        raise ObjectStoreError("it is away")

    with monkeypatch.context() as outage:
        outage.setattr(publishing, "publish_change", refuse)
        with pytest.raises(StoreError, match=r"is committed .*transforms recover"):
            run_transform(writes)
    Store(begun.root).recover()
    assert readable(Store(begun.root)) == ["put", "writes"]
    assert begun.view(OUT, "master") is not None


def test_an_object_store_without_conditional_puts_is_refused_each_time(bucket, monkeypatch):
    """It would let two jobs take one commit's place."""

    def overwrite(storage: ObjectStorage, name: str, content: bytes) -> bool:
        storage.write(name, content)
        return True

    monkeypatch.setattr(ObjectStorage, "create", overwrite)
    for _ in range(2):
        with pytest.raises(StoreError, match="If-None-Match"):
            Store(bucket).begin("t", "master", [])


def test_a_process_that_this_user_may_not_look_at_is_alive(monkeypatch):
    """Where other users' processes are hidden, asking whether there is one still works."""
    me = object_lease.identity()
    monkeypatch.setattr(object_lease, "_started", lambda pid: None)
    assert not object_lease.is_dead(me)
    assert object_lease.is_dead({**me, "pid": 2**22 - 1})


@pytest.mark.parametrize("name", ["a b", "ü", "u\u0308", "50% + #1?", "x" * 250, "deep/" + "y" * 240])
def test_raw_files_have_the_names_that_they_have_on_a_disk(run_transform, store, name):
    """Written, listed, read, changed and read by their path."""
    put_frame(store, "master", "/files", {name: b"1", "other": b"2"})

    @transform.using(out=Output("/files"))
    def changes(out):
        out.set_mode("modify")
        with out.filesystem().open(name, "wb") as file:
            file.write(b"new")

    result = run_transform(changes)
    assert result.outputs["out"].files() == {name: b"new", "other": b"2"}


def test_a_name_that_a_bucket_cannot_hold_is_said(store):
    """With the name; nothing is committed."""
    with pytest.raises(DataError, match="control character"):
        put_frame(store, "master", "/files", {"a\tb": b"1"})
    assert store.newest_entries(1) == []
