"""The wall of charts in headless Chromium: how soon it is there, how it scrolls, what it holds in memory."""

from __future__ import annotations

import contextlib
import gzip
import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiment.recording import Recording
from palantir_models.experiment.statuses import SUCCEEDED
from palantir_models.page.report import FOLDER
from palantir_models.transforms import ModelOutput
from tests.benchmarks import live_logging
from tests.page.serving import Served, serving
from tests.page.study import Rate
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing.run import run_transform

MODEL = "/studies/wall"
CHARTS, RUNS, STEPS = 200, 50, 200
SWEEP, EXPERIMENTS, PUBLISHED = "/studies/sweep", 10_000, 100
SERIES, VALUES_A_SECOND, SECONDS = 10, 1000, 20  # of what is followed live
_OF_THE_JOB = ("branch", "transform", "transaction", "source", "code_version", "environment")
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


@transform.using(model=ModelOutput(SWEEP))
def sweep_study(model: Any) -> None:
    """Publish the best of ten thousand short experiments, and leave one of the others."""
    chance = random.Random(1)
    for number in range(PUBLISHED + 1):
        experiment = model.create_experiment(name=f"best-{number:03}")
        log_a_trial(experiment, chance)
        if number < PUBLISHED:
            model.publish(model_adapter=Rate(1.0), experiment=experiment)


def keep_the_others(store: Store) -> None:
    """Keep as many more as make ten thousand, all older, as the job itself keeps those that it does not publish.

    They never run, so that preparing does not take several times as long as all that is measured.
    """
    journals = journals_of(store.storage)
    (left,) = journals.unpublished()
    context = {name: left.details[name] for name in _OF_THE_JOB}
    chance = random.Random(2)
    began = time.time_ns() - 3600 * 10**9
    for number in range(EXPERIMENTS - PUBLISHED - 1):
        clock = partial(int, began + number * 10**6)
        trial = Recording(f"trial-{number:05}", model=SWEEP, clock=clock, context=context)
        log_a_trial(trial.intake, chance)
        trial.close(SUCCEEDED, is_published=False)
        trial.keep(journals)


def log_a_trial(experiment: Any, chance: random.Random) -> None:
    """Log ten hyperparameters, and twenty metrics at two steps."""
    experiment.log_params({f"parameter {place}": chance.random() for place in range(10)})
    for step in range(2):
        experiment.log_metrics({f"group/metric {place}": chance.random() for place in range(20)}, step=step)


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

    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
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


def test_ten_thousand_experiments(report, tab, tmp_path, monkeypatch):
    """Their table, and charts of some of them: the first time after the server has begun, and again."""
    root = tmp_path / "store"
    with monkeypatch.context() as preparing:
        preparing.setattr(os, "fsync", lambda _: None)  # four for each experiment, and none of them is what is measured
        store = Store(root)
        run_transform(sweep_study, store=store)
        keep_the_others(store)
    assert len(open_model(SWEEP, root=root).unpublished) == EXPERIMENTS - PUBLISHED
    with serving(root) as served:
        for asked, seen in (("tab=experiments", ".grid .body .row"), ("tab=charts&runs=0-49", ".chart-card canvas")):
            for when in ("first", "again"):
                tab.goto("about:blank")
                began = time.perf_counter()
                tab.goto(served.model(SWEEP, asked))
                tab.locator(seen).nth(3).wait_for()
                report(f"10,000 experiments, {asked.partition('&')[0]}, {when}", time.perf_counter() - began, 3, "s")


def test_following_live(report, tab, tmp_path):
    """What the browser spends, all of its processes together, while charts grow by 1,000 values a second."""
    root = tmp_path / "store"
    (tmp_path / "pyproject.toml").write_text('[tool.transforms]\nroot = "store"\n')
    command = [sys.executable, live_logging.__file__, str(SERIES), str(VALUES_A_SECOND)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as logging,
        serving(root) as served,
    ):
        assert logging.stdout.readline() == "logging\n"
        try:
            tab.goto(served.model(live_logging.MODEL, "tab=charts&runs=0"))
            tab.locator(".chart-card canvas").nth(3).wait_for()
            tab.wait_for_timeout(5000)
            processes = _descendants(os.getpid(), "chrom")
            before = sum(map(_processor_seconds, processes))
            began = time.perf_counter()
            tab.wait_for_timeout(1000 * SECONDS)
            spent = sum(map(_processor_seconds, processes)) - before
            share = spent / (time.perf_counter() - began)
        finally:
            logging.kill()
    report(f"{VALUES_A_SECOND:,} values a second in {SERIES} charts, followed", 100 * share, 15, "% of a core")


def _descendants(process: int, name: str) -> list[int]:
    """Return the processes of a name that a process has begun, or those that it has."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            called, _, rest = (folder / "stat").read_text().rpartition(")")
            parents[int(folder.name)] = int(rest.split()[1]), called
    found, new = set(), {process}
    while new := {one for one, (parent, _) in parents.items() if parent in found | new} - found:
        found |= new
    return [one for one in found if name in parents[one][1]]


def _processor_seconds(process: int) -> float:
    """Return what a process has spent of processors so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_report_is_small(report, served):
    """200 charts of 20 experiments in one file."""
    from palantir_models.page.report import report as written

    model = open_model(MODEL, root=served.root)
    content = written(model.compare(model.experiments[:20]), "wall")
    report("report of 200 charts x 20 experiments", len(content) / 1e6, 20, "MB")
