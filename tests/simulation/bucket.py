"""A store's root by the rules of a bucket: the product's own client of it and its own leases, over a simulated service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from obstore.exceptions import AlreadyExistsError, GenericError, PreconditionError

from tests.simulation.disk import Disk, File
from tests.simulation.lake import Lake
from tests.simulation.world import BEGIN, World
from transforms.store.storage.files import Found
from transforms.store.storage.objects import ObjectStorage

T = TypeVar("T")


class Bucket(ObjectStorage):
    """:class:`ObjectStorage` of one process, which stages in memory.

    :param world: in which it is.
    :param disk: what the service holds.
    """

    _scratch = Path("/no/such/folder")  # nothing is in it

    def __init__(self, world: World, disk: Disk) -> None:
        super().__init__("s3://bucket", {})
        self._service = Service(world, disk)
        self.delta = Lake(self)
        self._staged: dict[str, bytes] = {}

    @property
    def bucket(self) -> Any:
        """The client."""
        return self._service

    def stage(self, name: str, content: bytes) -> None:
        """Write a file where :meth:`ObjectStorage.work` says, as engines do."""
        self._staged[name] = content

    def files(self, folder: str) -> dict[str, Found]:
        with self._told(folder):  # PyArrow, which the product asks here, raises an OSError as well
            there = {one["path"]: Found(one["size"], 0.0) for one in self.bucket.list(folder).collect()}
        here = {name: Found(len(data), 0.0) for name, data in self._staged.items() if name.startswith(f"{folder}/")}
        return {name[len(folder) + 1 :]: found for name, found in (there | here).items()}

    def seal(self, names: Iterable[str]) -> None:
        self._side_by_side(self._upload, [name for name in names if name in self._staged])

    def _upload(self, name: str) -> None:
        with self._told(name):
            self.bucket.put(name, self._staged[name])
        del self._staged[name]


class Object(NamedTuple):
    """What the client returns of an object."""

    content: bytes
    meta: Mapping[str, Any]

    def bytes(self) -> bytes:
        """Its content."""
        return self.content


class Service:
    """The double of obstore's client.

    :param world: in which it is.
    :param disk: what the service holds.
    """

    def __init__(self, world: World, disk: Disk) -> None:
        self._world = world
        self._disk = disk

    def get(self, name: str) -> Object:
        return self._ask("get", name, lambda: Object(self._file(name).content, self._meta(name)))

    def head(self, name: str) -> Mapping[str, Any]:
        return self._ask("list", name, lambda: self._meta(name))

    def list(self, folder: str, offset: str | None = None, chunk_size: int = 0) -> Listing:
        def find() -> Listing:
            return Listing(self._meta(name) for name in self._disk.below(folder) if offset is None or name > offset)

        return self._ask("list", folder, find)

    def list_with_delimiter(self, folder: str | None) -> Mapping[str, Any]:
        def find() -> Mapping[str, Any]:
            files, folders = self._disk.right_below(folder or "")
            start = f"{folder}/" if folder else ""
            objects = [self._meta(start + name) for name in files]
            return {"objects": objects, "common_prefixes": [start + name for name in folders]}

        return self._ask("list", folder or "", find)

    def put(self, name: str, content: bytes, mode: str | Mapping[str, str] | None = None) -> Mapping[str, Any]:
        def put() -> Mapping[str, Any]:
            if mode == "create" and name in self._disk.files:
                raise AlreadyExistsError(name)
            if isinstance(mode, Mapping) and self._meta(name)["e_tag"] != mode["e_tag"]:
                raise PreconditionError(name)
            return {"e_tag": str(self._disk.put(name, content).tag)}

        return self._ask("put" if mode is None else "create" if mode == "create" else "swap", name, put)

    def delete(self, names: str | Sequence[str]) -> None:
        for name in [names] if isinstance(names, str) else names:
            self._ask("delete", name, partial(self._disk.delete, name))

    def _ask(self, verb: str, name: str, effect: Callable[[], T]) -> T:
        return self._world.ask(verb, name, effect, lambda: GenericError("no answer"))

    def _file(self, name: str) -> File:
        if name not in self._disk.files:
            raise FileNotFoundError(name)
        return self._disk.files[name]

    def _meta(self, name: str) -> Mapping[str, Any]:
        file = self._file(name)
        modified = datetime.fromtimestamp(BEGIN + file.modified, UTC)
        return {"path": name, "size": len(file.content), "e_tag": str(file.tag), "last_modified": modified}


class Listing(list[Any]):
    """Objects of a listing, each a batch of its own."""

    def collect(self) -> Listing:
        """All of them."""
        return self
