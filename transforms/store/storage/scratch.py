"""A process's own folder for files on their way to an object store or from it, deleted when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import threading
import uuid
from functools import cache
from pathlib import Path

from transforms.common.user_folders import cache_folder
from transforms.store.storage.flock import FileLease, try_lock

_LOCK = ".lock"
_making = threading.Lock()  # a cache alone lets several threads make one


def scratch_folder() -> Path:
    """Return this process's folder; the first call also deletes those of processes that were killed."""
    with _making:
        return _made()


@cache
def _made() -> Path:
    folders = cache_folder() / "scratch"
    for lock in folders.glob(f"*/{_LOCK}"):
        if (lease := try_lock(lock)) is not None:
            shutil.rmtree(lock.parent, ignore_errors=True)
            lease.release()
    lease = None
    while lease is None:  # a process that deletes those of dead ones may come between making a folder and locking it
        mine = folders / f"{os.getpid()}-{uuid.uuid4().hex}"
        lease = try_lock(mine / _LOCK)
    atexit.register(_delete, mine, lease, os.getpid())
    return mine


def _delete(folder: Path, lease: FileLease, owner: int) -> None:
    if os.getpid() == owner:  # a forked child shares its parent's
        shutil.rmtree(folder, ignore_errors=True)
        lease.release()
