"""What jobs said while they ran, kept beside their commits: a file a job, named by its transaction.

A log is for people and no part of a commit. It is written once its job has ended, so a process that was killed leaves none, and a
job that said nothing has none. Logs of jobs that were not committed lie in a folder of their own, as the ledger has no row
that leads to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from transforms.common.json_text import from_json
from transforms.errors import NotFoundError, UsageError
from transforms.store import layout, machine
from transforms.store.storage.base import Storage, content_of

COMMITTED = f"{layout.LOGS}/committed"
OTHERS = f"{layout.LOGS}/not_committed"
_ENDING = ".jsonl"
SHORTEST_ID = 16


class Line(NamedTuple):
    """Something that a job said.

    Attributes:
        time: when, by the clock of its machine.
        level: ``STDOUT`` or ``STDERR`` for what was printed, else the level of a log record; a warning's is ``WARNING``.
        text: what; more than one line where it was logged so.
    """

    time: datetime
    level: str
    text: str


@dataclass(frozen=True)
class KeptLog:
    """The log of one job.

    Attributes:
        transaction: the id of the job's transaction.
        transform: the name of the job.
        branch: the branch that it wrote.
        started_time: when it began.
        ended_time: when it ended.
        status: how it ended, as :class:`~transforms.run.job.JobResult` says it.
        lines: what it said.
        error: what it failed with, in one line.
    """

    transaction: str
    transform: str
    branch: str
    started_time: datetime
    ended_time: datetime
    status: str
    lines: tuple[Line, ...]
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what is known of the job, without its lines."""
        return {
            "transaction": self.transaction,
            "transform": self.transform,
            "branch": self.branch,
            "started": self.started_time.isoformat(),
            "ended": self.ended_time.isoformat(),
            "status": self.status,
            "error": self.error,
        }


def keep(storage: Storage, log: KeptLog) -> None:
    """Keep the log of a job that has ended.

    :param storage: the store's storage.
    :param log: the log.
    :raises OSError: if it cannot be written.
    """
    lines = [log.to_json(), *([line.time.isoformat(), line.level, line.text] for line in log.lines)]
    folder = COMMITTED if log.status == "committed" else OTHERS
    content = "".join(f"{json.dumps(line)}\n" for line in lines)
    storage.write(f"{folder}/{log.transaction}{_ENDING}", content.encode())


def log_of(storage: Storage, transaction: str) -> KeptLog | None:
    """Return the log of a job; None where none is kept, as it said nothing, was killed, or its log was deleted.

    :param storage: the store's storage.
    :param transaction: the id of the job's transaction.
    """
    for folder in (COMMITTED, OTHERS):
        content = content_of(storage, f"{folder}/{transaction}{_ENDING}")
        if content is not None and (log := _read(transaction, content)) is not None:
            return log
    return None


def find(storage: Storage, beginning: str) -> KeptLog:
    """Return the log whose transaction's id begins so.

    :param storage: the store's storage.
    :param beginning: at least the first 16 digits of the id.
    :raises NotFoundError: if there is none.
    :raises UsageError: if there are several.
    """
    found = sorted(
        {name for folder in (COMMITTED, OTHERS) for name in _ids(storage, folder) if name.startswith(beginning)}
    )
    if len(found) > 1:
        raise UsageError(f"{beginning} begins the ids of {len(found)} jobs; type more of it: {', '.join(found[:5])}.")
    log = log_of(storage, found[0]) if found else None
    if log is None:
        raise NotFoundError(
            f"There is no log of a job {beginning}. 'transforms log --failed' lists the jobs that were not committed, with their "
            f"ids; a log may have been deleted by 'transforms gc --older-than'."
        )
    return log


def not_committed(storage: Storage, limit: int) -> list[KeptLog]:
    """Return the logs of the newest jobs that were not committed, newest first.

    :param storage: the store's storage.
    :param limit: how many at most.
    """
    names = _ids(storage, OTHERS)[: -limit - 1 : -1]  # ids rise with time
    contents = storage.read_many([f"{OTHERS}/{name}{_ENDING}" for name in names])
    read = (_read(name, content) for name, content in zip(names, contents, strict=True) if content is not None)
    return [log for log in read if log is not None]


def delete_old(storage: Storage, days: float, dry_run: bool = False) -> list[str]:
    """Delete the logs of jobs that ended some days ago.

    :param storage: the store's storage.
    :param days: how many days.
    :param dry_run: find them, delete nothing.
    :returns: the ids of their transactions.
    """
    before = (machine.now() - timedelta(days=days)).timestamp()
    old = [
        f"{folder}/{name}"
        for folder in (COMMITTED, OTHERS)
        for name, found in sorted(storage.files(folder).items())
        if found.modified < before and name.endswith(_ENDING)
    ]
    if not dry_run:
        storage.delete_many(old)
    return [name.rpartition("/")[2].removesuffix(_ENDING) for name in old]


def _ids(storage: Storage, folder: str) -> list[str]:
    names = (name.removesuffix(_ENDING) for name in storage.names(folder) if name.endswith(_ENDING))
    return [name for name in names if layout.is_identifier(name)]


def _read(transaction: str, content: bytes) -> KeptLog | None:
    """Read a log; None for a file that is none, and without the lines that cannot be read: somebody may have written there."""
    parts = list(_parts(content))
    try:
        head = parts[0]
        return KeptLog(
            transaction,
            str(head["transform"]),
            str(head["branch"]),
            datetime.fromisoformat(head["started"]),
            datetime.fromisoformat(head["ended"]),
            str(head["status"]),
            tuple(Line(datetime.fromisoformat(time), str(level), str(text)) for time, level, text in parts[1:]),
            str(head["error"]),
        )
    except (LookupError, TypeError, ValueError):
        return None


def _parts(content: bytes) -> Iterator[Any]:
    for line in content.splitlines():
        try:
            yield from_json(line)
        except ValueError:
            return
