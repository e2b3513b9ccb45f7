"""What went wrong in Spark, told with the user's line instead of the JVM's stack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from transforms.errors import EngineError, TransformsError

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')
_LIBRARIES = ("/pyspark/", "/site-packages/", "/py4j/", "<frozen")
# An executor that ran out of memory exits with 52.
_MEMORY = re.compile(r"OutOfMemoryError|Java heap space|GC overhead limit|\bcode 52\b")
_LOST = (
    "ExecutorLostFailure",
    "executor lost",
    "Connection refused",
    "SparkContext was shut down",
    "stopped SparkContext",
)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn whatever Spark raises in the block into an error for a person.

    :param doing: what was being done.
    :raises EngineError: with the reason, the user's line and what to do; Spark's own error is its cause.
    """
    try:
        yield
    except TransformsError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("pyspark", "py4j")):
            raise
        raise EngineError(f"{doing}: {reason_of(error)}") from error


def reason_of(error: BaseException) -> str:
    """Return what a Spark error says, in a sentence or two.

    :param error: what pyspark or py4j raised.
    """
    text = _text(error)
    if _MEMORY.search(text):
        return (
            "an executor ran out of memory. Give it more (spark.driver.memory on a local master, spark.executor.memory "
            "on a cluster, under [tool.transforms.spark.conf]), or more partitions to work on."
        )
    if any(word in text for word in _LOST):
        return f"Spark lost what was computing ({_first(text)}). Look at the cluster, and build again."
    if found := _python(text):
        return found
    return _first(text) + _place(error)


def _text(error: BaseException) -> str:
    describe = getattr(error, "getMessage", None)
    message = str(describe()) if callable(describe) and describe() else ""
    java = getattr(error, "java_exception", None)
    return f"{message}\n{error}" if java is None else f"{message}\n{java.toString()}\n{error}"


def _python(text: str) -> str:
    """Return the error that a Python function of the user raised on an executor, with its line."""
    if "Traceback (most recent call last)" not in text:
        return ""
    traceback = text.split("Traceback (most recent call last)", 1)[1]
    frames = [match for match in _FRAME.finditer(traceback) if not any(part in match[1] for part in _LIBRARIES)]
    raised = next(
        (line.strip() for line in traceback.splitlines() if re.match(r"[\w.]+(Error|Exception|Exit)\b", line)), ""
    )
    if not raised:
        return ""
    where = f", raised in {frames[-1][3]} ({frames[-1][1]}:{frames[-1][2]})" if frames else ""
    return f"{raised}{where}."


def _place(error: BaseException) -> str:
    """Return the line of the user's code that asked for what failed, where Spark remembers it."""
    contexts = getattr(error, "getQueryContext", None)
    for context in contexts() if callable(contexts) else ():
        site = str(getattr(context, "callSite", lambda: "")())
        if ":" in site and not any(part in site for part in _LIBRARIES):
            return f" (asked for in {site.strip()})"
    return ""


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = next((line for line in lines if not line.startswith(("at ", "=="))), "no reason was given")
    return re.sub(r"^(?:[\w$]+\.)+[\w$]+(?:Exception|Error): ", "", found)[:500]
