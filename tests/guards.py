"""What must not happen while the tests run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest


def spark_only_where(expected: Callable[[str], bool]) -> Callable[[str, Sequence[Any]], None]:
    """Return an audit hook of Python's that fails the test which begins Spark's JVM, where that is not expected.

    :param expected: whether the test of an id may begin it.
    """

    def hook(event: str, details: Sequence[Any]) -> None:
        if event == "subprocess.Popen" and any("spark-submit" in os.fsdecode(word) for word in details[1]):
            test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
            if not expected(test):
                pytest.fail(f"{test} begins Spark, without the word in its name, case or place, or in make fast")

    return hook
