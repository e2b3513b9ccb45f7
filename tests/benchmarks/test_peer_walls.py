"""The same wall of charts in the pages of others, side by side with ours in one run and one browser.

200 charts of 50 runs with 20 values each. What is measured of each page, with its server warm and its browser's cache empty: the
seconds until the first charts are drawn, the frames a second while one scrolls, and the memory of its scripts. The peers are
installed, logged to and served in an environment of their own: see ``peer_walls.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from palantir_models.transforms import ModelOutput
from tests.benchmarks.peer_walls import NAME, PEERS, RUNS, values
from tests.benchmarks.test_experiments import PEERS_PYTHON, REPOSITORY
from tests.page.serving import serving
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing.run import run_transform

MODEL = "/studies/side-by-side"
PATIENCE = 600  # seconds until a peer's page is there, its logging counted
_AS_IN_A_BROWSER = "!#$&'()*+,/:;=?@~"  # what encodeURI leaves as it is
SEEN = 4  # charts that make a first screen
DRAWN = {
    "ours": ".chart-card canvas",
    "mlflow": ".js-plotly-plot .scatterlayer path",
    "trackio": ".vega-embed canvas",
    "aim": ".LineChart path.Line",
}
"""What is there in each page once a chart is drawn."""
SCROLL = """async () => {
    let frames = 0;
    const began = performance.now();
    while (performance.now() - began < 3000) {
        const behind = document.elementFromPoint(innerWidth * 0.7, innerHeight * 0.7);
        for (let part = behind; part; part = part.parentElement) {
            const before = part.scrollTop;
            part.scrollTop += 48;
            if (part.scrollTop !== before) break;
        }
        await new Promise(requestAnimationFrame);
        frames++;
    }
    return frames / 3;
}"""


@dataclass(frozen=True)
class Measured:
    """How a page did.

    Attributes:
        seconds: until the first screen was drawn.
        frames: a second, while it was scrolled.
        megabytes: that its scripts held after it.
    """

    seconds: float
    frames: float
    megabytes: float


@transform.using(model=ModelOutput(MODEL))
def wall_study(model: Any) -> None:
    """Log what the peers log."""
    for run in range(RUNS):
        experiment = model.create_experiment(name=f"run-{run:02}")
        for step, row in enumerate(values(run)):
            experiment.log_metrics(row, step=step)


@contextmanager
def ours(folder: Path) -> Iterator[str]:
    """Serve our page over the wall, and give its address."""
    root = folder / "store"
    run_transform(wall_study, store=Store(root))
    with serving(root) as served:
        yield served.model(MODEL, "tab=charts&runs=0-49")


@contextmanager
def peer(name: str, folder: Path) -> Iterator[str]:
    """Serve a peer's page over the wall, and give its address."""
    port = _free_port()
    command = [str(PEERS_PYTHON), str(REPOSITORY / "tests/benchmarks/peer_walls.py"), name, str(folder), str(port)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            yield _address(name, f"http://127.0.0.1:{port}", server)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _address(name: str, server: str, process: subprocess.Popen[bytes]) -> str:
    """Return where the charts are, once they are served."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(server, timeout=10).close()
            break
        except (URLError, TimeoutError):
            assert process.poll() is None, "the peer's server has ended: its log says why"
            assert time.monotonic() < until, "the peer's server does not answer"
            time.sleep(0.5)
    if name == "trackio":
        return f"{server}/?project={NAME}"
    if name == "aim":
        asked = json.dumps({"options": [], "advancedMode": True, "advancedQuery": "metric.name.startswith('part')"})
        written = urlsafe_b64encode(quote(asked, safe=_AS_IN_A_BROWSER).encode()).decode().rstrip("=")
        return f"{server}/metrics?select=O-{written}"
    with urlopen(f"{server}/api/2.0/mlflow/experiments/get-by-name?experiment_name={NAME}") as answer:
        identity = json.load(answer)["experiment"]["experiment_id"]
    return f"{server}/#/experiments/{identity}/runs?compareRunsMode=CHART"


def measure(address: str, drawn: str) -> Measured:
    """Look at a page twice, each time in a new browser; the first look is for the server to be warm."""
    from playwright.sync_api import sync_playwright

    found = Measured(0, 0, 0)
    with sync_playwright() as playwright:
        for _ in range(2):
            chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--enable-precise-memory-info"]
            )
            tab = browser.new_page(viewport={"width": 1400, "height": 900})
            tab.set_default_timeout(PATIENCE * 1000)
            began = time.perf_counter()
            tab.goto(address)
            tab.locator(drawn).nth(SEEN - 1).wait_for(state="attached")
            seconds = time.perf_counter() - began
            frames = tab.evaluate(SCROLL)
            tab.context.new_cdp_session(tab).send("HeapProfiler.collectGarbage")
            found = Measured(seconds, frames, tab.evaluate("performance.memory.usedJSHeapSize") / 1e6)
            browser.close()
    return found


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    """Every page's figures; one is served and looked at after the other, so that none disturbs the next."""
    if not PEERS_PYTHON.exists():
        pytest.fail(f"The peers are not installed, as there is no {PEERS_PYTHON}: run make benchmark.")
    found = {}
    with ours(tmp_path_factory.mktemp("ours")) as address:
        found["ours"] = measure(address, DRAWN["ours"])
    for name in PEERS:
        with peer(name, tmp_path_factory.mktemp(name)) as address:
            found[name] = measure(address, DRAWN[name])
    return found


def test_the_same_wall_in_the_pages_of_others(report: Callable[..., None], walls: dict[str, Measured]) -> None:
    """Ours is there sooner and scrolls no worse; the figures of all are printed."""
    mine = walls["ours"]
    for name, measured in walls.items():
        report(f"wall of 200 x 50 in {name}: first screen", measured.seconds, float("inf"), "s")
        report(f"wall of 200 x 50 in {name}: scrolling", measured.frames, 0, "frames/s", at_least=True)
        report(f"wall of 200 x 50 in {name}: heap", measured.megabytes, float("inf"), "MB")
    print(f"\n{_as_markdown(walls)}")
    for name in PEERS:
        report(f"first screen, {name} = 1", mine.seconds / walls[name].seconds, 0.5)


def _as_markdown(walls: dict[str, Measured]) -> str:
    """Return the table as the documentation has it."""
    lines = ["| page | first screen | scrolling | memory of its scripts |", "|---|---|---|---|"]
    for name, found in walls.items():
        page = "**ours**" if name == "ours" else f"{name} {_version(name)}"
        lines.append(f"| {page} | {found.seconds:.1f} s | {found.frames:.0f} frames/s | {found.megabytes:.0f} MB |")
    return "\n".join(lines)


def _version(name: str) -> str:
    command = [str(PEERS_PYTHON), "-c", f"import importlib.metadata as found; print(found.version({name!r}))"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
