"""The wall of charts in headless Chromium: how soon it is there, how it scrolls, what it holds in memory."""

from __future__ import annotations

import gzip
import math
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

from palantir_models.page.report import FOLDER
from palantir_models.transforms import ModelOutput
from tests.page.serving import Served, serving
from tests.page.study import Rate
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing.run import run_transform

MODEL = "/studies/wall"
CHARTS, RUNS, STEPS = 200, 50, 200
SCROLL = """async () => {
    const frames = [];
    let last = performance.now();
    for (let place = 0; place < 480; place++) {
        scrollBy(0, 48);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames;
}"""


@transform.using(model=ModelOutput(MODEL))
def wall_study(model: Any) -> None:
    """Log fifty experiments with two hundred metrics each."""
    for run in range(RUNS):
        experiment = model.create_experiment(name=f"run-{run:02}")
        for step in range(STEPS):
            values = {
                f"part{chart // 25}/m{chart:03}": math.sin((step + run) / (chart + 5)) + run for chart in range(CHARTS)
            }
            experiment.log_metrics(values, step=step)
        model.publish(model_adapter=Rate(1.0), experiment=experiment)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page over that study."""
    root = tmp_path_factory.mktemp("wall") / "store"
    run_transform(wall_study, store=Store(root))
    with serving(root) as found:
        yield found


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    """A tab of headless Chromium whose memory can be asked for."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        yield browser.new_page(viewport={"width": 1400, "height": 900})
        browser.close()


def test_what_is_loaded_is_small(report):
    """The page's own scripts and styles, as they would be compressed."""
    size = sum(len(gzip.compress((FOLDER / name).read_bytes())) for name in ("main.js", "main.css"))
    report("the page's scripts and styles, gzip", size / 1000, 100, "kB")


def test_the_first_screen(report, served, tab):
    """200 charts of 50 experiments; the server has them in memory, as on any day but the first."""
    address = served.model(MODEL, "tab=charts&runs=0-49")
    tab.goto(address)
    tab.locator(".chart-card canvas").nth(3).wait_for()
    tab.goto("about:blank")
    began = time.perf_counter()
    tab.goto(address)
    tab.locator(".chart-card canvas").nth(3).wait_for()
    report("wall of 200 x 50, first screen", time.perf_counter() - began, 1, "s")


def test_scrolling(report, served, tab):
    """Half of the frames are there in time."""
    tab.goto(served.model(MODEL, "tab=charts&runs=0-49"))
    tab.locator(".chart-card canvas").nth(3).wait_for()
    assert tab.locator(".chart-card").count() == CHARTS
    tab.wait_for_timeout(1000)
    frames = sorted(tab.evaluate(SCROLL))
    report("wall of 200 x 50, scrolling", 1000 / frames[len(frames) // 2], 50, "frames/s", at_least=True)


def test_memory(report, served, tab):
    """After every chart was seen once."""
    tab.goto(served.model(MODEL, "tab=charts&runs=0-49"))
    tab.locator(".chart-card canvas").nth(3).wait_for()
    tab.evaluate(SCROLL)
    session = tab.context.new_cdp_session(tab)
    session.send("HeapProfiler.collectGarbage")
    report("wall of 200 x 50, heap", tab.evaluate("performance.memory.usedJSHeapSize") / 1e6, 50, "MB")


def test_a_zoom(report, served, tab):
    """From the end of dragging until finer values are drawn."""
    tab.goto(served.model(MODEL, "tab=charts&find=m000&runs=0-49"))
    card = tab.get_by_role("article", name="part0/m000")
    card.locator("canvas").wait_for()
    box = card.locator(".u-over").bounding_box()
    for x in (0.3, 0.5, 0.6):
        tab.mouse.move(box["x"] + x * box["width"], box["y"] + 50)
        if x == 0.3:
            tab.mouse.down()
    began = time.perf_counter()
    with tab.expect_response(lambda answer: "from=" in answer.url):
        tab.mouse.up()
    report("zoom of 50 lines, answered", (time.perf_counter() - began) * 1000, 200, "ms")


def test_a_report_is_small(report, served):
    """200 charts of 20 experiments in one file."""
    from palantir_models import open_model
    from palantir_models.page.report import report as written

    model = open_model(MODEL, root=served.root)
    content = written(model.compare(model.experiments[:20]), "wall")
    report("report of 200 charts x 20 experiments", len(content) / 1e6, 20, "MB")
