"""Where the store of a test lies: in memory where the system offers that, as nothing of it is to outlive the test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import weakref
from collections import deque
from pathlib import Path

from transforms.store.store import Store

_MEMORY = Path("/dev/shm")
_LEAST_FREE = 256 << 20  # bytes; containers often have 64 MB there
_KEPT = 16
"""How many stores stay that nobody has any more: what is read lazily may still be asked for its rows."""

_there: dict[Path, int] = {}
"""The folders of this process's temporary stores, with its id: a forked process deletes none of them."""
_let_go: deque[Path] = deque()


def temporary_store() -> Store:
    """Make a store that is deleted some time after nobody has it, or anything that reads from it, any more."""
    folder = temporary_folder()
    store = Store(folder / "store")
    weakref.finalize(store.storage, _delete_later, folder)
    return store


def temporary_folder() -> Path:
    """Make a folder that is deleted when the process ends, if it is still there.

    It is in memory, where each of a commit's many syncs costs nothing, unless the environment says by ``TMPDIR`` where
    temporary files go, or there is little room.
    """
    folder = Path(tempfile.mkdtemp(prefix="transforms-test-", dir=_in_memory()))
    _there[folder] = os.getpid()
    return folder


def delete(folder: Path) -> None:
    """Delete a temporary folder now."""
    if _there.pop(folder, None) == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)


def _delete_later(folder: Path) -> None:
    _let_go.append(folder)
    while len(_let_go) > _KEPT:
        delete(_let_go.popleft())


@atexit.register
def _delete_all() -> None:
    for folder in list(_there):
        delete(folder)


def _in_memory() -> Path | None:
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        return None
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _LEAST_FREE else None
