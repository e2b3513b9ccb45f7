"""What the store asks of the place where its bytes lie.

A name is a path relative to the store's root, with ``/`` between its parts and without one at its ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from transforms.common.hashing import sha256_of
from transforms.errors import DataError
from transforms.store.storage.delta import Delta
from transforms.store.storage.files import Found, numbers_of


class Lease(ABC):
    """An exclusive hold on a name until it is released or its process dies."""

    @property
    @abstractmethod
    def is_ours(self) -> bool:
        """False once somebody else took it, or removed what it stands on."""

    @property
    @abstractmethod
    def content(self) -> dict[str, Any]:
        """What its last holder had written, and since :meth:`write` what we wrote."""

    @abstractmethod
    def write(self, content: Mapping[str, Any]) -> None:
        """Put what others should know about the holder into it."""

    @abstractmethod
    def release(self, remove: bool = False) -> None:
        """Give it back; ``remove`` deletes what it stands on, for names that are used only once."""


class Storage(ABC):
    """The root of a store.

    Attributes:
        root: the root as people name it.
        is_local: whether the operating system vouches for it: leases end with their processes, and no others, and what
            failed has not happened.
        options: what Delta and Polars need to know to open a table below it; None for a local folder.
        delta: the Delta tables below it.
    """

    root: str
    is_local: bool
    options: dict[str, str] | None
    delta: Delta

    @abstractmethod
    def uri(self, name: str) -> str:
        """Return the address of a table or file, for Delta, Polars and PyArrow."""

    @abstractmethod
    def spark_uri(self, name: str) -> str:
        """Return the same address as Spark spells it."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return a file's content.

        :raises FileNotFoundError: if there is none.
        """

    @abstractmethod
    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of several files, None for one that is not there."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""

    @abstractmethod
    def is_table(self, name: str) -> bool:
        """Whether there is a Delta table."""

    @abstractmethod
    def tables(self, names: Sequence[str]) -> set[str]:
        """Return those names under which there is a Delta table."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """Return the names of the files right below a folder, without the folder, sorted."""

    @abstractmethod
    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right below a folder, without that folder, sorted."""

    @abstractmethod
    def files(self, folder: str) -> dict[str, Found]:
        """Return every file below a folder, staged ones too, by its name relative to that folder."""

    @abstractmethod
    def newest(self, name_of: Callable[[int], str], known: int) -> int:
        """Return the newest number of a sequence of files that grows at its end; its beginning may have been deleted.

        :param name_of: the name of the file of a number.
        :param known: a number that has existed, from where to look; -1 for none.
        """

    @abstractmethod
    def sizes(self, names: Sequence[str]) -> list[int | None]:
        """Return the size of each file in bytes, None for one that is not there."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a file in one step, in place of what there may be under its name; for good after :meth:`settle`."""

    @abstractmethod
    def create(self, name: str, content: bytes) -> bool:
        """Write a file in one step and for good unless its name is taken.

        :returns: False when it was; then nothing changed. Who gets an error, or False after one, does not know whose
            the file is and has to look.
        """

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""

    @abstractmethod
    def delete_many(self, names: Sequence[str]) -> None:
        """Delete files, those that are there."""

    @abstractmethod
    def delete_folder(self, name: str) -> None:
        """Delete everything below a folder, staged files too, and the folders above it that are then empty."""

    @abstractmethod
    def copy(self, source: str, target: str) -> None:
        """Let a new file have the content of another; changing one later never changes the other."""

    @abstractmethod
    def work(self, name: str) -> Path:
        """Return the local place where a staged file or folder is to be written; its parents are not made."""

    @abstractmethod
    def make_folder(self, name: str) -> Path:
        """Make the local folder of :meth:`work` and return it."""

    @abstractmethod
    def seal(self, names: Iterable[str]) -> None:
        """Bring staged files to their place for good; what is not staged here must be there already."""

    @abstractmethod
    def settle(self, names: Iterable[str], top: str) -> None:
        """Make written files, and the folders from them up to ``top``, outlive a loss of power."""

    @abstractmethod
    def local(self, name: str) -> Path:
        """Return a local file with the content of a stored or staged one; it must not be changed.

        :raises FileNotFoundError: if there is none.
        """

    @abstractmethod
    def local_folder(self, name: str) -> Path:
        """Return a local folder with the files of a stored or staged one; it must not be changed."""

    @abstractmethod
    def open_new(self, name: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Open a staged file for writing that is at its place once it is closed, for every process to see.

        :param name: the file; folders above it are made.
        :param mode: a mode of the builtin ``open`` that writes.
        :param options: what else that takes.
        """

    @abstractmethod
    def open(self, name: str) -> Any:
        """Return what PyArrow can read a stored or staged file from without loading all of it."""

    @abstractmethod
    def filesystem(self, name: str) -> Any:
        """Return PyArrow's file system of a folder, whose names are relative to it."""

    @abstractmethod
    def try_acquire(self, name: str) -> Lease | None:
        """Take the lease on a name, or return None while somebody alive holds it."""

    @abstractmethod
    def is_held(self, name: str) -> bool:
        """Whether somebody alive holds the lease on a name; asking does not take it."""

    @abstractmethod
    def check_access(self) -> None:
        """Look whether this user may write at all, where that can be told beforehand.

        :raises StoreError: if not.
        """

    @abstractmethod
    def shareable(self, folder: str) -> Path | None:
        """Return the local folder that every process of this store sees; None where there is no such folder."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a store; it can be pickled and opened in other processes.

    Attributes:
        storage: the store's storage.
        name: relative to the root.
        sha256: the sum of what was committed, in hexadecimal, where one was.
    """

    storage: Storage
    name: str
    sha256: str | None = None
    _verified: list[Path] = field(default_factory=list, repr=False, compare=False)

    def local(self) -> Path:
        """Return a local file with its content; it must not be changed.

        The first time it is read as a whole, and compared with the sum.

        :raises DataError: if it is not what was committed, or gone.
        """
        if self.sha256 is None:
            return self.storage.local(self.name)
        if self._verified:
            return self._verified[0]
        try:
            place = self.storage.local(self.name)
            if sha256_of(place) != self.sha256:
                raise DataError(
                    f"{self.storage.uri(self.name)} does not hold the bytes that were committed: its SHA-256 sum is another. "
                    "Nothing of it was read. Restore the file from a copy of the store, or build or put its dataset again."
                )
        except FileNotFoundError as error:
            raise DataError(
                f"{self.storage.uri(self.name)} is gone. Restore the file from a copy of the store, or build or put its "
                "dataset again."
            ) from error
        self._verified.append(place)
        return place

    def __reduce__(self) -> Any:
        return StoredFile, (self.storage, self.name, self.sha256)  # another process looks for itself


def content_of(storage: Storage, name: str) -> bytes | None:
    """Return a file's content; None where there is none."""
    try:
        return storage.read(name)
    except FileNotFoundError:
        return None


def newest_by_looking(storage: Storage, name_of: Callable[[int], str], known: int) -> int:
    """Return what :meth:`Storage.newest` does, by asking for one name after the other.

    Where asking is cheap this costs less than a listing, which grows with every file there is.

    :param storage: where the files are.
    :param name_of: the name of the file of a number.
    :param known: a number that has existed, from where to look; -1 for none.
    """
    last = known
    while storage.exists(name_of(last + 1)):
        last += 1
    if last > known or known < 0 or storage.exists(name_of(known)):
        return last
    folder, _, first = name_of(0).rpartition("/")
    return max(numbers_of(storage.names(folder), first.lstrip("0123456789")), default=known)
