"""What jobs say, heard once and for the right job."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings

import pytest

from transforms.common import known_secrets
from transforms.run.job_log import JobLog, JobLogs
from transforms.run.running import running

log = logging.getLogger("some.library")


def said(job_log: JobLog) -> list[tuple[str, str]]:
    """Return level and text of each line."""
    return [(line.level, line.text) for line in job_log.lines()]


def test_prints_records_and_warnings_are_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a handler prints the records, and everything goes on to where it went before."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    logs = JobLogs()
    with logs.listening(), warnings.catch_warnings(), running("clean"), logs.of("clean") as heard:
        warnings.simplefilter("always")
        handler = logging.StreamHandler(sys.stderr)
        log.addHandler(handler)
        try:
            print("half", end="")
            print(" a line")
            log.warning("few rows: %d", 3)
            warnings.warn("old", FutureWarning, stacklevel=1)
            print("\r50%\r100%", file=sys.stderr)
            print("never ended", end="")
        finally:
            log.removeHandler(handler)
    assert said(heard) == [
        ("STDOUT", "half a line"),
        ("WARNING", "some.library: few rows: 3"),
        ("WARNING", f"{said(heard)[2][1].split(':')[0]}:{said(heard)[2][1].split(':')[1]}: FutureWarning: old"),
        ("STDERR", "100%"),
        ("STDOUT", "never ended"),
    ]
    assert out.getvalue() == "half a line\nnever ended"
    assert "few rows: 3\n" in err.getvalue()
    assert sys.stdout is out
    assert sys.stderr is err


def test_each_job_has_a_log_of_its_own() -> None:
    """Of two that run side by side, and what is said outside of jobs is in neither."""
    logs, both = JobLogs(), threading.Barrier(2, timeout=300)
    found = {}

    def job(name: str) -> None:
        with running(name), logs.of(name) as heard:
            both.wait()
            print(f"I am {name}")
            log.error("from %s", name)
            both.wait()
            found[name] = said(heard)

    with logs.listening():
        threads = [threading.Thread(target=job, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("nobody's")
    assert found == {name: [("STDOUT", f"I am {name}"), ("ERROR", f"some.library: from {name}")] for name in "ab"}


def test_a_record_whose_arguments_do_not_fit_is_heard_all_the_same() -> None:
    """What the handlers make of it is theirs."""
    logs = JobLogs()
    record = logging.LogRecord("x", logging.ERROR, "file", 1, "%d rows", ("many",), None)
    logger = logging.Logger("x")
    logger.addHandler(logging.NullHandler())
    with logs.listening(), running("clean"), logs.of("clean") as heard:
        logger.handle(record)
    assert said(heard) == [("ERROR", "x: %d rows")]


def test_a_long_log_keeps_its_beginning_and_its_end() -> None:
    """And says how much is missing between them; what one line may have is bounded, too."""
    heard = JobLog()
    for number in range(40_000):
        heard.add("INFO", f"line {number:06}")
    heard.written("stdout", "y" * 100_000)
    heard.add("INFO", "z" * 20_000)
    lines = heard.lines()
    texts = [line.text for line in lines]
    left = next(index for index, text in enumerate(texts) if text.endswith("lines left out ..."))
    assert texts[:2] == ["line 000000", "line 000001"]
    assert texts[-1].endswith("... (11808 characters more)")
    kept = [text for text in texts if text.startswith("line ")]
    assert int(texts[left].split()[1]) == 40_000 - len(kept)
    assert kept[-1] == "line 039999"
    assert sum(map(len, texts)) < 600_000


def test_what_a_job_failed_with_is_its_last_line() -> None:
    """With its whole traceback, after what it had begun to print; of a very long one, the end."""
    heard = JobLog()
    heard.written("stdout", "about to fail")
    try:
        raise ValueError("x" * 50_000 + " at last")
    except ValueError as error:
        heard.failed(error)
    (first, last) = heard.lines()
    assert (first.text, last.level) == ("about to fail", "ERROR")
    assert last.text.startswith("... x")


def test_secrets_have_stars_in_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that look like one, and those that the job was given, whatever they look like; each line of a long one."""
    monkeypatch.setattr(known_secrets, "_known", set())
    known_secrets.remember("plain words\nof two lines")
    known_secrets.remember("short")
    heard = JobLog()
    heard.written("stdout", "api_key=0a1b2c3d4e5f6 and plain words\nof two lines\nshort\n")
    heard.add("INFO", "got plain words\nof two lines")
    assert said(heard) == [
        ("STDOUT", "api_key=*** and ***"),
        ("STDOUT", "***"),
        ("STDOUT", "short"),
        ("INFO", "got ***"),
    ]
