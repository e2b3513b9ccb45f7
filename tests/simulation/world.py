"""Processes that run one at a time, and are switched at their requests alone, by a clock that only the plan moves.

A process keeps the floor until it has to wait: without surprises they run one after the other. That keeps what makes a
difference in a plan small, and a plan that was shrunk easy to follow.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeVar

from greenlet import getcurrent, greenlet

from tests.simulation.plan import Surprise

T = TypeVar("T")
_A_REQUEST = 0.001  # seconds that one takes
_ENDLESS = 20_000  # requests of a run


class Killed(BaseException):
    """The process is no more: nothing that it does from here on comes to anything."""


class Violation(Exception):
    """Something that must never be.

    Attributes:
        rule: which of the rules was broken, in the same words whatever broke it.
    """

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(f"{rule}: {what}")
        self.rule = rule


class Surprises(Protocol):
    """Tells what surprises a request."""

    def at(self, process: str, deed: int, call: int, verb: str, name: str) -> Surprise | None:
        """Return what surprises a request, if anything."""


class Process:
    """A process of a machine.

    :param name: its name, which begins with that of its machine.
    :param number: its number on it.
    """

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.machine = name.partition(".")[0]
        self.number = number
        self.is_alive = True
        self.deed = 0  # which of the things that it does
        self.calls = 0  # requests of it
        self.thaws = 0.0  # it stands still until then
        self.tasks: list[greenlet] = []
        self.at_death: list[Callable[[], None]] = []


class Line(NamedTuple):
    """A request, as a report shows it."""

    time: float
    process: str
    deed: int
    call: int
    verb: str
    name: str
    surprise: Surprise | None


class World:
    """Everything that happens in one run.

    :param surprises: what surprises requests.
    """

    def __init__(self, surprises: Surprises) -> None:
        self.time = 0.0
        self.is_late = False  # what happens now happens after its process was told an error, or died
        self.offsets: dict[str, float] = {}  # by which the clock of a machine is wrong
        self.lines: list[Line] = []
        self.met: list[Surprise] = []
        self.violation: Violation | None = None
        self.surprises = surprises
        self.unique = itertools.count(1)
        self._hub = getcurrent()
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Process, greenlet]] = []
        self._effects: list[tuple[float, int, Callable[[], object]]] = []
        self._owners: dict[greenlet, Process] = {}
        self._processes = itertools.count(1)

    # What runs

    def start(self, name: str, run: Callable[[], None]) -> Process:
        """Let a process run a function once it has the floor."""
        process = Process(name, next(self._processes))
        self.fork(process, run)
        return process

    def fork(self, process: Process, run: Callable[[], None]) -> greenlet:
        """Let another thread of a process run a function once it has the floor."""

        def body() -> None:
            with suppress(Killed):
                run()
            self._owners.pop(task, None)

        task = greenlet(body, parent=self._hub)
        process.tasks.append(task)
        self._owners[task] = process
        self._push(self.time, process, task)
        return task

    def run(self, *processes: Process) -> None:
        """Run until the first threads of these processes have ended, and everything that was on its way has come."""
        while self.violation is None and any(process.is_alive and not process.tasks[0].dead for process in processes):
            at, _, process, task = heapq.heappop(self._waiting)
            self.time = max(self.time, at)
            self._come()
            if task.dead or not process.is_alive:
                continue
            if process.thaws > self.time:
                self._push(process.thaws, process, task)
                continue
            task.switch()
            if not process.is_alive:
                self._clear(process)
        for process in processes:
            self.bury(process)
            self._clear(process)
        while self.violation is None and self._effects:
            self.time = max(self.time, self._effects[0][0])
            self._come()

    @property
    def process(self) -> Process:
        """The process that has the floor."""
        return self._owners[getcurrent()]

    @property
    def is_outside(self) -> bool:
        """Whether no process has the floor, as when the run is looked at from outside."""
        return getcurrent() not in self._owners

    def clock(self) -> float:
        """Return what the clock of the machine shows whose process has the floor."""
        return BEGIN + self.time + (0.0 if self.is_outside else self.offsets.get(self.process.machine, 0.0))

    def sleep(self, seconds: float) -> None:
        """Let others have the floor for a while."""
        process = self._alive()
        self._push(self.time + seconds, process, getcurrent())
        self._leave(process)

    def wait(self, when: Callable[[Callable[[], None]], None]) -> None:
        """Let others have the floor until something happens.

        :param when: is given what to call then.
        """
        process, task = self._alive(), getcurrent()
        when(lambda: self._push(self.time, process, task))
        self._leave(process)

    def bury(self, process: Process) -> None:
        """End a process, as SIGKILL does."""
        if process.is_alive:
            process.is_alive = False
            for free in process.at_death:
                free()

    # What is asked

    def ask(self, verb: str, name: str, effect: Callable[[], T], failure: Callable[[], Exception]) -> T:
        """Let a request of the process that has the floor happen, or not, as the plan has it.

        :param verb: what is asked.
        :param name: of which file.
        :param effect: does it.
        :param failure: makes the error that is told where it fails.
        """
        process = self._alive()
        process.calls += 1
        self.time += _A_REQUEST
        self._come()
        surprise = self.surprises.at(process.name, process.deed, process.calls, verb, name)
        self.lines.append(Line(self.time, process.name, process.deed, process.calls, verb, name, surprise))
        if len(self.lines) > _ENDLESS:
            self.broken(Violation("every run ends", f"{process.name} goes on asking: {verb} {name}"))
            raise Killed
        if surprise is None:
            return effect()
        self.met.append(surprise)
        return self._surprised(process, surprise, effect, failure)

    def broken(self, violation: Violation) -> None:
        """Take note of what must never be; the run ends with the first."""
        self.violation = self.violation or violation

    def _surprised(
        self, process: Process, surprise: Surprise, effect: Callable[[], T], failure: Callable[[], Exception]
    ) -> T:
        kind, seconds = surprise.kind, surprise.seconds
        if kind in ("late", "dies, late"):
            heapq.heappush(self._effects, (self.time + seconds, next(self._order), effect))
        if kind in ("dies", "dies, late"):
            self._die(process)
        if kind in ("fails", "late"):
            raise failure()
        if kind == "slow":
            self.sleep(seconds)
        if kind == "freeze":
            process.thaws = self.time + seconds
            self.sleep(seconds)
        if kind == "clock":
            self.offsets[process.machine] = self.offsets.get(process.machine, 0.0) + seconds
        if kind in ("lost", "retried"):
            with suppress(Exception):
                effect()
        if kind == "lost":
            raise failure()
        answer = effect()
        if kind == "dies after":
            self._die(process)
        return answer

    def _clear(self, process: Process) -> None:
        for task in process.tasks:
            if task:  # it has begun and not ended
                task.throw(Killed)

    def _alive(self) -> Process:
        process = self.process
        if not process.is_alive or self.violation is not None:
            raise Killed
        return process

    def _die(self, process: Process) -> None:
        self.bury(process)
        raise Killed

    def _leave(self, process: Process) -> None:
        self._hub.switch()
        if not process.is_alive:
            raise Killed

    def _push(self, at: float, process: Process, task: greenlet) -> None:
        heapq.heappush(self._waiting, (at, next(self._order), process, task))

    def _come(self) -> None:
        while self._effects and self._effects[0][0] <= self.time:
            _, _, effect = heapq.heappop(self._effects)
            self.is_late = True
            with suppress(Exception):  # nobody is there to be told
                effect()
            self.is_late = False


BEGIN = 1_800_000_000.0
