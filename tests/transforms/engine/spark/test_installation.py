"""What is missing for Spark is named, with the command that brings it."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.engine.spark import installation, jars, java
from transforms.errors import MissingExtraError


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without any Java, and nothing remembered of this one."""
    java.find_java.cache_clear()
    monkeypatch.setattr(java, "_JAVA_PLACES", (f"{tmp_path}/jvm/*",))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    yield
    java.find_java.cache_clear()


def made_java(home: Path, script: str, release: str | None = None) -> Path:
    """Make a Java that says what a script prints."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/java").write_text(f"#!/bin/sh\n{script}\n")
    (home / "bin/java").chmod(0o755)
    if release is not None:
        (home / "release").write_text(release)
    return home


@pytest.mark.parametrize(
    ("script", "release", "version"),
    [
        ("exit 1", 'JAVA_VERSION="17.0.21"\n', 17),
        ("exit 1", 'IMPLEMENTOR="x"\nJAVA_VERSION="1.8.0_401"\n', 8),
        ("""echo 'openjdk version "21.0.2" 2024' >&2""", None, 21),
        ("""echo 'java version "1.8.0_401"' >&2""", "", 8),
    ],
)
def test_a_java_tells_its_version(tmp_path, monkeypatch, script, release, version):
    home = made_java(tmp_path / "home", script, release)
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.find_java() == java.Java(home, version)


def test_one_that_is_new_enough_is_preferred(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(made_java(tmp_path / "old", "exit 1", 'JAVA_VERSION="11.0.2"')))
    newer = made_java(tmp_path / "jvm/java-17", "exit 1", 'JAVA_VERSION="17.0.2"')
    assert java.find_java() == java.Java(newer, 17)


def test_no_java_and_an_old_one_are_refused_with_the_command(tmp_path, monkeypatch):
    with pytest.raises(MissingExtraError, match="Java 17 or newer, and there is no Java. Run: "):
        installation.require_spark()
    java.find_java.cache_clear()
    monkeypatch.setenv("JAVA_HOME", str(made_java(tmp_path / "old", "exit 1", 'JAVA_VERSION="11.0.2"')))
    with pytest.raises(MissingExtraError, match="is Java 11.*set JAVA_HOME"):
        installation.require_spark()


@pytest.mark.parametrize(
    ("versions", "message"),
    [
        ({"pyspark": None}, "needs the package pyspark. Run: pip install 'transforms-on-delta\\[spark\\]'"),
        ({"pyspark": "3.5.1"}, "pyspark 3.5.1 is installed; 4.2.x is needed"),
        ({"pyspark": "4.2.0", "delta-spark": "4.0.0"}, "delta-spark 4.0.0 does not go with pyspark 4.2.x; 4.4.x does"),
    ],
)
def test_a_wrong_package_is_named(tmp_path, monkeypatch, versions, message):
    monkeypatch.setenv("JAVA_HOME", str(made_java(tmp_path / "home", "exit 1", 'JAVA_VERSION="17.0.2"')))
    monkeypatch.setattr(installation, "installed_version", versions.get)
    with pytest.raises(MissingExtraError, match=message):
        installation.require_spark()


def test_without_deltas_jar_spark_starts_and_doctor_tells_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(made_java(tmp_path / "home", "exit 1", 'JAVA_VERSION="17.0.2"')))
    monkeypatch.setattr(installation, "installed_version", {"pyspark": "4.2.0", "delta-spark": "4.4.0"}.get)
    monkeypatch.setattr(jars, "find_jars", list)
    (problem,) = installation.problems()
    assert (problem.command, problem.is_fatal) == ("python -m transforms.engine.spark.jars", False)
    installation.require_spark()


def test_jars_that_cannot_be_had_are_told(tmp_path, monkeypatch):
    home = made_java(tmp_path / "home", "echo 'WARN no route to anywhere'; exit 1", 'JAVA_VERSION="17.0.2"')
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(jars, "_folders", lambda: [jars.jars_folder()])
    with pytest.raises(MissingExtraError, match="could not be fetched.*\nWARN no route to anywhere"):
        jars.fetch_jars()
