"""An experiment's journal: a folder with what is known of it and an append-only file of what it logs.

The header names the process that owns the journal, by which others tell a running experiment from an abandoned one.
Nothing is synced to the disk here: the journal outlives its process, and the commit is what outlives a loss of power.
No file stays open between two appends, so a process may have thousands of journals.
"""

from __future__ import annotations

import fcntl
import json
import logging
import mmap
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from palantir_models.experiment.journal import owner
from palantir_models.experiment.journal.file_format import Frame, decoded, is_damaged, length_of
from transforms.common.json_text import from_json
from transforms.store import process
from transforms.store.durable import write_atomically
from transforms.store.storage.locked import LockedFile

HEADER = "header.json"
JOURNAL = "journal"
DAMAGED = "journal.damaged"
ENDED = "ended.json"
ROW = "experiment.json"  # of an experiment that has ended and is kept: beside it the others count no more
_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 0.5  # somebody else who recovers it, or looks at it, holds the lock for a moment
_MAPPED = 1 << 20  # bytes from which on reading maps the file: a map keeps a descriptor


class Reading(NamedTuple):
    """What another process can read of a journal.

    Attributes:
        frames: the whole frames, up to the first that cannot be read.
        end: the byte behind the last of them.
        damage: a sentence on what is lost behind it; empty where that is at most a frame that was not written to its end.
    """

    frames: list[Frame]
    end: int
    damage: str = ""


