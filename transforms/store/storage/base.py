"""What the store asks of the place where its bytes lie.

A name is a path relative to the store's root, with ``/`` between its parts and without one at its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from transforms.common.hashing import sha256_of
from transforms.common.paths import escape, shown
from transforms.errors import DataError, StoreError

if TYPE_CHECKING:
    from transforms.store.storage.delta import Delta


class Found(NamedTuple):
    """A file as a listing tells of it.

    Attributes:
        size: in bytes.
        modified: when it was last written, in seconds since 1970 UTC.
    """

    size: int
    modified: float


class Lease(Protocol):
    """An exclusive hold on a name until it is released or its process dies."""

    @property
    def is_ours(self) -> bool:
        """False once somebody else took it, or removed what it stands on."""

    @property
    def content(self) -> dict[str, Any]:
        """What its last holder had written, and since :meth:`write` what we wrote."""

    def write(self, content: Mapping[str, Any]) -> None:
        """Put what others should know about the holder into it."""

    def release(self, remove: bool = False) -> None:
        """Give it back; ``remove`` deletes what it stands on, for names that are used only once."""


class Storage(Protocol):
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
    delta: Delta

    @property
    def options(self) -> dict[str, str] | None:
        """See above."""

    def uri(self, name: str) -> str:
        """Return the address of a table or file, for Delta, Polars and PyArrow."""

    def spark_uri(self, name: str) -> str:
        """Return the same address as Spark spells it."""

    def read(self, name: str) -> bytes:
        """Return a file's content.

        :raises FileNotFoundError: if there is none.
        """

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the content of several files, None for one that is not there."""

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def is_table(self, name: str) -> bool:
        """Whether there is a Delta table."""

    def tables(self, names: Sequence[str]) -> set[str]:
        """Return those names under which there is a Delta table."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right below a folder, without the folder, sorted."""

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right below a folder, without that folder, sorted."""

    def files(self, folder: str) -> dict[str, Found]:
        """Return every file below a folder, staged ones too, by its name relative to that folder."""

    def newest(self, name_of: Callable[[int], str], known: int) -> int:
        """Return the newest number of a sequence of files that grows at its end; its beginning may have been deleted.

        :param known: a number that has existed, from where to look; -1 for none.
        """

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        """Return the size of each file in bytes, None for one that is not there."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file in one step, in place of what there may be under its name; for good after :meth:`settle`."""

    def create(self, name: str, content: bytes) -> bool:
        """Write a file in one step and for good unless its name is taken.

        :returns: False when it was; then nothing changed. Who gets an error, or False after one, does not know whose
            the file is and has to look.
        """

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""

    def delete_many(self, names: Sequence[str]) -> None:
        """Delete files, those that are there."""

    def delete_folder(self, name: str) -> None:
        """Delete everything below a folder, staged files too, and the folders above it that are then empty."""

    def copy(self, source: str, target: str) -> None:
        """Let a new file have the content of another; changing one later never changes the other."""

    def work(self, name: str) -> Path:
        """Return the local place where a staged file or folder is to be written; its parents are not made."""

    def make_folder(self, name: str) -> Path:
        """Make the local folder of :meth:`work` and return it."""

    def seal(self, names: Iterable[str]) -> None:
        """Bring staged files to their place for good; what is not staged here must be there already."""

    def settle(self, names: Iterable[str], top: str) -> None:
        """Make written files, and the folders from them up to ``top``, outlive a loss of power."""

    def local(self, name: str) -> Path:
        """Return a local file with the content of a stored or staged one; it must not be changed.

        :raises FileNotFoundError: if there is none.
        """

    def local_folder(self, name: str) -> Path:
        """Return a local folder with the files of a stored or staged one; it must not be changed."""

    def open_new(self, name: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        """Open a staged file for writing that is at its place once it is closed, for every process to see.

        :param name: the file; folders above it are made.
        :param mode: a mode of the builtin ``open`` that writes.
        :param options: what else that takes.
        """

    def open(self, name: str) -> Any:
        """Return what PyArrow can read a stored or staged file from without loading all of it."""

    def filesystem(self, name: str) -> Any:
        """Return PyArrow's file system of a folder, whose names are relative to it."""

    def try_acquire(self, name: str) -> Lease | None:
        """Take the lease on a name, or return None while somebody alive holds it."""

    def is_held(self, name: str) -> bool:
        """Whether somebody alive holds the lease on a name; asking does not take it."""

    def check_access(self) -> None:
        """Look whether this user may write at all, where that can be told beforehand.

        :raises StoreError: if not.
        """

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


def checked(name: str) -> str:
    """Return a name that lies below the root: the last look before something is read, made or deleted by it.

    :raises StoreError: if it would lead elsewhere.
    """
    if reason := escape(name):
        raise StoreError(
            f"{shown(name)} cannot be the name of something in the store, as it {reason}. Nothing was done."
        )
    return name


def files_below(folder: Path) -> dict[str, Found]:
    """Return every file below a folder of this machine, by its path relative to that folder."""
    found = {}
    for place in folder.rglob("*"):
        if place.is_file():
            status = place.stat()
            found[place.relative_to(folder).as_posix()] = Found(status.st_size, status.st_mtime)
    return found


def content_of(storage: Storage, name: str) -> bytes | None:
    """Return a file's content; None where there is none."""
    try:
        return storage.read(name)
    except FileNotFoundError:
        return None


def numbers_of(names: Iterable[str], suffix: str) -> set[int]:
    """Return the numbers of those names that are a number with a suffix behind it."""
    plain = (name.removesuffix(suffix) for name in names if name.endswith(suffix))
    return {int(name) for name in plain if name.isdigit()}
