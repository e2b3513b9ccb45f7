"""Tables stay quick to open and small, however long their history is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from transforms.api import Output, transform
from transforms.engine.local.staging import stage_frame
from transforms.errors import CommitError, StoreError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import layout, ledger_upkeep, log_cleanup, machine, merging, replaced_files, upkeep
from transforms.store.additions import Additions, additions
from transforms.store.growth import Growth
from transforms.store.pins import lowest_pin
from transforms.store.store import Store
from transforms.store.vacuum import vacuum_tables

pytestmark = pytest.mark.slow

MODEL = Resource("model", "/m")
ROW = pa.table({"x": [1]})


def publish(store: Store, times: int, seen: Callable[[], None] = lambda: None) -> None:
    """Add a row to the table of a model's versions, some times."""
    for _ in range(times):
        transaction = store.begin("train", "master", [MODEL])
        change = stage_frame(transaction, store.table_of(MODEL, "master"), ROW, "append")
        transaction.commit([change], {MODEL.key: {}})
        seen()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Housekeeping is due ten times as often, so that a tenth of the commits shows what it does."""
    monkeypatch.setattr(upkeep, "CHECKPOINT_EVERY", 1)
    monkeypatch.setattr(merging, "MERGE_EVERY", 5)
    monkeypatch.setattr(log_cleanup, "SHORTEN_EVERY", 10)
    monkeypatch.setattr(upkeep, "_KEPT_VERSIONS", 10)
    monkeypatch.setattr(ledger_upkeep, "_KEPT", 20)
    monkeypatch.setattr(ledger_upkeep, "_EVERY", 10)


def log_of(store: Store, table: str) -> list[str]:
    """Return the names of the files in a table's log."""
    return store.storage.names(f"{table}/_delta_log")


