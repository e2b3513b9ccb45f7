"""A folder and a bucket keep the same promises."""

from __future__ import annotations

import pickle
import threading

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import table

from transforms.store.storage.address import open_storage
from transforms.store.storage.base import Storage, StoredFile


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """A root of each kind."""
    root = request.getfixturevalue("tmp_path" if request.param == "folder" else "bucket")
    return open_storage(root)


def stage(storage: Storage, name: str, content: bytes) -> None:
    """Write a staged file."""
    place = storage.work(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def test_a_name_is_created_once(storage):
    """Whoever comes second is told so, and changes nothing."""
    assert storage.create("a/b.json", b"1")
    assert not storage.create("a/b.json", b"2")
    assert storage.read("a/b.json") == b"1"


def test_of_many_that_create_one_name_one_succeeds(storage):
    """Also when they come at the same moment."""
    barrier, made = threading.Barrier(8), []

    def create(number: int) -> None:
        barrier.wait()
        if storage.create("race", str(number).encode()):
            made.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.read("race") == str(made[0]).encode()
    assert len(made) == 1


def test_what_is_missing_is_missing(storage):
    """In every way of asking; deleting it is no error."""
    with pytest.raises(FileNotFoundError):
        storage.read("none")
    with pytest.raises(FileNotFoundError):
        storage.local("none").read_bytes()
    assert storage.read_many(["none", "neither"]) == [None, None]
    assert storage.sizes(["none"]) == [None]
    assert (storage.exists("none"), storage.is_table("none"), storage.is_held("none")) == (False, False, False)
    assert (storage.names("none"), storage.folders("none"), storage.files("none")) == ([], [], {})
    storage.delete("none")
    storage.delete_folder("none/at/all")


def test_listings_tell_files_from_folders(storage):
    """Names right below a folder, sorted."""
    for name in ("x/b", "x/a", "x/deep/c", "y"):
        storage.write(name, name.encode())
    assert storage.names("x") == ["a", "b"]
    assert storage.folders("x") == ["deep"]
    assert storage.folders("") == ["x"]
    assert {name: found.size for name, found in storage.files("x").items()} == {"a": 3, "b": 3, "deep/c": 8}


def test_the_newest_of_a_sequence_is_found_from_any_that_was_there(storage):
    """Files beside the sequence, and those behind a gap, do not count."""
    for number in (0, 1, 2, 3, 5):
        storage.write(f"log/{number:020}.json", b"{}")
    storage.write("log/_last", b"")
    storage.write("log/00000000000000000004.checkpoint.parquet", b"")
    for known in (-1, 0, 2, 3):
        assert storage.newest(lambda n: f"log/{n:020}.json", known) == 3


def test_the_newest_of_a_sequence_is_found_whose_beginning_is_gone(storage):
    """Who knew a number long ago finds the end."""
    for number in (7, 8, 9):
        storage.write(f"log/{number:020}.json", b"{}")
    storage.write("log/00000000000000000010.checkpoint.parquet", b"")
    for known in (0, 3, 5, 7, 9):
        assert storage.newest(lambda n: f"log/{n:020}.json", known) == 9


@pytest.mark.parametrize("count", [1, 9])
def test_staged_files_are_at_their_place_once_they_are_sealed(storage, count):
    """Their content and size; what is staged can be read before."""
    names = [f"t/data/1/part-{number}" for number in range(count)]
    for number, name in enumerate(names):
        stage(storage, name, b"x" * number)
    assert {name: found.size for name, found in storage.files("t/data/1").items()} == {
        name.removeprefix("t/data/1/"): number for number, name in enumerate(names)
    }
    storage.seal(names)
    assert storage.sizes([*names, "t/data/1/none"]) == [*range(count), None]
    assert [storage.local(name).read_bytes() for name in names] == [b"x" * number for number in range(count)]


def test_a_staged_folder_goes_whole(storage):
    """Staged and sealed files alike."""
    stage(storage, "t/data/1/a", b"a")
    storage.seal(["t/data/1/a"])
    stage(storage, "t/data/1/b", b"b")
    storage.delete_folder("t/data/1")
    assert storage.files("t") == {}


def test_a_copy_lives_on_its_own(storage):
    """Deleting the first leaves the second."""
    storage.write("a", b"content")
    storage.copy("a", "deep/b")
    storage.delete("a")
    assert storage.read("deep/b") == b"content"


def test_parquet_is_read_wherever_it_lies(storage):
    """Staged or sealed, without a copy of it."""
    storage.make_folder("t")
    pq.write_table(table({"x": [1, 2]}), storage.work("t/a.parquet"))
    assert pq.read_table(storage.open("t/a.parquet")).num_rows == 2
    storage.seal(["t/a.parquet"])
    assert pq.ParquetFile(storage.open("t/a.parquet")).metadata.num_rows == 2
    assert pq.read_table("a.parquet", filesystem=storage.filesystem("t")).num_rows == 2


@pytest.mark.parametrize(
    ("mode", "text", "options"),
    [
        ("w", "ä\nb", {"encoding": "utf-8"}),
        ("w", "ä\nb", {"encoding": "utf-16", "newline": "\r\n"}),
        ("wb", b"\0\1", {}),
        ("wb", b"\0\1", {"buffering": 0}),
        ("w+b", b"\0\1", {}),
        ("x", "new", {"encoding": "utf-8"}),
    ],
)
def test_a_new_file_is_there_for_others_once_it_is_closed(storage, tmp_path, mode, text, options):
    """As the builtin open writes it."""
    with storage.open_new("t/files/1/a", mode, options) as file:
        file.write(text)
        if "+" in mode:
            file.seek(0)
            assert file.read() == text
    with open(tmp_path / "reference", mode, **options) as reference:
        reference.write(text)
    other = pickle.loads(pickle.dumps(StoredFile(storage, "t/files/1/a")))
    assert other.local().read_bytes() == (tmp_path / "reference").read_bytes()
    assert storage.sizes(["t/files/1/a"]) == [(tmp_path / "reference").stat().st_size]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "create", "delete", "copy"]), st.sampled_from("abc"), st.binary(max_size=4)
        ),
        max_size=12,
    )
)
def test_a_bucket_does_what_a_folder_does(tmp_path_factory, bucket, steps):
    """Whatever sequence of writes, a reader finds the same in both."""
    storages = [open_storage(tmp_path_factory.mktemp("root")), open_storage(bucket)]
    prefix = tmp_path_factory.mktemp("prefix").name
    results = []
    for storage in storages:
        told = []
        for action, letter, content in steps:
            name = f"{prefix}/{letter}"
            if action == "write":
                storage.write(name, content)
            elif action == "create":
                told.append(storage.create(name, content))
            elif action == "delete":
                storage.delete(name)
            elif storage.exists(name):
                storage.delete(f"{prefix}/copy")
                storage.copy(name, f"{prefix}/copy")
        names = storage.names(prefix)
        results.append((told, names, storage.read_many([f"{prefix}/{name}" for name in names])))
    assert results[0] == results[1]
