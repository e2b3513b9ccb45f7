"""What is called a cache is harmless whatever it holds: a damaged one, another number, another store's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.engine.local.staging import stage_frame
from transforms.errors import CommitError, DivergedError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import ledger_upkeep, log_cleanup
from transforms.store.cache import sealed, unsealed
from transforms.store.checkup import check_store
from transforms.store.layout import STORE_FILE
from transforms.store.store import Store

pytestmark = pytest.mark.slow

ROWS = 6
CACHES = ("_ledger/_published", "_ledger/_index/{:020}.json", "_ledger/_delta_log/_last_checkpoint")


def append(store: Store, number: int) -> None:
    resource = Resource("dataset", f"/d{number % 2}")
    transaction = store.begin("append", "master", [resource])
    change = stage_frame(transaction, store.table_of(resource, "master"), pl.DataFrame({"x": [number]}), "append")
    transaction.commit([change], {resource.key: {}})


def make(root: Path) -> Store:
    store = Store(root)
    for number in range(ROWS):
        append(store, number)
    store.index.refresh()
    store.index.save()
    ledger_upkeep.tidy(store.storage, store.ledger)
    return store


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with every cache there is."""
    return make(tmp_path_factory.mktemp("original") / "store").root  # type: ignore[return-value]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another store of the same names, that is further on."""
    store = make(tmp_path_factory.mktemp("foreign") / "store")
    for number in range(ROWS):
        append(store, number)
    store.index.refresh()
    store.index.save()
    return store.root  # type: ignore[return-value]


numbers = st.one_of(st.integers(-3, 20), st.just(10**9), st.just(10**19))
contents = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(["kept", "foreign", "deep"]),
    numbers.map(lambda n: json.dumps({"seq": n, "version": n, "size": 1, "writes": [], "newest": [n, "x"]}).encode()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_store_goes_on_as_if_they_were_not_there(data, original, foreign, tmp_path_factory):
    """Everything committed stays, a commit comes after all others and is in its table, and any reader can open the ledger."""
    root = tmp_path_factory.mktemp("copy") / "store"
    shutil.copytree(original, root)
    (index,) = (root / "_ledger/_index").glob("*.json")
    for name in CACHES:
        content = data.draw(contents, label=name)
        place = index if "_index" in name else root / name
        if content == "foreign":
            others = sorted((foreign / "_ledger/_index").glob("*.json")) if "_index" in name else [foreign / name]
            content = others[-1].read_bytes()
        if content == "deep":
            content = b"[" * 100_000
        if content == "kept":
            content = place.read_bytes()
        if "_index" in name:
            place.unlink()
            place = root / name.format(data.draw(numbers.map(abs), label="number"))
        place.write_bytes(content)

    store = Store(root)
    store.recover()
    append(store, ROWS)

    newest = Store(original).ledger.head() + 1
    assert [entry.seq for entry in store.newest_entries(100)] == [newest, *range(ROWS, 0, -1)]
    for number in range(2):
        rows = pl.read_delta(str(root / f"master/datasets/d{number}"))["x"].to_list()
        assert sorted(rows) == list(range(number, ROWS + 1, 2))
    assert {write.alias: write.seq for write in Store(root).writes().values()} == {"/d0": newest, "/d1": ROWS}
    assert DeltaTable(str(root / "_ledger")).to_pyarrow_table().num_rows == ROWS + 1


def test_copies_of_the_index_that_nobody_believes_push_out_no_good_one(tmp_path):
    """They are deleted when the next one is saved, whatever number they have."""
    store = make(tmp_path / "store")
    folder = tmp_path / "store/_ledger/_index"
    (good,) = folder.glob("*.json")
    for number in (10**15, 10**16):
        (folder / f"{number:020}.json").write_text("{}")
    append(store, 1)
    store.index.refresh()
    store.index.save()
    left = sorted(folder.glob("*.json"))
    assert left[0] == good
    assert len(left) == 2
    assert int(left[1].stem) < 100


@pytest.mark.parametrize("made", [0, 3])
def test_a_ledger_that_lost_its_first_log_gets_it(tmp_path, made):
    """A process may die between the store's file and the ledger; an older version of this package went on without."""
    store = Store(tmp_path / "store")
    for number in range(made):
        append(store, number)
    if not made:
        store.identity.ensure()
    first = tmp_path / "store/_ledger/_delta_log/00000000000000000000.json"
    first.unlink(missing_ok=True)
    for _ in range(2):
        append(Store(tmp_path / "store"), 0)
    assert DeltaTable(str(tmp_path / "store/_ledger")).to_pyarrow_table().num_rows == made + 2


def test_a_store_without_its_file_is_given_no_new_name(tmp_path):
    """Its tables would take every entry of the ledger for new."""
    store = make(tmp_path / "store")
    (tmp_path / "store" / STORE_FILE).unlink()
    with pytest.raises(Exception, match=r"_store\.json is gone, .* Restore it from a backup"):
        append(Store(store.root), 1)
    assert pl.read_delta(str(tmp_path / "store/master/datasets/d1")).height == ROWS / 2


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.none())), st.text(min_size=1))
def test_a_seal_holds_for_its_store_and_content_alone(content, owner):
    """It comes back as it was; a changed one does not come back."""
    content.pop("seal", None)
    document = sealed(owner, content)
    assert unsealed(owner, document) == content
    assert unsealed(owner + "x", document) is None
    assert unsealed(owner, sealed(owner, {**content, "more": 1})) != content
    assert unsealed(owner, json.dumps({**json.loads(document), "more": 1}).encode()) is None


