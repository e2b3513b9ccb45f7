"""What went wrong in Spark, told with the user's line instead of the JVM's stack."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from transforms.errors import EngineError, TransformsError

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')
_RAISED = re.compile(r"[\w.]+(Error|Exception|Exit|Interrupt|Warning)\b")
_TRACEBACK = "Traceback (most recent call last)"
_LIBRARIES = ("/pyspark/", "/site-packages/", "/py4j/", "<frozen")
_MODULES = ("pyspark", "py4j", "grpc")
# An executor that ran out of memory exits with 52.
_MEMORY = re.compile(r"OutOfMemoryError|Java heap space|GC overhead limit|\bcode 52\b")
_EXECUTOR_LOST = ("ExecutorLostFailure", "executor lost")
_LOST = (
    *_EXECUTOR_LOST,
    "SparkContext was shut down",
    "stopped SparkContext",
)
_ENDED = ("Connection refused", "Answer from Java side is empty", "Error while receiving", "Error while sending")
_WORKER_DIED = "Python worker exited unexpectedly"
_LONGEST = 500


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
        if not is_sparks(error):
            raise
        raise EngineError(f"{doing}: {reason_of(error)}") from error


def is_sparks(error: BaseException) -> bool:
    """Tell whether an error came out of Spark, or of the line to its JVM."""
    if type(error).__module__.split(".")[0] in _MODULES:
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, OSError) and bool(frames) and "/py4j/" in frames[-1].filename


def has_lost_executor(error: BaseException) -> bool:
    """Tell whether Spark lost an executor for no fault of the job's: a machine that went away, and not one that was too small."""
    if not is_sparks(error):
        return False
    text = _text(error)
    return any(word in text for word in _EXECUTOR_LOST) and _MEMORY.search(text) is None


def reason_of(error: BaseException) -> str:
    """Return what a Spark error says, in a sentence or two; never fails, whatever the JVM answers or does not.

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
    if any(word in text for word in _ENDED):
        return (
            "Spark's Java process has ended, or does not answer any more; often for lack of memory. Give it more "
            "(spark.driver.memory under [tool.transforms.spark.conf]), and build again."
        )
    if found := _python(text):
        return found
    if _WORKER_DIED in text:
        return (
            "the Python process of an executor died without an error, most often in a library's native code or for lack of "
            'memory. Set "spark.python.worker.faulthandler.enabled" = true under [tool.transforms.spark.conf] to see where.'
        )
    said, cause = _first(text), _cause(error)
    return said + (f" Cause: {cause}" if cause and cause not in said else "") + _place(error)


def _text(error: BaseException) -> str:
    # A Java error's own text has the whole stack; what it says itself comes first.
    message = _asked(lambda: error.getMessage())  # type: ignore[attr-defined]
    java = getattr(error, "java_exception", None)
    said = "" if java is None else _asked(lambda: java.toString())
    return "\n".join(part for part in (message, said, _asked(lambda: str(error))) if part)


def _asked(question: Callable[[], Any] | None) -> str:
    """Return an answer as text: empty where the JVM has none, for it can be gone, or not know what it is asked."""
    try:
        answer = question() if callable(question) else None
    except Exception:  # noqa: BLE001 - whatever it is, it must not take the place of the error that is explained
        return ""
    return "" if answer is None else str(answer)


def _python(text: str) -> str:
    """Return the error that a Python function of the user raised on an executor, with its line."""
    for part in reversed(text.split(_TRACEBACK)[1:]):  # of a chain of errors, the last is what the user's code raised
        lines = part.splitlines()
        raised = next((line.strip() for line in lines if _RAISED.match(line)), "")
        if raised:
            found = [match for match in _FRAME.finditer(part) if not any(name in match[1] for name in _LIBRARIES)]
            where = f", raised in {found[-1][3]} ({found[-1][1]}:{found[-1][2]})" if found else ""
            return f"{raised.removeprefix('pyspark.errors.exceptions.base.').removesuffix('.')}{where}."
    return ""


def _cause(error: BaseException) -> str:
    """Return what the innermost Java error says, where Spark's own only says that something failed."""
    java = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    inner = ""
    for _ in range(8):
        java = _of_java(java, "getCause")
        if java is None:
            break
        inner = str(_of_java(java, "getMessage") or inner)
    return _first(inner) if inner else ""


def _of_java(java: Any, method: str) -> Any:
    return _answered(lambda: getattr(java, method)())


def _answered(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except Exception:  # noqa: BLE001 - as above
        return None


def _place(error: BaseException) -> str:
    """Return the line of the user's code, or the SQL, that asked for what failed, where Spark remembers it."""
    for context in _answered(lambda: list(error.getQueryContext())) or ():  # type: ignore[attr-defined]
        site = _asked(getattr(context, "callSite", None)).strip()
        if ":" in site and not any(part in site for part in _LIBRARIES):
            return f" (asked for in {site})"
        is_sql = _asked(getattr(context, "contextType", None)).endswith("SQL")
        fragment = " ".join(_asked(getattr(context, "fragment", None)).split())
        if is_sql and fragment:
            return f" (in {fragment[:_LONGEST]!r})"
    return ""


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = next((line for line in lines if not line.startswith(("at ", "=="))), "no reason was given")
    found = re.sub(r"^(?:[\w$]+\.)+[\w$]+(?:Exception|Error): ", "", found)
    return re.sub(r"\s*SQLSTATE: \w+$", "", found)[:_LONGEST]
