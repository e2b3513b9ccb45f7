"""Steps that rise, made of steps that need not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palantir_models.mlflow.exchange.renumbering import packed, rising, unpacked

STEPS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
POINTS = st.lists(st.tuples(STEPS, st.integers(0, 5)), min_size=1, max_size=30)


def rise(*points: tuple[int, int]) -> tuple[list[int], list[int]]:
    """Return positions and steps for steps with times."""
    order, steps = rising(*np.array(points, np.int64).T)
    return order.tolist(), steps.tolist()


def test_steps_that_differ_are_kept() -> None:
    """Whatever their times are: values that were logged late find their place."""
    assert rise((5, 0), (-1, 1), (3, 2)) == ([1, 2, 0], [-1, 3, 5])


def test_values_at_one_step_are_numbered_by_time() -> None:
    """As when no step was given: MLflow puts all of them at 0."""
    assert rise((0, 3), (0, 1), (0, 2)) == ([1, 2, 0], [0, 1, 2])


def test_a_second_training_goes_on_where_the_first_ended() -> None:
    """Both count from 0."""
    assert rise((0, 0), (1, 1), (0, 2), (1, 3), (9, 4)) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 9])


def test_at_the_end_of_all_numbers_counting_begins_anew() -> None:
    """No step leaves 64 bits."""
    assert rise((2**63 - 1, 0), (2**63 - 1, 1)) == ([0, 1], [0, 1])


@given(POINTS)
def test_no_value_is_lost_and_steps_rise(points: list[tuple[int, int]]) -> None:
    """Each value has one place, within 64 bits."""
    order, steps = rise(*points)
    assert sorted(order) == list(range(len(points)))
    assert all(a < b for a, b in zip(steps, steps[1:], strict=False))
    assert steps[-1] < 2**63


@given(st.lists(STEPS, max_size=40))
def test_packed_steps_come_back(steps: list[int]) -> None:
    """Exactly."""
    assert unpacked(packed(steps)) == steps


def test_even_steps_take_little_room() -> None:
    """Two trainings of a thousand steps are two stretches."""
    assert packed([*range(1000), *range(1000)]) == [[0, 1000, 1], [0, 1000, 1]]
    assert packed([0] * 1000) == [[0, 1000, 0]]
