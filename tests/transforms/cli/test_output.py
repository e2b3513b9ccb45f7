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

from transforms.cli.output import aligned, cell_text, json_value, size_text

pytestmark = pytest.mark.slow

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


def test_sizes_and_times_in_words() -> None:
    """Sizes have a unit; times are ISO 8601."""
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


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_encoding(shell: Shell, encoding: str) -> None:
    """Letters that the encoding lacks are escaped as JSON has it."""
    name = "/t/Straße ł 😀"
    (shell.folder / "a.csv").write_text("x\n1\n")
    assert shell.run("put", name, "a.csv").exit_code == 0
    printed = run(shell, "list", "--datasets", "--json", PYTHONIOENCODING=encoding)

    assert [row["alias"] for row in json.loads(printed.stdout.decode(encoding))] == [name]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    "broken", ["{} >&-; echo $? > code", "{} > /dev/full; echo $? > code", "({}; echo $? > code) | true"]
)
def test_a_build_goes_on_when_nobody_reads_it(shell: Shell, jobs: str, broken: str) -> None:
    """Closed, full or broken standard output ends no job; what was committed is told on standard error instead."""
    shell.write(CHATTY)
    command = broken.format(f"{sys.executable} -m transforms build -j {jobs}")

    told = subprocess.run(command, shell=True, cwd=shell.folder, env=environment(), capture_output=True, check=True)

    assert (shell.folder / "code").read_text() == "0\n", told.stderr
    assert b"COMMIT  #1" in told.stderr
    assert b"Done. OK=2" in told.stderr
    assert b"Traceback" not in told.stderr
    assert b"Exception" not in told.stderr
    assert [row["rows"] for row in shell.json("list", "--datasets")] == [1, 1]


def test_no_file_takes_the_place_of_a_closed_stream(shell: Shell) -> None:
    """Were it not so, what a job prints by itself would end up in a file of the store."""
    shell.write(CHATTY.replace('print("chat")', 'import os; os.write(1, b"RAW"); os.write(2, b"RAW")'))
    subprocess.run(
        f"{sys.executable} -m transforms build <&- >&- 2>&-",
        shell=True,
        cwd=shell.folder,
        env=environment(),
        check=True,
    )

    files = [path for path in shell.folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert files
    assert not [path for path in files if b"RAW" in path.read_bytes()]


def test_a_full_disk_under_a_listing_is_an_error(shell: Shell) -> None:
    """What was asked for is not there, and says why."""
    shell.raw()
    done = run(shell, "list", "--datasets", into="/dev/full")

    assert done.returncode == 1
    assert done.stderr == b"error: standard output cannot be written: No space left on device.\n"


CHATTY = """
    import polars as pl
    from transforms.api import Output, Pipeline, transform

    @transform.using(out=Output("/t/one"))
    def one(out):
        print("chat")
        out.write_table(pl.DataFrame({"x": [1]}))

    @transform.using(out=Output("/t/two"))
    def two(out):
        for _ in range(1000):
            print("chat", flush=True)
        out.write_table(pl.DataFrame({"x": [1]}))

    pipeline = Pipeline()
    pipeline.add_transforms(one, two)
"""


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a command in a process of its own."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **more}


def run(shell: Shell, *arguments: str, into: str | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "transforms", *arguments]
    with open(into or os.devnull, "wb") as file:
        return subprocess.run(
            command,
            cwd=shell.folder,
            env=environment(**more),
            stdout=file if into else subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
