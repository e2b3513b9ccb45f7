"""Reading table files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import DataError
from transforms.run.incoming.options import TableOptions
from transforms.run.tables import read_table, read_tables, table_kind


def _read(folder: Path, name: str, content: bytes) -> list[dict[str, Any]]:
    place = folder / name
    place.write_bytes(content)
    kind = table_kind(place)
    assert kind is not None
    return read_table(place, kind).to_dicts()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"a,b\n1,2\n3,4,5\n", "line 3: expected 2 columns, got 3"),
        ("a.csv", b"a,b\n1,2\n3\n", "line 3: expected 2 columns, got 1"),
        ("a.csv", b"a,b\n1,\xff\n", "line 2 is not UTF-8"),
        ("a.csv", b"\xff\xfe,b\n", "line 1 is not UTF-8"),
        ("a.csv", b'a,b\n"x\ny",2\n\n3\n', "line 5: expected 2 columns, got 1"),
        ("a.csv", b'a,b\n1,"x\n2,y\n', "line 2 has a quoted value that does not end"),
        ("a.csv", b'a,b\n1,2\n"x"y,2\n', "line 3 has a quoted value that does not end, or goes on behind"),
        ("a.csv", b"a,b\n1,x\ry,2\n", "line 2 has a carriage return"),
        ("a.csv", b"a\nx\ry\n", "line 2 has a carriage return"),
        ("a.csv", b"a,b\r1,2\r3\r", "line 3: expected 2 columns, got 1"),
        ("a.csv", b"a\tb\n1\t2\n", "--separator '\\t'"),
        ("a.csv", b"a|b\n1|2\n", "--separator '|'"),
        ("a.csv", b"a,a\n1,2\n", "--columns a,a_2"),
        ("a.csv", b'a,"b\rc"\n1,2\n', "b\\rc"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16"), "--encoding utf-16"),
        ("a.csv", b"a;b\n1,5;\x80\n", "--encoding cp1252 --separator ';' --decimal ,"),
        ("a.csv", b"\n\n", "Empty CSV file"),
        ("a.csv", b"", "Empty CSV file"),
        ("a.ndjson", b'{"x": 1}\n{"x":\n', "line 2: Expecting value"),
        ("a.json", b'[{"x": 1},\n {"x"]', "line 2"),
        ("a.json", b'{"x": 1}\n{"x":\n', "line 2: Expecting value"),
        ("a.ndjson", b'{"x": "\\ud800"}\n', "line 1: 'x' has half of a surrogate pair"),
        ("a.ndjson", b'{"\\ud800": 1}\n', "surrogate"),
        ("a.ndjson", b'{"x": {"y": ["\\udfff"]}}\n', "surrogate"),
        ("a.ndjson", b'{"x": 1}\n{"x": 1, "x": 2}\n', "line 2: an object has the key 'x' twice"),
        ("a.ndjson", b'{"x": {"y": 1, "y": 2}}\n', "the key 'y' twice"),
        (
            "a.ndjson",
            b'{"x": 1}\n{"x": 9223372036854775808}\n',
            "line 2: 'x' is 9223372036854775808, which has more than",
        ),
        ("a.ndjson", b'{"x": 1}\n\n{"x": "a"}\n', "a number in {place}, line 1, a text in {place}, line 3"),
        ("a.ndjson", b'{"x": true}\n{"x": 1}\n', "true or false in {place}, line 1, a number in {place}, line 2"),
        ("a.ndjson", b'{"x": [1]}\n{"x": ["a"]}\n', "--type x=string"),
        ("a.ndjson", b'{"x": 9007199254740993}\n{"x": 0.5}\n', "--type x=string"),
        ("a.ndjson", b'{"x": 1e400}\n', "line 1: no float of 64 bits holds the number 1e400"),
        ("a.ndjson", b'{"x": [-0.5e-400]}\n', "holds the number -0.5e-400"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), "--encoding utf-16-le"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-be"), "--encoding utf-16-be"),
        ("a.ndjson", b"1\n", "line 1 is a number, and a row is an object"),
        ("a.json", b'[{"x": 1}, null]', "item 2 is null, and a row is an object"),
        ("a.json", b'[{"x": "\xff"}]', "line 1 is not UTF-8"),
        ("a.ndjson", b"[" * 100_000, "nested too deeply"),
        ("a.parquet", b"PAR1 not really", "Parquet"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """The message names the file, what is wrong and, where it is known, the line."""
    with pytest.raises(DataError) as caught:
        _read(tmp_path, name, content)

    assert str(tmp_path / name) in str(caught.value)
    assert says.replace("{place}", str(tmp_path / name)) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", b'a,b\n1,"x\ny"\n\n2,\n', [{"a": 1, "b": "x\ny"}, {"a": 2, "b": None}]),
        ("a.csv", b"\xef\xbb\xbfa,b\r\n1,2026-01-01\r\n", [{"a": 1, "b": "2026-01-01"}]),
        ("a.CSV", b"a,b\n", []),
        ("a.csv", b"a,b\r1,2\r3,4\r", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ("a.csv", b"a,b\r\r\n1,2\r\r\n", [{"a": 1, "b": 2}]),
        ("a.csv", b"a\r\r\n1\r\r\n2\r\r\n", [{"a": 1}, {"a": 2}]),
        ("a.csv", b'a,b\r\r\n1,"x\r\r\ny"\r\r\n', [{"a": 1, "b": "x\r\r\ny"}]),
        ("a.csv", b"a,b\n1,2\r\n3,4", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ("a.csv", b"a,b\n1,2\n\n,\n", [{"a": 1, "b": 2}, {"a": None, "b": None}]),
        ("a.csv", b"a\n1\n\n2\n", [{"a": 1}, {"a": None}, {"a": 2}]),
        ("a.csv", b'a,b\n"",x\n,"y"\n', [{"a": "", "b": "x"}, {"a": None, "b": "y"}]),
        ("a.csv", b'a,b\n5" x,1\n', [{"a": '5" x', "b": 1}]),
        ("a.csv", b'a,b\n"x ""y"", z",1\n', [{"a": 'x "y", z', "b": 1}]),
        ("a.csv", b"a,b\n1,x\0y\n", [{"a": 1, "b": "x\0y"}]),
        ("a.csv", b"\n\na,b\n1,2\n", [{"a": 1, "b": 2}]),
        ("a.csv", b"a,b\n1," + b"x" * 5_000_000 + b"\n", [{"a": 1, "b": "x" * 5_000_000}]),
        ("a.csv", b"a,b\n\n\r\n", []),
        ("a.csv", b"a|b\n1\n2\n", [{"a|b": 1}, {"a|b": 2}]),
        ("a.tsv", b"a\tb\n01\t2\n", [{"a": "01", "b": 2}]),
        ("a.json", b'[{"x": 1}, {"x": 2}]', [{"x": 1}, {"x": 2}]),
        ("a.json", b'{"x": 1}\n{"x": 2}\n', [{"x": 1}, {"x": 2}]),
        ("a.json", b'{\n "x": 1\n}\n', [{"x": 1}]),
        ("a.json", b'\xef\xbb\xbf[{"x": 1}]', [{"x": 1}]),
        ("a.ndjson", b'{"x": 9223372036854775807}\n', [{"x": 2**63 - 1}]),
        ("a.ndjson", b'[{"x": 1},\n{"x": 2}]', [{"x": 1}, {"x": 2}]),
        ("a.ndjson", b'{"x": null, "y": []}\n', [{"x": None, "y": []}]),
        (
            "a.ndjson",
            b'{"x": 1}\n' * 200 + b'{"x": 1, "late": "a"}\n',
            [{"x": 1, "late": None}] * 200 + [{"x": 1, "late": "a"}],
        ),
        ("a.ndjson", '{"x": "a\u2028b"}\n'.encode(), [{"x": "a\u2028b"}]),
        ("a.jsonl", b'{"x": 1}\n{"x": 2, "y": null}\n', [{"x": 1, "y": None}, {"x": 2, "y": None}]),
    ],
)
def test_a_good_file_is_read(tmp_path: Path, name: str, content: bytes, rows: list[dict[str, Any]]) -> None:
    """Line ends, byte-order marks, line breaks in quotes and empty lines of a CSV; JSON as a list or line by line."""
    assert _read(tmp_path, name, content) == rows


def test_the_minus_of_a_zero_is_kept(tmp_path: Path) -> None:
    """No whole number has it, so the column is one of floats."""
    (row,) = _read(tmp_path, "a.ndjson", b'{"x": -0}\n')

    assert str(row["x"]) == "-0.0"


def test_types_are_looked_for_in_every_row_and_file(tmp_path: Path) -> None:
    """What is a number in all of January is text if one row of December is."""
    for name, content in (("one.csv", "a,b\n" + "7,1\n" * 5000), ("two.csv", "b,a\n1,8\n2.5,007\n")):
        (tmp_path / name).write_text(content)

    frame = read_tables([tmp_path / "one.csv", tmp_path / "two.csv"], "CSV")

    assert frame.row(0) == ("7", 1.0)
    assert frame.row(-1) == ("007", 2.5)


def test_whole_numbers_among_floats_of_parquet_files_are_kept_or_refused(tmp_path: Path) -> None:
    """A float holds them up to 2**53."""
    pl.DataFrame({"x": [0.5]}).write_parquet(tmp_path / "one.parquet")
    pl.DataFrame({"x": [2**53 + 1]}).write_parquet(tmp_path / "two.parquet")
    pl.DataFrame({"x": [2**53]}).write_parquet(tmp_path / "three.parquet")

    frame = read_tables([tmp_path / "one.parquet", tmp_path / "three.parquet"], "Parquet")
    assert frame["x"].to_list() == [0.5, 2.0**53]
    with pytest.raises(DataError, match="9007199254740993"):
        read_tables([tmp_path / "one.parquet", tmp_path / "two.parquet"], "Parquet")


_TEXT = st.text(st.characters(codec="utf-8"))
_CELLS = st.one_of(_TEXT, st.text('01.-+eE,infa "\r\n', max_size=6), st.integers().map(str), st.floats().map(str))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_every_text_of_a_csv_file_can_be_had_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], ending: str, separator: str, quoting: Any
) -> None:
    """Whatever its fields hold: as the text itself, or as a number that is written so."""
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer leaves some line ends without quotes
        rows = [tuple(cell.replace("\r", "").replace("\n", "") for cell in row) for row in rows]
    place = tmp_path_factory.mktemp("csv") / "a.csv"
    with open(place, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator, lineterminator=ending, quoting=quoting).writerows(
            [("a", "b", "c"), *rows]
        )

    frame = read_tables([place], "CSV", TableOptions(separator=separator))

    for name, texts in zip(frame.columns, zip(*rows, strict=True), strict=True):
        for value, text in zip(frame[name], texts, strict=True):
            assert _is_written(value, text), (value, text, frame.schema[name])


def _is_written(value: Any, text: str) -> bool:
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if isinstance(value, float):
        return text in (str(value), str(value).replace("e-0", "e-"), str(value).replace("nan", "NaN"), f"{value:.0f}")
    return str(value) == text


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-(2**60), 2**60), st.text(st.characters(codec="utf-8"), min_size=1)), min_size=1))
def test_what_was_written_as_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    """Whatever text a field holds."""
    frame = pl.DataFrame(rows, schema={"number": pl.Int64, "text": pl.String}, orient="row")
    place = tmp_path_factory.mktemp("csv") / "a.csv"
    frame.write_csv(place, quote_style="non_numeric")

    assert read_table(place, "CSV").select(pl.col("number"), pl.col("text").cast(pl.String)).rows() == frame.rows()
