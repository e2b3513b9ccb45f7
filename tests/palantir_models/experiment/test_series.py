"""Columns: steps that rise, batches that enter whole, and positions from which a writer goes on."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from palantir_models.experiment.errors import ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.series import RECORD, Media, Metrics, Series, next_step
from palantir_models.experiment.values import MOST


def metrics(limit: int = 100) -> Metrics:
    """Metrics whose clock counts from zero."""
    return Metrics(limit, threading.RLock(), count().__next__)


def rows(columns: Metrics, position: int = 0) -> list[tuple[str, int, float, int]]:
    """The values as (series, step, value, time)."""
    records, names = columns.since(position)
    return [(names[code], step, value, time) for code, step, value, time in RECORD.iter_unpack(records)]


def test_the_first_step_is_zero_and_the_next_is_one_more() -> None:
    """Automatic steps start at 0 and go on from the last step, given or automatic."""
    assert next_step("a", None, None) == 0
    assert next_step("a", None, -7) == -7
    assert next_step("a", Series(0, 41), None) == 42
    assert next_step("a", Series(0, 41), 100) == 100


@pytest.mark.parametrize("step", [41, 40, -1])
def test_a_step_must_rise(step: int) -> None:
    """A step at or below the last one is refused, and the message says what would do."""
    with pytest.raises(ExperimentStepError, match="Pass a step above 41, or none for 42"):
        next_step("a", Series(0, 41), step)


def test_after_the_last_step_there_is_none() -> None:
    """A series at the highest step of 64 bits cannot go on."""
    columns = metrics()
    columns.extend({"a": 1.0}, MOST)
    assert not columns.append("a", 1.0, None)
    with pytest.raises(ExperimentStepError, match="the last that 64 bits hold"):
        columns.extend({"a": 1.0}, None)
    assert rows(columns) == [("a", MOST, 1.0, 0)]


def test_the_short_path_leaves_to_the_long_one_what_it_cannot_do() -> None:
    """Unknown names, steps that do not rise and a full experiment are not appended by the short path."""
    columns = metrics(limit=2)
    assert not columns.append("a", 1.0, None)
    assert not columns.append([], 1.0, None)  # type: ignore[arg-type]
    columns.extend({"a": 1.0}, None)
    assert not columns.append("a", 1.0, 0)
    assert not columns.append("a", 1.0, MOST + 1)
    assert columns.append("a", 2.0, 5)
    assert not columns.append("a", 3.0, None)
    assert rows(columns) == [("a", 0, 1.0, 0), ("a", 5, 2.0, 1)]


def test_a_batch_takes_each_series_own_step() -> None:
    """Without a step each series of a batch goes on from its own last one, at one time."""
    columns = metrics()
    columns.extend({"a": 1.0}, 9)
    columns.extend({"a": 2.0, "b": 3.0}, None)
    assert rows(columns) == [("a", 9, 1.0, 0), ("a", 10, 2.0, 1), ("b", 0, 3.0, 1)]


def test_a_batch_enters_whole_or_not() -> None:
    """One step that does not rise, or too little room, keeps the whole batch out and starts no series."""
    columns = metrics(limit=2)
    columns.extend({"a": 1.0}, 9)
    with pytest.raises(ExperimentStepError):
        columns.extend({"b": 2.0, "a": 2.0}, 9)
    with pytest.raises(ExperimentLimitError, match="holds 2 metric values"):
        columns.extend({"b": 2.0, "a": 2.0}, 10)
    assert rows(columns) == [("a", 9, 1.0, 0)]
    assert columns.since(0)[1] == ["a"]
    columns.extend({"b": 2.0}, None)
    assert rows(columns, 1) == [("b", 0, 2.0, 1)]


def test_a_reader_goes_on_where_it_was() -> None:
    """Records from a position on are exactly those that came since, while the buffer keeps growing."""
    columns = metrics()
    columns.extend({"a": 1.0}, None)
    first, _ = columns.since(0)
    columns.append("a", 2.0, None)
    columns.extend({"b": 3.0}, None)
    later, names = columns.since(len(first) // RECORD.size)
    assert first + later == columns.since(0)[0]
    assert names == ["a", "b"]
    assert len(columns) == 3


def test_media_keep_their_series_apart() -> None:
    """Each series of images or plots has steps of its own, and a refused step leaves it as it was."""
    media = Media(threading.RLock(), count().__next__)
    media.append("a", "x", None, None)
    media.append("b", "y", "caption", 7)
    with pytest.raises(ExperimentStepError):
        media.append("b", "z", None, 7)
    with pytest.raises(ExperimentStepError):
        media.check("b", 6)
    media.append("b", "z", None, None)
    assert list(media) == [("a", 0, 0, None, "x"), ("b", 7, 1, "caption", "y"), ("b", 8, 2, None, "z")]
    assert media.since(2) == [("b", 8, 2, None, "z")]
    assert len(media) == 3
