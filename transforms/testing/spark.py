"""Spark in tests: the session that jobs use, set up for little data."""

from __future__ import annotations

import os
from typing import Any

from transforms.config import load_config
from transforms.engine.spark import sessions
from transforms.engine.spark.installation import problems
from transforms.run.scope import spark_session

QUICK_JAVA = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -XX:NewRatio=1 "
    "-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
"""Options for a JVM that does much once and little often, as those of tests do: it compiles quickly instead of well.

So it would have room for a fifth of the code that Spark runs, and drop and compile the rest again and again; and half of the
memory is for what is needed for a moment only, as nearly everything is.
"""
_PARTITIONS = "spark.sql.shuffle.partitions"


def why_not() -> str:
    """Return why Spark cannot start here, and what to do about it; nothing where it can, or runs already."""
    if sessions.running() is not None:
        return ""
    return " ".join(f"{problem.what} Run: {problem.command}." for problem in problems() if problem.is_fatal)


def session_for_tests() -> Any:
    """Return the session that jobs of this process share; one that somebody made is taken as it is.

    :raises MissingExtraError: if Spark cannot start.
    """
    is_ours = sessions.running() is None
    if is_ours:
        os.environ.setdefault("SPARK_SUBMIT_OPTS", QUICK_JAVA)
    session = spark_session()
    if is_ours and _PARTITIONS not in load_config().spark.get("conf", {}):
        session.conf.set(_PARTITIONS, "2")
    return session
