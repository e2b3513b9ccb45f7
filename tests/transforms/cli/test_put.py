"""``transforms put``."""

from __future__ import annotations

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
    assert shell.json("log") == []


def test_a_damaged_file_is_named_and_nothing_committed(shell: Shell) -> None:
    """The message says which row, and shows no traceback."""
    (shell.folder / "bad.csv").write_text("a,b\n1,2\n3,4,5\n")

    result = shell.run("put", "/t/table", "bad.csv")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: bad.csv")
    assert "Row #3: Expected 2 columns, got 3" in result.stderr
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
