"""A store's root by the rules of a local folder: locks end with their process, and what failed has not happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.simulation.disk import Disk
from tests.simulation.lake import Lake
from tests.simulation.world import World
from transforms.store.storage.base import newest_by_looking
from transforms.store.storage.files import Found

T = TypeVar("T")


class Folder:
    """The double of :class:`LocalStorage`.

    :param world: in which it is.
    :param disk: the disk.
    """

    is_local = True
    options = None
    root = "folder"

    def __init__(self, world: World, disk: Disk) -> None:
        self.disk = disk
        self.delta = Lake(self)
        self._world = world
        self._locked: dict[int, _Lock] = {}

    def ask(self, verb: str, name: str, effect: Callable[[], T]) -> T:
        """Let the process that has the floor ask the disk."""
        return self._world.ask(verb, name, effect, lambda: OSError(5, "Input/output error", name))

    def uri(self, name: str) -> str:
        return f"/{self.root}/{name}"

    def read(self, name: str) -> bytes:
        def get() -> bytes:
            if name not in self.disk.files:
                raise FileNotFoundError(2, "No such file or directory", name)
            return self.disk.files[name].content

        return self.ask("get", name, get)

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        return [self._or_none(name) for name in names]

    def exists(self, name: str) -> bool:
        return self.ask("list", name, lambda: name in self.disk.files or bool(self.disk.below(name)))

    def is_table(self, name: str) -> bool:
        return self.ask("list", f"{name}/_delta_log", lambda: bool(self.disk.below(f"{name}/_delta_log")))

    def tables(self, names: Sequence[str]) -> set[str]:
        return {name for name in names if self.is_table(name)}

    def names(self, folder: str) -> list[str]:
        return self.ask("list", folder, lambda: self.disk.right_below(folder)[0])

    def folders(self, folder: str) -> list[str]:
        return self.ask("list", folder, lambda: self.disk.right_below(folder)[1])

    def files(self, folder: str) -> dict[str, Found]:
        def find() -> dict[str, Found]:
            found = {name: self.disk.files[name] for name in self.disk.below(folder)}
            return {name[len(folder) + 1 :]: Found(len(file.content), file.modified) for name, file in found.items()}

        return self.ask("list", folder, find)

    def newest(self, name_of: Callable[[int], str], known: int) -> int:
        return newest_by_looking(self, name_of, known)

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        def look(name: str) -> int | None:
            return len(self.disk.files[name].content) if name in self.disk.files else None

        return [self.ask("list", name, lambda name=name: look(name)) for name in names]  # type: ignore[misc]

    def write(self, name: str, content: bytes) -> None:
        self.ask("put", name, lambda: self.disk.put(name, content))

    def create(self, name: str, content: bytes) -> bool:
        def create() -> bool:
            if name in self.disk.files:
                return False
            self.disk.put(name, content)
            return True

        return self.ask("create", name, create)

    def delete(self, name: str) -> None:
        self.ask("delete", name, lambda: self.disk.delete(name))

    def delete_many(self, names: Sequence[str]) -> None:
        for name in names:
            self.delete(name)

    def delete_folder(self, name: str) -> None:
        for file in self.ask("list", name, lambda: self.disk.below(name)):
            self.delete(file)

    def stage(self, name: str, content: bytes) -> None:
        """Write a file where :meth:`LocalStorage.work` says, as engines do; executors of Spark also after the process died."""
        self.ask("stage", name, lambda: self.disk.put(name, content))

    def seal(self, names: Iterable[str]) -> None:
        for name in names:
            self.read(name)

    def settle(self, names: Iterable[str], top: str) -> None:
        self.ask("sync", top, lambda: None)

    def shareable(self, folder: str) -> Path:
        return Path(self.uri(folder))

    def try_acquire(self, name: str) -> _Lock | None:
        def lock() -> _Lock | None:
            file = self.disk.files.get(name) or self.disk.put(name, b"")
            if file.born in self._locked:
                return None
            mine = self._locked[file.born] = _Lock(self, name, file.born)
            self._world.process.at_death.append(mine.free)
            return mine

        return self.ask("lock", name, lock)

    def is_held(self, name: str) -> bool:
        return self.ask("list", name, lambda: name in self.disk.files and self.disk.files[name].born in self._locked)

    def _or_none(self, name: str) -> bytes | None:
        try:
            return self.read(name)
        except FileNotFoundError:
            return None


class _Lock:
    """The double of :class:`FileLease`."""

    def __init__(self, folder: Folder, name: str, born: int) -> None:
        self._folder = folder
        self._name = name
        self._born = born

    @property
    def is_ours(self) -> bool:
        def look() -> bool:
            file = self._folder.disk.files.get(self._name)
            return file is not None and file.born == self._born

        return self._folder.ask("list", self._name, look)

    @property
    def content(self) -> dict[str, Any]:
        content = self._folder.read(self._name)
        return json.loads(content) if content else {}

    def write(self, content: Mapping[str, Any]) -> None:
        data = json.dumps(content).encode()
        self._folder.ask("put", self._name, lambda: self._folder.disk.put(self._name, data, in_place=True))

    def release(self, remove: bool = False) -> None:
        try:
            if remove:
                self._folder.delete(self._name)
        finally:
            self.free()

    def free(self) -> None:
        """Unlock it, as the end of the process does by itself."""
        if self._folder._locked.get(self._born) is self:
            del self._folder._locked[self._born]
