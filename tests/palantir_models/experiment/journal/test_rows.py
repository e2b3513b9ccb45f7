"""Rows of experiments that ended: read once for each state of their files, and never believed longer."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from palantir_models.experiment.journal import kept
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.journal.rows import Rows
from palantir_models.experiment.recording import Recording

COUNT = 6


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Rows of which none is in memory."""
    made = Rows()
    monkeypatch.setattr(kept, "rows", made)
    return made


@pytest.fixture
def journals(tmp_path: Path) -> Path:
    """A store's journal folder with some experiments that failed."""
    for number in range(COUNT):
        keep(tmp_path, number)
    return tmp_path


def keep(journals: Path, number: int) -> None:
    """Keep one more."""
    known = {"environment": '{"cpus": 2}'}
    recording = Recording("run", model="/m", journals=journals, experiment_id=f"{number:02}", context=known)
    recording.intake.log_param("depth", number)
    recording.intake.log_metrics({"loss": number / 10}, None)
    recording.close("FAILED", "no luck")
    recording.keep(Journals(journals))


def listed(journals: Path) -> Mapping[str, Any]:
    """Return what a list tells: name, error and parameters of each by its id."""
    return {
        one.row["experiment_id"]: (one.row["name"], one.row["error"], one.parameters())
        for one in kept.unpublished(journals)
    }


def change(file: Path, **what: Any) -> None:
    """Replace a row as the product does it: another file takes the place."""
    new = file.with_name("new")
    new.write_text(json.dumps({**json.loads(file.read_bytes()), **what}))
    os.replace(new, file)


def test_each_is_read_once_however_often_all_are_listed(rows: Rows, journals: Path) -> None:
    """With all that a list, or a table of them, shows."""
    expected = {f"{number:02}": ("run", "no luck", {"depth": number}) for number in range(COUNT)}
    assert listed(journals) == listed(journals) == expected
    assert rows.reads == COUNT
    details = [one.details for one in kept.unpublished(journals)]
    assert all(one["environment"] and '"name":"loss"' in one["series"] for one in details)
    assert rows.reads == COUNT
    assert all({"environment", "series", "hyperparameters"}.isdisjoint(one.row) for one in kept.unpublished(journals))


def test_who_lists_side_by_side_reads_no_row_twice(rows: Rows, journals: Path) -> None:
    """As a page does whose table and problems are asked for at once."""
    begin = threading.Barrier(4)

    def one(_: int) -> Mapping[str, Any]:
        begin.wait()
        return listed(journals)

    with ThreadPoolExecutor(4) as pool:
        assert [list(found) for found in pool.map(one, range(4))] == [[f"{n:02}" for n in range(COUNT)]] * 4
    assert rows.reads == COUNT


def test_one_that_comes_changes_or_goes_is_seen_with_the_next_look(rows: Rows, journals: Path) -> None:
    """And none of the others is read again."""
    listed(journals)
    keep(journals, 7)
    assert "07" in listed(journals)
    assert rows.reads == COUNT + 1
    change(journals / "03/experiment.json", error="another")
    assert listed(journals)["03"][1] == "another"
    assert rows.reads == COUNT + 2
    shutil.rmtree(journals / "03")
    assert "03" not in listed(journals)
    assert rows.reads == COUNT + 2


def test_a_row_of_the_same_size_and_time_in_place_of_another_is_seen(rows: Rows, journals: Path) -> None:
    """It is another file."""
    file = journals / "03/experiment.json"
    listed(journals)
    before = file.stat()
    change(file, error="no look")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert listed(journals)["03"][1] == "no look"


def test_one_that_cannot_be_read_any_more_is_told_and_hides_nothing(rows: Rows, journals: Path) -> None:
    """What was read of it before is not believed."""
    listed(journals)
    (journals / "03/experiment.json").write_text("{")
    found = {one.row["experiment_id"]: one.row["status"] for one in kept.unpublished(journals)}
    assert found == {f"{n:02}": "UNREADABLE" if n == 3 else "FAILED" for n in range(COUNT)}


def test_what_is_large_stays_in_memory_up_to_a_bound(journals: Path) -> None:
    """What had to go is read again from its file, and says the same."""
    folders = [str(journals / f"{number:02}") for number in range(COUNT)]
    every, few = Rows(), Rows(most_whole=1)
    whole, small = every.of_many(folders), few.of_many(folders)
    shutil.copytree(journals / "05", journals / "copy")
    for folder in folders:
        assert small[folder].details == {**whole[folder].details}
        assert small[folder].parameters() == whole[folder].parameters()
    shutil.rmtree(folders[0])
    assert whole[folders[0]].parameters() == {"depth": 0}
    assert small[folders[0]].parameters() is None


def test_rows_stay_in_memory_up_to_a_bound(journals: Path) -> None:
    """Those that were read first go first."""
    folders = [str(journals / f"{number:02}") for number in range(COUNT)]
    few = Rows(most_rows=COUNT - 1)
    few.of_many(folders)
    few.of_many(folders[1:])
    assert few.reads == COUNT
    assert few.of(folders[0]) is not None
    assert few.reads == COUNT + 1


@pytest.mark.parametrize(
    "told",
    [
        None,
        1,
        [],
        {},
        "",
        "{",
        "[1]",
        '[["depth"]]',
        '[["depth", "integer", "3"]]',
        '[["depth", "colour", 3]]',
        '[[1, "integer", 3]]',
    ],
)
def test_hyperparameters_that_a_row_does_not_tell_are_in_the_table(rows: Rows, journals: Path, told: object) -> None:
    """Whatever stands in their place: nothing of it is believed."""
    change(journals / "03/experiment.json", hyperparameters=told)
    (found,) = (one for one in kept.unpublished(journals) if one.row["experiment_id"] == "03")
    assert found.parameters() is None
    table = found.part("hyperparameters")
    assert table is not None
    assert table.collect()["integer_value"].to_list() == [3]
