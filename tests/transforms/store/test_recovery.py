"""Rolling forward: an entry is in all of its tables or in none, and one that cannot be published stops nobody else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from transforms.engine.local.staging import stage_frame
from transforms.errors import DivergedError, PublishError, UsageError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import layout, publishing
from transforms.store.change import TableChange
from transforms.store.checkup import check_store
from transforms.store.entry import Entry
from transforms.store.order import batches, waves
from transforms.store.recovery import finish, give_up
from transforms.store.store import Store

A, B, C = (Resource("dataset", alias) for alias in ("/a", "/b", "/c"))
ONE, TWO, THREE = (pl.DataFrame({"x": [number]}) for number in (1, 2, 3))


@pytest.fixture
def ratified(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Entry]:
    """Bring a commit just past its commit point, as a process that dies there leaves it."""

    def run(frames: dict[str, pl.DataFrame], mode: Any = "overwrite") -> Entry:
        resources = [Resource("dataset", alias) for alias in frames]
        with monkeypatch.context() as patched:
            patched.setattr(store.publisher, "publish_all", lambda *_, **__: [])
            transaction = store.begin("dying", "master", resources)
            changes = [stage_frame(transaction, store.table_of(r, "master"), frames[r.alias], mode) for r in resources]
            return transaction.commit(changes, {r.key: {"rows": 1} for r in resources})

    return run


def log_of(store: Store, resource: Resource) -> Path:
    return Path(store.storage.uri(store.table_of(resource, "master"))) / "_delta_log"


def set_property(store: Store, resource: Resource, name: str, value: str) -> None:
    DeltaTable(str(log_of(store, resource).parent)).alter.set_table_properties({name: value})


def refuse(store: Store, resource: Resource) -> None:
    set_property(store, resource, "delta.appendOnly", "true")


@pytest.fixture
def stuck(store: Store, commit: Any, ratified: Any) -> Entry:
    """A commit of /a and /b that /b refuses, beside /c, which nothing is wrong with."""
    commit({"/a": ONE, "/b": ONE, "/c": ONE})
    entry: Entry = ratified({"/a": TWO, "/b": TWO})
    refuse(store, B)
    return entry


def test_a_table_that_refuses_stops_the_jobs_of_its_commit_and_no_others(store, stuck, commit, rows):
    """The refused commit is in none of its tables; other datasets are built, read and written as ever."""
    commit({"/c": TWO, "/d": TWO})
    assert rows("/c") == rows("/d") == [{"x": 2}]
    for alias in ("/a", "/b"):
        with pytest.raises(PublishError, match=rf"#{stuck.seq}, .*datasets/b .*recover --give-up {stuck.seq}'"):
            commit({alias: THREE})
    transaction = Store(store.root).begin("reader", "master", [Resource("dataset", "/e")])
    assert transaction.view(C) is not None
    for resource in (A, B):
        with pytest.raises(PublishError, match=f"--give-up {stuck.seq}"):
            transaction.view(resource)
    transaction.abandon()
    assert rows("/a") == rows("/b") == [{"x": 1}]
    with pytest.raises(PublishError, match=f"--give-up {stuck.seq}"):
        store.recover()
    assert [found.entry.seq for found in store.publisher.refused] == [stuck.seq]


def test_it_is_published_once_its_table_takes_it(store, stuck, commit, rows):
    """Also after other jobs committed meanwhile, and by whatever begins next."""
    commit({"/c": TWO})
    set_property(store, B, "delta.appendOnly", "false")
    commit({"/c": THREE})
    assert rows("/a") == rows("/b") == [{"x": 2}]
    assert Store(store.root).recover() == ([], [])


def test_giving_it_up_loses_nothing_else(store, stuck, commit, ratified, rows):
    """Every process agrees; its files are gone; what was committed later to its tables is published."""
    folders = [Path(store.storage.uri(folder)) for folder in stuck.staged_folders]
    assert sum(folder.exists() for folder in folders) == 2
    commit({"/c": TWO})
    other = Store(store.root)
    _ = other.writes()

    assert give_up(store, stuck.seq).transaction == stuck.transaction

    set_property(store, B, "delta.appendOnly", "false")
    assert not any(folder.exists() for folder in folders)
    for each in (store, other, Store(store.root)):
        assert each.writes()["master", A.key].seq == 1
        each.recover()
        assert each.publisher.refused == []
    commit({"/a": THREE, "/b": THREE})
    assert rows("/a") == rows("/b") == [{"x": 3}]
    assert rows("/c") == [{"x": 2}]
    with pytest.raises(UsageError, match="nothing to give up"):
        give_up(store, stuck.seq)


def test_what_waits_behind_it_is_published_when_it_is_given_up(store, commit, ratified, rows):
    """The order of each table is kept until then."""
    commit({"/a": ONE, "/b": ONE})
    first, second = ratified({"/a": TWO, "/b": TWO}, "append"), ratified({"/a": THREE}, "append")
    log = log_of(store, B)
    shutil.copytree(log, log.with_name("whole"))
    (log / f"{1:020}.json").write_text("no json\n")
    finish(Store(store.root))
    assert rows("/a") == [{"x": 1}]
    give_up(store, first.seq)
    assert sorted(row["x"] for row in rows("/a")) == [1, 3]
    assert store.writes()["master", A.key].seq == second.seq


@pytest.mark.parametrize("seq", [1, 99])
def test_only_what_is_refused_can_be_given_up(store, stuck, seq):
    """Anything else is answered in words."""
    with pytest.raises(UsageError, match=f"#{seq}"):
        give_up(store, seq)


def test_a_mistake_that_is_made_again_names_the_command(store, commit, ratified, monkeypatch):
    """Where a table refuses after the commit point, the job's own error tells the way out."""
    commit({"/a": ONE})
    resource = A
    transaction = store.begin("job", "master", [resource])
    change = stage_frame(transaction, store.table_of(resource, "master"), TWO)
    monkeypatch.setattr("transforms.store.transaction.validate_changes", lambda *_: (refuse(store, A), {})[1])
    with pytest.raises(PublishError, match=r"recover --give-up 2'"):
        transaction.commit([change], {resource.key: {}})


