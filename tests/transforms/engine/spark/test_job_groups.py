"""What a job has Spark compute ends with an interruption, also what Spark begins a moment later."""

from __future__ import annotations

import threading

import pytest

from transforms.engine.spark import job_groups


def test_what_is_asked_for_after_the_interruption_is_not_computed(spark):
    """The request was on its way; once the job has ended, the thread computes as before."""
    from py4j.protocol import Py4JJavaError

    end = job_groups.begin(spark)
    threading.Thread(target=job_groups.cancel, daemon=True).start()
    with pytest.raises(Py4JJavaError, match="cancelled"):
        spark.range(10**11).selectExpr("sum(id % 7)").collect()
    end()
    assert spark.range(3).count() == 3


def test_the_thread_has_its_own_group_again(spark):
    """Somebody's notebook had one."""
    spark.sparkContext.setJobGroup("mine", "what I do")
    end = job_groups.begin(spark)
    assert spark.sparkContext.getLocalProperty("spark.jobGroup.id") != "mine"
    end()
    assert spark.sparkContext.getLocalProperty("spark.jobGroup.id") == "mine"
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)


def test_the_job_of_one_thread_is_ended_and_no_other(spark):
    """As its time is up; what a job beside it computes goes on."""
    from py4j.protocol import Py4JJavaError

    found, ready, ended = [], threading.Event(), threading.Event()

    def beside():
        end = job_groups.begin(spark)
        ready.set()
        ended.wait(300)
        found.append(spark.range(10**6).selectExpr("sum(id % 7)").collect()[0][0])
        end()

    other = threading.Thread(target=beside)
    other.start()
    ready.wait(300)
    end = job_groups.begin(spark)
    threading.Thread(
        target=job_groups.cancel_groups, args=(job_groups.of_thread(threading.get_ident()),), daemon=True
    ).start()
    with pytest.raises(Py4JJavaError, match="cancelled"):
        spark.range(10**11).selectExpr("sum(id % 7)").collect()
    ended.set()
    other.join()
    end()
    assert found == [sum(number % 7 for number in range(10**6))]
