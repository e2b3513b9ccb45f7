"""A signal handler that logs, and an interrupt, at every place where Python lets them in: no step twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from palantir_models.experiment.limits import Limits
from palantir_models.experiment.media.tables import Table
from palantir_models.experiment.memory.contents import Batch, Contents
from palantir_models.experiment.memory.metrics import TimedValue
from palantir_models.experiment.values import Parameter
from tests.palantir_models.experiment.interrupting import Places
from tests.palantir_models.experiment.memory.test_metrics import behind, decoded

pytestmark = pytest.mark.slow


class Logged:
    """Contents, the values that calls logged to them and came back from, and the one whose call was interrupted."""

    def __init__(self) -> None:
        self.contents = Contents(Limits(), count(0, 1000).__next__)
        self.batches: list[Batch] = []
        self.sure: list[tuple[str, float]] = []
        self.unsure: list[tuple[str, float]] = []
        self._value = count(1.0)

    def log(self, *names: str) -> None:
        """Log a value of its own to each of some series, the short way where there is one, as an experiment does."""
        values = {name: next(self._value) for name in names}
        self.unsure = list(values.items())
        metrics = self.contents.metrics
        short = (
            metrics.append(names[0], values[names[0]], None) if len(names) == 1 else metrics.append_all(values, None)
        )
        if not short:
            self.contents.append_metrics(values, None)
        self.sure += self.unsure
        self.unsure = []

    def log_timed(self, *names: str) -> None:
        """The same with times of their own."""
        values = [TimedValue(name, next(self._value), 1, 0) for name in names]
        self.unsure = [(value.name, value.value) for value in values]
        metrics = self.contents.metrics
        first = values[0]
        if len(values) > 1 or not metrics.append_timed(first.name, first.value, first.step, first.time, behind):
            self.contents.append_timed(values, behind)
        self.sure += self.unsure
        self.unsure = []

    def drain(self) -> None:
        """Drain, as a call does that finds the last time long ago."""
        self.contents.drain(self.batches)

    def found(self) -> list[tuple[str, int, float]]:
        """Everything that was logged, by series and step."""
        self.drain()
        blocks = [block for batch in self.batches for block in batch.metrics]
        return [row[:3] for row in decoded(blocks, [name for batch in self.batches for name in batch.names])]


CALLS: list[Callable[[Logged], None]] = [
    lambda logged: logged.log("a"),
    lambda logged: logged.log("a"),
    lambda logged: logged.log("a", "b"),
    lambda logged: logged.log("a", "b"),  # joins
    lambda logged: logged.log("a", "b"),
    lambda logged: logged.drain(),
    lambda logged: logged.log("a", "b"),
    lambda logged: logged.log("b"),  # parts
    lambda logged: logged.log("c", "a"),
    lambda logged: logged.log_timed("b"),
    lambda logged: logged.log_timed("a", "c", "a"),
    lambda logged: logged.drain(),
    lambda logged: logged.log("d"),
]


def alone(logged: Logged) -> None:
    """Log what may be in a group, and a series that is new."""
    logged.log("a")
    logged.log("new")


def together(logged: Logged) -> None:
    """Log what then is a group."""
    for _ in range(3):
        logged.log("a", "b")


def drained(logged: Logged) -> None:
    """Log and drain."""
    logged.log("b")
    logged.drain()


def places() -> list[tuple[int, int]]:
    """Every place, as the number of the call in which it is and its own number in it."""
    logged, found = Logged(), list[tuple[int, int]]()
    for index, call in enumerate(CALLS):
        seen = Places()
        with seen.watched():
            call(logged)
        found += [(index, at) for at in range(seen.count)]
    return found


def run(place: tuple[int, int], action: Callable[[Logged], None]) -> tuple[Logged, list[tuple[str, float]]]:
    """Make the calls with something at one place; whoever meets an interrupt goes on with the next call.

    :returns: what was logged, and the values of the call that was interrupted.
    """
    logged, interrupted = Logged(), list[tuple[str, float]]()

    def come() -> None:
        unsure = logged.unsure
        action(logged)
        logged.unsure = unsure

    for index, call in enumerate(CALLS):
        if index != place[0]:
            call(logged)
            continue
        try:
            with Places(place[1], come).watched():
                call(logged)
        except KeyboardInterrupt:
            interrupted = logged.unsure
    return logged, interrupted


def interrupt(logged: Logged) -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


def test_there_are_hundreds_of_places() -> None:
    """The instrument sees the code: without a place the tests below would prove nothing."""
    assert len(places()) > 400
    assert {index for index, _ in places()} == set(range(len(CALLS)))


@pytest.mark.parametrize("handler", [alone, together, drained])
def test_a_signal_handler_may_come_at_every_place(handler: Callable[[Logged], None]) -> None:
    """Each value is there once, and no step of a series is missing or came twice."""
    for place in places():
        logged, _ = run(place, handler)
        found = logged.found()
        assert sorted((name, value) for name, _, value in found) == sorted(logged.sure), place
        for series in {name for name, _, _ in found} - {"a", "b", "c"}:
            assert [step for name, step, _ in found if name == series] == [0], place
        keys = [(name, step) for name, step, _ in found]
        assert len(set(keys)) == len(keys), place
        assert len(logged.contents.metrics) == len(found), place


def test_an_interrupt_may_come_at_every_place() -> None:
    """What was logged before and after it is there once; the interrupted call's values are there together or not at all."""
    for place in places():
        logged, interrupted = run(place, interrupt)
        found = logged.found()
        values = sorted((name, value) for name, _, value in found)
        assert values in (sorted(logged.sure), sorted(logged.sure + interrupted)), place
        keys = [(name, step) for name, step, _ in found]
        assert len(set(keys)) == len(keys), place
        assert len(logged.contents.metrics) == len(found), place


def test_draining_may_be_interrupted_at_every_place() -> None:
    """Of every kind each thing is drained once, and a value never before the name of its series."""

    def filled() -> Logged:
        logged = Logged()
        for names in [("a",), ("a", "b"), ("a", "b"), ("a", "b"), ("c",)]:
            logged.log(*names)
        logged.contents.set_parameters({"p": Parameter("integer", 1)})
        logged.contents.append_plot("plot", lambda: "{}", None, None)
        logged.contents.append_image("image", lambda: "png", None, None)
        logged.contents.set_table("t", lambda: Table(None, 0, "[]", b"x"))
        return logged

    seen = Places()
    with seen.watched():
        filled().drain()
    for at in range(seen.count):
        logged = filled()
        with suppress(KeyboardInterrupt), Places(at, partial(interrupt, logged)).watched():
            logged.drain()
        names: set[str] = set()
        logged.drain()
        for batch in logged.batches:
            names |= set(batch.names)
            order = sorted(names)
            assert all(code < len(order) for block in batch.metrics for code in block.codes), at
        assert sorted((name, value) for name, _, value in logged.found()) == sorted(logged.sure), at
        for kind, number in {"parameters": 1, "plots": 1, "images": 1, "tables": 1, "names": 3}.items():
            assert sum(len(getattr(batch, kind)) for batch in logged.batches) == number, (at, kind)
        assert (len(logged.contents.images), len(logged.contents.metrics)) == (1, len(logged.sure))