@pytest.mark.parametrize("at_once", [True, False], ids=["before it is asked", "after it was asked"])
def test_a_commit_never_lands_on_a_version_that_was_not_looked_at(store, commit, monkeypatch, at_once):
    """Another program changes a table between a job's last look and its publishing: the table is looked at again."""
    commit({"/a": ONE})
    transaction = store.begin("job", "master", [A])
    change = stage_frame(transaction, store.table_of(A, "master"), TWO)
    step = "examine" if at_once else "publish_change"
    original = getattr(publishing, step)

    def late(*given: Any, **named: Any) -> Any:
        refuse(store, A)
        return original(*given, **named)

    monkeypatch.setattr(publishing, step, late)
    with pytest.raises(PublishError, match=r"recover --give-up 2'"):
        transaction.commit([change], {A.key: {}})
    assert DeltaTable(str(log_of(store, A).parent)).to_pyarrow_table().to_pydict() == ONE.to_dict(as_series=False)
    monkeypatch.undo()
    give_up(store, 2)


def copy_of(store: Store, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store.root, tmp_path / "copy"))


def test_a_ledger_behind_its_tables_is_noticed(store, commit, tmp_path):
    """Whoever reads or writes such a table is told, and nothing is committed that nobody would see."""
    commit({"/a": ONE, "/c": ONE})
    copied = copy_of(store, tmp_path)
    commit({"/a": TWO})
    shutil.rmtree(store.root / "_ledger")
    shutil.copytree(copied / "_ledger", store.root / "_ledger")
    behind = Store(store.root)
    with pytest.raises(DivergedError, match=r"datasets/a has commit #2 .*transforms backup"):
        behind.begin("job", "master", [A])
    for number in range(3):  # its numbers catch up: then it is the transaction that tells
        fresh = behind.begin("other", "master", [C])
        change = stage_frame(fresh, behind.table_of(C, "master"), THREE)
        if number == 0:
            with pytest.raises(DivergedError):
                fresh.view(A)
        fresh.commit([change], {C.key: {}})
    with pytest.raises(DivergedError):
        behind.begin("job", "master", [A])
    with pytest.raises(DivergedError):
        Store(store.root).begin("job", "master", [A])


