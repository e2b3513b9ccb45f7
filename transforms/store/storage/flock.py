"""Leases of a local folder: locked files, which the operating system frees when their process dies.

Such a lease has no time limit and needs no heartbeat; the file's content only tells a person who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class FileLease:
    """An exclusive hold on a file until it is released or the process dies."""

    path: Path
    descriptor: int

    @property
    def is_ours(self) -> bool:
        """False once somebody removed or replaced the lock file under us."""
        try:
            return os.fstat(self.descriptor).st_ino == os.stat(self.path).st_ino
        except OSError:
            return False

    @property
    def content(self) -> dict[str, Any]:
        """What the file says of its holder, the last one as long as we wrote nothing."""
        try:
            content: dict[str, Any] = json.loads(os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0))
        except ValueError:
            return {}  # its holder died before it wrote anything
        return content

    def write(self, content: Mapping[str, Any]) -> None:
        """Put what a person should know about the holder into the file."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(content).encode(), 0)

    def release(self, remove: bool = False) -> None:
        """Give the lease back; ``remove`` deletes the file first, for names that are used only once."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def try_lock(path: Path) -> FileLease | None:
    """Take the lease on a path, or return None while another process or thread holds it."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        lease = FileLease(path, descriptor)
        if lease.is_ours:
            return lease
        os.close(descriptor)  # the file was removed between our open and our lock: take the new one
