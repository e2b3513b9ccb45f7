"""``transforms put``."""

from __future__ import annotations

import json
import os
import shlex
from typing import Any

import polars as pl
import pytest

Shell = Any
ROWS = pl.DataFrame({"x": [1, 2], "word": ["a", "b"]})


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "ndjson", "delta"])
def test_a_table_becomes_rows(shell: Shell, kind: str) -> None:
    """CSV, Parquet, JSON, NDJSON and Delta tables are read."""
    if kind == "delta":
        ROWS.write_delta("table.delta")
    else:
        getattr(ROWS, f"write_{kind}")(f"table.{kind}")

    result = shell.run("put", "/t/table", f"table.{kind}")

    assert result.stdout == "COMMIT  #1  put -> dataset /t/table 2 rows\n"
    assert shell.json("show", "/t/table")["rows"] == ROWS.to_dicts()


def test_files_of_one_kind_become_one_table(shell: Shell) -> None:
    """Columns may come in another order."""
    ROWS.write_csv("one.csv")
    ROWS.select("word", "x").write_csv("two.csv")

    assert shell.run("put", "/t/table", "one.csv", "two.csv").exit_code == 0
    assert shell.json("show", "/t/table")["row_count"] == 4


def test_different_columns_are_refused(shell: Shell) -> None:
    """The message names the column, and nothing is committed."""
    ROWS.write_csv("one.csv")
    ROWS.rename({"x": "y"}).write_csv("two.csv")

    result = shell.run("put", "/t/table", "one.csv", "two.csv")

    assert result.exit_code == 1
    assert "x, y" in result.stderr
    assert "--rename" in result.stderr
    assert shell.json("log") == []


def test_a_damaged_file_is_named_and_nothing_committed(shell: Shell) -> None:
    """The message says which line, and shows no traceback."""
    (shell.folder / "bad.csv").write_text("a,b\n1,2\n3,4,5\n")

    result = shell.run("put", "/t/table", "bad.csv")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: bad.csv")
    assert "line 3: expected 2 columns, got 3" in result.stderr
    assert "Traceback" not in result.stderr
    assert shell.json("log") == []


@pytest.mark.parametrize("name", ["bad.parquet", "bad.json", "bad.ndjson", "bad.csv"])
def test_bytes_that_are_no_table_are_refused(shell: Shell, name: str) -> None:
    """Whatever the file's name promises."""
    (shell.folder / name).write_bytes(b"\xff\xfe\x00{{")

    result = shell.run("put", "/t/table", name)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {name}")


def test_other_files_are_kept_as_they_are(shell: Shell) -> None:
    """A folder's files keep their paths, also files of several kinds, and tables with --files."""
    (shell.folder / "all/sub").mkdir(parents=True)
    (shell.folder / "all/sub/a b.bin").write_bytes(b"\x00\x01")
    ROWS.write_csv("all/table.csv")

    assert "2 files" in shell.run("put", "/t/files", "all").stdout
    shown = shell.json("show", "/t/files")
    assert [(file["path"], file["size"]) for file in shown["files"]] == [("sub/a b.bin", 2), ("table.csv", 15)]
    assert "1 file" in shell.run("put", "/t/one", "all/table.csv", "--files").stdout


def test_a_file_that_is_not_there_is_a_usage_error(shell: Shell) -> None:
    """Nothing is committed."""
    assert shell.run("put", "/t/table", "nowhere.csv").exit_code == 2
    assert shell.run("put", "/t/table").exit_code == 2


def test_a_file_that_is_called_nearly_so_is_suggested(shell: Shell) -> None:
    """Beside the one that was named; a folder that is not there has none."""
    (shell.folder / "data").mkdir()
    (shell.folder / "data/readings.csv").write_text("x\n1\n")
    assert "Did you mean 'data/readings.csv'?" in shell.run("put", "/t/table", "data/reading.csv").stderr
    assert "Did you mean" not in shell.run("put", "/t/table", "dat/readings.csv").stderr


def test_two_files_of_one_name_are_refused(shell: Shell) -> None:
    """One would hide the other."""
    for folder in ("one", "two"):
        (shell.folder / folder).mkdir()
        (shell.folder / folder / "x.bin").write_bytes(b"")

    result = shell.run("put", "/t/files", "one/x.bin", "two/x.bin")

    assert result.exit_code == 2
    assert "x.bin" in result.stderr


def test_columns_are_described(shell: Shell) -> None:
    """Descriptions become the table's column comments; an unknown column is refused."""
    ROWS.write_csv("table.csv")

    assert shell.run("put", "/t/table", "table.csv", "--description", "x=how many").exit_code == 0
    assert shell.json("show", "/t/table")["columns"][0]["description"] == "how many"
    assert shell.run("put", "/t/table", "table.csv", "--description", "z=what").exit_code == 2


