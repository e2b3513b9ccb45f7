"""A local folder, written so that what was acknowledged survives a loss of power."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from transforms.store.durable import create_exclusively, make_folder, sync_tree, write_atomically
from transforms.store.storage.base import Storage, content_of, newest_by_looking
from transforms.store.storage.delta_rs import DeltaRs
from transforms.store.storage.errors import no_access
from transforms.store.storage.files import Found, checked, files_below
from transforms.store.storage.flock import FileLease, is_locked, try_lock


class LocalStorage(Storage):
    """A store's root that is a folder of this machine's file systems.

    :param folder: the folder; it need not exist.
    """

    is_local = True
    options = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = str(folder)
        self.delta = DeltaRs(self)

    def uri(self, name: str) -> str:
        return str(self.folder / name)

    spark_uri = uri

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        return [content_of(self, name) for name in names]

    def exists(self, name: str) -> bool:
        return (self.folder / name).exists()

    def is_table(self, name: str) -> bool:
        return (self.folder / name / "_delta_log").is_dir()

    def tables(self, names: Sequence[str]) -> set[str]:
        return {name for name in names if self.is_table(name)}

    def names(self, folder: str) -> list[str]:
        return self._children(folder, os.DirEntry.is_file)

    def folders(self, folder: str) -> list[str]:
        return self._children(folder, os.DirEntry.is_dir)

    def files(self, folder: str) -> dict[str, Found]:
        return files_below(self.folder / folder)

    def newest(self, name_of: Callable[[int], str], known: int) -> int:
        # Looks at one name after the other, as listing costs more with every file there is.
        return newest_by_looking(self, name_of, known)

    def sizes(self, names: Sequence[str]) -> list[int | None]:
        return [place.stat().st_size if (place := self.folder / name).is_file() else None for name in names]

    def write(self, name: str, content: bytes) -> None:
        place = self.folder / name
        make_folder(place.parent)
        write_atomically(place, content)

    def create(self, name: str, content: bytes) -> bool:
        place = self.folder / name
        make_folder(place.parent)
        return create_exclusively(place, content)

    def delete(self, name: str) -> None:
        (self.folder / checked(name)).unlink(missing_ok=True)

    def delete_many(self, names: Sequence[str]) -> None:
        for name in names:
            self.delete(name)

    def delete_folder(self, name: str) -> None:
        # The folders above it are deleted up to the branch.
        _remove_tree(self.folder / checked(name))
        parent = (self.folder / name).parent
        while parent != self.folder and parent.parent != self.folder:
            try:
                parent.rmdir()
            except FileNotFoundError:
                pass  # somebody else deletes below it, too
            except OSError:
                return  # not empty: it belongs to something that lives on
            parent = parent.parent

    def copy(self, source: str, target: str) -> None:
        # The file gets a second name, or is copied where the file system knows no such thing.
        place = self.folder / checked(target)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self.folder / checked(source), place)
        except OSError:
            shutil.copyfile(self.folder / source, place)

    def work(self, name: str) -> Path:
        # Files are written where they will be.
        return self.folder / name

    def local(self, name: str) -> Path:
        # The file itself.
        return self.folder / checked(name)

    local_folder = local

    def make_folder(self, name: str) -> Path:
        folder = self.folder / checked(name)
        while not folder.is_dir():
            # A transaction that is being abandoned may take an empty parent away between the making of two folders.
            try:
                with self._writing():
                    folder.mkdir(parents=True, exist_ok=True)
            except FileNotFoundError:
                continue
        return folder

    def seal(self, names: Iterable[str]) -> None:
        sync_tree([self.folder / name for name in names], self.folder)

    def settle(self, names: Iterable[str], top: str) -> None:
        sync_tree([self.folder / name for name in names], self.folder / top)

    def open_new(self, name: str, mode: str, options: Mapping[str, Any]) -> IO[Any]:
        place = self.folder / checked(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        return open(place, mode, **options)

    def open(self, name: str) -> Any:
        return self.folder / name

    def filesystem(self, name: str) -> Any:
        # PyArrow's own: the one that deltalake passes by default runs Python code in PyArrow's threads, and a process
        # that ends soon after a read is then aborted now and then.
        from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

        return SubTreeFileSystem(self.uri(name), LocalFileSystem())

    def try_acquire(self, name: str) -> FileLease | None:
        with self._writing():
            return try_lock(self.folder / name)

    def is_held(self, name: str) -> bool:
        return is_locked(self.folder / name)

    def shareable(self, folder: str) -> Path | None:
        return self.folder / folder

    def __repr__(self) -> str:
        return f"LocalStorage({self.root!r})"

    def check_access(self) -> None:
        if self.folder.exists() and not os.access(self.folder, os.W_OK | os.X_OK):
            raise no_access(self.folder, None)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say in a sentence that this user may not write."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise no_access(self.folder, error) from error
            raise

    def _children(self, folder: str, of_kind: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        try:
            with os.scandir(self.folder / folder) as entries:
                return sorted(entry.name for entry in entries if of_kind(entry))
        except FileNotFoundError:
            return []


def _remove_tree(folder: Path) -> None:
    """Delete a folder with everything in it, as far as it can be.

    :raises OSError: what kept the first of the files that are left from being deleted.
    """
    failed: list[BaseException] = []

    def note(function: object, path: str, raised: tuple[type[BaseException], BaseException, object]) -> None:
        if not isinstance(raised[1], FileNotFoundError):  # somebody else deletes it, too
            failed.append(raised[1])

    shutil.rmtree(folder, onerror=note)
    if failed:
        raise failed[0]
