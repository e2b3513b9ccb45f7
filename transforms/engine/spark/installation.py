"""What of Spark is on this machine: Java, pyspark, Delta's jars; and how to get what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from transforms.errors import MissingExtraError

LEAST_JAVA = 17
_PYSPARK = (4, 2)
_DELTA = (4, 4)
_INSTALL = "pip install 'transforms-on-delta[spark]'"
_JAVA_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/local/lib/jvm/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
)
_JAVA_SECONDS = 20.0


@dataclass(frozen=True)
class Java:
    """A Java runtime.

    Attributes:
        home: its folder.
        version: its major version, such as 17.
    """

    home: Path
    version: int


@dataclass(frozen=True)
class Problem:
    """Something that keeps Spark from starting, or from using Delta's own reader.

    Attributes:
        what: a sentence.
        command: what to do about it.
        is_fatal: whether Spark cannot start without it.
    """

    what: str
    command: str
    is_fatal: bool = True


@cache
def find_java() -> Java | None:
    """Return the Java that Spark will run on: JAVA_HOME's, the one on the PATH, or the newest in the usual places."""
    found = [_java(home) for home in _java_homes()]
    usable = [java for java in found if java is not None]
    return next((java for java in usable if java.version >= LEAST_JAVA), usable[0] if usable else None)


def _java_homes() -> list[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if program := shutil.which("java"):
        homes.append(Path(program).resolve().parent.parent)
    for pattern in _JAVA_PLACES:
        homes += sorted(Path("/").glob(pattern[1:]), reverse=True)
    return [home for home in dict.fromkeys(homes) if (home / "bin" / "java").exists()]


def _java(home: Path) -> Java | None:
    """Return what a folder holds: as its file ``release`` says, else as the program itself does."""
    release = home / "release"
    text = release.read_text(errors="replace") if release.exists() else ""
    match = re.search(r'JAVA_VERSION="(\d+)(?:\.(\d+))?', text)
    if match is None:
        try:
            done = subprocess.run(
                [home / "bin/java", "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS
            )
        except (OSError, subprocess.SubprocessError):
            return None
        match = re.search(r'version "(\d+)(?:\.(\d+))?', done.stderr + done.stdout)
    if match is None:
        return None
    return Java(home, int(match[2] if match[1] == "1" and match[2] else match[1]))  # 1.8 is 8


def installed(package: str) -> str | None:
    """Return the version of a Python package; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def problems() -> list[Problem]:
    """Return what is missing, the worst first; none where everything is there."""
    from transforms.engine.spark import jars

    found: list[Problem] = []
    java = find_java()
    if java is None:
        found.append(Problem(f"Spark needs Java {LEAST_JAVA} or newer, and there is no Java.", java_command()))
    elif java.version < LEAST_JAVA:
        what = f"Spark needs Java {LEAST_JAVA} or newer; {java.home} is Java {java.version}."
        found.append(Problem(what, f"{java_command()}, then set JAVA_HOME to its folder"))
    pyspark = installed("pyspark")
    if pyspark is None:
        found.append(Problem("Spark needs the package pyspark.", _INSTALL))
    elif _line(pyspark) != _PYSPARK:
        found.append(Problem(f"pyspark {pyspark} is installed; {_dotted(_PYSPARK)} is needed.", _INSTALL))
    pandas = installed("pandas")
    if pandas is not None and int(pandas.split(".")[0]) >= 3:
        found.append(Problem(f"pyspark {_dotted(_PYSPARK)} does not support pandas {pandas} in full.", _INSTALL, False))
    delta = installed("delta-spark")
    if delta is not None and _line(delta) != _DELTA:
        found.append(
            Problem(
                f"delta-spark {delta} does not go with pyspark {_dotted(_PYSPARK)}; {_dotted(_DELTA)} does.", _INSTALL
            )
        )
    elif pyspark is not None and not jars.find_jars():
        found.append(Problem("Delta's jar for Spark is not on this machine.", jars.FETCH_COMMAND, False))
    return found


def require_spark() -> Java:
    """Return the Java to start Spark on.

    :raises MissingExtraError: if Spark cannot start; says what is missing and the command that brings it.
    """
    fatal = [problem for problem in problems() if problem.is_fatal]
    if fatal:
        needed = " ".join(f"{problem.what} Run: {problem.command}." for problem in fatal)
        raise MissingExtraError(
            f"Spark cannot start. {needed} Without it, @transform.using with pandas or Polars works."
        )
    java = find_java()
    assert java is not None
    return java


def java_command() -> str:
    """Return the command that installs Java here."""
    for program, command in (
        ("apt-get", "apt-get install openjdk-17-jre-headless"),
        ("dnf", "dnf install java-17-openjdk-headless"),
        ("apk", "apk add openjdk17-jre-headless"),
        ("brew", "brew install openjdk@17"),
    ):
        if shutil.which(program):
            return command
    return f"install a Java {LEAST_JAVA} runtime"


def _line(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _dotted(line: tuple[int, ...]) -> str:
    return f"{'.'.join(map(str, line))}.x"
