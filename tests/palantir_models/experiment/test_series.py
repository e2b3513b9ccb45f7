"""Columns: steps that rise, batches that enter whole, and positions from which a writer goes on."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from itertools import count

import pytest

from palantir_models.experiment.errors import ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.series import RECORD, Media, Metrics, Series, next_step
from palantir_models.experiment.values import MOST


def metrics(limit: int = 100) -> Metrics:
    """Metrics whose clock counts from zero."""
    return Metrics(limit, threading.RLock(), count().__next__)


def rows(columns: Metrics) -> list[tuple[str, int, float, int]]:
    """The values as (series, step, value, time), drained; no series is older than the values."""
    records, names = columns.drain()
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
    assert len(columns) == 1
    columns.extend({"b": 2.0}, None)
    assert rows(columns) == [("a", 9, 1.0, 0), ("b", 0, 2.0, 1)]


def test_draining_takes_each_value_and_name_once() -> None:
    """What was drained counts for length, limit and steps, and does not come again."""
    columns = metrics(limit=4)
    columns.extend({"a": 1.0}, None)
    assert columns.drain() == (RECORD.pack(0, 0, 1.0, 0), ["a"])
    columns.append("a", 2.0, None)
    columns.extend({"b": 3.0}, None)
    assert (len(columns), columns.waiting) == (3, 2)
    records, names = columns.drain()
    assert (list(RECORD.iter_unpack(records)), names) == ([(0, 1, 2.0, 1), (1, 0, 3.0, 2)], ["b"])
    assert columns.drain() == (b"", [])
    assert columns.append("a", 4.0, None)
    assert not columns.append("a", 5.0, None)
    with pytest.raises(ExperimentLimitError):
        columns.extend({"a": 5.0}, None)


def test_a_batch_of_known_series_goes_the_short_way() -> None:
    """A batch of floats enters in one move, with each series' own step or the one given."""
    columns = metrics()
    assert not columns.append_all({"a": 1.0}, None)
    columns.extend({"a": 1.0, "b": 1.0}, None)
    assert columns.append_all({"a": 2.0, "b": 3.0}, 9)
    columns.extend({"a": 4.0}, 20)
    assert columns.append_all({"b": 5.0, "a": 6.0}, None)
    assert rows(columns)[2:] == [
        ("a", 9, 2.0, 1),
        ("b", 9, 3.0, 1),
        ("a", 20, 4.0, 2),
        ("b", 10, 5.0, 3),
        ("a", 21, 6.0, 3),
    ]


@pytest.mark.parametrize(
    ("values", "step"),
    [({"a": 1.0, "b": 1.0}, 5), ({"a": 1.0, "c": 1.0}, 9), ({"a": 1, "b": 1.0}, 9), ({}, None), ({"a": 1.0}, MOST + 1)],
)
def test_the_short_way_leaves_other_batches_to_the_long_one(values: dict[str, float], step: int | None) -> None:
    """A step that does not rise, a new series, a value that is no float: nothing of the batch is done."""
    columns = metrics()
    columns.extend({"a": 1.0}, 3)
    columns.extend({"b": 1.0}, 5)
    before = len(columns)
    assert not columns.append_all(values, step)
    assert len(columns) == before
    columns.extend({"a": 1.0, "b": 1.0}, None)
    assert [row[1] for row in rows(columns)[2:]] == [4, 6]


def test_many_waiting_values_send_calls_the_long_way() -> None:
    """At the mark the short paths stop, and after draining they go on."""
    columns = metrics()
    columns.pause_at(2)
    columns.extend({"a": 1.0}, None)
    assert columns.append("a", 1.0, None)
    assert not columns.append("a", 1.0, None)
    assert not columns.append_all({"a": 1.0}, None)
    columns.extend({"a": 1.0}, None)
    columns.drain()
    assert columns.append("a", 1.0, None)


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
    assert media.drain() == [("a", 0, 0, None, "x"), ("b", 7, 1, "caption", "y"), ("b", 8, 2, None, "z")]
    assert (media.drain(), len(media)) == ([], 3)
    with pytest.raises(ExperimentStepError):
        media.append("b", "z", None, 8)


def test_what_is_in_the_making_holds_back_what_comes_after() -> None:
    """Rows are drained in the order they came, so the first that is not ready ends a draining."""
    media = Media(threading.RLock(), count().__next__)
    slow: Future[str] = Future()
    for content in ("x", slow, "z"):
        media.append("a", content, None, None)
    assert [row.content for row in media.drain()] == ["x"]
    assert [row.content for row in media.waiting()] == [slow, "z"]
    slow.set_result("y")
    assert [row.step for row in media.drain()] == [1, 2]
    media.forget()
    assert len(media) == 2
