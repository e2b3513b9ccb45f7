"""Metric values that wait: steps that rise, batches that enter whole, groups that nobody notices."""

from __future__ import annotations

import threading
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.columns import pieces
from palantir_models.experiment.errors import ExperimentLimitError, ExperimentStepError
from palantir_models.experiment.memory.blocks import RECORD, Block
from palantir_models.experiment.memory.contents import Batch
from palantir_models.experiment.memory.metrics import Metrics, TimedValue
from palantir_models.experiment.values import MOST


def metrics(limit: int = 100) -> Metrics:
    """Metrics whose clock counts microseconds from zero."""
    return Metrics(limit, threading.RLock(), count(0, 1000).__next__)


def decoded(blocks: list[Block], names: list[str]) -> list[tuple[str, int, float, int]]:
    """The values as (series, step, value, microseconds), ordered by series and step."""
    if not blocks:
        return []
    table = pieces.pieces(Batch({}, blocks, names, [], [], {}))["metrics"]
    times = table["timestamp"].cast("int64").to_pylist()
    columns = (table[name].to_pylist() for name in ("series", "step", "value"))
    return sorted((names[code], step, value, time) for code, step, value, time in zip(*columns, times, strict=True))


def drain(columns: Metrics) -> tuple[list[Block], list[str]]:
    """The values and the names of the new series."""
    blocks: list[Block] = []
    names: list[str] = []
    columns.drain(blocks, names)
    return blocks, names


def rows(columns: Metrics) -> list[tuple[str, int, float, int]]:
    """The values, drained; no series is older than the values."""
    return decoded(*drain(columns))


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
    assert rows(columns) == [("a", 0, 1.0, 0)]
    columns.append("a", 2.0, None)
    columns.extend({"b": 3.0}, None)
    assert (len(columns), columns.waiting) == (3, 2)
    blocks, names = drain(columns)
    assert [list(RECORD.iter_unpack(block.data)) for block in blocks] == [[(0, 1, 2.0, 1000), (1, 0, 3.0, 2000)]]
    assert names == ["b"]
    assert drain(columns) == ([], [])
    assert columns.append("a", 4.0, None)
    assert not columns.append("a", 5.0, None)
    with pytest.raises(ExperimentLimitError):
        columns.extend({"a": 5.0}, None)


def group(columns: Metrics, *names: str) -> None:
    """Log series together twice, so that they share rows from now on."""
    columns.extend(dict.fromkeys(names, 0.0), None)
    columns.extend(dict.fromkeys(names, 0.0), None)


def test_a_batch_that_comes_again_goes_the_short_way() -> None:
    """The third batch of the same names enters as one row, with each series' own step or the one given."""
    columns = metrics()
    columns.extend({"a": 9.0}, 4)
    assert not columns.append_all({"a": 0.0, "b": 0.0}, None)
    group(columns, "a", "b")
    assert columns.append_all({"a": 1.0, "b": 2.0}, None)
    assert not columns.append_all({"a": 1.0, "b": 2.0}, 20), "one step for series at different ones ends the group"
    columns.extend({"a": 3.0, "b": 4.0}, 20)
    assert rows(columns) == [
        *[("a", 4, 9.0, 0), ("a", 5, 0.0, 1), ("a", 6, 0.0, 2), ("a", 7, 1.0, 3), ("a", 20, 3.0, 4)],
        *[("b", 0, 0.0, 1), ("b", 1, 0.0, 2), ("b", 2, 2.0, 3), ("b", 20, 4.0, 4)],
    ]


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({"a": 1.0, "b": 1.0}, 1),
        ({"b": 1.0, "a": 1.0}, None),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, 9),
        ({"a": True, "b": 1.0}, 9),
        ({"a": 10**400, "b": 1.0}, 9),
        ({"a": "1", "b": 1.0}, 9),
        ({}, None),
        ({"a": 1.0, "b": 1.0}, MOST + 1),
        ({(): 1.0, "b": 1.0}, None),
    ],
)
def test_the_short_way_leaves_other_batches_to_the_long_one(values: dict[str, float], step: int | None) -> None:
    """A step that does not rise, another order, a new series, a value that is no plain number: nothing of it is done."""
    columns = metrics()
    group(columns, "a", "b")
    assert not columns.append_all(values, step)
    assert len(columns) == 4
    assert columns.append_all({"a": 1.0, "b": 1.0}, None)
    assert [row[1] for row in rows(columns)] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("before", [1, 100])
