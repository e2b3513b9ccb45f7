"""The error handler: three policies, one warning, and a count of what was lost."""

from __future__ import annotations

import logging

import pytest

from palantir_models.experiment.errors import ExperimentError, ExperimentStepError, ExperimentTypeError
from palantir_models.experiment.handler import ErrorHandler, ErrorHandlerType

FULL = OSError(28, "No space left on device")


def test_fail_raises_the_error_itself() -> None:
    """Under FAIL the fault reaches the caller, and what it cost is counted."""
    handler = ErrorHandler(ErrorHandlerType.FAIL, "Experiment 'e'")
    with pytest.raises(OSError, match="No space left") as raised, handler.guard("metric", ["a"]):
        raise FULL
    assert raised.value is FULL
    assert handler.dropped == {("metric", "a"): 1}


def test_warn_speaks_once(caplog: pytest.LogCaptureFixture) -> None:
    """Under WARN the first fault is one warning that names the experiment; later ones are counted."""
    handler = ErrorHandler(ErrorHandlerType.WARN, "Experiment 'e'")
    for _ in range(3):
        with handler.guard("metric", ["a", "b"]):
            raise FULL
    assert [(record.levelno, "Experiment 'e'" in record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, True)
    ]
    assert "No space left on device" in caplog.text
    assert handler.dropped == {("metric", "a"): 3, ("metric", "b"): 3}
    assert handler.dropped_count == 6


def test_suppress_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """Under SUPPRESS nothing is logged, and what is lost is counted."""
    handler = ErrorHandler(ErrorHandlerType.SUPPRESS, "Experiment 'e'")
    with handler.guard("image", ["a"]):
        raise FULL
    assert not caplog.records
    assert handler.dropped_count == 1


@pytest.mark.parametrize("kind", ErrorHandlerType)
def test_mistakes_of_the_caller_always_raise(kind: ErrorHandlerType, caplog: pytest.LogCaptureFixture) -> None:
    """No policy hides a mistake of the caller, and nothing counts as lost."""
    handler = ErrorHandler(kind, "Experiment 'e'")
    with pytest.raises(ExperimentError), handler.guard("metric", ["a"]):
        raise ExperimentStepError("step 1 cannot follow")
    assert handler.dropped_count == 0
    assert not caplog.records


@pytest.mark.parametrize("kind", ErrorHandlerType)
def test_an_interrupt_is_no_fault(kind: ErrorHandlerType) -> None:
    """Ctrl-C passes through every policy."""
    handler = ErrorHandler(kind, "Experiment 'e'")
    with pytest.raises(KeyboardInterrupt), handler.guard("metric", ["a"]):
        raise KeyboardInterrupt
    assert handler.dropped_count == 0


def test_the_policy_is_a_member() -> None:
    """The name of a policy as text is refused."""
    with pytest.raises(ExperimentTypeError, match="ErrorHandlerType.WARN"):
        ErrorHandler("WARN", "Experiment 'e'")  # type: ignore[arg-type]


def test_the_warning_names_the_line_that_logged_what_was_dropped(caplog: pytest.LogCaptureFixture) -> None:
    """Which of thirty calls it was."""
    handler = ErrorHandler(ErrorHandlerType.WARN, "Experiment 'e'")

    handler.warn(FULL, "Dropped.")  # the line that is named

    assert "It began at " in caplog.text
    assert ': handler.warn(FULL, "Dropped.")  # the line that is named' in caplog.text
