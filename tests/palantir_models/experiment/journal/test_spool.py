"""A journal that cannot be written: nothing is lost that memory can hold, and the handler decides what is said."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image

from palantir_models.experiment.errors import ExperimentError, ExperimentJournalError
from palantir_models.experiment.journal import background, kept, spool
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import ErrorHandlerType, Experiment
from tests.palantir_models.experiment.interrupting import Places

FAIL, WARN, SUPPRESS = ErrorHandlerType.FAIL, ErrorHandlerType.WARN, ErrorHandlerType.SUPPRESS
quiet = pytest.mark.parametrize("handler", [WARN, SUPPRESS])


class Disk:
    """A disk that can be full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._write = monkeypatch, os.write

    def fill(self) -> None:
        """Take nothing more."""

        def full(descriptor: int, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        self._patch.setattr(os, "write", full)

    def clear(self) -> None:
        """Take everything again."""
        self._patch.setattr(os, "write", self._write)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk that the journal is on."""
    return Disk(monkeypatch)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    """Makes experiments; they end with the test."""
    made: list[Experiment] = []

    def make(handler: ErrorHandlerType, journals: Path = tmp_path) -> Experiment:
        made.append(Experiment(Recording("run", model="/m", error_handler_type=handler, journals=journals)))
        return made[-1]

    yield make
    for experiment in made:
        experiment._recording.close("FAILED")
        experiment._recording.discard_journal()


def values(experiment: Experiment) -> list[float]:
    """Return the metric values that the experiment holds."""
    return list(experiment._recording.recorded().arrow(experiment.experiment_id)["metrics"]["value"].to_pylist())


def live(experiment: Experiment, journals: Path) -> list[float]:
    """Return the metric values that another process reads."""
    recorded = kept.read_live(journals / experiment.experiment_id).recorded
    return list(recorded.part("metrics")["value"].to_pylist())


@quiet
def test_a_full_disk_is_waited_out(
    handler: ErrorHandlerType, disk: Disk, running: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is logged meanwhile is held, and written when there is room; WARN says so once."""
    experiment = running(handler)
    experiment.log_metric("loss", 1.0)
    experiment._recording.drain()
    disk.fill()
    with caplog.at_level(logging.WARNING):
        for value in (2.0, 3.0):
            experiment.log_metric("loss", value)
            experiment._recording.drain()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == (handler is WARN)
    assert all("No space left" in text and "held in memory" in text for text in said)
    assert live(experiment, tmp_path) == [1.0]
    assert values(experiment) == [1.0, 2.0, 3.0], "publishing takes what is in memory"
    disk.clear()
    experiment._recording.drain()
    assert live(experiment, tmp_path) == values(experiment) == [1.0, 2.0, 3.0]
    assert experiment.dropped_count == 0


def test_under_fail_the_next_call_meets_the_full_disk(disk: Disk, running: Any, tmp_path: Path) -> None:
    """Whatever call it is; publishing too. When there is room again, it goes on."""
    experiment = running(FAIL)
    experiment.log_metric("loss", 1.0)
    disk.fill()
    experiment._recording.drain()
    for call in (
        lambda: experiment.log_metric("loss", 2.0),
        lambda: experiment.log_metrics({"loss": 2.0}),
        lambda: experiment.log_param("depth", 3),
        lambda: experiment.log_image("drawn", Image.new("L", (2, 2))),
        experiment._recording.check_publishable,
    ):
        with pytest.raises(ExperimentJournalError, match="No space left"):
            call()
    assert values(experiment) == [1.0]
    disk.clear()
    experiment._recording.drain()
    experiment.log_metric("loss", 2.0)
    experiment._recording.drain()
    assert live(experiment, tmp_path) == [1.0, 2.0]


@quiet
def test_memory_is_not_filled_instead_of_the_disk(
    handler: ErrorHandlerType, disk: Disk, running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound values are dropped and counted; those held before are written later."""
    monkeypatch.setattr(spool, "_MOST_HELD", 100)
    experiment = running(handler)
    disk.fill()
    for step in range(50):
        experiment.log_metric("loss", step)
    experiment._recording.drain()
    for step in range(50, 60):
        experiment.log_metric("loss", step)
    experiment.log_param("depth", 3)
    disk.clear()
    experiment._recording.drain()
    experiment.log_metric("loss", 60)
    experiment._recording.drain()
    assert live(experiment, tmp_path) == [*range(50), 60]
    assert experiment.dropped_count == 11
    recorded = kept.read_live(tmp_path / experiment.experiment_id).recorded
    assert recorded.dropped == {("metric", "loss"): 10, ("parameter", "depth"): 1}


@pytest.mark.parametrize("handler", ErrorHandlerType)
def test_a_journal_that_cannot_be_made(
    handler: ErrorHandlerType, running: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that cannot be written: FAIL refuses to begin, the others live in memory."""
    place = tmp_path / "file"
    place.touch()
    if handler is FAIL:
        with pytest.raises(ExperimentJournalError, match="Not a directory"):
            running(handler, place)
        return
    experiment = running(handler, place)
    assert ("held in memory" in caplog.text) == (handler is WARN)
    experiment.log_metric("loss", 1.0)
    experiment._recording.drain()
    assert values(experiment) == [1.0]


@pytest.mark.parametrize("handler", ErrorHandlerType)
def test_an_image_that_cannot_be_compressed(
    handler: ErrorHandlerType, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted where it was dropped; the other images stay. Under FAIL it is not published without it."""

    def failing(*_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(MemoryError("no memory for it"))
        return future

    experiment = running(handler)
    experiment.log_image("drawn", Image.new("L", (2, 2)))
    with monkeypatch.context() as patch:
        patch.setattr("palantir_models.experiment.media.images.submit", failing)
        experiment.log_image("drawn", Image.new("L", (2, 2)))
    if handler is FAIL:
        with pytest.raises(MemoryError, match="no memory"):
            experiment._recording.check_publishable()
    assert experiment._recording.recorded().arrow(experiment.experiment_id)["images"]["step"].to_pylist() == [0]
    assert experiment._recording._handler.dropped == {("image", "drawn"): 1}


@pytest.mark.slow
def test_a_real_limit_of_the_system_is_waited_out(tmp_path: Path) -> None:
    """A file that may not grow, in a process of its own; then it may."""
    code = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from palantir_models.experiment.journal import kept
        from palantir_models.experiments import Experiment
        from palantir_models.experiment.recording import Recording

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        experiment = Experiment(Recording("run", model="/m", journals=Path(sys.argv[1])))
        unlimited = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited))
        for step in range(100_000):
            experiment.log_metric("loss", step)
        experiment._recording.drain()
        resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
        experiment._recording.drain()
        recorded = kept.read_live(Path(sys.argv[1]) / experiment.experiment_id).recorded
        assert recorded.part("metrics")["value"].to_pylist() == list(range(100_000))
        print("whole")
    """)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "whole\n"
    assert done.stderr.count("File too large") == 1


def test_mistakes_are_raised_all_the_same(disk: Disk, running: Any) -> None:
    """The user's own error is told before the disk's, under every handler but FAIL, and changes nothing."""
    experiment = running(WARN)
    experiment.log_metric("loss", 1.0, step=5)
    disk.fill()
    experiment._recording.drain()
    with pytest.raises(ExperimentError, match="step"):
        experiment.log_metric("loss", 2.0, step=5)
    assert values(experiment) == [1.0]


class Clock:
    """A clock that the test sets."""

    now = 1_700_000_000_000_000_000

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1e9)


@pytest.fixture
def starved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Experiment, Clock]]:
    """An experiment whose thread never gets to run, as while C code holds Python's lock; and its clock."""
    monkeypatch.setattr(background, "add", lambda _: None)
    clock = Clock()
    run = Experiment(Recording("run", model="/m", journals=tmp_path, clock=clock))
    yield run, clock
    run._recording.close("FAILED")
    run._recording.discard_journal()