def test_a_series_logged_alone_leaves_its_group(before: int) -> None:
    """Whether the group holds few rows or many, every value of before keeps its place."""
    columns = metrics(limit=1000)
    group(columns, "a", "b")
    for _ in range(before):
        assert columns.append_all({"a": 1.0, "b": 2.0}, None)
    assert not columns.append("a", 3.0, None)
    columns.extend({"a": 3.0}, None)
    assert columns.append("b", 4.0, None)
    found = rows(columns)
    assert [step for name, step, _, _ in found if name == "a"] == list(range(before + 3))
    assert [value for name, _, value, _ in found if name == "b"] == [0.0, 0.0, *[2.0] * before, 4.0]


def test_a_group_stops_at_the_limit_and_at_the_last_step() -> None:
    """The last row that has room enters, the next is refused whole."""
    columns = metrics(limit=6)
    group(columns, "a", "b")
    assert columns.append_all({"a": 1.0, "b": 1.0}, MOST)
    assert not columns.append_all({"a": 1.0, "b": 1.0}, None)
    with pytest.raises(ExperimentStepError, match="the last that 64 bits hold"):
        columns.extend({"a": 1.0, "b": 1.0}, None)
    columns = metrics(limit=5)
    group(columns, "a", "b")
    assert not columns.append_all({"a": 1.0, "b": 1.0}, None)
    with pytest.raises(ExperimentLimitError):
        columns.extend({"a": 1.0, "b": 1.0}, None)
    columns.extend({"a": 1.0}, None)
    assert len(columns) == 5


def test_a_handler_that_interrupts_a_batch_loses_nothing() -> None:
    """A signal handler that logs a member of the group, and one that drains, in the middle of a batch."""
    columns = Metrics(100, threading.RLock(), lambda: interrupt() or 0)
    interrupt = lambda: None  # noqa: E731
    group(columns, "a", "b")
    drained: list[Block] = []

    def log() -> None:
        nonlocal interrupt
        interrupt = lambda: None  # noqa: E731
        columns.extend({"a": 5.0}, None)

    def take() -> None:
        nonlocal interrupt
        interrupt = lambda: None  # noqa: E731
        drained.extend(drain(columns)[0])

    for handler in (log, take):
        interrupt = handler
        columns.append_all({"a": 1.0, "b": 2.0}, None) or columns.extend({"a": 1.0, "b": 2.0}, None)
        group(columns, "a", "b")
    columns.append_all({"a": 1.0, "b": 2.0}, None)
    drained.extend(drain(columns)[0])
    found = decoded(drained, ["a", "b"])
    assert sum(name == "b" for name, *_ in found) == 9
    for name in ("a", "b"):
        steps = [step for series, step, *_ in found if series == name]
        assert steps == list(range(len(steps))), "no step is missing, and none came twice"


def test_many_waiting_values_send_calls_the_long_way() -> None:
    """At the mark the short paths stop, and after draining they go on."""
    columns = metrics()
    columns.pause_at(2)
    columns.extend({"a": 1.0}, None)
    assert columns.append("a", 1.0, None)
    assert not columns.append("a", 1.0, None)
    columns.extend({"a": 1.0}, None)
    drain(columns)
    assert columns.append("a", 1.0, None)
    columns.pause_at(None)
    group(columns, "b", "c")
    columns.pause_at(7)
    assert columns.append_all({"b": 1.0, "c": 1.0}, None)
    assert not columns.append_all({"b": 1.0, "c": 1.0}, None)
    columns.extend({"b": 1.0, "c": 1.0}, None)
    drain(columns)
    assert columns.append_all({"b": 1.0, "c": 1.0}, None), "the long way does not end a group"


