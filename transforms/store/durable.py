"""Writing to a local disk so that what was acknowledged survives a loss of power."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_SIDE_BY_SIDE, _THREADS = 16, 16


def is_full(error: BaseException) -> bool:
    """Whether an error, of whatever library, says that the disk has no space left."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return (
        re.search(r"No space left on device|Disk quota exceeded|\b(?:os error|errno) (?:28|122)\b", str(error))
        is not None
    )


def sync_file(path: Path) -> None:
    """Bring a file's content to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


sync_folder = sync_file  # a folder's entries are synced through a descriptor just as a file's content


def sync_tree(files: Iterable[Path], root: Path) -> None:
    """Bring files to the disk, and every folder between them and ``root``, which they lie below."""
    paths = list(files)
    if len(paths) < _SIDE_BY_SIDE:
        for path in paths:
            sync_file(path)
    else:  # the disk takes many requests at a time
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="sync") as pool:
            list(pool.map(sync_file, paths))  # what failed is raised here
    folders: set[Path] = set()
    for folder in {path.parent for path in paths}:
        while folder not in folders:
            folders.add(folder)
            if folder == root:
                break
            folder = folder.parent
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        sync_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless they are there; those that are made outlive a loss of power."""
    made = []
    place = folder
    while not place.is_dir():
        made.append(place)
        place = place.parent
    if not made:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for place in reversed(made):
        try:
            sync_folder(place.parent)
        except PermissionError:
            continue  # a folder that we may write and not read; its owner's system keeps it


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content in one step; a crash leaves the old content or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    _write_synced(temporary, content)
    os.replace(temporary, path)


def create_exclusively(path: Path, content: bytes) -> bool:
    """Create a file with its whole content, durably, unless there is one of that name.

    The content is on the disk before the name exists, so no reader and no crash shows half of it.

    :returns: False when the name was taken; then nothing changed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    _write_synced(temporary, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    sync_folder(path.parent)
    return True


def _write_synced(path: Path, content: bytes) -> None:
    try:
        with open(path, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
