"""What the server holds while it is asked about an experiment that logs more and more."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import msgspec
import pytest

from palantir_models.code_workspaces import ModelOutput
from palantir_models.page import start
from palantir_models.page.ids import model_rid
from palantir_models.page.memory import settle
from tests.page.serving import serving

SERIES, LONG, ASKED, THREADS = 10, 40_000, 12, 4
KEPT = 48  # bytes a value at most: its step, its time, itself, and room for as many more
ELSE = 20e6  # bytes for everything else


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, str]]:
    """The page of a project in a process of its own: its number and its address."""
    limit = f"[tool.transforms.limits]\nmetric_values = {10 * SERIES * LONG}\n"
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\nroot = "store"\n{limit}')
    monkeypatch.chdir(tmp_path)
    command = [sys.executable, "-m", "transforms", "ui", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        yield process.pid, said.rpartition(" ")[2].strip()
        process.terminate()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="What a process holds is read from /proc.")
def test_what_answers_took_is_given_back(server: tuple[int, str]) -> None:
    """After many answers that read a journal whole, side by side, the server holds the values that it follows and little else."""
    process, address = server
    assert urlsplit(address).hostname == "127.0.0.1"
    experiment = ModelOutput("/long").create_experiment("run")
    asked = f"{address}data/models/{model_rid('/long')}/experiments"

    def values() -> int:
        with urlopen(asked, timeout=60) as answer:
            found = msgspec.json.decode(answer.read())
        return int(found["columns"]["values"][0] or 0)

    def log(steps: range) -> None:
        for step in steps:
            experiment.log_metrics({f"m{number}": float(step) for number in range(SERIES)}, step=step)
        while values() < SERIES * steps.stop:
            time.sleep(0.2)

    log(range(100))
    before = _held(process)
    log(range(100, LONG))
    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(lambda _: values(), range(ASKED))) == {SERIES * LONG}
    assert _held(process) - before < KEPT * SERIES * LONG + ELSE


def _held(process: int) -> int:
    """Return the memory that a process has for itself, in bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


def test_what_there_is_when_the_page_begins_is_left_out_of_collections_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large answers go through their own objects alone; at the end libraries are taken down in order."""
    settled = threading.Event()
    monkeypatch.setattr(start, "settle", lambda: (settle(), settled.set()))
    (tmp_path / "pyproject.toml").touch()
    gc.unfreeze()
    with serving(tmp_path):
        assert settled.wait(60)
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
