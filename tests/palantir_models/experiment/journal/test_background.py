"""One thread drains all experiments of a process; forked children are refused, and exits lose nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from palantir_models.experiment.errors import ExperimentClosedError
from palantir_models.experiment.journal import kept
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import Experiment


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Experiment]:
    """A running experiment with a journal."""
    made = Experiment(Recording("run", model="/m", journals=tmp_path, limits=Limits(metric_values=10_000_000)))
    yield made
    made._recording.close("FAILED")
    made._recording.discard_journal()


def live(experiment: Experiment, journals: Path, series: str = "loss") -> list[float]:
    """Return the values of a series that another process reads."""
    recorded = kept.read_live(journals / experiment.experiment_id).recorded
    rows = recorded.part("metrics")
    return [v for s, v in zip(rows["series"].to_pylist(), rows["value"].to_pylist(), strict=True) if s == series]


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + 300
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def in_child(act: Callable[[], None]) -> int:
    """Run something in a forked process; 0 when it returned."""
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_values_reach_the_journal_by_themselves(experiment: Experiment, tmp_path: Path) -> None:
    """Without any further call."""
    experiment.log_metric("loss", 0.5)
    assert eventually(lambda: live(experiment, tmp_path) == [0.5])


@pytest.mark.slow
def test_the_thread_ends_with_the_last_experiment(tmp_path: Path) -> None:
    """A process that logs nothing has no thread of ours; the next experiment has one again."""
    code = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from palantir_models.experiment.journal import background
        from palantir_models.experiment.recording import Recording

        for _ in range(2):
            recording = Recording("run", model="/m", journals=Path(sys.argv[1]))
            assert background._thread is not None
            recording.close("FAILED")
            recording.discard_journal()
            while background._thread is not None:
                time.sleep(0.005)
    """)
    child = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert child.returncode == 0, child.stderr


def test_many_threads_and_a_draining_one_lose_nothing(experiment: Experiment, tmp_path: Path) -> None:
    """At full speed, each in its own series and all in a common one."""

    def log(name: str) -> None:
        for value in range(10_000):
            experiment.log_metric(name, value)
            experiment.log_metric("common", 1.0)

    names = [f"thread{n}" for n in range(4)]
    threads = [threading.Thread(target=log, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        experiment._recording.drain()
    experiment._recording.drain()
    assert all(live(experiment, tmp_path, name) == list(range(10_000)) for name in names)
    assert sum(live(experiment, tmp_path, "common")) == 40_000


def test_a_forked_child_is_refused_and_its_parent_goes_on(experiment: Experiment, tmp_path: Path) -> None:
    """A worker's values would be lost or would mix with its parent's, so it is told to return them."""
    experiment.log_metric("loss", 1.0)

    def log() -> None:
        for call in (
            lambda: experiment.log_metric("loss", 2.0),
            lambda: experiment.log_metrics({"loss": 2.0}),
            lambda: experiment.log_param("depth", 1),
        ):
            with pytest.raises(ExperimentClosedError, match=f"belongs to process {os.getppid()}"):
                call()
        own = Experiment(Recording("own", model="/m", journals=tmp_path))
        own.log_metric("loss", 3.0)
        own._recording.drain()
        assert live(own, tmp_path) == [3.0]
        own._recording.close("FAILED")
        own._recording.discard_journal()

    assert in_child(log) == 0
    experiment.log_metric("loss", 4.0)
    experiment._recording.drain()
    assert live(experiment, tmp_path) == [1.0, 4.0]


@pytest.mark.slow
def test_forking_at_full_speed_neither_hangs_nor_tears(experiment: Experiment, tmp_path: Path) -> None:
    """While other threads log and drain; the children end, and the journal has every value once."""
    stop, logged = threading.Event(), [0]

    def log() -> None:
        while not stop.is_set():
            experiment.log_metric("loss", logged[0])
            logged[0] += 1

    threads = [
        threading.Thread(target=log),
        threading.Thread(target=lambda: [experiment._recording.drain() for _ in range(200)]),
    ]
    for thread in threads:
        thread.start()
    codes = [in_child(lambda: None) for _ in range(30)]
    stop.set()
    for thread in threads:
        thread.join(300)
    assert codes == [0] * 30
    experiment._recording.drain()
    assert live(experiment, tmp_path) == list(range(logged[0]))


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "raise ValueError('no')"])
def test_a_process_that_ends_by_itself_loses_nothing(tmp_path: Path, end: str) -> None:
    """Also what was logged right before; it is abandoned, and whole."""
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from palantir_models.experiments import Experiment
        from palantir_models.experiment.recording import Recording

        experiment = Experiment(Recording("run", model="/m", journals=Path(sys.argv[1]), experiment_id="ab12"))
        for value in range(1000):
            experiment.log_metric("loss", value)
    """)
    subprocess.run([sys.executable, "-c", code + end, str(tmp_path)], capture_output=True, check=False)
    row, recorded, _ = kept.read_live(tmp_path / "ab12")
    assert (row["status"], recorded.part("metrics")["value"].to_pylist()) == ("ABANDONED", list(range(1000)))


class Panic(BaseException):
    """What native code raises when it breaks down: no ``Exception``."""


def test_a_panic_in_one_experiment_stops_the_draining_of_none(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, the thread goes on with the others, and what was not drained is drained once it can be."""
    other = Experiment(Recording("other", model="/m", journals=tmp_path))

    def broken() -> None:
        raise Panic("native code")

    with monkeypatch.context() as patched:
        patched.setattr(experiment._recording._spool, "drain", broken)
        experiment.log_metric("loss", 1.0)
        for value in (1.0, 2.0):
            other.log_metric("loss", value)
            assert eventually(lambda: value in live(other, tmp_path))  # noqa: B023
    assert caplog.text.count("Panic: native code") == 1
    assert eventually(lambda: live(experiment, tmp_path) == [1.0])
    other._recording.close("FAILED")
    other._recording.discard_journal()


def test_a_panic_while_writing_is_the_handlers_matter(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As a full disk: one warning, and nothing is lost."""

    def broken(*_: object) -> bytes:
        raise Panic("native code")

    with monkeypatch.context() as patched:
        patched.setattr("palantir_models.experiment.journal.file_format.encoded", broken)
        experiment.log_metric("loss", 1.0)
        experiment._recording.drain()
    experiment._recording.drain()
    assert caplog.text.count("native code") == 1
    assert live(experiment, tmp_path) == [1.0]


def test_a_forked_child_keeps_no_journal_locked(tmp_path: Path) -> None:
    """Also of an experiment that had ended when it was forked."""
    code = f"""
import os, signal
from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.recording import Recording
from pathlib import Path
running, ended = (Experiment(Recording(name, model="/m", journals=Path({str(tmp_path)!r}))) for name in ("running", "ended"))
running.log_metric("loss", 1.0)
ended.log_metric("loss", 1.0)
ended._recording.close("FAILED")
worker = os.fork()
if worker == 0:
    print(os.getpid(), flush=True)
    signal.pause()
input()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    try:
        process.kill()
        process.wait()
        rows = {row["name"]: row["status"] for row in (one.row for one in kept.unpublished(tmp_path))}
        assert rows == {"running": kept.ABANDONED, "ended": kept.ABANDONED}
    finally:
        os.kill(worker, 9)
