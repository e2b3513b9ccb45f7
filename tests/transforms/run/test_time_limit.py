"""The time that a job may take is its own, and what it leaves when it is ended is of use to the next."""

from __future__ import annotations

import time

import pytest

from transforms.engine.spark import job_groups, sessions
from transforms.run.cancellation import Cancellation
from transforms.run.time_limit import TimeIsUp, TimeLimit


def test_a_start_of_spark_does_not_count() -> None:
    """Other jobs have what it brings, and without it none would begin within a short limit."""
    with TimeLimit(Cancellation(), 0.01) as limit:
        with sessions.starting():
            time.sleep(1.5)
        limit.begin_commit()
    assert not limit.is_over


def test_what_is_its_own_counts() -> None:
    """Also after a start."""
    limit = TimeLimit(Cancellation(), 0.01)

    def work() -> None:
        with limit:
            with sessions.starting():
                pass
            while True:
                time.sleep(0.01)

    with pytest.raises(TimeIsUp):
        work()
    assert limit.is_over


def test_a_call_of_spark_that_is_broken_off_is_no_answer_to_the_next(spark) -> None:
    """What it asked for is computed no further, and the session answers the same thread as before."""
    cancel = Cancellation()
    with cancel.on_interrupt(), cancel.running():
        end = job_groups.begin(spark)
        with pytest.raises(TimeIsUp), TimeLimit(cancel, 0.5):
            spark.range(10**12).selectExpr("sum(id % 7)").collect()
        end()
    assert [spark.range(rows).count() for rows in (1, 2, 3)] == [1, 2, 3]
    deadline = time.monotonic() + 120
    while spark.sparkContext.statusTracker().getActiveStageIds():
        assert time.monotonic() < deadline, "it is still computed"
        time.sleep(0.1)