def _typed(stderr: str) -> list[str]:
    """Return the arguments of the command that a message tells to type."""
    return shlex.split(stderr.rpartition("Type: transforms ")[2])


@pytest.mark.parametrize(
    ("name", "content", "said", "rows"),
    [
        (
            "kunden.csv",
            "Kunden Nr;Name;Betrag\n1;Müller;1,50\n2;Jörg;1.234,5\n".encode("latin-1"),
            [],
            [{"Kunden_Nr": 1, "Name": "Müller", "Betrag": 1.5}, {"Kunden_Nr": 2, "Name": "Jörg", "Betrag": 1234.5}],
        ),
        ("euro.csv", "Preis;€\n1;2\n".encode("cp1252"), [], [{"Preis": 1, "€": 2}]),
        ("unicode.csv", "a\tb\n1\tü\n".encode("utf-16"), [], [{"a": 1, "b": "ü"}]),
        ("tabs.csv", b"a\tb\n1\t2\n", [], [{"a": 1, "b": 2}]),
        ("pipes.csv", b"a|b\n1|2\n", [], [{"a": 1, "b": 2}]),
        ("index.csv", b",a\n0,x\n", [], [{"column_1": 0, "a": "x"}]),
        ("twice.csv", b"a,A,b c\n0,1,2\n", [], [{"a": 0, "A_2": 1, "b_c": 2}]),
        ("same.csv", b"a,a\n0,1\n", [], [{"a": 0, "a_2": 1}]),
        ("names.csv", b'"a b","c=d","e\nf"\n0,1,2\n', [], [{"a_b": 0, "c_d": 1, "e_f": 2}]),
        ("short.csv", b'a,b,c\n"x\ny",2,3\n4\n', [], [{"a": "x\ny", "b": 2, "c": 3}, {"a": "4", "b": None, "c": None}]),
        ("null.csv", b"a,b\n1,x\nNA,y\n", ["--type", "a=long"], [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]),
        ("date.csv", b"a\n2026-01-01\n31.12.\n", ["--type", "a=date"], [{"a": "2026-01-01"}, {"a": "31.12."}]),
        ("big.ndjson", b'{"id": 12345678901234567890}\n', [], [{"id": "12345678901234567890"}]),
        ("mixed.ndjson", b'{"v": 1.10}\n{"v": [1, "a"]}\n', [], [{"v": "1.10"}, {"v": '[1, "a"]'}]),
        ("names.json", b'[{"a b": 1}]', [], [{"a_b": 1}]),
    ],
)
def test_what_the_first_message_tells_to_type_brings_the_file_in(
    shell: Shell, name: str, content: bytes, said: list[str], rows: list[dict[str, Any]]
) -> None:
    """Encoding, separator, decimals and names are found together, so one command is enough."""
    (shell.folder / name).write_bytes(content)

    refused = shell.run("--root", "other", "put", "/t/table", name, *said)
    assert (refused.exit_code, refused.stdout) == (1, "")
    taken = shell.run(*_typed(refused.stderr))

    assert taken.exit_code == 0, taken.stderr
    assert json.loads(shell.run("--root", "other", "show", "/t/table", "--json").stdout)["rows"] == rows


def test_every_name_that_cannot_be_stored_is_told_at_once(shell: Shell) -> None:
    """With a new name for each."""
    (shell.folder / "a.csv").write_text("Customer ID,Zip Code,ok\n1,2,3\n")

    stderr = shell.run("put", "/t/table", "a.csv").stderr

    assert "'Customer ID'" in stderr
    assert "--rename 'Customer ID=Customer_ID' --rename 'Zip Code=Zip_Code'" in stderr


def test_what_a_file_cannot_say_is_said_by_options(shell: Shell) -> None:
    """No header, lines before the table, texts for nothing, types, and quotes that mean nothing."""
    (shell.folder / "a.txt").write_text('Report\n\n1|"x|NA|01.02.2026|1.239\n-|y|5|-|2\n')
    options = ["--separator", "|", "--skip", "1", "--no-header", "--columns", "a,b,c,day,price", "--quote", ""]
    options += ["--null", "NA", "--null=-", "--type", "a=string", "--type", "day=date(%d.%m.%Y)"]

    assert shell.run("put", "/t/table", "a.txt", *options, "--type", "price=decimal(9,3)").exit_code == 0

    shown = shell.json("show", "/t/table")
    assert [(column["name"], column["type"]) for column in shown["columns"]] == [
        ("a", "string"),
        ("b", "string"),
        ("c", "long"),
        ("day", "date"),
        ("price", "decimal(9,3)"),
    ]
    assert [[str(value) for value in row.values()] for row in shown["rows"]] == [
        ["1", '"x', "None", "2026-02-01", "1.239"],
        ["None", "y", "5", "None", "2.000"],
    ]


