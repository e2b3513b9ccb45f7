"""An object store that is away for a moment costs no job."""

from __future__ import annotations

import pytest
from obstore.exceptions import AlreadyExistsError, GenericError

from transforms.store import machine
from transforms.store.storage import patience
from transforms.store.storage.patience import Patient, is_outage, may_pass


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(machine, "sleep", made.sleep)
    monkeypatch.setattr(machine, "monotonic", lambda: made.now)
    return made


class Store:
    """A client whose store is away until some moment."""

    def __init__(self, clock: Clock, back: float, error: Exception) -> None:
        self.clock, self.back, self.error, self.calls = clock, back, error, 0

    def get(self, name: str) -> str:
        self.calls += 1
        if self.clock.now < self.back:
            raise self.error
        return name


AWAY = GenericError("Generic S3 error: Error performing PUT http://h/x in 1ms - HTTP error: error sending request")


@pytest.mark.parametrize("seconds", [0.5, 3, 30, 55])
def test_an_outage_is_waited_out(clock, seconds):
    """With pauses that get longer, so that many who wait do not keep it down."""
    store = Store(clock, 0, AWAY)
    client = Patient(store)
    assert client.get("a") == "a"
    store.back, store.calls = seconds, 0
    assert client.get("b") == "b"
    longest = [0.1, 0.2, 0.4, 0.8, 1.6] + [3.0] * len(clock.pauses)
    assert all(most / 2 <= pause <= most for pause, most in zip(clock.pauses, longest, strict=False))
    assert store.calls == 1 + len(clock.pauses) <= 7 + seconds / 1.5


def test_what_lasts_is_told_in_time(clock):
    """After a minute, and sooner where the store never answered: its address may be wrong."""
    client = Patient(Store(clock, 10**9, AWAY))
    with pytest.raises(GenericError):
        client.get("a")
    assert clock.now <= 5
    known = Patient(Store(clock, -1, AWAY))
    known.get("a")
    known._client.back = 10**9
    clock.now = 0
    with pytest.raises(GenericError):
        known.get("a")
    assert 50 < clock.now <= patience.PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (AWAY, True),
        (
            GenericError("Generic S3 error: Server returned non-2xx status code: 503 Service Unavailable: SlowDown"),
            True,
        ),
        (GenericError("Generic S3 error: Server returned non-2xx status code: 429 Too Many Requests"), True),
        (GenericError("Generic S3 error: Server returned non-2xx status code: 403 Forbidden: AccessDenied"), False),
        (GenericError("Generic S3 error: Server returned non-2xx status code: 404 Not Found: NoSuchBucket"), False),
        (AlreadyExistsError("there"), False),
        (FileNotFoundError("gone"), False),
    ],
)
def test_what_does_not_pass_is_told_at_once(clock, error, passes):
    """Nobody waits for a door that is locked."""
    assert may_pass(error) is passes
    if isinstance(error, GenericError):
        assert is_outage(error) is passes
    client = Patient(Store(clock, 2, error))
    if passes:
        assert client.get("a") == "a"
    else:
        with pytest.raises(type(error)):
            client.get("a")
        assert clock.now == 0
