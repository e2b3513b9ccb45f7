"""What a session is started with, by where it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from transforms.engine.spark.confs import session_confs, submitted
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


@pytest.mark.parametrize("before", [None, "--verbose pyspark-shell"])
def test_jars_and_packages_together_go_to_the_launcher(needs_spark, monkeypatch, before):
    """It adds the packages' jars to the others, so that executors get all of them; afterwards the variable is as it was."""
    from pyspark import SparkContext

    if before is None:
        monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    else:
        monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", before)
    monkeypatch.setattr(SparkContext, "_gateway", None)
    confs = {"spark.jars": "/a b.jar,/c.jar", "spark.jars.packages": "g:n:1", "spark.x": "1"}
    with submitted(confs) as rest:
        assert rest == {"spark.x": "1"}
        tail = before or "pyspark-shell"
        assert os.environ["PYSPARK_SUBMIT_ARGS"] == f"--jars '/a b.jar,/c.jar' --packages g:n:1 {tail}"
    assert os.environ.get("PYSPARK_SUBMIT_ARGS") == before


@pytest.mark.parametrize("left_out", ["spark.jars", "spark.jars.packages"])
def test_one_of_them_alone_stays_a_property(needs_spark, left_out):
    """Then nothing is lost."""
    confs = {"spark.jars": "/a.jar", "spark.jars.packages": "g:n:1"}
    del confs[left_out]
    with submitted(confs) as rest:
        assert rest == confs


def test_only_a_local_session_skips_the_check_of_its_classes():
    """It starts a second sooner; on a cluster jars come from elsewhere."""
    options = "spark.driver.extraJavaOptions"
    assert "-BytecodeVerificationRemote" in session_confs(SparkSettings(), [], [])[options]
    assert "-BytecodeVerificationRemote" not in session_confs(SparkSettings(master="yarn"), [], [])[options]
    own = SparkSettings(conf={options: "-Dmine=1"})
    assert session_confs(own, [], [])[options] == "-Dmine=1"
