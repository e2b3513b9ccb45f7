"""Staged files that came when their transaction had ended: gone with the next ``gc --older-than``, and nothing else with them."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from palantir_models.model.saving import version_table
from palantir_models.model.versions import ModelVersion
from transforms.engine.local.staging import stage_frame
from transforms.errors import DivergedError
from transforms.run.file_rows import stage_listing, staged_files
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import layout, machine, stragglers
from transforms.store.finding import find_staged
from transforms.store.identifiers import new_transaction_id
from transforms.store.layout import LEDGER
from transforms.store.ledger import Ledger
from transforms.store.storage.base import Storage
from transforms.store.store import Store
from transforms.store.transaction import Transaction
from transforms.store.vacuum import vacuum_tables

pytestmark = pytest.mark.slow

FRAME = pl.DataFrame({"x": [1]})
DATASET, MODEL = "master/datasets/a", "master/models/m"
VERSION = "c" * 32


def test_what_comes_late_goes_wherever_it_was_staged(anywhere: Store) -> None:
    """Of a dataset, of one that never came to be, of a model, and of what executors shared; a dry run tells the same."""
    put_frame(anywhere, "master", "/a", FRAME)
    gone, version, shared = new_transaction_id(), "a" * 32, "b" * 32
    late = {
        DATASET: [
            f"data/{gone}/part-0.parquet",
            f"data/{gone}/spark-1/_temporary/0/part-1.parquet",
            f"files/{gone}/é.txt",
        ],
        "master/datasets/never/made": [f"data/{gone}/k=1/part-0.parquet"],
        MODEL: [f"artifacts/{version}/state/model.pkl"],
        f"{MODEL}/metrics": [f"data/{gone}/part-0.parquet"],
        "": [f"_temporary/{gone}/0", f"_temporary/files/{shared}/0"],
    }
    before = whole(anywhere)
    for place, files in late.items():
        for file in files:
            anywhere.storage.write(f"{place}/{file}".lstrip("/"), b"late")

    would = vacuum_tables(anywhere, 0, dry_run=True)
    deleted = vacuum_tables(anywhere, 0, dry_run=False)

    assert would == deleted == late
    assert whole(anywhere) == before
    assert vacuum_tables(anywhere, 0, dry_run=True) == {}
    if (root := anywhere.storage.shareable("")) is not None:
        assert not (root / "master/models").exists(), "no empty folder is left"


def test_what_a_transaction_stages_that_runs_is_left_alone(anywhere: Store) -> None:
    """Also one of another machine, which has not renewed its record for long: whoever collects it deletes what it staged."""
    put_frame(anywhere, "master", "/a", FRAME)
    running = anywhere.begin("running", "master", [Resource("dataset", "/a"), Resource("model", "/m")])
    stood_still, shared = new_transaction_id(), "b" * 32
    record = b'{"staging": ["master/datasets/n/data/%b", "_temporary/files/%b"]}' % (
        stood_still.encode(),
        shared.encode(),
    )
    anywhere.storage.write(f"{layout.TRANSACTIONS}/{stood_still}.json", record)
    places = [
        running.staging_name(DATASET),
        running.staging_name(DATASET, layout.FILES),
        running.staging_name(MODEL, layout.ARTIFACTS, VERSION),
        f"master/datasets/n/data/{stood_still}",
        f"_temporary/files/{shared}",
    ]
    for place in places:
        anywhere.storage.write(f"{place}/0", b"x")

    assert vacuum_tables(anywhere, 0, dry_run=True) == {}
    assert vacuum_tables(anywhere, 0, dry_run=False) == {}
    assert all(anywhere.storage.exists(f"{place}/0") for place in places)

    running.abandon()
    anywhere.storage.delete(f"{layout.TRANSACTIONS}/{stood_still}.json")
    for place in places:
        anywhere.storage.write(f"{place}/0", b"x")
    assert sum(map(len, vacuum_tables(anywhere, 0, dry_run=False).values())) == len(places)


def test_who_commits_while_it_is_looked_for_leftovers_keeps_everything(
    anywhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folders are seen, its record is gone by the time that records are read, and its row was not there at first."""
    put_frame(anywhere, "master", "/a", FRAME)
    running = anywhere.begin("running", "master", [Resource("dataset", "/a"), Resource("model", "/m")])
    changes = staged_everywhere(running)

    def find(storage: Storage) -> Iterator[str]:
        yield from list(find_staged(storage))
        running.commit(changes, {"dataset:/a": {}, "model:/m": {"version_id": VERSION}})

    monkeypatch.setattr(stragglers, "find_staged", find)
    monkeypatch.setattr(stragglers, "_named", lambda *_: frozenset())  # neither the log nor rows are needed for that
    assert stragglers.clear_stragglers(anywhere, 0, dry_run=False) == {}
    assert_all_there(anywhere)
    assert pl.read_delta(anywhere.storage.uri(DATASET), storage_options=anywhere.storage.options).height == 1


