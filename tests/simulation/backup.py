"""A copy of a store that was made file by file while jobs ran, and what must be true of a store that was restored from it."""

from __future__ import annotations

import json

from tests.simulation.disk import Disk
from tests.simulation.lake import Root, load
from tests.simulation.world import Violation, World
from transforms.store import machine

_A_FILE = 0.01  # seconds that copying one takes


def copy(root: Root, into: dict[str, bytes], folder: str = "") -> None:
    """Copy what is below a folder as ``cp -r`` does: a folder is listed when its turn comes, while others go on writing."""
    start = f"{folder}/" if folder else ""
    for name in root.names(folder):
        machine.sleep(_A_FILE)
        (content,) = root.read_many([start + name])
        if content is not None:
            into[start + name] = content
    for name in root.folders(folder):
        copy(root, into, start + name)


class Restored:
    """What must be true of a store whose files come from different moments: that a job on it is refused, or is there.

    :param world: in which it is; told of what must never be.
    :param disk: the files.
    """

    seqs: dict[str, int] = {}

    def __init__(self, world: World, disk: Disk) -> None:
        self._world = world
        self._disk = disk
        self._acknowledged: list[str] = []

    def acknowledged(self, transaction: str, seq: int) -> None:
        """A process was told that its job is committed."""
        self._acknowledged.append(transaction)

    def settled(self, tables: list[str]) -> None:
        """Everything is done: what was acknowledged is in each of the tables."""
        for transaction in self._acknowledged:
            for table in tables:
                if not any(json.loads(row)["job"] == transaction for row in self._rows(table)):
                    what = f"{transaction} is not in {table} of a restored store"
                    self._world.broken(Violation("what is acknowledged is there", what))

    def _rows(self, table: str) -> list[bytes]:
        version = load(self._disk, table)
        files = [self._disk.files.get(f"{table}/{path}") for path in version.files]  # a file may not have been copied
        return [row for file in files if file is not None for row in file.content.splitlines()]

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: None  # nothing else is asked of it
