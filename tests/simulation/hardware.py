"""The machines of a world: what the product asks of its machine, answered by the world's clock and its own chance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from tests.simulation.world import Process, World
from transforms.store import machine
from transforms.store.storage import object_lease


@contextmanager
def machines(world: World) -> Iterator[None]:
    """Let everything in the block run on the machines of a world."""
    hardware = _Hardware(world)
    with (
        patch.multiple(
            machine,
            now=lambda: datetime.fromtimestamp(world.clock(), UTC),
            milliseconds=lambda: int(world.clock() * 1000),
            monotonic=lambda: world.time,
            sleep=world.sleep,
            unique=hardware.unique,
            pool=lambda threads, name: _Pool(world),
            lock=lambda: _Lock(world),
        ),
        patch.multiple(
            object_lease,
            identity=hardware.identity,
            _started=hardware.started,
            _exists=lambda number: hardware.started(number) == "running",
            _renewals=hardware,
        ),
    ):
        yield


class _Hardware:
    """Tells processes from each other, and renews the leases of each in a thread of it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[int, Process] = {}
        self._leases: dict[Process, list[object_lease.ObjectLease]] = {}

    def unique(self) -> str:
        """See :func:`machine.unique`."""
        return hashlib.md5(str(next(self._world.unique)).encode()).hexdigest()

    def identity(self) -> dict[str, Any]:
        """See :func:`object_lease.identity`."""
        process = self._world.process
        self._seen[process.number] = process
        return {"machine": process.machine, "pid": process.number, "started": "running", "process": process.name}

    def started(self, number: int) -> str:
        """See :func:`object_lease._started`."""
        return "running" if self._seen[number].is_alive else "ended"

    def add(self, lease: object_lease.ObjectLease) -> None:
        """See :class:`Periodic`."""
        process = self._world.process
        if process not in self._leases:
            self._leases[process] = []
            self._world.fork(process, lambda: self._renew(self._leases[process]))
        self._leases[process].append(lease)

    def discard(self, lease: object_lease.ObjectLease) -> None:
        """See :class:`Periodic`."""
        leases = self._leases[self._world.process]
        if lease in leases:
            leases.remove(lease)

    def _renew(self, leases: list[object_lease.ObjectLease]) -> None:
        while True:
            self._world.sleep(object_lease.LEASE_SECONDS / object_lease._RENEWALS)
            for lease in list(leases):
                lease.renew()


class _Pool(Executor):
    """Threads of the process that has the floor."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._futures: list[_Answer] = []

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        answer = _Answer(self._world)

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(function(*arguments, **named))
            except Exception as error:  # noqa: BLE001 - whoever asks for the answer gets it
                answer.set_exception(error)

        self._futures.append(answer)
        self._world.fork(self._world.process, run)
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for answer in self._futures:
            answer.until_done()


class _Answer(Future[Any]):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def until_done(self) -> None:
        if not self.done():
            self._world.wait(lambda wake: self.add_done_callback(lambda _: wake()))

    def result(self, timeout: float | None = None) -> Any:
        self.until_done()
        return super().result()


class _Lock:
    def __init__(self, world: World) -> None:
        self._world = world
        self._is_held = False

    def __enter__(self) -> None:
        while self._is_held:
            self._world.sleep(0.001)
        self._is_held = True

    def __exit__(self, *_: object) -> None:
        self._is_held = False
