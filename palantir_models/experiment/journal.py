"""An experiment's journal: a folder with what is known of it and an append-only file of what it logs.

The process that owns the journal holds a lock on the file; the system frees it when that process dies, which
is how others tell a running experiment from an abandoned one. Nothing is synced to the disk here: the journal
outlives its process, and the commit is what outlives a loss of power.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from palantir_models.experiment.frames import Frame, decoded
from transforms.json_text import from_json
from transforms.store import leases
from transforms.store.durable import write_atomically
from transforms.store.storage.locked import LockedFile

HEADER = "header.json"
JOURNAL = "journal"
_PATIENCE_SECONDS = 0.5  # somebody who looks whether the owner lives holds the lock for a moment


class Journal:
    """The journal of an experiment of this process.

    :param folder: its own folder, which is made.
    :param header: what is known of the experiment from its beginning; anything JSON can hold.
    :raises OSError: when the folder or a file in it cannot be made.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True)
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._file = LockedFile(os.open(folder / JOURNAL, flags, 0o666))
            fcntl.flock(self._file.descriptor, fcntl.LOCK_EX)
            # Last, so that whoever sees the header finds a journal that is locked while its owner lives.
            write_atomically(folder / HEADER, json.dumps({**header, **leases.whoami()}, default=str).encode())
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.folder = folder
        self._length = 0
        self._torn = False

    def append(self, data: bytes) -> None:
        """Append whole frames: all of them, or none.

        :raises OSError: when the disk does not take them.
        """
        view = memoryview(data)
        if self._torn:  # what comes now must not stand behind half a frame
            os.ftruncate(self._file.descriptor, self._length)
        self._torn = True
        while view:
            view = view[os.write(self._file.descriptor, view) :]
        self._torn = False
        self._length += len(data)

    @property
    def length(self) -> int:
        """How many bytes of whole frames there are."""
        return self._length

    def frames(self) -> list[Frame]:
        """Return every frame that was appended; their bodies are views of the file, which is not copied."""
        if not self._length:
            return []
        return list(decoded(memoryview(mmap.mmap(self._file.descriptor, self._length, access=mmap.ACCESS_READ))))

    def close(self) -> None:
        """Let go of the file; the journal stays."""
        self._file.close()

    def remove(self) -> None:
        """Delete the journal: what it held is kept elsewhere now."""
        delete(self.folder)
        self.close()


def read_frames(folder: Path) -> list[Frame]:
    """Return the whole frames of a journal, also of one that another process is writing."""
    try:
        # Not mapped into memory: its owner cuts a torn end off, and a map of what is gone would kill this process.
        return list(decoded(memoryview((folder / JOURNAL).read_bytes())))
    except FileNotFoundError:
        return []


def read_header(folder: Path) -> dict[str, Any] | None:
    """Return what is known of a journal's experiment from its beginning; None when it has hardly begun."""
    try:
        header: dict[str, Any] = from_json((folder / HEADER).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return header


def delete(folder: Path) -> None:
    """Delete a journal from an experiment's folder, and the folder when nothing else is in it."""
    for name in (HEADER, JOURNAL):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # it holds what is kept of the experiment
        folder.rmdir()


def is_alive(folder: Path) -> bool:
    """Whether the process that owns a journal still runs; whoever may read the journal may ask."""
    try:
        file = _open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    free = file.lock(fcntl.LOCK_SH)
    file.close()
    return not free


def claim(folder: Path) -> LockedFile | None:
    """Take over a journal whose process died.

    :returns: the journal's file, which holds the lock until it is closed; None when somebody else holds it.
    """
    file = _open(folder, os.O_RDWR)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not file.lock(fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            file.close()
            return None
        time.sleep(0.01)
    return file


def _open(folder: Path, access: int) -> LockedFile:
    return LockedFile(os.open(folder / JOURNAL, access | os.O_CLOEXEC))
