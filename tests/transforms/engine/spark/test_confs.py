"""What a session is started with, by where it runs."""

from __future__ import annotations

from pathlib import Path

from transforms.engine.spark.confs import session_confs
from transforms.engine.spark.settings import SparkSettings

JAR = Path("/jars/io.delta_delta-spark_4.2_2.13-4.4.0.jar")
PROFILES = ["EXECUTOR_MEMORY_LARGE", "NUM_EXECUTORS_8"]


def test_profiles_are_harmless_on_this_machine():
    """They name amounts that it may not have."""
    assert session_confs(SparkSettings(), PROFILES, []) == session_confs(SparkSettings(), [], [])


def test_a_cluster_gets_the_profiles_and_no_loopback():
    """Its executors must reach the driver."""
    confs = session_confs(SparkSettings(master="spark://head:7077"), PROFILES, [])
    assert (confs["spark.executor.memory"], confs["spark.executor.instances"]) == ("16g", "8")
    assert not {"spark.driver.host", "spark.driver.bindAddress", "spark.sql.shuffle.partitions"} & confs.keys()


def test_a_server_decides_what_is_its_own():
    """Spark Connect refuses properties of the driver."""
    confs = session_confs(SparkSettings(master="sc://head:15002"), PROFILES, [])
    assert all(key.startswith("spark.sql.") for key in confs)
    assert "spark.sql.extensions" not in confs


def test_deltas_jars_bring_its_extension():
    """From this machine, or from what the project names; without either there is none."""
    assert "spark.sql.extensions" not in session_confs(SparkSettings(), [], [])
    found = session_confs(SparkSettings(jars=("/own.jar",)), [], [JAR])
    assert found["spark.jars"] == f"/own.jar,{JAR}"
    named = session_confs(SparkSettings(packages=("io.delta:delta-spark_4.2_2.13:4.4.0",)), [], [])
    assert found["spark.sql.extensions"] == named["spark.sql.extensions"] == "io.delta.sql.DeltaSparkSessionExtension"


def test_the_projects_own_properties_win():
    """Over ours and over those of profiles."""
    own = {"spark.sql.session.timeZone": "Europe/Zurich", "spark.executor.memory": "3g"}
    confs = session_confs(SparkSettings(master="yarn", conf=own), PROFILES, [])
    assert {key: confs[key] for key in own} == own