NAMES = st.sampled_from([("a",), ("b",), ("a", "b"), ("b", "a"), ("a", "b", "c"), ("c", "d")])
CALLS = st.lists(
    st.tuples(NAMES, st.none() | st.integers(-3, 60), st.sampled_from(["log", "log", "log", "again", "drain", "mark"])),
    max_size=60,
)


@given(calls=CALLS)
def test_any_mixture_of_calls_gives_what_a_plain_list_gives(
    calls: list[tuple[tuple[str, ...], int | None, str]],
) -> None:
    """Short ways, long ways, groups that form and end: the values, steps and refusals are those of the plain rule."""
    columns = metrics(limit=150)
    last: dict[str, int] = {}
    expected: list[tuple[str, int, float]] = []
    blocks: list[Block] = []
    names: list[str] = []
    for number, (series, step, action) in enumerate(calls):
        if action == "drain":
            drained, new = drain(columns)
            blocks += drained
            names += new
        columns.pause_at(3 if action == "mark" else None)
        for value in map(float, range(number, number + (6 if action == "again" else 1))):
            batch = dict.fromkeys(series, value)
            steps = {name: last.get(name, -1) + 1 if step is None else step for name in series}
            fits = len(expected) + len(series) <= 150
            if fits and all(name not in last or steps[name] > last[name] for name in series):
                last |= steps
                expected += [(name, steps[name], value) for name in series]
                if not (
                    columns.append(series[0], value, step) if len(series) == 1 else columns.append_all(batch, step)
                ):
                    columns.extend(batch, step)
            else:
                assert not (
                    columns.append(series[0], value, step) if len(series) == 1 else columns.append_all(batch, step)
                )
                with pytest.raises((ExperimentStepError, ExperimentLimitError)):
                    columns.extend(batch, step)
            assert len(columns) == len(expected)
    drained, new = drain(columns)
    found = decoded(blocks + drained, names + new)
    assert [(name, step, value) for name, step, value, _ in found] == sorted(expected, key=lambda row: row[:2])


def behind(name: str, step: int, last: int | None) -> int:
    """The rule of a bridge that counts on from the last step."""
    return step if last is None else last + step


def test_values_with_times_of_their_own() -> None:
    """They enter at the steps that their rule finds, with their times, whether or not their series is in a group."""
    columns = metrics()
    for value in (1.0, 2.0):
        columns.extend({"a": value, "b": value}, None)  # a group from the second time on
    values = [TimedValue("b", 3.0, 5, 7_000), TimedValue("b", 4.0, 5, 8_000), TimedValue("c", 5.0, 2, 9_000)]
    columns.extend_timed(values, behind)
    assert columns.append("b", 6.0, None)
    assert [row for row in rows(columns) if row[0] != "a"] == [
        ("b", 0, 1.0, 0),
        ("b", 1, 2.0, 1),
        ("b", 6, 3.0, 7),
        ("b", 11, 4.0, 8),
        ("b", 12, 6.0, 2),
        ("c", 2, 5.0, 9),
    ]


def test_values_with_times_of_their_own_enter_together_or_not_at_all() -> None:
    """A limit, or a step that does not rise, leaves the series as they were."""
    columns = metrics(limit=3)
    columns.extend({"a": 1.0}, 4)
    values = [TimedValue(name, 1.0, 1, 0) for name in "abc"]
    with pytest.raises(ExperimentLimitError):
        columns.extend_timed(values, behind)
    with pytest.raises(ExperimentStepError):
        columns.extend_timed(values[::-2], lambda name, step, last: step)
    assert len(columns) == 1
    columns.extend_timed(values[:2], behind)
    assert rows(columns) == [("a", 4, 1.0, 0), ("a", 5, 1.0, 0), ("b", 1, 1.0, 0)]
