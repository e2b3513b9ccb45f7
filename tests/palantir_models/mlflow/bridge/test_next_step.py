"""Steps: MLflow's own are kept where they rise, and no value is lost where they do not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.experiment.errors import ExperimentStepError
from palantir_models.experiment.values import MOST
from palantir_models.mlflow.bridge.history import Logged
from palantir_models.mlflow.bridge.next_step import Steps, in_order

owns = st.lists(st.integers(-50, 50), max_size=40)


def placed(own: list[int], rule: Steps | None = None, last: int | None = None) -> list[int]:
    """The steps of a series to which values come with MLflow's steps."""
    rule, steps = rule or Steps(), []
    for step in own:
        last = rule.place("a", step, last)
        steps.append(last)
    return steps


@given(owns)
def test_steps_always_rise(own: list[int]) -> None:
    """Whatever MLflow's steps are, the series takes every value."""
    assert all(a < b for a, b in pairwise(placed(own)))


@given(st.sets(st.integers(-50, 50)))
def test_rising_steps_are_kept(own: set[int]) -> None:
    """A series that rises in MLflow has the same steps here."""
    assert placed(sorted(own)) == sorted(own)


@given(st.lists(st.integers(-5, 5), max_size=40))
def test_repeated_steps_do_not_drift(own: list[int]) -> None:
    """Where steps never fall, a value is no further from MLflow's step than values that share it lie before it."""
    for number, (step, wanted) in enumerate(zip(placed(sorted(own)), sorted(own), strict=True)):
        assert wanted <= step <= wanted + number


@given(st.sets(st.integers(0, 50), min_size=1), st.integers(1, 4))
def test_fits_that_count_alike_follow_each_other(own: set[int], fits: int) -> None:
    """Each fit begins right behind the one before, and keeps the distances of its steps."""
    one = sorted(own)
    steps = placed(one * fits)
    for fit in range(fits):
        part = steps[fit * len(one) : (fit + 1) * len(one)]
        assert [step - part[0] for step in part] == [step - one[0] for step in one]
        assert fit == 0 or part[0] == steps[fit * len(one) - 1] + 1


@pytest.mark.parametrize(
    ("own", "steps"),
    [
        ([0, 0, 0], [0, 1, 2]),  # calls without a step
        ([5, 0, 0], [5, 6, 7]),
        ([0, 10, 20, 0, 10, 20], [0, 10, 20, 21, 31, 41]),
        ([0, 1, 2, 0, 100, 200], [0, 1, 2, 3, 100, 200]),  # above the last step again: MLflow's own
        ([0, 1, 2, 1, 2, 3], [0, 1, 2, 3, 4, 5]),  # resumed at an earlier one
        ([1, 3, 3, 3, 5, 7, 7, 9], [1, 3, 4, 5, 6, 7, 8, 9]),  # repeats push those behind only as far as they must
        ([0, 0, 0, 1, 2, 10], [0, 1, 2, 3, 4, 10]),
    ],
)
def test_restarts(own: list[int], steps: list[int]) -> None:
    """A step that is not above the last one begins anew behind it."""
    assert placed(own) == steps


def test_what_the_experiment_logged_itself_counts() -> None:
    """The last step of the series decides, whoever logged it."""
    rule = Steps()
    assert rule.place("a", 0, 10) == 11
    assert rule.place("a", 1, 30) == 31
    assert rule.place("a", 2, 31) == 32
    assert rule.place("b", 0, None) == 0


def test_the_last_step_of_64_bits() -> None:
    """Behind it there is none, which is said."""
    assert placed([MOST]) == [MOST]
    with pytest.raises(ExperimentStepError, match="no further step"):
        placed([MOST, 0])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.integers(0, 5)), max_size=20))
def test_a_batch_is_put_in_order(rows: list[tuple[str, int, int]]) -> None:
    """By step where all steps of a series differ, else by time; nothing is lost, and equal ones keep their order."""
    values = [Logged(key, step, time, float(number)) for number, (key, step, time) in enumerate(rows)]
    ordered = in_order(values)
    assert sorted(ordered) == sorted(values)
    for key in "ab":
        found = [value for value in ordered if value.key == key]
        distinct = len({value.step for value in found}) == len(found)
        by = [(value.step if distinct else value.timestamp, value.value) for value in found]
        assert by == sorted(by)
