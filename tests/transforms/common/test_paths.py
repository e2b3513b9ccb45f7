"""What may be a name below a folder, and that every way in asks."""

from __future__ import annotations

import ntpath
import os
import posixpath
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from transforms.api import Input, Output, transform
from transforms.common.folders import files_in
from transforms.common.paths import escape, fault, inside, shown, within
from transforms.errors import DataError, NotFoundError, StoreError, UsageError
from transforms.spec.resource import Resource
from transforms.store import layout, raw_files
from transforms.store.change import TableChange
from transforms.store.storage.base import StoredFile
from transforms.store.storage.local import LocalStorage
from transforms.store.store import Store

PIECES = st.sampled_from(
    ["..", ".", "", "a", "b.csv", "~", "C:", "\\", "..\\", "\0", "\n", "\x85", "\ud800", "é", "%2e%2e"]
)
NAMES = st.one_of(
    st.text(max_size=12),
    st.lists(st.one_of(PIECES, st.text(st.characters(codec="utf-8"), max_size=6)), max_size=5).map("/".join),
    st.integers(250, 3100).map(lambda length: "x" * length),
    st.integers(1200, 1600).map(lambda length: "/".join("y" * length)),
)
BAD = [
    "", "/", "/etc/passwd", "//server/share", "..", "../a", "a/../../b", "a/..", ".", "a//b", "a/", "./a", "a/.",
    "a\0b", "a\nb", "\x1b[2J", "a\x7fb", "a\x85b", "C:/Windows", "c:a", "..\\a", "a\\..\\..\\b", "\\\\server\\share",
    "a\ud800b", "x" * 256, "é" * 128, "/".join(["ab" * 60] * 30), "/".join("y" * 101),
]  # fmt: skip
GOOD = [
    "a",
    "a.csv",
    "folder/name.csv",
    ".hidden",
    "_SUCCESS",
    "a b",
    "naïve/☃.txt",
    "p=1/x",
    "a..b",
    "...",
    "~x",
    "ab:c",
    "x" * 255,
]


@example("0:")
@given(NAMES)
@example("a/..\\..\\..\\b")
def test_a_name_that_is_allowed_stays_inside_on_every_system(name):
    """Whatever becomes of it: joined here or on another system, made, listed again, printed."""
    if fault(name) is not None:
        return
    for system in (posixpath, ntpath):
        folder = system.normpath("/top/folder" if system is posixpath else "C:\\top\\folder")
        joined = system.normpath(system.join(folder, name))
        assert joined.startswith(folder + system.sep), joined
    assert posixpath.normpath(name) == name
    assert os.fsdecode(os.fsencode(name)) == name
    assert all(ord(letter) >= 32 for letter in name)


@given(NAMES)
def test_what_others_may_choose_is_less_strict_and_never_leaves(name):
    """A name that is allowed is no escape; one that is none stays below its folder here."""
    if fault(name) is None:
        assert escape(name) is None
    if escape(name) is None:
        assert posixpath.normpath(posixpath.join("/top/folder", name)).startswith("/top/folder/")


@pytest.mark.parametrize("name", BAD, ids=ascii)
def test_each_trick_is_refused_in_a_sentence_that_can_be_shown(name):
    """With whose name it is, and without what would upset a terminal."""
    with pytest.raises(DataError, match="is not a path inside it: it ") as caught:
        inside(name, "/images")
    assert str(caught.value).startswith("/images: ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", [*GOOD, "x" * 255, "/".join("y" * 100)])
def test_ordinary_names_are_taken(name):
    """Hidden ones, spaces, letters of any script, dots that lead nowhere."""
    assert inside(name, "/images") == name


@pytest.mark.parametrize("name", [None, 3, b"a", Path("a")])
def test_a_name_is_text(name):
    """Records of a dead process may hold anything."""
    assert fault(name) == f"is no text but {type(name).__name__}"


def test_a_link_out_of_a_folder_is_no_place_in_it(tmp_path):
    """Neither of a file, nor of a folder above it, nor in a circle; one that stays inside is."""
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/real").write_text("x")
    (folder / "inner").symlink_to("sub/real")
    (folder / "file").symlink_to("/etc/passwd")
    (folder / "up").symlink_to(tmp_path)
    (folder / "round").symlink_to("round")
    assert within(folder, "inner", "it").read_text() == "x"
    for name in ("file", "up/folder/sub/real/../../../x", "up/other", "round", "../x", "/etc/passwd"):
        with pytest.raises(DataError):
            within(folder, name, "it")


