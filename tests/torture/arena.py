"""Where an ordeal takes place: a project in a folder, processes to order about, and the account of what came of it."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes import Nursery
from tests.torture.judge import builds_in, judged

HERE = Path(__file__).parent
BUILD = ("build", "--force", "--quiet", "--wait", "30")


class Arena:
    """A project to torture.

    :param folder: an empty folder.
    :param seconds: after how many seconds no further round is begun.
    :param seed: what chance begins with.
    :param nurseries: processes whose children run the commands; begun here where there are too few.
    :param root: the store's root; the folder ``store`` of the project when not given.
    :param environment: what the processes have in their environment.

    Attributes:
        nurseries: the processes.
        chance: the only source of chance.
        done: how often what happened.
        problems: everything that was wrong.
    """

    def __init__(
        self,
        folder: Path,
        seconds: float,
        seed: int,
        nurseries: list[Nursery],
        root: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.store = folder / "store"
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []
        self.often = 0
        self._environment = dict(environment or {})
        self._deadline = time.monotonic() + seconds
        self.nurseries = nurseries
        self._acknowledged: list[str] = []
        self._number = 0
        shutil.copy(HERE / "project.py", folder / "tortured.py")
        (folder / "pyproject.toml").write_text(
            f'[tool.transforms]\nroot = "{root or self.store}"\npipelines = ["tortured"]\n'
        )

    def rounds(self, most: int) -> range:
        """Yield the numbers of rounds until the time is over."""
        for number in range(most):
            if time.monotonic() > self._deadline:
                return
            self.done["rounds"] += 1
            yield number

    def send(self, index: int, arguments: Sequence[str], **order: Any) -> str:
        """Order one of the processes to run a command; return the name of the build, should it be one."""
        while len(self.nurseries) <= index:
            self.nurseries.append(Nursery(HERE / "nursery.py"))
        self._number += 1
        name = f"b{self._number:05}"
        environment = {**self._environment, "TORTURE_BUILD": name, **order.pop("environment", {})}
        order = {"often": self.often, "folder": str(self.folder), "log": str(self.folder / f"{index}.log"), **order}
        self.nurseries[index].send(arguments=list(arguments), environment=environment, **order)
        return name

    def receive(self, index: int, arguments: Sequence[str], name: str, elsewhere: bool = False) -> int:
        """Wait for the command of a process, and take note of what came of it.

        :param elsewhere: whether it was on another store, so that what it built need not be in this one.
        """
        status = self.nurseries[index].receive()
        command = " ".join(word for word in arguments[:2] if word.isalpha())
        self.done["kills" if status == -9 else f"{command}: exit {status}"] += 1
        if status == 0 and command == "build" and not elsewhere:
            self.acknowledge(name)
        is_broken = status in (97, 98) or (status < 0 and status != -9)
        if is_broken or (command in ("gc", "recover") and status not in (0, -9)):
            self.problems.append(f"{command} ended with {status}: {self.said(index)}")
        return status

    def acknowledge(self, name: str) -> None:
        """Take note that a build said it was done: from now on it has to be there."""
        self._acknowledged.append(name)

    def run(self, *arguments: str, index: int = 0, **order: Any) -> int:
        """Run a command to its end, and return its exit status."""
        return self.receive(index, arguments, self.send(index, arguments, **order))

    def said(self, index: int, length: int = 400) -> str:
        """Return the end of what the commands of a process printed."""
        log = self.folder / f"{index}.log"
        return log.read_text(errors="replace")[-length:] if log.exists() else ""

    def look(self, final: bool = False) -> None:
        """Let the judge look at the store."""
        self.problems += [f"round {self.done['rounds']}: {problem}" for problem in judged(self.store, final)]

    def settle(self) -> None:
        """Recover, collect, and let the judge look again: now everything has to agree."""
        self._grow_old()
        for command in (("recover",), ("gc", "--older-than", "999")):
            if (status := self.run(*command)) != 0:
                self.problems.append(f"{command[0]} ended with {status}: {self.said(0)}")
        self.look(final=True)
        lost = sorted(set(self._acknowledged) - set(builds_in(self.store)))
        if lost:
            self.problems.append(f"acknowledged, and not there: {lost[:5]}")

    def _grow_old(self) -> None:
        """Let years pass over what may be a commit of a program that knows no leases: no other keeps ``gc`` from it."""
        long_ago = time.time() - 1_000 * 86_400
        for file in self.store.glob("master/**/*"):
            if file.name.startswith("part-") or "#" in file.name:
                os.utime(file, (long_ago, long_ago))


@contextmanager
def shared_nurseries() -> Iterator[list[Nursery]]:
    """Yield the list of processes that several ordeals order about, one after another; end them afterwards."""
    begun: list[Nursery] = []
    yield begun
    for nursery in begun:
        nursery.close()
