"""Datasets of raw files: listing, reading, writing."""

from __future__ import annotations

import csv
import inspect
import json
import pickle
import zipfile

import polars as pl
import pytest

from transforms.api import FileStatus, Input, Output, transform
from transforms.errors import DataError, MissingExtraError, TransformsError, UsageError
from transforms.run.filematch import matches

FILES = {"a.csv": "x\n1\n", "sub/b.csv": "x\n2\n", "sub/deep/c.txt": "c", ".hidden": "h", "sub/_SUCCESS": ""}


def reading(run_transform, read, plain=False):
    """Run a function on a file system that has the files above, and return what it returns."""
    found = []
    declare = transform if plain else transform.using

    @declare(raw=Input("/files"), out=Output("/out"))
    def compute(raw, out):
        found.append(read(raw.filesystem()))

    run_transform(compute, {"raw": FILES})
    return found[0]


@pytest.mark.parametrize("plain", [False, True])
def test_listing_is_a_generator_of_named_tuples(run_transform, plain):
    """In the order of the paths, without hidden names, with size and time in milliseconds."""

    def read(fs):
        listing = fs.ls()
        assert inspect.isgenerator(listing)
        return list(listing)

    listed = reading(run_transform, read, plain)
    assert [status.path for status in listed] == ["a.csv", "sub/b.csv", "sub/deep/c.txt"]
    first = listed[0]
    assert (first[0], first.size) == ("a.csv", 4)
    assert 1.7e12 < first.modified < 4e12
    assert pickle.loads(pickle.dumps(first)) == FileStatus(*first)


@pytest.mark.parametrize(
    ("glob", "regex", "hidden", "paths"),
    [
        ("*.csv", ".*", False, ["a.csv"]),
        ("**/*.csv", ".*", False, ["a.csv", "sub/b.csv"]),
        ("sub/*", ".*", False, ["sub/b.csv"]),
        ("sub/**", ".*", True, ["sub/_SUCCESS", "sub/b.csv", "sub/deep/c.txt"]),
        ("[!b].csv", ".*", False, ["a.csv"]),
        ("?.csv", ".*", False, ["a.csv"]),
        (None, r".*\.csv", False, ["a.csv", "sub/b.csv"]),
        (None, r"[A-Z]*\.csv", False, []),
        (None, r"b\.csv", False, []),
        (None, "sub", False, ["sub/b.csv", "sub/deep/c.txt"]),
        (None, ".*", True, sorted(FILES)),
    ],
)
def test_which_files_are_listed(glob, regex, hidden, paths):
    """Globs with globstar; regular expressions that match from the first letter."""
    assert sorted(path for path in FILES if matches(path, glob, regex, hidden)) == paths


def test_files_are_read_in_any_mode_with_any_keyword(run_transform):
    """Text is UTF-8 and may be iterated; binary files can be sought in; keywords reach ``open``."""

    def read(fs):
        with fs.open("a.csv") as text:
            rows = list(csv.DictReader(text))
        with fs.open("a.csv", "rb") as data:
            data.seek(2)
            end = data.read()
        with fs.open("sub/b.csv", errors="ignore", newline="") as text:
            lines = list(text)
        return rows, end, lines

    assert reading(run_transform, read) == ([{"x": "1"}], b"1\n", ["x\n", "2\n"])


def test_a_missing_file_suggests_the_nearest(run_transform):
    """And is a FileNotFoundError."""
    with pytest.raises(FileNotFoundError, match=r"has no file 'sub/bb.csv'. Did you mean 'sub/b.csv'"):
        reading(run_transform, lambda fs: fs.open("sub/bb.csv"))


def test_an_input_cannot_be_written(run_transform):
    """The error says so."""
    with pytest.raises(UsageError, match="files of an input"):
        reading(run_transform, lambda fs: fs.open("new", "w"))


def test_files_as_a_frame(run_transform, without_spark):
    """Polars on a single node; on a plain transform it is Spark's."""
    frame = reading(run_transform, lambda fs: fs.files("**/*.csv"))
    assert frame.select("path", "size").rows() == [("a.csv", 4), ("sub/b.csv", 4)]
    with pytest.raises(MissingExtraError, match="Spark cannot start"):
        reading(run_transform, lambda fs: fs.files(), plain=True)


def test_rows_cannot_be_read_from_files(run_transform):
    """A dataset without columns says how its files are read."""

    @transform.using(raw=Input("/files"), out=Output("/out"))
    def compute(raw, out):
        raw.polars()

    with pytest.raises(DataError, match="holds raw files"):
        run_transform(compute, {"raw": FILES})


def writer(mode="replace", **files):
    """Return a transform that writes files."""

    @transform.using(out=Output("/out"))
    def compute(out):
        out.set_mode(mode)
        fs = out.filesystem()
        for name, text in files.items():
            with fs.open(name.replace("__", "/") + ".txt", "w") as file:
                file.write(text)

    return compute


