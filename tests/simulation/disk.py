"""Where the bytes of a world lie: the disk of the local rules, the object store's own of the other."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is at one moment.

    Attributes:
        content: what it holds.
        tag: no two contents that were ever written have the same.
        born: the same as long as it is the same file, however often it was written in place.
        modified: when it was written, by the service's own clock.
    """

    content: bytes
    tag: int
    born: int
    modified: float


class Disk:
    """Files by name. What is done here has happened, and is seen by all, at once.

    :param world: tells the time.
    """

    def __init__(self, world: World) -> None:
        self.files: dict[str, File] = {}
        self.watch: Callable[[str, File | None, File | None], None] = lambda name, before, after: None
        self._world = world
        self._names: list[str] = []  # sorted
        self._tags = 0

    def put(self, name: str, content: bytes, in_place: bool = False) -> File:
        """Write a file."""
        self._tags += 1
        before = self.files.get(name)
        if before is None:
            insort(self._names, name)
        born = before.born if in_place and before is not None else self._tags
        after = self.files[name] = File(content, self._tags, born, self._world.time)
        self.watch(name, before, after)
        return after

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        before = self.files.pop(name, None)
        if before is not None:
            del self._names[bisect_left(self._names, name)]
            self.watch(name, before, None)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right below a folder, as a storage does."""
        return self.right_below(folder)[0]

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of files, None for one that is not there, as a storage does."""
        return [self.files[name].content if name in self.files else None for name in names]

    def below(self, folder: str) -> list[str]:
        """Return the names of the files below a folder, sorted."""
        start = f"{folder}/" if folder else ""
        first = bisect_left(self._names, start)
        last = bisect_left(self._names, f"{folder}0") if folder else None  # a 0 comes after a /
        return self._names[first:last]

    def right_below(self, folder: str) -> tuple[list[str], list[str]]:
        """Return the names of the files and of the folders right below a folder, sorted."""
        start = len(folder) + 1 if folder else 0
        parts = [name[start:].split("/", 1) for name in self.below(folder)]
        return [part[0] for part in parts if len(part) == 1], sorted({part[0] for part in parts if len(part) == 2})
