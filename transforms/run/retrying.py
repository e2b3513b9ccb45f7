"""Which failures of a job may pass by themselves, so that trying again makes sense: pure functions of the error.

What the user's code raises is a fault of the code, unless it tells of a network or of a server that is overloaded, or somebody
asked for it by its name. What was committed, or may have been, is never tried again.
"""

from __future__ import annotations

import random
import socket
import ssl
import sys
import urllib.error
from collections.abc import Collection, Iterator
from typing import Any

from transforms.config.job_settings import JobSettings
from transforms.errors import ConflictError, LeaseHeldError, RecoveryNeeded, TransformsError
from transforms.run.cancellation import InterruptedCommitError
from transforms.store.storage.patience import is_outage

ANY = "*"
_STATUSES = {408: "a time-out", 425: "asked too early", 429: "throttling", 502: "a bad gateway", 503: "an overload"} | {
    504: "a time-out of a gateway"
}
_CODES = ("SlowDown", "Throttl", "TooManyRequests", "RequestTimeout", "ServiceUnavailable", "InternalError")
# Of clients that need not be installed, by their names.
_NETWORK = (
    "requests.exceptions.ConnectionError",
    "requests.exceptions.Timeout",
    "requests.exceptions.ChunkedEncodingError",
    "httpx.TransportError",
    "urllib3.exceptions.TimeoutError",
    "urllib3.exceptions.ProtocolError",
    "urllib3.exceptions.MaxRetryError",
    "aiohttp.client_exceptions.ClientConnectionError",
    "botocore.exceptions.HTTPClientError",
    "botocore.exceptions.ConnectionError",
)
_FINAL = ("requests.exceptions.SSLError", "httpx.UnsupportedProtocol", "botocore.exceptions.SSLError")
_MOST_LINKS = 20


def reason_to_retry(error: BaseException | None, asked: Collection[str] = ()) -> str | None:
    """Return why a job that failed may do when it is tried again, in words; None for what another try does not mend.

    :param error: what it failed with.
    :param asked: names of errors that are tried again although they are the code's: ``ValueError``, ``shop.api.Busy``, ``*``.
    """
    if error is None or isinstance(error, (RecoveryNeeded, InterruptedCommitError)):
        return None
    for link in _chain(error):
        reason = _reason(link)
        if reason is not None:
            return reason
    if ANY in asked or any(name in asked for kind in type(error).__mro__ for name in _names(kind)):
        return "as retry_errors says"
    return None


def pause_seconds(settings: JobSettings, attempt: int) -> float:
    """Return how long to wait after a try: each time twice as long, with some chance, so that many do not come back at once.

    :param settings: the first wait, and the longest.
    :param attempt: how many tries there were.
    """
    longest = min(settings.retry_wait_seconds * 2.0 ** min(attempt - 1, 60), settings.retry_longest_seconds)
    return float(longest * random.uniform(0.5, 1.0))


def _reason(error: BaseException) -> str | None:
    if isinstance(error, LeaseHeldError):
        return "another job holds an output"
    if isinstance(error, ConflictError):
        return "somebody else was quicker"
    names = {name for kind in type(error).__mro__ for name in _names(kind)}
    if isinstance(error, ssl.SSLCertVerificationError) or names.intersection(_FINAL):
        return None
    status = _status(error)
    if status is not None:
        return _STATUSES.get(status)
    if _is_network(error) or names.intersection(_NETWORK):
        return "the network"
    if not isinstance(error, TransformsError) and is_outage(error):
        return "the object store is away"
    return _lost_by_spark(error)


def _is_network(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    if type(error).__module__.startswith("obstore"):
        from transforms.store.storage.patience import may_pass

        return may_pass(error)
    # A broken pipe is a process of this machine that has gone.
    return isinstance(error, (ConnectionError, TimeoutError)) and not isinstance(error, BrokenPipeError)


def _status(error: BaseException) -> int | None:
    """Return the status of an HTTP answer that an error is about; None where it is about none."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):  # botocore's
        if any(word in str(response.get("Error", {}).get("Code", "")) for word in _CODES):
            return 503
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        status = getattr(response, "status_code", None)
    return status if isinstance(status, int) else None


def _lost_by_spark(error: BaseException) -> str | None:
    if "pyspark" not in sys.modules:
        return None
    from transforms.engine.spark.failures import has_lost_executor

    return "Spark lost an executor" if has_lost_executor(error) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, as whoever raised it says."""
    found: Any = error
    for _ in range(_MOST_LINKS):
        if not isinstance(found, BaseException):
            return
        yield found
        found = (
            found.reason if isinstance(found, urllib.error.URLError) and found.__cause__ is None else found.__cause__
        )


def _names(kind: type) -> tuple[str, ...]:
    name = f"{kind.__module__}.{kind.__qualname__}"
    return (name, kind.__name__) if kind.__module__ in ("builtins", "transforms.errors") else (name,)