@pytest.mark.parametrize("source", ["an earlier dataset", "a later dataset", "another branch"])
def test_a_table_in_place_of_another_is_noticed(anywhere, source):
    """Its rows are not those that the ledger says: nobody reads them, adds to them, or repairs them into a mixture."""
    for alias, branch in (("/first", "master"), ("/a", "master"), ("/a", "dev"), ("/last", "master")):
        put_frame(anywhere, branch, alias, ONE)
    names = {"an earlier dataset": "first", "a later dataset": "last", "another branch": "a"}
    taken = f"{'dev' if source == 'another branch' else 'master'}/datasets/{names[source]}"
    table = anywhere.table_of(A, "master")
    anywhere.storage.delete_folder(table)
    for file in anywhere.storage.files(taken):
        anywhere.storage.write(f"{table}/{file}", anywhere.storage.read(f"{taken}/{file}"))
    there = sorted(anywhere.storage.files(table))

    reader = Store(anywhere.root).begin("job", "master", [C])
    with pytest.raises(DivergedError, match=r"datasets/a has commit #\d .* or of another table"):
        reader.view(A)
    reader.abandon()
    with pytest.raises(DivergedError):
        Store(anywhere.root).begin("job", "master", [A])
    with pytest.raises(DivergedError):
        Store(anywhere.root).recover()
    found = {trouble.what: trouble.kind for trouble in check_store(Store(anywhere.root))}
    assert found["table master/datasets/a"] == "problem"
    assert sorted(anywhere.storage.files(table)) == there


def test_a_table_that_lost_its_last_commit_gets_it_again(store, commit, rows):
    """The ledger has it; a mark that says it was published once is not believed."""
    commit({"/a": ONE, "/b": ONE})
    commit({"/a": TWO}, mode="append")
    newest = max(log_of(store, A).glob("*.json"))
    for use in ("output", "input", "recover"):
        newest.unlink()
        assert rows("/a") == [{"x": 1}]
        again = Store(store.root)
        if use == "recover":
            again.recover()
        else:
            transaction = again.begin("job", "master", [A if use == "output" else B])
            assert transaction.view(A)[0].seq == 2
            transaction.abandon()
        assert sorted(row["x"] for row in rows("/a")) == [1, 2], use


def test_a_dataset_that_was_deleted_by_hand_stays_deleted(store, commit, rows):
    """Its files are gone, so nothing can be published again, and the next job begins anew."""
    commit({"/a": ONE})
    commit({"/b": ONE})
    shutil.rmtree(log_of(store, A).parent)
    (store.root / "_ledger/_published").unlink()
    Store(store.root).recover()
    assert not log_of(store, A).exists()
    commit({"/a": TWO})
    assert rows("/a") == [{"x": 2}]


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


def test_the_log_of_a_table_tells_the_transaction(store, commit):
    """In a transaction identifier, which outlives commit infos, and of which there is one however long the history is."""
    entries = [commit({"/a": ONE}) for _ in range(3)]
    newest = max(log_of(store, A).glob("*.json"))
    known = [json.loads(line)["txn"] for line in newest.read_text().splitlines() if "txn" in line]
    assert {txn["appId"]: txn["version"] for txn in known} == {
        store.app_id: 3,
        f"{store.app_id}.transaction": int(entries[-1].transaction[:16], 16) >> 1,
    }


def test_each_job_is_told_in_an_error_of_its_own(store, stuck):
    """What one job adds to it, such as the line that met it, is nothing to another."""
    told = []
    for _ in range(2):
        with pytest.raises(PublishError) as caught:
            store.begin("job", "master", [A])
        caught.value.add_note("met here")
        told.append(caught.value)
    assert told[0] is not told[1]
    assert [error.__notes__ for error in told] == [["met here"], ["met here"]]
