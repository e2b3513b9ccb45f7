"""Which process an experiment's journal belongs to, and whether that process lives.

A process that logs holds one locked file for all of its journals in a folder, which the system frees when the process
dies; a journal's header names that file. So a process may have thousands of experiments and holds one descriptor.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from transforms.store import layout
from transforms.store.storage.locked import LockedFile

PROCESSES = f"{layout.LOCKS}/_processes"
"""Where the files lie, relative to a store's root; no branch has a name that begins so."""
NEW_SECONDS = 3600.0
"""So old a file is that nobody holds, and that is not about to be locked."""

_held: dict[Path, tuple[str, LockedFile]] = {}
_lock = threading.Lock()


def ours(journals: Path) -> str:
    """Return the name under which this process owns journals in a folder; it is held until the process ends.

    :param journals: the folder of the journals.
    :raises OSError: when the file cannot be made or locked.
    """
    folder = _folder(journals)
    with _lock:
        held = _held.get(folder)
        if held is None or not _is_there(folder / held[0], held[1]):
            held = _held[folder] = _locked(folder)
    return held[0]


def lives(journals: Path, name: str) -> bool:
    """Whether the process that owns journals under a name still runs.

    :param journals: the folder of the journals.
    :param name: what :func:`ours` returned there.
    """
    return name.isalnum() and _is_locked(_folder(journals) / name)


def ended(journals: Path) -> Iterator[Path]:
    """Yield the files of processes that have ended, which nobody needs once their journals are gone."""
    for file in sorted(_folder(journals).glob("*")):
        with suppress(OSError):  # it went meanwhile, or is not ours to open
            if time.time() - file.stat().st_mtime > NEW_SECONDS and not _is_locked(file):
                yield file


def let_go() -> None:
    """Delete the files of this process, which is about to end."""
    with _lock:
        for folder, (name, _) in _held.items():
            with suppress(OSError):  # whoever collects finds it
                os.unlink(folder / name)


def _folder(journals: Path) -> Path:
    return journals.absolute().parent / PROCESSES


def _locked(folder: Path) -> tuple[str, LockedFile]:
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    making = folder / f".{name}"
    # Locked before it has its name, so that nobody finds it free. The mode is what the umask leaves of it.
    file = LockedFile(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    try:
        file.lock(fcntl.LOCK_EX)
        os.rename(making, folder / name)
    except OSError:
        file.close()
        making.unlink(missing_ok=True)
        raise
    return name, file


def _is_there(file: Path, locked: LockedFile) -> bool:
    """Whether a file is still the one that is locked; somebody may have moved or deleted the folder."""
    try:
        return os.fstat(locked.descriptor).st_ino == os.stat(file).st_ino
    except OSError:
        return False


def _is_locked(file: Path) -> bool:
    try:
        looked_at = LockedFile(os.open(file, os.O_RDONLY | os.O_CLOEXEC))  # which is enough, also for another user's
    except FileNotFoundError:
        return False
    free = looked_at.lock(fcntl.LOCK_SH)
    looked_at.close()
    return not free


def _in_child() -> None:
    """A child that outlives its parent must not keep its experiments running; it has files of its own."""
    global _lock
    _lock = threading.Lock()
    _held.clear()


os.register_at_fork(after_in_child=_in_child)
