"""Reading table files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import DataError
from transforms.run.tables import read_table, table_kind


def _read(folder: Path, name: str, content: bytes) -> list[dict[str, Any]]:
    place = folder / name
    place.write_bytes(content)
    kind = table_kind(place)
    assert kind is not None
    return read_table(place, kind).to_dicts()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"a,b\n1,2\n3,4,5\n", "Row #3: Expected 2 columns, got 3"),
        ("a.csv", b"a,b\n1,2\n3\n", "Row #3: Expected 2 columns, got 1"),
        ("a.csv", b"a,b\n1,\xff\n", "line 2 is not UTF-8"),
        ("a.csv", b"\xff\xfe,b\n", "line 1 is not UTF-8"),
        ("a.csv", b'a,b\n1,"x\n2,y\n', "CSV"),
        ("a.csv", b"", "Empty CSV file"),
        ("a.ndjson", b'{"x": 1}\n{"x":\n', "line 2: Expecting value"),
        ("a.json", b'[{"x": 1},\n {"x"]', "line 2"),
        ("a.json", b'{"x": 1}\n{"x":\n', "line 2: Expecting value"),
        ("a.parquet", b"PAR1 not really", "Parquet"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """The message names the file, what is wrong and, where it is known, the line."""
    with pytest.raises(DataError) as caught:
        _read(tmp_path, name, content)

    assert str(tmp_path / name) in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", b'a,b\n1,"x\ny"\n\n2,\n', [{"a": 1, "b": "x\ny"}, {"a": 2, "b": None}]),
        ("a.csv", b"\xef\xbb\xbfa,b\r\n1,2026-01-01\r\n", [{"a": 1, "b": "2026-01-01"}]),
        ("a.CSV", b"a,b\n", []),
        ("a.json", b'[{"x": 1}, {"x": 2}]', [{"x": 1}, {"x": 2}]),
        ("a.json", b'{"x": 1}\n{"x": 2}\n', [{"x": 1}, {"x": 2}]),
        ("a.json", b'{\n "x": 1\n}\n', [{"x": 1}]),
        ("a.jsonl", b'{"x": 1}\n{"x": 2, "y": null}\n', [{"x": 1, "y": None}, {"x": 2, "y": None}]),
    ],
)
def test_a_good_file_is_read(tmp_path: Path, name: str, content: bytes, rows: list[dict[str, Any]]) -> None:
    """Line ends, byte-order marks, line breaks in quotes and empty lines of a CSV; JSON as a list or line by line."""
    assert _read(tmp_path, name, content) == rows


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-(2**60), 2**60), _TEXT), min_size=1))
def test_what_was_written_as_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    """Whatever text a field holds."""
    import polars as pl

    frame = pl.DataFrame(rows, schema={"number": pl.Int64, "text": pl.String}, orient="row")
    place = tmp_path_factory.mktemp("csv") / "a.csv"
    frame.write_csv(place, quote_style="non_numeric")

    assert read_table(place, "CSV").get_column("number").to_list() == frame.get_column("number").to_list()
