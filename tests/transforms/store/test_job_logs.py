"""Logs of jobs, kept beside their commits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.errors import NotFoundError, UsageError
from transforms.store import job_logs
from transforms.store.job_logs import KeptLog, Line
from transforms.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_log(digits: str, status: str = "committed") -> KeptLog:
    """Return the log of a job whose transaction's id begins with some digits."""
    lines = (Line(NOON, "STDOUT", "first"), Line(NOON, "WARNING", "two\nlines of «ü»"))
    return KeptLog(
        digits.ljust(32, "0"), "clean", "master", NOON, NOON, status, lines, "" if status != "failed" else "E"
    )


def test_a_log_is_read_as_it_was_kept(anywhere: Store) -> None:
    """By the id of its transaction, or the beginning of that; in a folder and in a bucket."""
    log = a_log("0198f3b2c4d5e6f7a")
    job_logs.keep(anywhere.storage, log)
    assert job_logs.log_of(anywhere.storage, log.transaction) == log
    assert job_logs.find(anywhere.storage, "0198f3b2c4d5e6f7") == log
    assert job_logs.log_of(anywhere.storage, "f" * 32) is None


def test_those_that_were_not_committed_are_listed_newest_first(anywhere: Store) -> None:
    """And no committed one is among them, as the ledger leads to those."""
    logs = [
        a_log(f"0{number}98f3b2c4d5e6f7", status)
        for number, status in enumerate(["failed", "committed", "interrupted"])
    ]
    for log in logs:
        job_logs.keep(anywhere.storage, log)
    assert job_logs.not_committed(anywhere.storage, 5) == [logs[2], logs[0]]
    assert job_logs.not_committed(anywhere.storage, 1) == [logs[2]]


def test_an_id_that_means_none_or_two_is_refused(store: Store) -> None:
    """In words that say what to type instead."""
    for last in "ab":
        job_logs.keep(store.storage, a_log(f"0198f3b2c4d5e6f7{last}"))
    with pytest.raises(UsageError, match="begins the ids of 2 jobs; type more"):
        job_logs.find(store.storage, "0198f3b2c4d5e6f7")
    with pytest.raises(NotFoundError, match="transforms log --failed"):
        job_logs.find(store.storage, "a" * 16)


def test_old_logs_are_deleted_when_asked_for(anywhere: Store) -> None:
    """All of them by their age alone; a dry run deletes nothing."""
    logs = [a_log("0198f3b2c4d5e6f7a"), a_log("0298f3b2c4d5e6f7a", "failed")]
    for log in logs:
        job_logs.keep(anywhere.storage, log)
    ids = [log.transaction for log in logs]
    assert job_logs.delete_old(anywhere.storage, days=1) == []
    assert job_logs.delete_old(anywhere.storage, days=-1, dry_run=True) == ids
    assert job_logs.log_of(anywhere.storage, ids[0]) == logs[0]
    assert job_logs.delete_old(anywhere.storage, days=-1) == ids
    assert [job_logs.log_of(anywhere.storage, identity) for identity in ids] == [None, None]


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b"\xff\xfe", b'{"transform": 1}\n["x"]\n'])
def test_a_file_that_is_no_log_is_passed_over(store: Store, content: bytes) -> None:
    """Somebody may have written there; a listing does not end with it."""
    store.storage.write(f"{job_logs.OTHERS}/{'a' * 32}.jsonl", content)
    store.storage.write(f"{job_logs.OTHERS}/notes.txt", b"mine")
    assert job_logs.not_committed(store.storage, 5) == []
    assert job_logs.log_of(store.storage, "a" * 32) is None


def test_what_was_cut_off_is_read_up_to_there(store: Store) -> None:
    """A line that a full disk cut is left out, the others are read."""
    log = a_log("0198f3b2c4d5e6f7a", "failed")
    job_logs.keep(store.storage, log)
    name = f"{job_logs.OTHERS}/{log.transaction}.jsonl"
    store.storage.write(name, store.storage.read(name)[:-20])
    found = job_logs.log_of(store.storage, log.transaction)
    assert found is not None
    assert found.lines == log.lines[:1]
