"""Rows of experiments that ended, in memory: each is read once for each state of its file, by one thread.

Lists of thousands are asked for again and again, and side by side. A file is replaced as a whole, so one of another size, time
or inode is another row, and one that is gone tells nothing any more. The process writes nothing for it: there is no file
that could be out of date.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from palantir_models.experiment.journal import journal
from palantir_models.experiment.journal.unpublished import Kept, without_large
from transforms.common.json_text import from_many_json

_MOST_ROWS = 1 << 16  # some 2 KB each
_MOST_WHOLE = 64 << 20  # bytes of rows with what is large: who shows a list of experiments mostly asks for that next
_GONE = (FileNotFoundError, NotADirectoryError)

_State = tuple[int, int, int, int]


class Rows:
    """The rows that were read last.

    :param most_rows: so many stay in memory without what is large of them.
    :param most_whole: so many bytes of files stay as a whole.

    Attributes:
        reads: how many files were read.
    """

    def __init__(self, most_rows: int = _MOST_ROWS, most_whole: int = _MOST_WHOLE) -> None:
        self.reads = 0
        self._most_rows = most_rows
        self._most_whole = most_whole
        self._found: OrderedDict[str, tuple[_State, Kept]] = OrderedDict()
        self._whole: deque[tuple[Kept, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def of(self, folder: str) -> Kept | None:
        """Return what is kept in an experiment's folder; None where none is kept there.

        :param folder: the folder, as a text: making paths takes most of the time of going through thousands.
        :raises OSError: when its row cannot be read.
        :raises ValueError: when it is no row.
        """
        with self._lock:
            return self._of(folder)

    def of_many(self, folders: Iterable[str]) -> dict[str, Kept]:
        """Return what is kept in folders, by folder; one where nothing is kept, or whose row cannot be read, is left out.

        Who lists the same folders meanwhile waits, instead of reading half of them and being waited for.

        :param folders: the folders.
        """
        found = {}
        with self._lock:
            for folder in folders:
                with suppress(OSError, ValueError):  # who asks for this one is told
                    there = self._of(folder)
                    if there is not None:
                        found[folder] = there
        return found

    def forget_lock(self) -> None:
        """Have a lock that nobody holds, after a fork in which another thread may have held it."""
        self._lock = threading.Lock()

    def _of(self, folder: str) -> Kept | None:
        file = f"{folder}/{journal.ROW}"
        known = self._found.get(folder)
        try:
            if known is not None and known[0] == _state(os.stat(file)):
                return known[1]
            state, content = _read(file)
        except _GONE:
            self._found.pop(folder, None)
            return None
        self.reads += 1
        row = checked(os.path.basename(folder), journal.parsed(from_many_json(content)))
        environment = row.get("environment")
        shared = sys.intern(environment) if isinstance(environment, str) else ""  # by most experiments of a job
        if shared:
            row["environment"] = shared
        kept = Kept(without_large(row), folder, row)
        self._found[folder] = state, kept
        if len(self._found) > self._most_rows:
            self._found.popitem(last=False)
        self._bound(kept, len(content) - len(shared))
        return kept

    def _bound(self, kept: Kept, size: int) -> None:
        self._whole.append((kept, size))
        self._bytes += size
        while self._bytes > self._most_whole:
            oldest, freed = self._whole.popleft()
            oldest.let_go()
            self._bytes -= freed


def checked(experiment_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that lists can rely on.

    :param experiment_id: the id that its folder has, which counts.
    :param row: what a file says.
    :raises ValueError: if it lacks what every experiment has.
    """
    if not all(isinstance(row.get(key), str) for key in ("name", "model", "created_time")):
        raise ValueError("it lacks the name, the model or the time of the experiment")
    datetime.fromisoformat(row["created_time"])
    return {**row, "experiment_id": experiment_id}


def _state(found: os.stat_result) -> _State:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read(file: str) -> tuple[_State, bytes]:
    """Return a file's state and what it holds then, with as few calls as that takes."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        content = os.read(descriptor, found.st_size + 1)
        while len(content) < found.st_size and (more := os.read(descriptor, found.st_size)):
            content += more
        return _state(found), content
    finally:
        os.close(descriptor)


rows = Rows()
"""Those of this process."""

os.register_at_fork(after_in_child=rows.forget_lock)
