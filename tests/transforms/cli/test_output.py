"""What commands print."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.cli.output import aligned, cell_text, counted, json_value, size_text

Shell = Any


@given(st.text())
def test_a_cell_is_one_printable_line(text: str) -> None:
    """No data can break a line or command the terminal; what is printable stays as it is."""
    shown = cell_text(text)

    assert shown.isprintable()
    assert shown == text or not text.isprintable()


@given(st.recursive(st.none() | st.floats() | st.binary() | st.datetimes() | st.text(), st.lists))
def test_every_value_has_a_json_form(value: Any) -> None:
    """Strict JSON: not-a-number, infinity, bytes and times included."""
    assert json.dumps(json_value(value), allow_nan=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (b"abc", "<3 bytes>"), (["a", "b"], "a, b"), ({"a": [1]}, '{"a": [1]}'), (1.5, "1.5")],
)
def test_values_in_cells(value: Any, text: str) -> None:
    """Lists of names are joined, structures are JSON, bytes are counted."""
    assert cell_text(value) == text


def test_words_for_numbers() -> None:
    """Counts agree with their noun; sizes have a unit; times are ISO 8601."""
    assert [counted(1, "row"), counted(1204, "row")] == ["1 row", "1,204 rows"]
    assert [size_text(0), size_text(3_400_000), size_text(2e13)] == ["0 B", "3.4 MB", "20.0 TB"]
    assert json_value(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00+00:00"
    assert aligned([["a", "bcd"], ["ab", "c"]]) == ["a   bcd", "ab  c"]


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_progress_and_colour_unless_asked_not_to(shell: Shell, no_color: str, coloured: bool) -> None:
    """On a terminal a build is coloured, except under NO_COLOR."""
    shell.raw()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "TERM": "xterm", "NO_COLOR": no_color}
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "transforms", "build", "-j", "1"]
    child = subprocess.Popen(command, cwd=shell.folder, env=environment, stdout=secondary, stderr=secondary)
    os.close(secondary)
    printed = b""
    try:
        while part := os.read(primary, 65536):
            printed += part
    except OSError:  # the other side is closed
        assert child.wait() == 0
    os.close(primary)
    text = printed.decode()

    assert "BUILT" in text
    assert "Done. OK=2" in text
    assert ("\x1b[32m" in text) is coloured
