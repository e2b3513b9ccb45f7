"""The properties that a Spark session is started with."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from transforms.engine.spark.profiles import confs_of, results_of
from transforms.engine.spark.settings import SparkSettings

_SUBMIT = "PYSPARK_SUBMIT_ARGS"
DELTA_CONFS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
# What Spark 4 does otherwise than the Spark 3 that code for Foundry was written for, where valid code would fail or give
# another result. Corrections of wrong results stay: see "As on Foundry" in docs/spark.md.
_AS_SPARK_3 = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.pythonUDF.arrow.enabled": "false",  # what a function returns is converted in another way
    "spark.sql.execution.pythonUDTF.arrow.enabled": "false",
    "spark.sql.execution.pyspark.binaryAsBytes": "false",
    "spark.sql.legacy.bangEqualsNot": "true",
    "spark.sql.legacy.codingErrorAction": "true",
    "spark.sql.legacy.consecutiveStringLiterals.enabled": "true",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    "spark.sql.legacy.javaCharsets": "true",
    "spark.sql.legacy.truncateForEmptyRegexSplit": "true",
}
_NEEDED = {
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # not INT96, which has no order and no statistics
    # With it, Spark 4.2.0 waits for ever on a Python UDF over a Parquet scan: worker and JVM disagree on the protocol.
    "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
}
_ALWAYS = (
    _AS_SPARK_3 | _NEEDED | {"spark.sql.session.timeZone": "UTC", "spark.sql.execution.arrow.pyspark.enabled": "true"}
)
_JAVA_OPTIONS = "spark.driver.extraJavaOptions"
_OWN_DRIVER = {
    "spark.ui.showConsoleProgress": "false",
    _JAVA_OPTIONS: f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}",
}
# Spark loads some ten thousand classes before its first row is written; checking each of them takes more than a second.
_UNVERIFIED = "-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
_LOCAL = {
    # A machine of its own: no network name to resolve, and few partitions, as each costs milliseconds.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.catalogImplementation": "in-memory",
}


def session_confs(settings: SparkSettings, profiles: Iterable[str], delta_jars: Sequence[Path]) -> dict[str, str]:
    """Return the properties of a session; what the settings name wins over everything else.

    :param settings: how Spark is started.
    :param profiles: names of Spark profiles; amounts of memory and the like matter on a cluster only.
    :param delta_jars: Delta's jars on this machine, where the settings bring none of their own.
    """
    confs = dict(_ALWAYS) if settings.is_connect else _ALWAYS | _OWN_DRIVER
    if settings.is_local:
        partitions = str(2 * (os.cpu_count() or 2))
        confs |= _LOCAL | {"spark.sql.shuffle.partitions": partitions, "spark.local.dir": tempfile.gettempdir()}
        confs[_JAVA_OPTIONS] += f" {_UNVERIFIED}"
    confs |= _profile_confs(settings, profiles)
    if delta_jars or settings.brings_delta:
        confs |= DELTA_CONFS
    for key, values in (
        ("spark.jars", [*settings.jars, *map(str, delta_jars)]),
        ("spark.jars.packages", settings.packages),
    ):
        if values:
            confs[key] = ",".join(values)
    return confs | dict(settings.conf)


def job_confs(settings: SparkSettings, profiles: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the settings that a job sees on a session that is there already.

    :param settings: how Spark is started otherwise.
    :param profiles: names of Spark profiles.
    :returns: those for where the session's maker chose nothing, and those that win: what writing needs, and what the
        project asks for.
    """
    return dict(_ALWAYS), _NEEDED | _profile_confs(settings, profiles) | dict(settings.conf)


def _profile_confs(settings: SparkSettings, profiles: Iterable[str]) -> dict[str, str]:
    if settings.is_local or settings.is_connect:
        return results_of(profiles, settings.profiles)
    return confs_of(profiles, settings.profiles)


@contextmanager
def submitted(confs: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Hand jars and packages to Spark's launcher while a session starts, where there are both.

    The launcher adds what it fetched for the packages to ``spark.jars``; that property, if the session is given it as
    well, would take it away again, and executors would have none of it.

    :param confs: the properties of the session.
    :returns: the properties without these two.
    """
    from pyspark import SparkContext

    jars, packages = confs.get("spark.jars"), confs.get("spark.jars.packages")
    if not jars or not packages or SparkContext._gateway is not None:
        yield dict(confs)
        return
    before = os.environ.get(_SUBMIT)
    mine = shlex.join(["--jars", jars, "--packages", packages])
    os.environ[_SUBMIT] = f"{mine} {before or 'pyspark-shell'}"
    try:
        yield {key: value for key, value in confs.items() if key not in ("spark.jars", "spark.jars.packages")}
    finally:
        if before is None:
            del os.environ[_SUBMIT]
        else:
            os.environ[_SUBMIT] = before
