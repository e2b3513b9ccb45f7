"""Which failures may pass."""

from __future__ import annotations

import io
import socket
import ssl
import urllib.error
from email.message import Message
from typing import Any

import pytest

from transforms.config.job_settings import JobSettings
from transforms.errors import (
    CheckFailedError,
    CommitError,
    ConflictError,
    DataError,
    LeaseHeldError,
    OutcomeUnknownError,
    PublishError,
    TimeLimitError,
)
from transforms.run.cancellation import InterruptedCommitError
from transforms.run.retrying import pause_seconds, reason_to_retry


def http_error(status: int) -> urllib.error.HTTPError:
    """Return what urllib raises for an answer."""
    return urllib.error.HTTPError("http://x", status, "said", Message(), io.BytesIO())


def caused(error: BaseException, cause: BaseException) -> BaseException:
    """Return an error that came from another."""
    error.__cause__ = cause
    return error


def a_client_error(module: str, name: str, **attributes: Any) -> BaseException:
    """Return an error as a client raises it that need not be installed."""
    made = type(name, (Exception,), {"__module__": module})("said")
    made.__dict__.update(attributes)
    return made  # type: ignore[no-any-return]


class Answer:
    """What requests and httpx keep of an answer."""

    def __init__(self, status: int) -> None:
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (LeaseHeldError("held"), "another job holds an output"),
        (ConflictError("quicker"), "somebody else was quicker"),
        (ConnectionResetError(104, "reset"), "the network"),
        (TimeoutError("timed out"), "the network"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "the network"),
        (urllib.error.URLError(ConnectionRefusedError(111, "refused")), "the network"),
        (caused(DataError("no rows"), ConnectionResetError(104, "reset")), "the network"),
        (http_error(429), "throttling"),
        (http_error(503), "an overload"),
        (a_client_error("requests.exceptions", "ConnectionError"), "the network"),
        (a_client_error("requests.exceptions", "HTTPError", response=Answer(502)), "a bad gateway"),
        (a_client_error("botocore.exceptions", "ClientError", response={"Error": {"Code": "SlowDown"}}), "an overload"),
        (OSError("Generic S3 error: error sending request"), "the object store is away"),
    ],
)
def test_what_may_pass_is_tried_again(error: BaseException, reason: str) -> None:
    """Conflicts, networks, throttling; also where another error tells of them."""
    assert reason_to_retry(error) == reason


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("no rows"),
        KeyError("x"),
        CommitError("partitioned otherwise"),
        CheckFailedError("nulls"),
        TimeLimitError("too long"),
        BrokenPipeError(32, "a child died"),
        socket.gaierror(socket.EAI_NONAME, "no such host"),
        ssl.SSLCertVerificationError("another name"),
        urllib.error.URLError(ssl.SSLCertVerificationError("another name")),
        http_error(404),
        http_error(401),
        a_client_error("requests.exceptions", "HTTPError", response=Answer(400)),
        a_client_error("requests.exceptions", "SSLError"),
        OSError(28, "No space left on device"),
        InterruptedCommitError("stopped"),
    ],
)
def test_what_another_try_does_not_mend_is_not(error: BaseException | None) -> None:
    """Faults of the code, of the data, of a disk; what the user interrupted."""
    assert reason_to_retry(error) is None


@pytest.mark.parametrize("asked", [["ValueError"], ["*"], ["Exception"], [f"{__name__}.Busy"]])
def test_errors_of_the_code_are_tried_again_where_they_are_asked_for(asked: list[str]) -> None:
    """By their name, that of one above them, or all of them."""
    assert reason_to_retry(Busy("later"), asked) == "as retry_errors says"
    assert reason_to_retry(KeyError("x"), ["ValueError", "Busy"]) is None


class Busy(ValueError):
    """An error of a user's."""


@pytest.mark.parametrize(
    "error", [PublishError("ratified"), OutcomeUnknownError("who knows"), InterruptedCommitError("stopped")]
)
def test_what_may_be_committed_is_never_tried_again(error: BaseException) -> None:
    """Not even where all is asked for, or where a network is the cause: it would be committed twice."""
    assert reason_to_retry(caused(error, ConnectionResetError()), ["*"]) is None


def test_waits_grow_to_a_longest() -> None:
    """Each up to twice as long as the one before."""
    settings = JobSettings(retry_wait_seconds=2.0, retry_longest_seconds=10.0)
    for attempt, longest in [(1, 2.0), (2, 4.0), (3, 8.0), (4, 10.0), (5000, 10.0)]:
        assert longest / 2 <= pause_seconds(settings, attempt) <= longest