@pytest.mark.parametrize("part", ["_store.json", "_ledger"])
def test_a_ledger_and_the_name_of_another_store_are_noticed_before_anything_is_published_twice(
    part: str, tmp_path: Path
) -> None:
    """Rows that were merged since would be added a second time, as no table knows of another store's commits."""
    store, other = Store(tmp_path / "store"), make(tmp_path / "other")
    for number in range(102):  # merged at the 50th version of a table
        append(store, number)
    if part == "_ledger":
        shutil.rmtree(tmp_path / "store" / part)
        shutil.copytree(other.root / part, tmp_path / "store" / part)
    else:
        shutil.copy(other.root / part, tmp_path / "store" / part)

    for command in (lambda again: append(again, 1), lambda again: again.recover()):
        with pytest.raises(DivergedError, match="ledger of another store"):
            command(Store(tmp_path / "store"))
    assert "ledger of another store" in next(iter(check_store(Store(tmp_path / "store")))).detail
    assert DeltaTable(tmp_path / "store/master/datasets/d0").to_pyarrow_table().num_rows == 51


@pytest.mark.parametrize("hint", [b'{"version": 77, "size": 1}', b"no json"])
def test_a_false_hint_goes_with_the_next_job(anywhere: Store, hint: bytes) -> None:
    """Readers that believe it would find no ledger; whoever only looks needs none."""
    put_frame(anywhere, "master", "/a", pl.DataFrame({"x": [1]}))
    name = "_ledger/_delta_log/_last_checkpoint"
    anywhere.storage.write(name, hint)
    put_frame(Store(anywhere.root), "master", "/a", pl.DataFrame({"x": [2]}))
    assert not anywhere.storage.exists(name)
    log_cleanup.write_checkpoint(anywhere.storage, "_ledger", anywhere.ledger.table())
    put_frame(Store(anywhere.root), "master", "/a", pl.DataFrame({"x": [3]}))
    assert anywhere.storage.exists(name), "a true one stays"
    assert [entry.seq for entry in Store(anywhere.root).newest_entries(9)] == [3, 2, 1]


def test_a_shortened_ledger_that_lost_its_checkpoint_gets_no_beginning(tmp_path: Path) -> None:
    """It would be a gap more, and hide what is lost."""
    make(tmp_path / "store")
    log = tmp_path / "store/_ledger/_delta_log"
    for version in range(3):
        (log / f"{version:020}.json").unlink()
    for checkpoint in log.glob("*.checkpoint.parquet"):
        checkpoint.unlink()
    append(Store(tmp_path / "store"), 1)  # which needs nothing of what is lost
    with pytest.raises(CommitError, match="_delta_log is damaged .* Restore the file from a backup"):
        Store(tmp_path / "store").recover()
    assert not (log / f"{0:020}.json").exists()


def test_a_shortened_ledger_without_its_hint_is_not_begun_anew(tmp_path: Path) -> None:
    """The log behind a checkpoint was cut: a new version 0 would leave a gap, and look like damage."""
    make(tmp_path / "store")
    log = tmp_path / "store/_ledger/_delta_log"
    assert list(log.glob("*.checkpoint.parquet"))
    for version in range(3):
        (log / f"{version:020}.json").unlink()
    (log / "_last_checkpoint").unlink()

    append(Store(tmp_path / "store"), 1)
    assert not (log / f"{0:020}.json").exists()
    assert DeltaTable(tmp_path / "store/_ledger").to_pyarrow_table().num_rows == ROWS + 1
    assert list(check_store(Store(tmp_path / "store"))) == []
