"""Datasets of raw files: told by what only the store sets, read where their bytes were put, and as they were put."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from transforms.api import Input, Output, transform
from transforms.common.hashing import sha256_of
from transforms.errors import DataError, UnsupportedTableError
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store import raw_files

ROWS = pl.DataFrame(
    [
        {
            "path": "a",
            "size": 1,
            "modified": datetime(2026, 1, 1, tzinfo=UTC),
            "sha256": "0" * 64,
            "location": "../../../etc/passwd",
        }
    ]
)


def reading(run_transform, read, alias="/files"):
    """Run a function on an input and return what it returns."""
    found = []

    @transform.using(data=Input(alias), out=Output("/out"))
    def compute(data, out):
        found.append(read(data))
        out.write_table(pl.DataFrame({"x": [1]}))

    run_transform(compute)
    return found[0]


def view_of(store, alias="/files"):
    """Return the newest version of a dataset."""
    return store.view(Resource("dataset", alias), "master")[0]


@pytest.mark.parametrize("way", ["polars", "arrow with metadata", "put", "delta"])
def test_rows_with_the_columns_of_files_are_rows(store, run_transform, way, tmp_path):
    """However they come in: what a user wrote is read back, and names no file."""
    if way == "delta":
        write_deltalake(store.root / "master/datasets/rows", ROWS.to_arrow())
    else:
        frame = ROWS
        if way == "arrow with metadata":
            mark = {b"transforms.content": b"raw files"}
            fields = [field.with_metadata(mark) for field in ROWS.to_arrow().schema]
            frame = ROWS.to_arrow().cast(pa.schema(fields))
        if way == "put":
            put_frame(store, "master", "/rows", frame)
        else:

            @transform.using(out=Output("/rows"))
            def write(out):
                out.write_table(frame)

            run_transform(write)
    read = reading(
        run_transform, lambda data: (data.polars(), [status.path for status in data.filesystem().ls()]), "/rows"
    )
    assert read[0].equals(ROWS)
    assert read[1] != ["a"]
    assert all(path.endswith(".parquet") for path in read[1])


@pytest.fixture
def files(store, run_transform):
    """A dataset of two files."""

    @transform.using(out=Output("/files"))
    def write(out):
        for name in ("a.txt", "sub/b.txt"):
            with out.filesystem().open(name, "w") as file:
                file.write(name)

    run_transform(write)
    return store


def _unmarked(store, monkeypatch):
    """Let tables of files be made as they were before there was a mark."""
    monkeypatch.setattr(raw_files, "marked", lambda schema: schema)


def test_a_table_from_before_the_mark_holds_files(store, run_transform, monkeypatch):
    """The ledger knows what was put into it; adding, replacing and emptying go on as before."""

    def write(mode, names):
        @transform.using(out=Output("/old"))
        def compute(out):
            out.set_mode(mode)
            for name in names:
                with out.filesystem().open(name, "w") as file:
                    file.write(mode)

        run_transform(compute)

    with monkeypatch.context() as older:
        _unmarked(store, older)
        write("replace", ["a", "b"])
    assert not raw_files.is_marked(view_of(store, "/old").fields)
    listed = lambda: reading(run_transform, lambda data: [s.path for s in data.filesystem().ls()], "/old")  # noqa: E731
    assert listed() == ["a", "b"]
    write("append", ["c"])
    assert listed() == ["a", "b", "c"]
    write("modify", ["a"])
    assert listed() == ["a", "b", "c"]
    assert raw_files.is_marked(view_of(store, "/old").fields)


def test_rows_from_before_the_mark_are_rows(store, run_transform):
    """A dataset that a job wrote as rows was never one of files."""
    put_frame(store, "master", "/rows", ROWS)
    assert not view_of(store, "/rows").holds_files


def test_a_dataset_may_change_its_kind(files, store, run_transform):
    """Replaced by rows it holds rows, and by files again files."""
    put_frame(store, "master", "/files", ROWS)
    assert not view_of(store).holds_files
    put_frame(store, "master", "/files", {"x": b"x"})
    assert view_of(store).holds_files


def test_files_are_not_added_to_rows(store, run_transform):
    """They would take the place of the rows without a word."""
    put_frame(store, "master", "/rows", ROWS)

    @transform.using(out=Output("/rows"))
    def write(out):
        out.set_mode("append")
        with out.filesystem().open("a", "w") as file:
            file.write("a")

    with pytest.raises(DataError, match="it holds rows; files cannot be added"):
        run_transform(write)
    assert reading(run_transform, lambda data: data.polars(), "/rows").equals(ROWS)


@pytest.mark.parametrize("damage", ["changed", "swapped by a link", "gone"])
@pytest.mark.parametrize("way", ["open", "path"])
def test_what_is_read_is_what_was_committed(files, store, run_transform, damage, way, tmp_path):
    """A file that was changed, swapped or deleted since is refused when it is first read; others are read."""
    (stored,) = store.root.glob("master/datasets/files/files/*/a.txt")
    stored.unlink()
    if damage == "changed":
        stored.write_text("A.txt")
    elif damage != "gone":
        stored.symlink_to("/etc/passwd")

    def read(data):
        fs = data.filesystem()
        assert fs.open("sub/b.txt").read() == "sub/b.txt"
        with pytest.raises(
            DataError, match="is gone" if damage == "gone" else "does not hold the bytes that were committed"
        ):
            fs.open("a.txt") if way == "open" else data.path()
        return True

    assert reading(run_transform, read)


def test_a_file_is_looked_at_once(files, run_transform, monkeypatch):
    """A second opening of the same reader costs no second look."""
    looked = []

    def sum_of(place):
        looked.append(place.name)
        return sha256_of(place)

    monkeypatch.setattr("transforms.store.storage.base.sha256_of", sum_of)

    def read(data):
        fs = data.filesystem()
        for _ in range(3):
            fs.open("a.txt").close()
        return data.path()

    reading(run_transform, read)
    assert sorted(looked) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("mode", ["append", "modify"])
def test_damage_is_not_passed_on_as_whole(files, store, run_transform, mode):
    """A branch that continues from another takes the sums that were committed, not those of what lies there now."""
    (stored,) = store.root.glob("master/datasets/files/files/*/a.txt")
    stored.write_text("A.txt")

    @transform.using(out=Output("/files"))
    def more(out):
        out.set_mode(mode)
        with out.filesystem().open("c", "w") as file:
            file.write("c")

    run_transform(more, branch="other")
    view, _ = store.view(Resource("dataset", "/files"), "other")
    from transforms.run.reader import DatasetReader

    listing = DatasetReader("/files", view, None).listing()
    assert sorted(listing) == ["a.txt", "c", "sub/b.txt"]
    with pytest.raises(DataError, match="does not hold the bytes"):
        listing["a.txt"][1].local()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"location": "../../../../etc/passwd"}, "is not where its bytes were put"),
        ({"location": "/etc/passwd"}, "is not where its bytes were put"),
        ({"location": "_delta_log/00000000000000000000.json"}, "is not where its bytes were put"),
        ({"location": f"files/{'0' * 32}/other"}, "is not where its bytes were put"),
        ({"path": "../../home", "location": f"files/{'0' * 32}/../../home"}, "is not a path inside it"),
        ({"path": "/root/.ssh/authorized_keys", "location": "x"}, "is not a path inside it"),
        ({"path": None}, "is not a path inside it"),
        ({"location": None}, "is not where its bytes were put"),
    ],
)
def test_a_row_that_names_something_else_is_refused(files, store, run_transform, change, message):
    """Whatever somebody wrote into the table: nothing outside is read, and no link is planted."""
    table = DeltaTable(store.root / "master/datasets/files")
    rows = pa.table(pl.read_delta(str(store.root / "master/datasets/files")).to_arrow()).to_pylist()
    forged = pa.Table.from_pylist([{**rows[0], **change}, rows[1]], schema=pa.schema(table.schema().to_arrow()))
    write_deltalake(table, forged, mode="overwrite")
    assert view_of(store).holds_files
    for read in (
        lambda data: data.path(),
        lambda data: list(data.filesystem().ls()),
        lambda data: data.filesystem().open("a.txt"),
    ):
        with pytest.raises(DataError, match=message):
            reading(run_transform, read)


def test_a_log_that_names_files_outside_of_its_table_is_refused(store, run_transform, tmp_path):
    """Rows, and the files that hold them: readers of Parquet would follow such a path."""
    outside = tmp_path / "outside.parquet"
    pl.DataFrame({"x": [42]}).write_parquet(outside)
    put_frame(store, "master", "/rows", pl.DataFrame({"x": [1]}))
    log = store.root / "master/datasets/rows/_delta_log/00000000000000000000.json"
    path = next(store.root.glob("master/datasets/rows/data/*/*.parquet")).relative_to(
        store.root / "master/datasets/rows"
    )
    up = os.path.relpath(outside, store.root / "master/datasets/rows")
    for name in (up, up.replace("..", "%2e%2e")):
        text = log.read_text()
        log.write_text(text.replace(path.as_posix(), name))
        for read in (
            lambda data: data.polars(),
            lambda data: data.pandas(),
            lambda data: data.arrow(),
            lambda data: data.polars(lazy=True).collect(),
            lambda data: data.path(),
            lambda data: list(data.filesystem().ls()),
        ):
            with pytest.raises(UnsupportedTableError, match="leads out of its folder"):
                reading(run_transform, read, "/rows")
        log.write_text(text)
    assert reading(run_transform, lambda data: data.polars(), "/rows").to_dicts() == [{"x": 1}]


@pytest.mark.parametrize("kind", ["files", "rows"])
def test_a_link_that_a_function_leaves_is_stored_as_what_it_points_at(store, run_transform, tmp_path, kind):
    """What is committed does not change, or end, with a file outside of the store."""
    outside = tmp_path / "outside.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(outside)

    @transform.using(out=Output("/files"))
    def write(out):
        if kind == "files":
            with out.filesystem().open("a", "w") as file:
                folder = Path(file.name).parent
            (folder / "linked").symlink_to(outside)
        else:
            (Path(out.path_for_write_table) / "part.parquet").symlink_to(outside)
            out.write_table(out.path_for_write_table)

    run_transform(write)
    content = outside.read_bytes()
    outside.unlink()
    assert not [place for place in store.root.rglob("*") if place.is_symlink()]
    if kind == "files":
        assert reading(run_transform, lambda data: data.filesystem().open("linked", "rb").read()) == content
    else:
        assert reading(run_transform, lambda data: data.polars().to_dicts()) == [{"x": 1}]


@pytest.mark.parametrize("target", ["folder", "nothing"])
def test_a_link_that_cannot_be_followed_is_refused(store, run_transform, tmp_path, target):
    """It would be left out without a word."""

    @transform.using(out=Output("/files"))
    def write(out):
        with out.filesystem().open("a", "w") as file:
            folder = Path(file.name).parent
        (folder / "linked").symlink_to(tmp_path if target == "folder" else "nowhere")

    with pytest.raises(DataError, match="'linked'"):
        run_transform(write)
    assert not store.newest_entries(1)


def test_a_file_that_holds_rows_is_not_read_through_a_link(store, run_transform, tmp_path):
    """Of such a file no sum is known."""
    put_frame(store, "master", "/rows", pl.DataFrame({"x": [1]}))
    (file,) = store.root.glob("master/datasets/rows/data/*/*.parquet")
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(DataError, match="symbolic link that leads out"):
        reading(run_transform, lambda data: list(data.filesystem().ls()), "/rows")


def test_a_damaged_dataset_can_be_replaced(files, store, run_transform):
    """By a build and by a put: what its rows say is not looked at."""
    table = store.root / "master/datasets/files"
    rows = pl.read_delta(str(table)).with_columns(location=pl.lit("/etc/passwd"))

    @transform.using(out=Output("/files"))
    def again(out):
        with out.filesystem().open("new.txt", "w") as file:
            file.write("new")

    for replace in (lambda: run_transform(again), lambda: put_frame(store, "master", "/files", {"new.txt": b"new"})):
        write_deltalake(table, rows.cast({"modified": pl.Datetime("us", "UTC")}).to_arrow(), mode="overwrite")
        with pytest.raises(DataError):
            reading(run_transform, lambda data: data.path())
        replace()
        assert reading(run_transform, lambda data: data.filesystem().open("new.txt").read()) == "new"