class Journal:
    """The journal of an experiment of this process.

    :param folder: its own folder, which is made.
    :param header: what is known of the experiment from its beginning; anything JSON can hold.
    :raises OSError: when the folder or a file in it cannot be made.
    """

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        self.folder = folder.absolute()
        known = {**header, **process.whoami(), "owner": owner.ours(self.folder.parent)}
        self.folder.mkdir(parents=True)
        try:
            os.close(os.open(self.folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
            write_atomically(self.folder / HEADER, json.dumps(known, default=str).encode())
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._length = 0
        self._torn = False

    def append(self, data: bytes) -> None:
        """Append whole frames: all of them, or none.

        :raises OSError: when the disk does not take them, or the journal is gone.
        """
        view = memoryview(data)
        with _opened(self.folder / JOURNAL, os.O_WRONLY | os.O_APPEND) as descriptor:
            if self._torn:  # what comes now must not stand behind half a frame
                os.ftruncate(descriptor, self._length)
            self._torn = True
            while view:
                view = view[os.write(descriptor, view) :]
            length = self._length + len(data)
            # No call: an interrupt between the two would leave frames in the file that nobody counts.
            self._length, self._torn = length, False

    @property
    def length(self) -> int:
        """How many bytes of whole frames there are."""
        return self._length

    def frames(self) -> list[Frame]:
        """Return every frame that was appended; the bodies of a large journal are views of its file.

        :raises OSError: when the journal cannot be read, is damaged, or ends too early.
        """
        if not self._length:
            return []
        with _opened(self.folder / JOURNAL, os.O_RDONLY) as descriptor:
            if os.fstat(descriptor).st_size < self._length:
                raise OSError(
                    f"it has {os.fstat(descriptor).st_size:,} bytes of the {self._length:,} that were written"
                )
            found = list(decoded(_content(descriptor, self._length)))
        if (end := length_of(found)) < self._length:
            raise OSError(f"it is damaged: from byte {end:,} of {self._length:,} on it is not what was written")
        return found

    def end(self, status: str, error: str) -> None:
        """Say that the experiment has ended although it was not published and its process runs.

        :param status: what others see as its status.
        :param error: what they see as the reason.
        :raises OSError: when the disk does not take it.
        """
        write_atomically(self.folder / ENDED, json.dumps({"status": status, "error": error}).encode())

    def go_on(self) -> None:
        """Take :meth:`end` back."""
        (self.folder / ENDED).unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the journal: what it held is kept elsewhere now.

        :raises OSError: when the disk does not take it.
        """
        delete(self.folder)

    def discard(self) -> None:
        """Delete the journal, once what was logged is safe elsewhere; what cannot be deleted is left with a warning."""
        try:
            self.remove()
        except OSError as error:
            _log.warning("The journal of experiment %s stays until 'transforms gc'. %s", self.folder.name, error)


def read_frames(folder: Path, begin: int = 0) -> Reading:
    """Read the frames of a journal, also of one that another process is writing.

    :param folder: its folder.
    :param begin: the byte to begin at: the end of a frame.
    """
    try:
        # Not mapped into memory: its owner cuts a torn end off, and a map of what is gone would kill this process.
        with open(folder / JOURNAL, "rb") as file:
            file.seek(begin)
            return reading(file.read(), begin, folder / JOURNAL)
    except FileNotFoundError:
        return Reading([], begin)


def reading(content: bytes, begin: int, place: object) -> Reading:
    """Decode what a journal holds from a byte on.

    :param content: it.
    :param begin: the byte.
    :param place: where the journal is, for messages.
    """
    data = memoryview(content)
    found = list(decoded(data))
    length = length_of(found)
    end = begin + length
    if not is_damaged(data[length:]):
        return Reading(found, end)
    return Reading(
        found,
        end,
        f"Its journal is damaged: of the {begin + len(data):,} bytes of {place} nothing can be read from byte {end:,} on, "
        "and what was logged then is missing here.",
    )


def read_header(folder: Path) -> dict[str, Any] | None:
    """Return what is known of a journal's experiment from its beginning; None when there is no header that can be read."""
    try:
        return parsed(from_json((folder / HEADER).read_bytes()))
    except (OSError, ValueError):
        return None


def parsed(content: Any) -> dict[str, Any]:
    """Return the content of a JSON file that holds an object.

    :raises ValueError: when it holds something else.
    """
    if not isinstance(content, dict):
        raise ValueError("it holds no JSON object")
    return content


def read_end(folder: Path) -> dict[str, Any]:
    """Return what :meth:`Journal.end` says; nothing of an experiment that it was not called for."""
    try:
        return parsed(from_json((folder / ENDED).read_bytes()))
    except (OSError, ValueError):
        return {}


def delete(folder: Path) -> None:
    """Delete a journal from an experiment's folder, and the folder when nothing else is in it."""
    for name in (HEADER, ENDED, JOURNAL):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # it holds what is kept of the experiment
        folder.rmdir()


def set_aside(folder: Path) -> None:
    """Give a damaged journal another name: no more counts of it, but somebody may still get something out of it."""
    os.replace(folder / JOURNAL, folder / DAMAGED)


def is_alive(folder: Path) -> bool:
    """Whether the process that owns a journal still runs, as far as its header can be read."""
    header = read_header(folder)
    return header is not None and owner.lives(folder.parent, str(header.get("owner", "")))


def claim(folder: Path) -> LockedFile | None:
    """Take over a journal whose process died.

    :returns: its file, which holds a lock until it is closed; None when its process lives, or somebody else takes it
        over.
    """
    if is_alive(folder) and not read_end(folder):
        return None
    deadline = time.monotonic() + _PATIENCE_SECONDS
    file = LockedFile(os.open(folder / JOURNAL, os.O_RDONLY | os.O_CLOEXEC))
    while not file.lock(fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            file.close()
            return None
        time.sleep(0.01)
    return file


@contextmanager
def _opened(file: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(file, flags | os.O_CLOEXEC)  # which is not made anew where somebody deleted it
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _content(descriptor: int, length: int) -> memoryview:
    if length >= _MAPPED:
        with suppress(OSError):  # no descriptor is left for it
            return memoryview(mmap.mmap(descriptor, length, access=mmap.ACCESS_READ))
    parts, position = [], 0
    while position < length and (part := os.pread(descriptor, length - position, position)):
        parts.append(part)
        position += len(part)
    return memoryview(b"".join(parts))
