"""Delta's jars for Spark: where they are, and ``python -m transforms.engine.spark.jars``, which fetches them.

The Python package delta-spark brings no jar. Spark could fetch them itself at each start, which takes seconds and loads
six times as much as is needed; so they are fetched once, by the Ivy that pyspark brings.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from transforms.common.packages import installed_version
from transforms.common.user_folders import cache_folder
from transforms.engine.spark.java import find_java, java_command
from transforms.errors import MissingExtraError

FETCH_COMMAND = "python -m transforms.engine.spark.jars"
_SCALA = "2.13"
_DELTA_FALLBACK = "4.4.0"  # the version that was tried, where the Python package does not tell one
_UNITY = "0.6.0"
_SECONDS = 300.0


def artifacts() -> list[tuple[str, str, str]]:
    """Return the group, name and version of each jar that is needed."""
    delta = installed_version("delta-spark") or _DELTA_FALLBACK
    spark = ".".join((installed_version("pyspark") or "4.2").split(".")[:2])
    kernel = (f"delta-kernel-{part}" for part in ("api", "defaults", "unitycatalog"))
    names = (f"delta-spark_{spark}_{_SCALA}", "delta-storage", *kernel)
    return [*(("io.delta", name, delta) for name in names), ("io.unitycatalog", "unitycatalog-client", _UNITY)]


def jars_folder() -> Path:
    """Return the folder that jars are fetched into."""
    return cache_folder() / "jars"


def find_jars() -> list[Path]:
    """Return Delta's jars on this machine; none unless all of them are there."""
    found = []
    for group, name, version in artifacts():
        names = (f"{group}_{name}-{version}.jar", f"{name}-{version}.jar")
        places = (folder / file for folder in _folders() for file in names)
        jar = next((place for place in places if place.exists()), None)
        if jar is None:
            return []
        found.append(jar)
    return found


def fetch_jars() -> list[Path]:
    """Fetch Delta's jars into the cache, unless they are there.

    :returns: the jars.
    :raises MissingExtraError: if Java or pyspark is missing, or the jars cannot be had.
    """
    if found := find_jars():
        return found
    java, ivy = find_java(), next(iter(pyspark_jars().glob("ivy-*.jar")), None)
    if java is None or ivy is None:
        raise MissingExtraError(f"Fetching jars needs Java and pyspark; for Java run: {java_command()}.")
    dependencies = "".join(
        f'<dependency org="{group}" name="{name}" rev="{version}" conf="default->master"/>'
        for group, name, version in artifacts()
    )
    module = (
        '<ivy-module version="2.0"><info organisation="local" module="jars"/><configurations><conf name="default"/>'
        f"</configurations><dependencies>{dependencies}</dependencies></ivy-module>"
    )
    folder = jars_folder()
    with tempfile.TemporaryDirectory() as scratch:
        description = Path(scratch) / "ivy.xml"
        description.write_text(module)
        pattern = str(folder / "[organisation]_[artifact]-[revision].[ext]")
        options = ["-cache", f"{scratch}/cache", "-ivy", str(description), "-retrieve", pattern]
        command = [str(java.home / "bin/java"), "-jar", str(ivy), *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise MissingExtraError(f"Delta's jars could not be fetched: {error}") from error
    if not (found := find_jars()):
        reason = "\n".join(
            line for line in (done.stdout + done.stderr).splitlines() if "WARN" in line or "rror" in line
        )
        raise MissingExtraError(f"Delta's jars could not be fetched into {folder}.\n{reason[-2000:]}")
    return found


def _folders() -> list[Path]:
    return [jars_folder(), pyspark_jars(), *sorted(Path.home().glob(".ivy2*/jars"))]


def pyspark_jars() -> Path:
    """Return the folder with the jars that pyspark brings."""
    import importlib.util

    spec = importlib.util.find_spec("pyspark")
    return Path(spec.origin).parent / "jars" if spec and spec.origin else Path("/nonexistent")


def main() -> int:
    """Fetch the jars and say where they are."""
    try:
        found = fetch_jars()
    except MissingExtraError as error:
        print(error, file=sys.stderr)
        return 1
    for jar in found:
        print(jar)
    return 0


if __name__ == "__main__":
    sys.exit(main())