def test_a_call_that_finds_the_last_draining_long_ago_drains_itself(
    starved: tuple[Experiment, Clock], tmp_path: Path
) -> None:
    """Each kind of call, the short ways included: when it returns, all that was logged before is in the journal."""
    run, clock = starved
    calls: list[Any] = [
        lambda: run.log_metric("loss", 1.0),
        lambda: run.log_metric("loss", 2.0),
        *[lambda: run.log_metrics({"a": 1.0, "b": 2.0})] * 4,
        lambda: run.log_param("depth", 3),
        lambda: run.log_table("table", pl.DataFrame({"x": [1]})),
    ]
    for late in calls:
        run.log_metric("waits", 0.0)
        run.log_metric("waits", 0.0)
        held = kept.read_live(tmp_path / run.experiment_id).recorded.value_count
        clock.forward(0.05)
        run.log_metric("waits", 0.0)
        assert kept.read_live(tmp_path / run.experiment_id).recorded.value_count == held, "it is not late yet"
        clock.forward(0.06)
        late()
        live = kept.read_live(tmp_path / run.experiment_id).recorded
        assert (live.value_count, live.parameter_count) == (run.value_count, run.parameter_count)


@pytest.mark.parametrize("doing", ["append", "frames"])
def test_a_late_call_does_not_wait_for_a_disk_that_hangs(
    doing: str, starved: tuple[Experiment, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread's draining or reading that does not come to its end costs a call nothing."""
    run, clock = starved
    hangs, end = threading.Event(), threading.Event()
    journal = run._recording._spool.journal
    do = getattr(journal, doing)

    def hang(*arguments: Any) -> Any:
        hangs.set()
        end.wait(60)
        return do(*arguments)

    monkeypatch.setattr(journal, doing, hang)
    run.log_metric("loss", -1)
    thread = threading.Thread(target=run._recording.drain if doing == "append" else run._recording.recorded)
    thread.start()
    assert hangs.wait(60)
    clock.forward(1.0)
    for value in range(1000):
        run.log_metric("loss", value)
    assert thread.is_alive()
    end.set()
    thread.join()
    assert values(run) == list(range(-1, 1000))


def test_a_clock_that_is_put_back_stops_no_draining(starved: tuple[Experiment, Clock], tmp_path: Path) -> None:
    """Nor does one that is put forward drain at each call."""
    run, clock = starved
    clock.forward(-3600)
    run.log_metric("loss", 1.0)
    run._recording.drain()
    clock.forward(0.2)
    run.log_metric("loss", 2.0)
    assert live(run, tmp_path) == [1.0, 2.0]


@pytest.mark.parametrize("module", ["spool.py", "journal.py"])
def test_a_draining_may_be_interrupted_at_every_place(module: str, tmp_path: Path) -> None:
    """Ctrl-C while a call drains in its own thread: what was logged is in the journal once, whoever is asked."""

    def filled(folder: Path) -> Experiment:
        run = Experiment(Recording("run", model="/m", journals=folder))
        run._recording._spool.stop()  # nobody else drains
        run.log_metric("loss", 1.0)
        run._recording.drain()
        run.log_metrics({"loss": 2.0, "accuracy": 2.0})
        run.log_param("depth", 3)
        run.log_image("drawn", Image.new("L", (2, 2)))
        run._recording._spool._wait_for_images()
        return run

    def stop() -> None:
        raise KeyboardInterrupt

    def interrupted(folder: Path, at: int | None) -> tuple[Experiment, int]:
        run, places = filled(folder), Places(at, stop, module)
        with suppress(KeyboardInterrupt), places.watched():
            run._recording.drain()
        return run, places.count

    run, count = interrupted(tmp_path / "whole", None)
    run._recording.discard_journal()
    assert count > 5
    for at in range(count):
        folder = tmp_path / str(at)
        run, _ = interrupted(folder, at)
        if at % 2:
            assert values(run) == [2.0, 1.0, 2.0], at
        run.log_metric("loss", 3.0)
        run._recording.drain()
        assert live(run, folder) == values(run) == [2.0, 1.0, 2.0, 3.0], at
        tables = run._recording.recorded().arrow(run.experiment_id)
        assert (len(tables["images"]), len(tables["hyperparameters"])) == (1, 1), at
        run._recording.discard_journal()
