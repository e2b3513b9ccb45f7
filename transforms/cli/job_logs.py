"""How ``transforms log`` shows what jobs said while they ran."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from transforms.cli.output import Output
from transforms.store import job_logs

if TYPE_CHECKING:
    from transforms.store.job_logs import KeptLog
    from transforms.store.store import Store

_ID = re.compile(rf"[0-9a-f]{{{job_logs.SHORTEST_ID},32}}")
_PRINTED = ("STDOUT", "STDERR")


def is_id(word: str) -> bool:
    """Whether a word can be the beginning of a transaction's id, rather than an alias or the number of a commit."""
    return _ID.fullmatch(word) is not None


def log_lines(log: KeptLog | None) -> list[dict[str, Any]]:
    """Return the lines of a log as JSON has them."""
    lines = () if log is None else log.lines
    return [{"time": line.time.isoformat(), "level": line.level, "text": line.text} for line in lines]


def print_lines(log: KeptLog | None, out: Output) -> None:
    """Print the lines of a log: when, at which level unless it was printed, and what."""
    if log is None or not log.lines:
        return
    out.line("")
    for line in log.lines:
        before = f"{line.time.astimezone():%H:%M:%S}  {'' if line.level in _PRINTED else line.level:<7}  "
        for text in line.text.split("\n"):
            out.line(before + _printable(text))
            before = " " * len(before)


def show_one(store: Store, beginning: str, out: Output) -> None:
    """Show the log of a job by the beginning of its transaction's id."""
    log = job_logs.find(store.storage, beginning)
    if out.as_json:
        out.json({**log.to_json(), "log": log_lines(log)})
        return
    out.listing([_row(log)], ["time", "branch", "transform", "status", "seconds"])
    print_lines(log, out)


def show_not_committed(store: Store, limit: int, branch: str | None, out: Output) -> None:
    """List the newest jobs that were not committed, newest first."""
    logs = job_logs.not_committed(store.storage, limit if branch is None else 100 * limit)
    rows = [_row(log) for log in logs if branch in (None, log.branch)][:limit]
    out.listing(
        rows,
        ["id", "time", "branch", "transform", "status", "error"],
        "No log of a job that was not committed is kept.",
    )


def _row(log: KeptLog) -> dict[str, Any]:
    return {
        "id": log.transaction[: job_logs.SHORTEST_ID],
        "time": log.ended_time.isoformat(timespec="seconds"),
        "seconds": round((log.ended_time - log.started_time).total_seconds(), 3),
        **log.to_json(),
    }


def _printable(text: str) -> str:
    """Return a line without what would move a terminal's cursor or change its colours."""
    return "".join(letter if letter.isprintable() or letter == "\t" else ascii(letter)[1:-1] for letter in text)