def test_what_is_committed_and_in_no_table_yet_is_left_alone(
    store: Store, ratified: Callable[..., Any], stuck: Any
) -> None:
    """Neither a commit that waits, nor one whose process died at giving it up, after its row was deleted and nothing was noted."""
    new = ratified({"/new": FRAME})
    condition = f"seq = {stuck.seq}"
    store.ledger.table().delete(condition)
    fresh = Store(store.root)
    assert stuck.transaction not in fresh.ledger.identifiers()

    assert vacuum_tables(fresh, 0, dry_run=False) == {}
    for entry in (new, stuck):
        files = [f"{change.table}/{file.path}" for change in entry.changes for file in change.files]
        assert None not in fresh.storage.sizes(files)


def test_a_folder_that_somebody_may_still_write_into_is_left_alone(
    anywhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long ago its youngest file was written decides; a clock that was put back makes it young."""
    put_frame(anywhere, "master", "/a", FRAME)
    folder = f"data/{new_transaction_id()}"
    for name in ("0", "1"):
        anywhere.storage.write(f"{DATASET}/{folder}/{name}", b"x")
    if (root := anywhere.storage.shareable("")) is not None:
        os.utime(root / DATASET / folder / "0", (0, 0))
    for days, is_old in ((0.0, False), (-40.0, False), (29.9, False), (30.1, True)):
        monkeypatch.setattr(machine, "now", lambda days=days: datetime.now(UTC) + timedelta(days=days))
        would = vacuum_tables(anywhere, 30, dry_run=True)
        assert would == ({DATASET: [f"{folder}/0", f"{folder}/1"]} if is_old else {})
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) - timedelta(days=400))
    assert vacuum_tables(anywhere, 0, dry_run=False) == {DATASET: [f"{folder}/0", f"{folder}/1"]}


def test_a_table_that_was_copied_from_another_store_keeps_what_it_names(tmp_path: Path) -> None:
    """This store's ledger knows nothing of who staged that, and its own commits and housekeeping go on with it."""
    other, store = Store(tmp_path / "other"), Store(tmp_path / "store")
    transaction = other.begin("train", "master", [Resource("dataset", "/a"), Resource("model", "/m")])
    transaction.commit(staged_everywhere(transaction), {"dataset:/a": {}, "model:/m": {"version_id": VERSION}})
    put_frame(store, "master", "/b", FRAME)
    shutil.copytree(other.root / "master/models", store.root / "master/models")
    shutil.copytree(other.root / DATASET, store.root / DATASET)
    late = f"data/{new_transaction_id()}/part-0.parquet"
    store.storage.write(f"{DATASET}/{late}", b"late")
    assert vacuum_tables(store, 0, dry_run=False) == {}, "what is another's is not looked at"
    assert_all_there(store)

    mine = store.begin("more", "master", [Resource("dataset", "/a"), Resource("model", "/m")])
    empty = pl.read_parquet(first_file(store, DATASET)).clear()
    versions = pl.read_parquet(first_file(store, f"{MODEL}/versions")).clear()
    changes = [
        stage_frame(mine, DATASET, empty, "append"),
        stage_frame(mine, f"{MODEL}/versions", versions, "append"),
    ]
    mine.commit(changes, {"dataset:/a": {}, "model:/m": {}})
    assert vacuum_tables(store, 0, dry_run=False) == {DATASET: [late]}
    assert_all_there(store)


def test_older_versions_of_a_copied_table_stay_readable(tmp_path: Path) -> None:
    """The newest one does not name their files any more."""
    other, store = Store(tmp_path / "other"), Store(tmp_path / "store")
    put_frame(other, "master", "/a", FRAME)
    put_frame(store, "master", "/b", FRAME)
    shutil.copytree(other.root / DATASET, store.root / DATASET)
    os.utime(first_file(store, DATASET), (0, 0))
    put_frame(store, "master", "/a", pl.DataFrame({"x": [2]}))
    assert vacuum_tables(store, 30, dry_run=False) == {}
    assert pl.read_delta(str(store.root / DATASET), version=0)["x"].to_list() == [1]


def test_what_a_record_cannot_tell_is_left_alone(
    store: Store, commit: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """One that names folders of others is looked at by a person; one that is half written names what nobody knows."""
    commit({"/a": FRAME})
    odd, version = new_transaction_id(), "a" * 32
    record = f"{layout.TRANSACTIONS}/{odd}.json"
    late = {DATASET: [f"data/{odd}/0"], MODEL: [f"artifacts/{version}/0"]}
    for place, (file,) in late.items():
        store.storage.write(f"{place}/{file}", b"x")
    store.storage.write(record, b'{"staging": ["master/datasets/b"]}')
    assert vacuum_tables(store, 0, dry_run=True) == {MODEL: late[MODEL]}
    store.storage.write(record, b'{"staging": ["master/data')
    assert vacuum_tables(store, 0, dry_run=False) == {}
    assert "The record of a transaction could not be read" in caplog.text
    store.storage.delete(record)
    assert vacuum_tables(store, 0, dry_run=False) == late


def test_rows_that_cannot_be_read_keep_what_they_may_name(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """That they name something of which the ledger does not know is seldom, and it cannot be had back."""
    transaction = store.begin("train", "master", [Resource("dataset", "/a"), Resource("model", "/m")])
    transaction.commit(staged_everywhere(transaction), {"dataset:/a": {}, "model:/m": {"version_id": VERSION}})
    late = f"files/{new_transaction_id()}/0"
    store.storage.write(f"{DATASET}/{late}", b"late")
    file = first_file(store, DATASET)
    content = file.read_bytes()
    file.write_bytes(b"x" * len(content))
    assert vacuum_tables(store, 0, dry_run=True) == {}
    assert f"What {DATASET} names cannot be read" in caplog.text
    file.write_bytes(content)
    assert vacuum_tables(store, 0, dry_run=False) == {DATASET: [late]}


def test_a_dataset_whose_alias_looks_like_a_staged_folder_stays(store: Store, commit: Callable[..., Any]) -> None:
    """It may have been there before the dataset above it; what is being built there for the first time stays, too,
    and so does what another program made.
    """
    built, first, brought = "1" * 32, "2" * 32, "3" * 32
    commit({f"/a/data/{built}": FRAME})
    FRAME.write_delta(str(store.root / DATASET / "artifacts" / brought))
    running = store.begin("running", "master", [Resource("dataset", f"/a/files/{first}")])
    change = stage_frame(running, f"{DATASET}/files/{first}", FRAME, "overwrite")
    commit({"/a": FRAME})

    assert vacuum_tables(store, 0, dry_run=False) == {}
    running.commit([change], {f"dataset:/a/files/{first}": {}})
    assert vacuum_tables(store, 0, dry_run=False) == {}
    for alias in (f"/a/data/{built}", f"/a/files/{first}", f"/a/artifacts/{brought}"):
        assert pl.read_delta(str(store.root / f"master/datasets{alias}")).height == 1


def test_a_ledger_that_does_not_belong_to_the_store_deletes_nothing(
    store: Store, commit: Callable[..., Any], tmp_path: Path
) -> None:
    """It would know none of the transactions; and a table that is ahead of its ledger may have more that is not seen."""
    commit({"/a": FRAME})
    shutil.copytree(store.root / LEDGER, tmp_path / "older")
    commit({"/a": FRAME})
    late = f"data/{new_transaction_id()}/0"
    store.storage.write(f"{DATASET}/{late}", b"late")
    shutil.move(store.root / LEDGER, tmp_path / "newer")
    shutil.copytree(tmp_path / "older", store.root / LEDGER)
    assert stragglers.clear_stragglers(Store(store.root), 0, dry_run=True) == {}

    other = Store(tmp_path / "other")
    put_frame(other, "master", "/a", FRAME)
    shutil.rmtree(store.root / LEDGER)
    shutil.copytree(other.root / LEDGER, store.root / LEDGER)
    with pytest.raises(DivergedError, match="the ledger of another store"):
        vacuum_tables(Store(store.root), 9, dry_run=False)
    shutil.rmtree(store.root / LEDGER)
    shutil.move(tmp_path / "newer", store.root / LEDGER)
    assert vacuum_tables(Store(store.root), 0, dry_run=False)[DATASET][-1] == late


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(
    store: Store, commit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody may still write there, or another user owns it."""
    commit({"/a": FRAME})
    stubborn, late = new_transaction_id(), new_transaction_id()
    for transaction in (stubborn, late):
        store.storage.write(f"{DATASET}/data/{transaction}/0", b"x")
    delete = store.storage.delete_folder

    def refusing(name: str) -> None:
        if name.endswith(stubborn):
            raise PermissionError(13, "Permission denied", name)
        delete(name)

    monkeypatch.setattr(store.storage, "delete_folder", refusing)
    with caplog.at_level(logging.WARNING):
        assert vacuum_tables(store, 0, dry_run=False) == {DATASET: [f"data/{late}/0"]}
    assert f"What is left in {store.root}/{DATASET}/data/{stubborn} could not be deleted yet" in caplog.text


def test_the_ids_that_the_ledger_names_are_those_of_transactions_and_versions(
    anywhere: Store,
) -> None:
    """Also of a commit that published several versions."""
    first = put_frame(anywhere, "master", "/a", FRAME)
    transaction = anywhere.begin("train", "master", [Resource("model", "/m")])
    change = stage_frame(transaction, f"{MODEL}/versions", FRAME, "append")
    versions = [{"version_id": "d" * 32}, {"version_id": "e" * 32}]
    transaction.commit([change], {"model:/m": {"version_id": "e" * 32, "versions": versions}})
    assert Ledger(anywhere.storage).identifiers() == {first.transaction, transaction.id, "d" * 32, "e" * 32}


def staged_everywhere(transaction: Transaction) -> list[Any]:
    """Stage raw files of ``/a`` and a version of ``/m``."""
    file = transaction.staging(DATASET, layout.FILES) / "notes.txt"
    file.write_text("notes")
    state = transaction.staging(MODEL, layout.ARTIFACTS, VERSION) / "model.pkl"
    state.write_bytes(b"state")
    listing = stage_listing(transaction, DATASET, staged_files(transaction, DATASET), "overwrite", "/a")
    version = ModelVersion(
        version_id=VERSION,
        version="1.0.0",
        created_time=datetime.now(UTC),
        branch="master",
        transform="train",
        transaction=transaction.id,
        adapter="a.B",
        api="{}",
        serializers="{}",
        sha256={},
        requirements="[]",
        inputs="{}",
        code_version="",
        experiment_id=None,
        notes=None,
        change_type="MINOR",
    )
    return [listing, stage_frame(transaction, f"{MODEL}/versions", version_table([version]), "append")]


def first_file(store: Store, table: str) -> Path:
    """Return a file of the newest version of a table."""
    view = store.view_table(table)
    assert view is not None
    return store.root / table / view.file_paths()[0]


def assert_all_there(store: Store) -> None:
    """See to it that what :func:`staged_everywhere` staged is whole."""
    (location,) = pl.read_delta(store.storage.uri(DATASET), storage_options=store.storage.options)["location"]
    assert store.storage.read(f"{DATASET}/{location}") == b"notes"
    assert store.storage.read(f"{MODEL}/artifacts/{VERSION}/model.pkl") == b"state"


def whole(store: Store) -> list[str]:
    """Return every file of a store's branches, and of what executors share."""
    folders = ("master", layout.TEMPORARY)
    return sorted(f"{folder}/{file}" for folder in folders for file in store.storage.files(folder))