def test_numbers_that_stay_text_are_told_and_can_be_had(shell: Shell) -> None:
    """The remark names the column, a text, and the option; nothing is said where nothing was left."""
    (shell.folder / "a.csv").write_text("price,zip\n2.5,1\n1.10,2\n")

    said = shell.run("put", "/t/table", "a.csv").stdout
    assert said.startswith("Kept as text")
    assert "price ('1.10')" in said
    assert "--type price=double" in said
    assert shell.json("show", "/t/table")["rows"][1] == {"price": "1.10", "zip": 2}
    for option in (["--type", "price=double"], ["--decimal", "."]):
        assert "Kept" not in shell.run("put", "/t/table", "a.csv", *option).stdout
        assert shell.json("show", "/t/table")["rows"][1] == {"price": 1.1, "zip": 2}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a.csv", "--type", "b=long"], "--type b: there is no such column. There are: a."),
        (["a.csv", "--rename", "aa=b"], "--rename aa: there is no such column. Did you mean 'a'?"),
        (["a.csv", "--type", "a=lnog"], "'lnog' is no type. Did you mean 'long'"),
        (["a.csv", "--type", "a"], "write it as COLUMN=TYPE"),
        (["a.csv", "--separator", ";;"], "--separator ';;': give one character"),
        (["a.csv", "--encoding", "latin-17"], "--encoding latin-17: there is no such encoding"),
        (["a.csv", "--thousands", "."], "--decimal as well"),
        (["a.ndjson", "--separator", ";"], "a.ndjson is a NDJSON file"),
        (["a.csv", "--files", "--type", "a=long"], "raw files"),
        (["a.csv", "b.bin", "--type", "a=long"], "raw files"),
    ],
)
def test_an_option_that_does_not_fit_is_a_usage_error(shell: Shell, arguments: list[str], says: str) -> None:
    """Nothing is committed."""
    for name, content in (("a.csv", "a\n1\n"), ("a.ndjson", '{"a": 1}\n'), ("b.bin", "")):
        (shell.folder / name).write_text(content)

    result = shell.run("put", "/t/table", *arguments)

    assert result.exit_code == 2
    assert says in result.stderr
    assert shell.json("log") == []


def test_columns_without_a_value_keep_their_type_or_are_text(shell: Shell) -> None:
    """So a file of a header alone can be brought in, and JSON whose fields are always null or empty."""
    files = {"a.csv": "a,b\n", "b.ndjson": '{"a": 1, "b": null}\n', "c.ndjson": '{"a": 1, "b": {}}\n{"b": null}\n'}
    for name, content in {**files, "full.csv": "a,b\n1,0.5\n"}.items():
        (shell.folder / name).write_text(content)

    for name in files:
        assert shell.run("put", "/t/" + name[0], name).exit_code == 0
        assert shell.json("show", "/t/" + name[0])["columns"][1]["type"] == "string"
    for name in ("full.csv", "a.csv", "b.ndjson"):
        assert shell.run("put", "/t/full", name).exit_code == 0
        assert shell.json("show", "/t/full")["columns"][1]["type"] == "double"


def test_lists_that_are_always_empty_are_stored(shell: Shell) -> None:
    """As lists of text, where nothing tells more."""
    (shell.folder / "a.ndjson").write_text('{"a": []}\n{"a": null}\n')

    assert shell.run("put", "/t/a", "a.ndjson").exit_code == 0
    assert shell.json("show", "/t/a")["rows"] == [{"a": []}, {"a": None}]


def test_files_of_several_kinds_are_said_to_be_kept_as_files(shell: Shell) -> None:
    """As they become rows when they come alone."""
    ROWS.write_csv("one.csv")
    ROWS.write_ndjson("two.ndjson")

    assert "Kept as raw files" in shell.run("put", "/t/files", "one.csv", "two.ndjson").stdout


def _fill(shell: Shell, kind: str) -> str:
    """Make something that cannot be put as it is; return what the message says of it."""
    folder = shell.folder / "all"
    folder.mkdir()
    (folder / "good.bin").write_bytes(b"1")
    if kind == "no Unicode":
        open(os.fsencode(folder) + b"/caf\xe9.bin", "wb").close()
        return "no Unicode"
    if kind == "control character":
        (folder / "a\nb.bin").touch()
        return "control character"
    if kind == "named pipe":
        os.mkfifo(folder / "pipe")
        return "neither a file nor a folder"
    if kind == "link to a folder":
        (folder / "up").symlink_to("..")
        return "symbolic link"
    if kind == "link to nothing":
        (folder / "gone").symlink_to("nowhere")
        return "gone"
    (folder / "good.bin").unlink()
    (folder / "sub").mkdir()
    return "no file"


