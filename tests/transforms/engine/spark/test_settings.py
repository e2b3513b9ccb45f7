"""``[tool.transforms.spark]``: what it may say, and clear answers to what it may not."""

from __future__ import annotations

import pytest

from transforms.engine.spark.settings import SparkSettings
from transforms.errors import ConfigError


def test_without_a_section_spark_runs_here():
    settings = SparkSettings.from_config({})
    assert (settings.master, settings.is_local, settings.is_connect) == ("local[*]", True, False)


def test_values_become_what_spark_takes():
    settings = SparkSettings.from_config(
        {
            "master": "sc://host:15002",
            "conf": {"spark.x": True, "spark.y": 3},
            "packages": ["a:b:1"],
            "profiles": {"MINE": {"spark.z": 1.5}},
        }
    )
    assert settings.is_connect
    assert settings.conf == {"spark.x": "true", "spark.y": "3"}
    assert settings.packages == ("a:b:1",)
    assert settings.profiles == {"MINE": {"spark.z": "1.5"}}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"mastre": "local"}, r"unknown setting 'mastre'\. Did you mean 'master'"),
        ({"master": "http://host"}, "master is a Spark master"),
        ({"master": 3}, "master is a Spark master"),
        ({"jars": "a.jar"}, "jars is a list of texts"),
        ({"delta": "yes"}, "delta is true or false"),
        ({"conf": ["a"]}, r"\[tool.transforms.spark.conf\] is a table"),
        ({"profiles": {"A": "b"}}, r"\[tool.transforms.spark.profiles\] is a table"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_do(section, message):
    with pytest.raises(ConfigError, match=message):
        SparkSettings.from_config(section)
