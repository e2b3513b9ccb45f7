"""What of Spark is on this machine: Java, pyspark, Delta's jars; and how to get what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.common.packages import installed_version
from transforms.engine.spark import jars
from transforms.engine.spark.java import LEAST_JAVA, Java, find_java, java_command
from transforms.errors import MissingExtraError

_PYSPARK = (4, 2)
_DELTA = (4, 4)
_INSTALL = "pip install 'transforms-on-delta[spark]'"


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


def problems() -> list[Problem]:
    """Return what is missing, the worst first; none where everything is there."""
    found: list[Problem] = []
    java = find_java()
    if java is None:
        found.append(Problem(f"Spark needs Java {LEAST_JAVA} or newer, and there is no Java.", java_command()))
    elif java.version < LEAST_JAVA:
        what = f"Spark needs Java {LEAST_JAVA} or newer; {java.home} is Java {java.version}."
        found.append(Problem(what, f"{java_command()}, then set JAVA_HOME to its folder"))
    pyspark = installed_version("pyspark")
    if pyspark is None:
        found.append(Problem("Spark needs the package pyspark.", _INSTALL))
    elif _line(pyspark) != _PYSPARK:
        found.append(Problem(f"pyspark {pyspark} is installed; {_dotted(_PYSPARK)} is needed.", _INSTALL))
    pandas = installed_version("pandas")
    if pandas is not None and int(pandas.split(".")[0]) >= 3:
        found.append(Problem(f"pyspark {_dotted(_PYSPARK)} does not support pandas {pandas} in full.", _INSTALL, False))
    delta = installed_version("delta-spark")
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


def _line(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _dotted(line: tuple[int, ...]) -> str:
    return f"{'.'.join(map(str, line))}.x"