def test_files_are_written_into_folders_and_zips(run_transform):
    """Folders are made, binary and text modes work, and a handle that was left open is closed."""

    @transform.using(out=Output("/out"))
    def compute(out):
        fs = out.filesystem()
        with fs.open("sub/x.json", "w") as file:
            json.dump({"ä": 1}, file, ensure_ascii=False)
        with fs.open("all.zip", "wb") as file, zipfile.ZipFile(file, "w") as archive:
            archive.writestr("inside", "text")
        left_open = fs.open("open.txt", "w")
        left_open.write("forgotten")
        assert [status.path for status in fs.ls()] == ["all.zip", "open.txt", "sub/x.json"]

    files = run_transform(compute).outputs["out"].files()
    assert json.loads(files["sub/x.json"].decode("utf-8")) == {"ä": 1}
    assert zipfile.is_zipfile(__import__("io").BytesIO(files["all.zip"]))
    assert files["open.txt"] == b"forgotten"


def test_replace_append_and_modify(run_transform):
    """Replacing drops what was there, appending adds and replaces no file, modifying may replace one."""
    run_transform(writer(a="1", b__c="1"))
    assert run_transform(writer("append", d="1")).outputs["out"].files() == {
        "a.txt": b"1",
        "b/c.txt": b"1",
        "d.txt": b"1",
    }
    with pytest.raises(TransformsError, match="'append' forbids|set_mode\\('append'\\) forbids"):
        run_transform(writer("append", a="2"))
    assert run_transform(writer("modify", a="2")).outputs["out"].files()["a.txt"] == b"2"
    assert run_transform(writer(z="1")).outputs["out"].files() == {"z.txt": b"1"}


@pytest.mark.parametrize("path", ["/absolute", "../outside", "a/../../b", ""])
def test_paths_that_leave_the_dataset_are_refused(run_transform, path):
    """Reading or writing, whatever the path tries."""
    with pytest.raises(DataError, match="not a path inside"):
        reading(run_transform, lambda fs: fs.open(path))


def test_rows_and_files_do_not_mix(run_transform):
    """A dataset holds either."""

    @transform.using(out=Output("/out"))
    def compute(out):
        out.write_table(pl.DataFrame({"x": [1]}))
        out.filesystem().open("a", "w")

    with pytest.raises(DataError, match="either rows or files"):
        run_transform(compute)


def test_an_error_of_an_output_has_the_class_of_its_cause_whatever_it_quotes(run_transform):
    """A wrong word is a wrong call, also where the word is one of another message; files after rows are wrong data."""

    @transform.using(out=Output("/out"))
    def misspelt(out):
        out.set_mode("dataset holds")

    @transform.using(out=Output("/out"))
    def mixed(out):
        fs = out.filesystem()
        fs.open("a", "w").close()
        out.write_table(pl.DataFrame({"x": [1]}))

    with pytest.raises(UsageError, match="'dataset holds' is no write mode"):
        run_transform(misspelt)
    with pytest.raises(DataError, match="files were written to it already"):
        run_transform(mixed)


@pytest.mark.parametrize("first", ["rows", "files"])
def test_what_cannot_be_added_to_is_wrong_data_both_ways(run_transform, first):
    """Rows are not appended to files, nor files to rows."""

    def writing(content, mode):
        @transform.using(out=Output("/out"))
        def compute(out):
            out.set_mode(mode)
            if content == "rows":
                out.write_table(pl.DataFrame({"x": [1]}))
            else:
                out.filesystem().open("a", "w").close()

        return compute

    second = "files" if first == "rows" else "rows"
    run_transform(writing(first, "replace"))
    with pytest.raises(DataError, match=f"it holds {first}; {second} cannot be added to them"):
        run_transform(writing(second, "append"))
    assert run_transform(writing(second, "replace")).status == "committed"


def test_rows_can_be_read_as_files_and_all_files_as_a_folder(run_transform):
    """``filesystem()`` of rows shows Parquet files, ``path()`` a folder with the files' own names."""
    seen = []

    @transform.using(rows=Input("/rows"), files=Input("/files"), out=Output("/out"))
    def compute(rows, files, out):
        (parquet,) = rows.filesystem().ls()
        with rows.filesystem().open(parquet.path, "rb") as file:
            seen.append(pl.read_parquet(file.read()).rows())
        with open(f"{files.path()}/sub/b.csv") as text:
            seen.append(text.read())

    run_transform(compute, {"rows": [{"x": 1}], "files": FILES})
    assert seen == [[(1,)], "x\n2\n"]


def test_files_added_on_a_new_branch_join_those_of_the_branch_it_falls_back_to(run_transform):
    """Appending keeps them and replaces none, modifying may replace one; master stays as it is."""
    run_transform(writer(a="1", b__c="1"))
    modified = run_transform(writer("modify", a="2", d="2"), branch="feature").outputs["out"]
    assert modified.files() == {"a.txt": b"2", "b/c.txt": b"1", "d.txt": b"2"}
    appended = run_transform(writer("append", e="3"), branch="other").outputs["out"]
    assert appended.files() == {"a.txt": b"1", "b/c.txt": b"1", "e.txt": b"3"}
    with pytest.raises(TransformsError, match="append"):
        run_transform(writer("append", a="3"), branch="third")
    assert run_transform(writer("append", z="4")).outputs["out"].files() == {
        "a.txt": b"1",
        "b/c.txt": b"1",
        "z.txt": b"4",
    }