@given(st.sets(st.integers(0, 5_000), max_size=60))
def test_of_checkpoints_the_newest_stay_and_one_of_every_hundred_versions(checkpoints: set[int]) -> None:
    """Whatever goes, an old version is at most two hundred log files from a checkpoint that there was."""
    gone = log_cleanup.superfluous(checkpoints)
    left = checkpoints - gone
    assert set(sorted(checkpoints)[-3:]) <= left
    assert {number // 100 for number in left} == {number // 100 for number in checkpoints}


@given(st.integers(1, 100_000))
def test_larger_files_are_rarely_merged(version: int) -> None:
    """Each size is due twenty times as rarely as the one below."""
    size = merging.target_bytes(Growth(version - 1, version))
    if version % 20_000 == 0:
        assert size is None
    else:
        assert size == (16 * 2**20 if version % 1_000 == 0 else 2**20)


@pytest.mark.usefixtures("hurried")
def test_the_log_of_a_model_and_of_the_ledger_stay_short(store: Store) -> None:
    """Rows are added only, so the newest part of the log is enough; nothing of the content goes."""
    table, longest = store.table_of(MODEL, "master"), dict.fromkeys(("table", "ledger"), 0)

    def seen() -> None:
        longest["table"] = max(longest["table"], len(log_of(store, table)))
        longest["ledger"] = max(longest["ledger"], len(log_of(store, layout.LEDGER)))

    publish(store, 60, seen)
    assert longest["table"] < 45
    assert longest["ledger"] < 50
    assert pl.read_delta(str(store.root / table)).height == 60
    fresh = Store(store.root)
    assert [entry.seq for entry in fresh.ledger.entries(after=0)] == [entry.seq for entry in fresh.newest_entries(999)][
        ::-1
    ]
    assert len(fresh.newest_entries(999)) == 60
    assert pl.read_delta(str(store.root / layout.LEDGER)).height == 60
    assert fresh.recover() == ([], [])


@pytest.mark.usefixtures("hurried")
def test_a_dataset_keeps_every_version(store: Store, commit: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """Models name the versions they were trained on; only checkpoints between go."""
    for number in range(35):
        commit({"/a": pl.DataFrame({"x": [number]})})
    files = log_of(store, store.table_of(Resource("dataset", "/a"), "master"))
    assert [name for name in files if name.endswith(".json")] == [f"{number:020}.json" for number in range(35)]
    assert sum(name.endswith(".checkpoint.parquet") for name in files) < 12
    assert [rows("/a", version=number) for number in (0, 7, 20, 29, 34)] == [[{"x": n}] for n in (0, 7, 20, 29, 34)]


@pytest.mark.usefixtures("hurried")
def test_what_a_live_transaction_may_ask_for_stays(store: Store) -> None:
    """A job that began long ago reads a model as it was then, whatever was published since."""
    publish(store, 3)
    slow = store.begin("slow", "master", [Resource("dataset", "/out")])
    assert lowest_pin(store.storage) == slow.pinned
    publish(Store(store.root), 40)
    view, _ = slow.view(MODEL) or pytest.fail("the model is there")
    assert view.row_count() == 3
    slow.abandon()
    assert lowest_pin(store.storage) is None


@pytest.mark.usefixtures("hurried")
def test_who_was_taken_for_dead_and_asks_beyond_the_log_commits_nothing(store: Store) -> None:
    """Notes about dead transactions are in the log alone, so without it nobody knows."""
    publish(store, 2)
    slow = store.begin("slow", "master", [Resource("dataset", "/out")])
    change = stage_frame(slow, "master/datasets/out", ROW)
    record = store.root / layout.TRANSACTIONS / f"{slow.id}.json"
    record.unlink()
    publish(Store(store.root), 60)
    assert not (store.root / layout.LEDGER / "_delta_log" / f"{slow.pinned + 1:020}.json").exists()
    with pytest.raises(CommitError, match="taken for dead"):
        store.ledger.given_up(slow.pinned, slow.pinned + 5)
    with pytest.raises(CommitError, match="build again"):
        slow.commit([change], {"dataset:/out": {}})
    slow.abandon()


@pytest.mark.usefixtures("hurried")
def test_who_looked_at_the_ledger_long_ago_finds_its_end(store: Store) -> None:
    """A notebook that stood idle while others shortened the log commits behind theirs, and not in the past."""
    publish(store, 2)
    known = store.ledger.head()
    publish(Store(store.root), 60)
    assert not (store.root / layout.LEDGER / "_delta_log" / f"{known:020}.json").exists()
    publish(store, 1)
    newest = Store(store.root).newest_entries(1)[0]
    assert 62 < newest.seq <= store.ledger.head()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("left", [1, 0], ids=["right before the log", "long before the log"])
@pytest.mark.parametrize(
    "tidying", [merging.merge_small_files, replaced_files.forget_replaced], ids=["merged", "forgot"]
)
def test_housekeeping_of_the_past_changes_nothing(
    anywhere: Store, tidying: Callable[..., Any], left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a process that stood still so long that others have shortened the log: what it knew is no longer all there is."""
    for number in range(3):
        put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [number]}))
    long_ago = anywhere.ledger.table()
    for number in range(3, 5 if left else 9):
        put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [number]}))
    head = anywhere.ledger.head()
    log_cleanup.write_checkpoint(anywhere.storage, layout.LEDGER, anywhere.ledger.table())
    log_cleanup.shorten_log(anywhere.storage, layout.LEDGER, head, lambda opened: opened.version())
    before = anywhere.storage.names(f"{layout.LEDGER}/_delta_log")

    monkeypatch.setattr(replaced_files, "replaced", lambda *_: [])  # it has looked for these before it stood still
    with pytest.raises(StoreError, match="stood still while it tidied .*_ledger, .* Nothing was changed"):
        tidying(anywhere.storage, layout.LEDGER, long_ago)

    assert anywhere.storage.names(f"{layout.LEDGER}/_delta_log") == before
    store = Store(anywhere.root)
    assert [entry.seq for entry in store.ledger.entries(after=0)] == list(range(1, head + 1))


@pytest.mark.usefixtures("hurried")
def test_no_entry_is_placed_before_the_beginning_of_the_log(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the log is shortened between the look for its end and the writing."""
    publish(store, 2)
    stale = store.ledger.head()
    publish(Store(store.root), 60)
    heads = iter([stale])
    real = store.ledger.head
    monkeypatch.setattr(store.ledger, "head", lambda: next(heads, None) or real())
    store.ledger.give_up("f" * 32)
    fresh = Store(store.root).ledger
    assert "f" * 32 in fresh.given_up(fresh.head() - 1, fresh.head())
    assert not (store.root / layout.LEDGER / "_delta_log" / f"{stale + 1:020}.json").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"pinned": "x"}', b"[" * 100_000, b'"\xff"'])
def test_a_record_that_tells_nothing_pins_everything(store: Store, content: bytes) -> None:
    """One that has only just begun, or that an older version of the package wrote."""
    publish(store, 1)
    slow = store.begin("slow", "master", [Resource("dataset", "/out")])
    (store.root / layout.TRANSACTIONS / f"{slow.id}.json").write_bytes(content)
    assert lowest_pin(store.storage) == 0
    slow.abandon()


@pytest.mark.usefixtures("hurried")
def test_what_was_added_to_a_dataset_is_told_as_long_as_its_old_versions_are_kept(
    store: Store, commit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is tidied; giving space back leaves what was the newest version at some time in the days that it keeps."""
    for number in range(25):
        commit({"/a": pl.DataFrame({"x": [number]})}, mode="append")
    table = store.table_of(Resource("dataset", "/a"), "master")

    def added(since: int) -> int | str | None:
        found = additions(store.storage, table, since)
        return found.rows if isinstance(found, Additions) else found.reason

    last = DeltaTable(store.storage.uri(table)).version()
    assert last > 24, "files were merged in between"
    assert [added(since) for since in (0, 3, last)] == [24, 21, 0]
    vacuum_tables(store, 30, dry_run=False)
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) + timedelta(days=29.9))
    vacuum_tables(store, 30, dry_run=False)
    assert [added(since) for since in (0, 3, last)] == [24, 21, 0]
    monkeypatch.setattr(machine, "now", lambda: datetime.now(UTC) + timedelta(days=30.1))
    vacuum_tables(store, 30, dry_run=False)
    assert added(3) == "its log does not tell any more what came after version 3"
    commit({"/a": pl.DataFrame({"x": [25]})}, mode="append")
    assert added(last) == 1


@pytest.mark.usefixtures("hurried")
def test_files_that_were_merged_go_once_nobody_can_be_reading_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day after they were replaced, by themselves."""
    table = store.root / store.table_of(MODEL, "master")
    publish(store, 12)
    assert len(list(table.glob("data/*/*.parquet"))) == 12
    assert list(table.glob("_replaced/*.json"))
    checkpoint = sorted(table.glob("_delta_log/*.checkpoint.parquet"))[-1]
    removed = [row["remove"] for row in pq.read_table(checkpoint).to_pylist() if row.get("remove")]
    assert len(removed) < 8, "opening a table takes longer with each file that its log says was replaced"
    monkeypatch.setattr(upkeep, "KEPT_HOURS", 0)
    publish(store, 10)
    assert len(list(table.glob("data/*/*.parquet"))) < 10
    assert list(table.glob("_replaced/*.json")) == []
    assert pl.read_delta(str(table)).height == 22
    properties = DeltaTable(table).metadata().configuration
    assert properties["delta.deletedFileRetentionDuration"] == "interval 7 days", "other programs go by it"


def test_giving_space_back_shortens_logs(store: Store, commit: Callable[..., Any], rows: Callable[..., Any]) -> None:
    """Versions whose files go cannot be read, so their log goes, too; the newest stays readable."""
    for number in range(25):
        commit({"/a": pl.DataFrame({"x": [number]})})
    table = store.table_of(Resource("dataset", "/a"), "master")
    vacuum_tables(store, 30, dry_run=False)
    assert f"{0:020}.json" in log_of(store, table)
    vacuum_tables(store, 0, dry_run=True)
    assert f"{0:020}.json" in log_of(store, table)
    vacuum_tables(store, 0, dry_run=False)
    assert f"{0:020}.json" not in log_of(store, table)
    assert rows("/a") == [{"x": 24}]
    commit({"/a": pl.DataFrame({"x": [25]})})
    assert rows("/a") == [{"x": 25}]


def test_a_version_beyond_the_log_is_refused_in_words(store: Store, commit: Callable[..., Any]) -> None:
    """Not read as something else."""
    for number in range(25):
        commit({"/a": pl.DataFrame({"x": [number]})})
    table = store.table_of(Resource("dataset", "/a"), "master")
    for until in (1, 5, 24, 25, 99):
        view = store.view_table(table, until)
        assert view is not None
        assert view.seq == min(until, 25)
        assert view.version == min(until, 25) - 1
    assert store.view_table(table, 0) is None
    vacuum_tables(store, 0, dry_run=False)
    with pytest.raises(StoreError, match="cannot be read any more as it was at #3"):
        store.view_table(table, 3)


def test_what_a_running_job_reads_is_left_alone(
    store: Store, commit: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Giving space back waits for a job that began before a dataset was replaced."""
    commit({"/a": pl.DataFrame({"x": [1]})})
    slow = store.begin("slow", "master", [Resource("dataset", "/out")])
    commit({"/a": pl.DataFrame({"x": [2]})})
    assert vacuum_tables(Store(store.root), 0, dry_run=False) == {}
    assert "may be reading an older version of master/datasets/a" in caplog.text
    view, _ = slow.view(Resource("dataset", "/a")) or pytest.fail("the dataset is there")
    assert pl.read_parquet([store.root / view.name / file for file in view.file_paths()]).to_dicts() == [{"x": 1}]
    slow.abandon()
    assert len(vacuum_tables(Store(store.root), 0, dry_run=False)) == 1


def test_giving_space_back_merges_the_ledger(store: Store, commit: Callable[..., Any]) -> None:
    """Its rows stay; the files they lay in one by one go."""
    for number in range(12):
        commit({"/a": pl.DataFrame({"x": [number]})})
    vacuum_tables(store, 0, dry_run=False)
    assert len(list((store.root / layout.LEDGER).rglob("block=*/*.parquet"))) == 1
    assert [entry.seq for entry in Store(store.root).ledger.entries(after=0)] == list(range(1, 13))


def test_a_commit_of_many_files_is_written_down_at_once(run_transform, store, monkeypatch):
    """The next who opens the table does not read each of them from its log."""
    monkeypatch.setattr(upkeep, "MANY_FILES", 3)

    @transform.using(out=Output("/a"))
    def build(out):
        for number in range(3):
            pl.DataFrame({"x": [number]}).write_parquet(f"{out.path_for_write_table}/{number}.parquet")
        out.write_table(None)

    for _ in range(2):
        run_transform(build)
    names = sorted(file.name for file in (store.storage.folder / "master/datasets/a/_delta_log").iterdir())
    assert [name[:20].lstrip("0") or "0" for name in names if "checkpoint.parquet" in name] == ["0", "1"]
    view = store.view(Resource("dataset", "/a"), "master")
    assert view is not None
    assert view[0].row_count() == 3
