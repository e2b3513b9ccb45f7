"""Spark profiles as properties: the well-known ones, the project's own, and names nobody knows."""

from __future__ import annotations

from transforms.engine.spark.profiles import confs_of


def test_well_known_profiles_stand_for_properties():
    assert confs_of(["DRIVER_MEMORY_LARGE", "NUM_EXECUTORS_8"], {}) == {
        "spark.driver.memory": "16g",
        "spark.dynamicAllocation.enabled": "false",
        "spark.executor.instances": "8",
    }
    for name in (
        *("DRIVER_MEMORY_EXTRA_LARGE", "EXECUTOR_MEMORY_LARGE", "EXECUTOR_MEMORY_OVERHEAD_MEDIUM", "NUM_EXECUTORS_64"),
        *("EXECUTOR_MEMORY_MEDIUM", "EXECUTOR_CORES_SMALL", "DYNAMIC_ALLOCATION_MAX_16", "ARROW_ENABLED"),
    ):
        assert confs_of([name], {}), name


def test_any_number_of_executors():
    assert confs_of(["NUM_EXECUTORS_37"], {})["spark.executor.instances"] == "37"
    assert confs_of(["DYNAMIC_ALLOCATION_MAX_37"], {})["spark.dynamicAllocation.maxExecutors"] == "37"


def test_the_later_profile_wins_and_the_projects_own_wins_over_the_known():
    assert confs_of(["DRIVER_MEMORY_SMALL", "DRIVER_MEMORY_LARGE"], {}) == {"spark.driver.memory": "16g"}
    assert confs_of(["DRIVER_MEMORY_LARGE"], {"DRIVER_MEMORY_LARGE": {"spark.driver.memory": "1g"}}) == {
        "spark.driver.memory": "1g"
    }


def test_a_name_nobody_knows_changes_nothing_and_says_so(caplog):
    assert confs_of(["DRIVER_MEMORY_HUGE", "KUBERNETES_NO_EXECUTORS"], {}) == {}
    (record,) = caplog.records
    assert "'DRIVER_MEMORY_HUGE'" in record.getMessage()
    assert "Did you mean" in record.getMessage()
