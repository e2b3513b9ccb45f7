"""A plan: which processes there are, what each does, and what surprises them. A plan decides a run to the last request."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple

DAY = 86_400.0
READS = frozenset({"get", "list"})
"""Requests that change nothing; every other one does."""
LOCAL, BUCKET = "local", "bucket"
"""The rules of a storage: what the operating system vouches for, and what an object store answers or not."""

_SHORT, _LONG = (0.002, 0.01, 0.05, 0.5), (1.0, 30.0, 100.0, 400.0)
_KINDS: dict[str, tuple[str, tuple[float, ...]]] = {
    "slow": ("waits {:g} s first", _SHORT),
    "freeze": ("its process stands still for {:g} s first", _LONG),
    "dies": ("its process is killed before it", (0.0,)),
    "dies after": ("its process is killed after it", (0.0,)),
    "fails": ("fails", (0.0,)),
    "clock": ("its machine's clock is moved by {:g} s first", (-3 * DAY, -3600.0, 3600.0, 3 * DAY)),
    "lost": ("happens, but an error is told", (0.0,)),
    "late": ("an error is told, and {:g} s later it happens", _SHORT + _LONG),
    "retried": ("happens, its answer is lost, the client asks again", (0.0,)),
    "dies, late": ("its process is killed, and {:g} s later it happens", _SHORT + _LONG),
}
_MOODS = (
    tuple(_KINDS),
    ("slow",),
    ("slow", "freeze"),
    ("slow", "dies", "dies after", "dies, late"),
    ("slow", "dies, late"),
    ("slow", "fails", "lost", "late", "retried"),
    ("freeze", "lost", "late", "retried"),
    ("slow", "dies after", "clock"),
)
_FOCUSES = ("", "", "create ", "create _ledger/_delta_log", "_delta_log", "_locks", "_locks/transactions", "/data/")
_OF_WRITES = frozenset({"dies after", "lost", "late", "retried", "dies, late"})
_OF_BUCKETS = frozenset({"lost", "late", "retried", "dies, late"})


class Surprise(NamedTuple):
    """What goes differently at one request of a process.

    Attributes:
        process: its name.
        deed: which of the things that it does, from 0.
        call: which request of that, from 1.
        kind: one of the kinds above.
        seconds: how long, for kinds that take time.
    """

    process: str
    deed: int
    call: int
    kind: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return _KINDS[self.kind][0].format(self.seconds)


class Deed(NamedTuple):
    """Something that a process does.

    Attributes:
        verb: a function of :mod:`tests.simulation.deeds`.
        names: the datasets or models that it is about.
        mode: ``append`` or ``overwrite``, where it writes.
    """

    verb: str
    names: tuple[str, ...] = ()
    mode: str = "append"

    def __str__(self) -> str:
        return " ".join([self.verb, *self.names, *([f"({self.mode})"] if self.verb == "build" else [])])


class Plan(NamedTuple):
    """One run.

    Attributes:
        rules: ``local`` or ``bucket``.
        processes: what each process does. Its name begins with that of its machine: ``ann.1``.
        surprises: what surprises them.
    """

    rules: str
    processes: Mapping[str, tuple[Deed, ...]]
    surprises: tuple[Surprise, ...] = ()


class Weather:
    """Makes surprises up while a run goes on.

    Each run has a mood: some kinds of surprises, more or less often, everywhere or at one kind of file. All of them in
    every run would hide what only shows where there are few, and at the right place.
    """

    def __init__(self, rules: str, chance: random.Random) -> None:
        self._chance = chance
        self._rules = rules
        self._focus = chance.choice(_FOCUSES)
        self._rate = chance.choice((0.05, 0.2, 0.5) if self._focus else (0.005, 0.01, 0.02, 0.05, 0.2))
        self._kinds = chance.choice(_MOODS)
        self._deaths = chance.choice((1, 1, 2, 4))

    def at(self, process: str, deed: int, call: int, verb: str, name: str) -> Surprise | None:
        """Return what surprises a request, if anything."""
        if self._focus not in f"{verb} {name}" or self._chance.random() >= self._rate:
            return None
        kind = self._chance.choice(self._kinds)
        if not _can(kind, self._rules, verb):
            return None
        if kind.startswith("dies"):
            if not self._deaths:
                return None
            self._deaths -= 1
        return Surprise(process, deed, call, kind, self._chance.choice(_KINDS[kind][1]))


class Replay:
    """Tells the surprises of a plan, which may have been meant for somewhat different requests."""

    def __init__(self, plan: Plan) -> None:
        self._rules = plan.rules
        self._surprises = {surprise[:3]: surprise for surprise in plan.surprises}

    def at(self, process: str, deed: int, call: int, verb: str, name: str) -> Surprise | None:
        """Return what surprises a request, if anything."""
        surprise = self._surprises.get((process, deed, call))
        return surprise if surprise is not None and _can(surprise.kind, self._rules, verb) else None


def _can(kind: str, rules: str, verb: str) -> bool:
    if kind in _OF_WRITES and verb in READS:
        return False
    # A folder's file may be created although that could not be told, or synced; all else that fails there has not happened.
    # Only an executor of Spark goes on for a while when its driver is dead.
    return rules == BUCKET or kind not in _OF_BUCKETS or (kind, verb) in (("lost", "create"), ("dies, late", "stage"))


def make_up(rules: str, chance: random.Random) -> Plan:
    """Return processes and what they do; surprises come by themselves."""
    processes = {}
    for number in range(chance.choice((2, 3, 3, 4, 5))):
        machine = chance.choice(("ann", "bob", "cat"))
        processes[f"{machine}.{number + 1}"] = tuple(_deed(chance) for _ in range(chance.choice((1, 2, 2, 3, 4))))
    return Plan(rules, processes)


def _deed(chance: random.Random) -> Deed:
    verb = chance.choices(*zip(*_DEEDS.items(), strict=True))[0]
    if verb == "build":
        names = chance.choice((("a",), ("b",), ("a", "b"), ("a", "b", "c")))
        return Deed(verb, names, chance.choice(("append", "append", "overwrite")))
    return Deed(verb, ("m",) if verb in ("train", "browse") else ())


_DEEDS = {"build": 8, "train": 4, "read": 3, "browse": 2, "recover": 3, "collect": 2, "tidy": 2, "wait": 3, "copy": 1}