@pytest.mark.parametrize(
    "kind", ["no Unicode", "control character", "named pipe", "link to a folder", "link to nothing", "empty folder"]
)
def test_what_cannot_be_kept_is_told_and_nothing_is_done(shell: Shell, kind: str) -> None:
    """Neither is a part of the folder committed, nor is anything left in the store."""
    shell.raw()
    before = {
        path for path in (shell.folder / ".transforms").rglob("*") if path.is_file() and "_locks" not in path.parts
    }

    says = _fill(shell, kind)
    result = shell.run("put", "/t/raw", "all")

    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("error: ")
    assert says in result.stderr
    assert shell.json("show", "/t/raw")["row_count"] == 3
    assert before == {
        path for path in (shell.folder / ".transforms").rglob("*") if path.is_file() and "_locks" not in path.parts
    }


@pytest.mark.parametrize("name", ["pipe", "gone", "nowhere"])
def test_a_path_that_is_no_file_is_told(shell: Shell, name: str) -> None:
    """A pipe would wait for ever for what nobody writes."""
    os.mkfifo("pipe")
    os.symlink("nothing", "gone")

    result = shell.run("put", "/t/raw", name)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: '{name}' ")


def test_empty_folders_and_links_to_files_are_told_and_followed(shell: Shell) -> None:
    """A link stands for its file; a folder without files is left out with a word."""
    (shell.folder / "all/empty").mkdir(parents=True)
    (shell.folder / "one.bin").write_bytes(b"12")
    (shell.folder / "all/link.bin").symlink_to("../one.bin")

    said = shell.run("put", "/t/files", "all").stdout

    assert "empty folders are left out: 'all/empty'." in said
    assert [(file["path"], file["size"]) for file in shell.json("show", "/t/files")["files"]] == [("link.bin", 2)]


def test_the_name_of_a_table_file_may_be_anything(shell: Shell) -> None:
    """As it is no part of the dataset."""
    with open(b"caf\xe9.csv", "wb") as file:
        file.write(b"a\n1\n")

    assert shell.run("put", "/t/table", os.fsdecode(b"caf\xe9.csv")).exit_code == 0
    ROWS.write_parquet("a [1] *.parquet")
    assert shell.run("put", "/t/table", "a [1] *.parquet").exit_code == 0


def _put(shell: Shell, text: str, *options: str) -> Any:
    """Put a CSV file of that text."""
    (shell.folder / "more.csv").write_text(text)
    return shell.run("put", "/t/raw", "more.csv", *options)


def test_rows_are_added_to_those_that_are_there(shell: Shell) -> None:
    """A dataset that is not there begins with them, and older rows have null in new columns."""
    assert _put(shell, "x\n1\n", "--append").stdout == "COMMIT  #1  put -> dataset /t/raw 1 row\n"
    assert _put(shell, "x,y\n2,a\n", "--append", "--description", "y=a letter").exit_code == 0
    there = shell.json("show", "/t/raw")
    assert sorted(row["x"] for row in there["rows"]) == [1, 2]
    assert there["columns"][1]["description"] == "a letter"


def test_rows_of_a_branch_are_added_to_what_it_goes_on_from(shell: Shell) -> None:
    """As a job of the branch finds it; the other branch keeps what it has."""
    _put(shell, "x\n1\n")
    assert _put(shell, "x\n2\n", "--append", "--branch", "dev").exit_code == 0
    found = [shell.json("show", "/t/raw", "--branch", branch)["rows"] for branch in ("dev", "master")]
    assert [sorted(row["x"] for row in rows) for rows in found] == [[1, 2], [1]]


def test_files_are_added_and_none_takes_the_place_of_another(shell: Shell) -> None:
    """Each keeps its time."""
    for name in "ab":
        (shell.folder / f"{name}.bin").write_text(name)
        os.utime(shell.folder / f"{name}.bin", (1e9, 1e9))
        assert shell.run("put", "/t/files", f"{name}.bin", "--append").exit_code == 0
    files = shell.json("show", "/t/files")["files"]
    assert sorted(file["path"] for file in files) == ["a.bin", "b.bin"]
    assert len({file["modified"] for file in files}) == 1
    again = shell.run("put", "/t/files", "a.bin", "--append")
    assert (again.exit_code, "'a.bin' exists" in again.stderr) == (2, True)


def test_rows_of_another_type_are_not_added(shell: Shell) -> None:
    """The error names the column and both types."""
    _put(shell, "x\n1\n")
    result = _put(shell, "x\nword\n", "--append")
    assert (result.exit_code, shell.json("show", "/t/raw")["rows"]) == (1, [{"x": 1}])
    assert "column 'x' is string in the new rows but long in the dataset" in result.stderr
