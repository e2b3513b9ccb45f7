"""What guards the tests themselves."""

from __future__ import annotations

import sys

import pytest

from tests.guards import spark_only_where


def test_a_start_of_spark_fails_a_test_that_is_not_known_to_need_it(needs_spark, monkeypatch):
    from pyspark import java_gateway

    asked = []

    def begun(command, **_):
        spark_only_where(asked.append)("subprocess.Popen", (None, command, None, None))

    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setattr(java_gateway, "Popen", begun)
    with pytest.raises(pytest.fail.Exception, match="begins Spark"):
        java_gateway.launch_gateway()
    assert asked == [f"{__file__.partition('tests/')[1]}test_guards.py::{begun.__qualname__.partition('.')[0]}"]


def test_other_processes_may_begin():
    hook = spark_only_where(lambda test: False)
    hook("subprocess.Popen", (None, [sys.executable, "-m", "transforms"], None, None))
