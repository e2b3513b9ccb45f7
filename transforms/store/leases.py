"""Leases: at most one live job builds an output at a time.

A lease is a locked file under ``_locks/``. The operating system frees the lock when its process dies, so a lease
has no time limit and needs no heartbeat; the file's content only tells a person who holds it.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.errors import LeaseHeldError


@dataclass
class Lease:
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

    def write(self, content: dict[str, Any]) -> None:
        """Put what a person should know about the holder into the file."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(content).encode(), 0)

    def release(self, remove: bool = False) -> None:
        """Give the lease back; ``remove`` deletes the file first, for names that are used only once."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def try_acquire(path: Path) -> Lease | None:
    """Take the lease on a path, or return None while another process or thread holds it."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        lease = Lease(path, descriptor)
        if lease.is_ours:
            return lease
        os.close(descriptor)  # the file was removed between our open and our lock: take the new one


def acquire(path: Path, what: str, holder: dict[str, Any], wait_seconds: float = 0.0) -> Lease:
    """Take the lease on a path.

    :param path: the lock file.
    :param what: what the lease is for, as an error names it: ``dataset /examples/wine/raw``.
    :param holder: what others are told about us, beside process, host, user and time.
    :param wait_seconds: how long to wait for another holder, in seconds.
    :raises LeaseHeldError: if another job holds it for longer than that.
    """
    deadline = time.monotonic() + wait_seconds
    while (lease := try_acquire(path)) is None:
        if time.monotonic() >= deadline:
            raise LeaseHeldError(
                f"{what} is being built by another job ({_describe(path)}). Nothing was changed; try again when "
                f"it has ended, or wait for it with --wait SECONDS."
            )
        time.sleep(0.02)
    lease.write({**holder, **whoami(), "since": datetime.now(UTC).isoformat(timespec="seconds")})
    return lease


def whoami() -> dict[str, Any]:
    """Return this process as others should see it."""
    return {"pid": os.getpid(), "host": socket.gethostname(), "user": user_name()}


def user_name() -> str:
    """Return the name of the user, or their number where the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _describe(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return ", ".join(f"{key} {holder[key]}" for key in ("transform", "pid", "host", "since") if key in holder)
    except (OSError, ValueError):
        return f"lock file {path}"
