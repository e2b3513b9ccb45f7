"""Leases of a local folder: locked files, which the operating system frees when their process dies.

Such a lease has no time limit and needs no heartbeat; the file's content only tells a person who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transforms.common.json_text import from_json
from transforms.store.storage.base import Lease
from transforms.store.storage.locked import LockedFile

_MODE = 0o666  # what the umask leaves of it, so that a folder of a group is one for all of its users


class FileLease(Lease):
    """An exclusive hold on a file until it is released or the process dies; a forked child holds nothing.

    :param path: the file.
    :param file: the same, open and locked.
    """

    def __init__(self, path: Path, file: LockedFile) -> None:
        self.path = path
        self._file = file

    @property
    def is_ours(self) -> bool:
        """False once somebody removed or replaced the lock file under us."""
        try:
            return os.fstat(self._file.descriptor).st_ino == os.stat(self.path).st_ino
        except OSError:
            return False

    @property
    def content(self) -> dict[str, Any]:
        """What the file says of its holder, the last one as long as we wrote nothing."""
        descriptor = self._file.descriptor
        try:
            content = from_json(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
        except ValueError:
            return {}  # its holder died before it wrote anything
        return content if isinstance(content, dict) else {}

    def write(self, content: Mapping[str, Any]) -> None:
        """Put what a person should know about the holder into the file."""
        descriptor = self._file.descriptor
        # In one step: who is killed between emptying and writing would leave a record that says nothing.
        os.pwrite(descriptor, json.dumps(content).encode().ljust(os.fstat(descriptor).st_size), 0)

    def release(self, remove: bool = False) -> None:
        """Give the lease back; ``remove`` deletes the file first, for names that are used only once."""
        try:
            if remove and self._file.is_open:
                self.path.unlink(missing_ok=True)
        finally:
            self._file.close()


def try_lock(path: Path) -> FileLease | None:
    """Take the lease on a path, or return None while another process or thread holds it."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = LockedFile(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))
        except PermissionError:
            if not os.access(path, os.R_OK):
                raise
            return _replaced(path)
        if not file.lock(fcntl.LOCK_EX):
            file.close()
            return None
        lease = FileLease(path, file)
        if lease.is_ours:
            return lease
        file.close()  # the file was removed between our open and our lock: take the new one


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lease on a path; whoever may read the file may ask."""
    try:
        file = LockedFile(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except FileNotFoundError:
        return False
    free = file.lock(fcntl.LOCK_SH)
    file.close()
    return not free


def _replaced(path: Path) -> FileLease | None:
    """Take the lease on a file that another user made and only they may write, in a folder that we may: by a new file.

    :raises PermissionError: if we may not write the folder either.
    """
    theirs = LockedFile(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    try:
        if not theirs.lock(fcntl.LOCK_EX) or not FileLease(path, theirs).is_ours:
            return None
        making = path.with_name(f".{path.name[:200]}.{os.urandom(8).hex()}")
        ours = LockedFile(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))
        try:
            ours.lock(fcntl.LOCK_EX)
            os.rename(making, path)  # whoever waits for the old one finds that it is not there any more
        except OSError:
            ours.close()
            making.unlink(missing_ok=True)
            raise
        return FileLease(path, ours)
    finally:
        theirs.close()
