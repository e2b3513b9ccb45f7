"""Reading separated text as the texts that stand in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.run.incoming.fault import TableFault
from transforms.run.incoming.options import TableOptions
from transforms.run.incoming.separated import read_separated


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["x\n", "x,y\n", "x,y\r\n", "x,y\r"]), st.text('a1 ,"\n\r', max_size=14))
def test_what_is_read_is_what_a_strict_parser_reads(
    tmp_path_factory: pytest.TempPathFactory, header: str, body: str
) -> None:
    """Whatever a file holds, it is refused or read as Python's own parser reads it, with the line of every row."""
    place = tmp_path_factory.getbasetemp() / "any.csv"
    place.write_bytes((header + body).encode())
    try:
        found = read_separated(place, TableOptions(), ",")
    except TableFault:
        return

    reader = csv.reader(io.StringIO(header + body, newline=""), strict=True)
    width, lines, rows, before = len(next(reader)), [], [], reader.line_num
    for row in reader:
        if row or width == 1:
            rows.append(tuple(row or [""]))
            lines.append(before + 1)
        before = reader.line_num
    assert [tuple(text or "" for text in row) for row in found.texts.rows()] == rows
    if "\r\r\n" not in header + body:  # one end of a line here, and two to Python
        assert [found.line_of(row) for row in range(len(rows))] == lines


def test_a_line_end_that_was_converted_twice_is_one(tmp_path: Path) -> None:
    """As every line of such a file has it, and an editor shows no empty lines between."""
    place = tmp_path / "a.csv"
    place.write_bytes(b"x,y\r\r\n1,2\r\r\n3,4\r\r\n")
    found = read_separated(place, TableOptions(), ",")
    assert found.texts.rows() == [("1", "2"), ("3", "4")]
    assert [found.line_of(row) for row in range(2)] == [2, 3]


def test_rows_are_filled_up_only_when_it_is_said(tmp_path: Path) -> None:
    """With nulls; lines and quoted values stay what they were, and a row that is too long is refused all the same."""
    place = tmp_path / "a.csv"
    place.write_bytes(b'a,b,c\n"x\ny",2\n\n3\n4,5,6\n')

    found = read_separated(place, TableOptions(null_padding=True), ",")

    assert found.texts.rows() == [("x\ny", "2", None), ("3", None, None), ("4", "5", "6")]
    assert [found.line_of(row) for row in range(3)] == [2, 5, 6]
    place.write_bytes(b"a,b\n1,2,3\n")
    with pytest.raises(TableFault, match="line 2: expected 2 columns, got 3"):
        read_separated(place, TableOptions(null_padding=True), ",")
