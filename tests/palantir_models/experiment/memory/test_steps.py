"""Steps that rise."""

from __future__ import annotations

import pytest

from palantir_models.experiment.errors import ExperimentStepError
from palantir_models.experiment.memory.steps import next_step


def test_the_first_step_is_zero_and_the_next_is_one_more() -> None:
    """Automatic steps start at 0 and go on from the last step, given or automatic."""
    assert next_step("a", None, None) == 0
    assert next_step("a", None, -7) == -7
    assert next_step("a", 41, None) == 42
    assert next_step("a", 41, 100) == 100


@pytest.mark.parametrize("step", [41, 40, -1])
def test_a_step_must_rise(step: int) -> None:
    """A step at or below the last one is refused, and the message says what would do."""
    with pytest.raises(ExperimentStepError, match="Pass a step above 41, or none for 42"):
        next_step("a", 41, step)