def test_a_filled_folder_is_listed_whole_or_refused(tmp_path):
    """A link to a file stands for it; links to folders, broken ones, pipes and odd names are told."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("b")
    (tmp_path / "link").symlink_to("a/b")
    assert {name: file.read_text() for name, file in files_in(tmp_path, "it").items()} == {"a/b": "b", "link": "b"}
    assert files_in(tmp_path / "missing", "it") == {}
    for make, message in (
        (lambda place: place.symlink_to(tmp_path / "a"), "symbolic link to a folder"),
        (lambda place: place.symlink_to("nowhere"), "cannot be read"),
        (lambda place: place.symlink_to(place), "cannot be read"),
        (os.mkfifo, "neither a file nor a folder"),
        (lambda place: open(os.fsencode(place) + b"\xff", "w").close(), "no Unicode"),
        (lambda place: Path(f"{place}\\").write_text(""), "backslash"),
    ):
        folder = tmp_path / "odd"
        folder.mkdir()
        make(folder / "x")
        with pytest.raises(DataError, match=message):
            files_in(folder, "it")
        for name in os.listdir(os.fsencode(folder)):
            os.unlink(os.path.join(os.fsencode(folder), name))
        folder.rmdir()


# Every way in


def _open(store: Store, name: str, mode: str) -> None:
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def compute(raw, out):
        fs = out.filesystem() if mode == "w" else raw.filesystem()
        with fs.open(name, mode):
            pass

    from transforms.testing import run_transform

    run_transform(compute, {"raw": {"a.txt": "x"}}, store=store)


def _row(store: Store, name: str, column: str) -> None:
    """Read a dataset of files of which somebody changed a row."""
    from transforms.run.put_frame import put_frame
    from transforms.run.reader import DatasetReader

    identity = "0" * 32
    row = {"path": "a", "size": 1, "modified": datetime.now(UTC), "sha256": "0" * 64, "location": f"files/{identity}/a"}
    try:
        frame = pl.DataFrame([{**row, column: name}])
    except (UnicodeEncodeError, pl.exceptions.PolarsError) as error:
        raise DataError("no table holds such a text") from error
    put_frame(store, "master", "/forged", frame)
    view, _ = store.view(Resource("dataset", "/forged"), "master")
    view.__dict__["holds_files"] = True
    DatasetReader("/forged", view, None).path()


def _put(store: Store, name: str) -> None:
    from transforms.run.put_frame import put_frame

    put_frame(store, "master", "/put", {name: b"x"})


WAYS = {
    "open to write": lambda store, name: _open(store, name, "w"),
    "open to read": lambda store, name: _open(store, name, "r"),
    "a row's path": lambda store, name: _row(store, name, "path"),
    "a row's location": lambda store, name: _row(store, name, "location"),
    "put": _put,
    "a ledger's table": lambda store, name: TableChange.from_json(
        {"table": name, "mode": "append", "schema": "", "files": [], "partition_by": []}
    ),
    "a ledger's file": lambda store, name: TableChange.from_json(
        {
            "table": "t",
            "mode": "append",
            "schema": "",
            "files": [{"path": name, "size": 1, "rows": 1, "stats": ""}],
            "partition_by": [],
        }
    ),
    "deleting": lambda store, name: store.storage.delete_folder(name),
    "reading": lambda store, name: StoredFile(store.storage, name).local(),
    "making": lambda store, name: store.storage.make_folder(name),
    "copying": lambda store, name: store.storage.copy("a", name),
    "an alias": lambda store, name: layout.resource_path(Resource("dataset", name), "master"),
    "a branch": lambda store, name: layout.resource_path(Resource("dataset", "/a"), name),
}


@pytest.mark.parametrize(
    "name", ["../../escaped", "/tmp/escaped-from-a-store", "a/../../../escaped", "..", "a\0b", "a\ud800", ""]
)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_in_leads_out(store, way, name):
    """Each refuses in words, or has put what it made below the root."""
    store.storage.make_folder("keep")
    around = set(os.listdir(store.root.parent))
    made = None
    try:
        made = WAYS[way](store, name)
    except (DataError, UsageError, StoreError, NotFoundError):
        pass
    else:
        assert way in ("an alias", "a branch"), f"{way} took {name!r}"
        assert fault(made) is None
    assert set(os.listdir(store.root.parent)) == around
    assert not os.path.lexists("/tmp/escaped-from-a-store")
    assert (store.root / "keep").is_dir()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(name=NAMES)
def test_an_alias_or_branch_is_refused_or_encoded(name):
    """Never a raw error, never a path that leaves its folder."""
    for make in (
        lambda: layout.resource_path(Resource("dataset", name), "master"),
        lambda: layout.resource_path(Resource("model", "/a"), name),
        lambda: layout.lease_path(Resource("dataset", name), name),
    ):
        try:
            path = make()
        except UsageError:
            continue
        assert fault(path) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(name=NAMES)
def test_a_file_that_is_taken_comes_back_under_its_name(tmp_path_factory, name):
    """Or is refused, and nothing is committed."""
    from transforms.run.put_frame import put_frame
    from transforms.run.reader import DatasetReader

    store = Store(tmp_path_factory.mktemp("store") / "root")
    try:
        put_frame(store, "master", "/files", {name: b"content"})
    except DataError:
        assert fault(name) is not None
        assert not store.newest_entries(1)
        return
    view, _ = store.view(Resource("dataset", "/files"), "master")
    reader = DatasetReader("/files", view, None)
    assert list(reader.listing()) == [name]
    assert (Path(reader.path()) / name).read_bytes() == b"content"


@given(st.one_of(NAMES, st.none(), st.integers(), st.lists(NAMES, max_size=2)))
def test_a_record_can_only_have_its_own_folders_deleted(name):
    """Whatever the record of a dead transaction says."""
    own, other = "0" * 32, "1" * 32
    assert not layout.is_staging(name, own)
    assert layout.is_staging(f"master/datasets/a/b/data/{own}", own)
    assert layout.is_staging(f"master/models/m/artifacts/{other}", own)
    assert layout.is_staging(f"_temporary/{own}", own)
    for wrong in (
        f"master/datasets/a/data/{other}",
        "master/datasets/a",
        "_ledger",
        f"_ledger/x/y/data/{own}",
        "_temporary",
        "",
    ):
        assert not layout.is_staging(wrong, own)
    if isinstance(name, str):
        assert not layout.is_staging(f"{name}/data/{own}", own) or fault(name) is None


def test_a_forged_record_deletes_nothing(store, caplog, tmp_path):
    """It is kept, and said; others are collected."""
    from transforms.run.put_frame import put_frame

    put_frame(store, "master", "/a", pl.DataFrame({"x": [1]}))
    precious = tmp_path / "precious"
    precious.mkdir()
    committed = next(store.root.glob("master/datasets/a/data/*"))
    identity = f"{1:012x}{'0' * 20}"
    for names in (
        ["../precious"],
        [str(precious)],
        [f"master/datasets/a/data/{committed.name}"],
        ["master"],
        "master",
        [3],
    ):
        lease = store.storage.try_acquire(f"{layout.TRANSACTIONS}/{identity}.json")
        lease.write({"staging": names})
        lease.release()
        assert store.recover() == ([], [])
        assert "nothing of it was deleted" in caplog.text
        caplog.clear()
    assert precious.is_dir()
    assert list(committed.glob("*.parquet"))


def test_what_a_message_shows_of_a_name_is_short_and_harmless():
    """Escape sequences are spelled out."""
    assert shown("a\x1b[2J") == r"'a\x1b[2J'"
    assert shown("a\ud800").isprintable()
    assert len(shown("x" * 5000)) < 120
    assert shown("é") == "'é'"


def test_the_columns_of_a_table_of_files_are_told_by_their_mark():
    """Names and types alone tell nothing."""
    fields = [{"name": name, "type": "string", "nullable": True, "metadata": {}} for name in raw_files.COLUMNS]
    import json

    schema = json.dumps({"type": "struct", "fields": fields})
    assert not raw_files.is_marked(fields)
    assert raw_files.is_marked(json.loads(raw_files.marked(schema))["fields"])


def test_a_root_is_no_place_for_what_lies_elsewhere(tmp_path):
    """The last look before anything is read, made or deleted by its name."""
    storage = LocalStorage(tmp_path / "root")
    for act in (storage.delete, storage.delete_folder, storage.local, storage.local_folder, storage.make_folder):
        with pytest.raises(StoreError, match="Nothing was done"):
            act("../other")
