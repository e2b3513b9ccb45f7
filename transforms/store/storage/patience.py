"""Going on when an object store is away for a moment: seconds of it must not cost a training of hours."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from transforms.store import machine

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long an object store that has answered before is asked again, when it is away or overloaded."""
_FIRST_SECONDS = 5.0  # one that has never answered may have another address
_SHORTEST, _LONGEST = 0.1, 3.0
_FINAL = re.compile(
    r"status code: 4(?!08|29)|HTTP status 4(?!08|29)|NoSuchBucket|builder error|invalid (?:URL|uri)", re.IGNORECASE
)
_AWAY = re.compile(
    r"Generic S3 error|error sending request|AWS Error (?:NETWORK_CONNECTION|SLOW_DOWN|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|"
    r"REQUEST_TIMEOUT|THROTTLING|UNKNOWN \(HTTP status 5)"
)

RETRY: Any = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(seconds=_SHORTEST), "max_backoff": timedelta(seconds=1), "base": 2},
}
"""What the client does by itself, with what can be repeated without a thought."""


def may_pass(error: BaseException) -> bool:
    """Whether a fault may be over in a moment: no answer, a broken connection, an overloaded server."""
    from obstore.exceptions import GenericError

    return isinstance(error, GenericError) and _FINAL.search(str(error)) is None


def is_outage(error: BaseException) -> bool:
    """The same for an error of delta-rs or PyArrow, which only its text tells."""
    return _AWAY.search(str(error)) is not None and _FINAL.search(str(error)) is None


def outlast(function: Callable[[], T]) -> T:
    """Return what a function returns that asks delta-rs or PyArrow for something; call it again while the object store is away."""
    began, pause = machine.monotonic(), _SHORTEST
    while True:
        try:
            return function()
        except Exception as error:
            if not is_outage(error) or machine.monotonic() - began + pause > PATIENCE_SECONDS:
                raise
        machine.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(2 * pause, _LONGEST)


class Patient:
    """A client of an object store that asks again while the store is away.

    Whatever a request does may have been done although its answer got lost, so a conditional put that is asked for again may
    be refused because it was taken: who makes one looks whose the object is.

    :param client: the client.
    """

    def __init__(self, client: S3Store) -> None:
        self._client = client
        self._has_answered = False

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        return (
            (lambda *args, **named: self.ask(lambda: attribute(*args, **named))) if callable(attribute) else attribute
        )

    def ask(self, function: Callable[[], T]) -> T:
        """Return what a function of the client returns; call it again as long as that may help."""
        began, pause = machine.monotonic(), _SHORTEST
        while True:
            try:
                answer = function()
            except Exception as error:
                limit = PATIENCE_SECONDS if self._has_answered else _FIRST_SECONDS
                if not may_pass(error) or machine.monotonic() - began + pause > limit:
                    raise
            else:
                self._has_answered = True
                return answer
            machine.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST)


def patient(client: S3Store) -> S3Store:
    """Return a client that behaves as another, and asks again while the store is away."""
    return cast("S3Store", Patient(client))


def asked(client: S3Store, function: Callable[[], T]) -> T:
    """Return what a function returns that reads from a client's answer, as the answer may break off; it is called again then."""
    return client.ask(function) if isinstance(client, Patient) else function()
