"""Images are compressed beside the training, a bounded number at a time."""

from __future__ import annotations

import os
import threading

import pytest

from palantir_models.experiment.media import compressing


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of the test's own."""
    monkeypatch.setattr(compressing, "_encoder", None)


def test_the_result_comes_later() -> None:
    """The caller goes on while the image waits."""
    gate = threading.Event()
    future = compressing.submit(lambda: gate.wait(300), 1)
    assert not future.done()
    gate.set()
    assert future.result(10)


def test_an_error_stays_with_its_image() -> None:
    """The threads go on."""

    def fail() -> None:
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        compressing.submit(fail, 1).result(10)
    assert compressing.submit(lambda: "done", 1).result(10) == "done"


def test_who_logs_faster_than_threads_compress_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded; one image larger than the bound is taken when nothing else waits."""
    monkeypatch.setattr(compressing, "_MOST_BYTES", 10)
    gate = threading.Event()
    first = compressing.submit(lambda: gate.wait(300), 1000)
    second: list[object] = []
    caller = threading.Thread(target=lambda: second.append(compressing.submit(lambda: "second", 1)))
    caller.start()
    caller.join(0.05)
    assert caller.is_alive(), "it waits for room"
    gate.set()
    caller.join(300)
    assert first.result(10)
    assert second[0].result(10) == "second"


def test_a_forked_process_has_threads_of_its_own() -> None:
    """Those of its parent are not there."""
    assert compressing.submit(lambda: 1, 1).result(10) == 1
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if compressing.submit(lambda: 2, 1).result(10) == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
