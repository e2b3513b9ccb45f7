"""An executor that dies of its memory is told from one that is lost, however the cluster words it."""

from __future__ import annotations

import pytest

from transforms.engine.spark.failures import reason_of


@pytest.mark.parametrize(
    "text",
    [
        "Task 0 failed: ExecutorLostFailure (executor 1 exited): Command exited with code 52",
        "ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason: (exit code 52). The end",
        "ExecutorLostFailure: Remote RPC client disassociated (code 52)",
        "java.lang.OutOfMemoryError: Java heap space",
    ],
)
def test_an_executor_out_of_memory(text):
    """The settings that give it more are named."""
    assert "ran out of memory" in reason_of(RuntimeError(text))
    assert "spark.executor.memory" in reason_of(RuntimeError(text))


@pytest.mark.parametrize("code", [1, 137, 520])
def test_an_executor_that_was_lost_otherwise(code):
    """Where to look is said, and nothing of memory."""
    reason = reason_of(RuntimeError(f"ExecutorLostFailure: Command exited with code {code}"))
    assert "Look at the cluster" in reason
    assert "memory" not in reason
