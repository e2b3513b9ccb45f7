"""Experiments that run, followed while they do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from palantir_models.code_workspaces import ModelOutput
from tests.page.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as Tab

MODEL = "/live/model"
DIES = """
import os, time
from palantir_models.code_workspaces import ModelOutput
experiment = ModelOutput("/live/model").create_experiment("dies")
for step in range(50):
    experiment.log_metric("loss", 1 / (step + 1))
time.sleep(0.3)
os._exit(9)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of which nothing is known but its place."""
    monkeypatch.setenv("TRANSFORMS_ROOT", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "store"


@pytest.fixture
def model(root: Path) -> ModelOutput:
    """A model of that store, to which this process logs."""
    return ModelOutput(MODEL)


def of_experiment(tab: Tab, name: str) -> Locator:
    """The row of an experiment in the table."""
    return tab.get_by_role("row").filter(has_text=name)


def test_a_running_experiment_is_followed_without_loading_anything_anew(
    browser_page: Tab, root: Path, model: ModelOutput
) -> None:
    """It appears, its last sign of life is told to the second, and its values count up."""
    from playwright.sync_api import expect

    experiment = model.create_experiment(name="first")
    experiment.log_metric("loss", 1.0)
    with serving(root) as served:
        browser_page.goto(served.model(MODEL, "tab=experiments"))
        expect(of_experiment(browser_page, "first")).to_contain_text("running")
        expect(browser_page.get_by_text("Live: 1 running")).to_be_visible()
        of_experiment(browser_page, "first").get_by_role("link", name="first").click()
        expect(browser_page.get_by_text(re.compile(r"last sign of life \d+ s ago"))).to_be_visible()
        for _ in range(20):
            experiment.log_metric("loss", 0.5)
        expect(browser_page.locator("main")).to_contain_text("21 values")
        browser_page.go_back()
        second = model.create_experiment(name="second")
        second.log_metric("loss", 1.0)
        expect(of_experiment(browser_page, "second")).to_contain_text("running")


def test_an_experiment_whose_page_was_left_is_not_asked_for_any_more(
    browser_page: Tab, root: Path, model: ModelOutput
) -> None:
    """All that it logged is read for such an answer, so only who looks at it has it asked for."""
    from playwright.sync_api import expect

    experiment = model.create_experiment(name="first")
    experiment.log_metric("loss", 1.0)
    with serving(root) as served:
        browser_page.goto(served.model(MODEL, "tab=experiments"))
        of_experiment(browser_page, "first").get_by_role("link", name="first").click()
        expect(browser_page.locator("main")).to_contain_text("1 value")
        browser_page.go_back()
        expect(of_experiment(browser_page, "first")).to_contain_text("running")
        asked: list[str] = []
        browser_page.on("request", lambda request: asked.append(request.url))
        for _ in range(9):  # longer than an answer is fresh for
            experiment.log_metric("loss", 0.5)
            browser_page.wait_for_timeout(500)
        assert [url for url in asked if "/experiments/" in url] == []


def test_a_stream_that_breaks_goes_on_where_it_was(browser_page: Tab, root: Path, model: ModelOutput) -> None:
    """While the server is away the page says so, and afterwards shows what was logged meanwhile."""
    from playwright.sync_api import expect

    experiment = model.create_experiment(name="first")
    experiment.log_metric("loss", 1.0)
    with serving(root) as served:
        browser_page.goto(served.model(MODEL, "tab=experiments"))
        expect(browser_page.get_by_text("Live: 1 running")).to_be_visible()
    expect(browser_page.get_by_text("The server is lost; trying again")).to_be_visible()
    for _ in range(8):
        experiment.log_metric("loss", 0.5)
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url) if "/live" in request.url else None)
    with serving(root, port=served.port):
        expect(browser_page.get_by_text("Live: 1 running")).to_be_visible(timeout=30_000)
        assert any("since=" in url for url in asked)
        of_experiment(browser_page, "first").get_by_role("link", name="first").click()
        expect(browser_page.locator("main")).to_contain_text("9 values")


def test_a_process_that_died_leaves_an_abandoned_experiment(browser_page: Tab, root: Path) -> None:
    """It says whose process it was, and shows what was logged before."""
    from playwright.sync_api import expect

    died = subprocess.run([sys.executable, "-c", DIES], check=False, cwd=root.parent, env=_environment(root))
    assert died.returncode == 9
    with serving(root) as served:
        browser_page.goto(served.model(MODEL, "tab=experiments"))
        expect(of_experiment(browser_page, "dies")).to_contain_text("abandoned")
        of_experiment(browser_page, "dies").get_by_role("link", name="dies").click()
        expect(browser_page.locator("section.error")).to_contain_text("ended without publishing it")
        expect(browser_page.locator("main")).to_contain_text("50 values")


def test_points_are_put_behind_the_lines_that_are_drawn(browser_page: Tab, root: Path, model: ModelOutput) -> None:
    """Nothing is asked for anew: the stream brings the points, and the chart that stands takes them."""
    from playwright.sync_api import expect

    experiment = model.create_experiment(name="first")
    for _ in range(10):
        experiment.log_metric("loss", 1.0)
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url) if "/charts?" in request.url else None)
    with serving(root) as served:
        browser_page.goto(served.model(MODEL, "tab=charts"))
        chart = browser_page.get_by_role("article", name="loss")
        expect(chart).to_contain_text("10 points")
        experiment.log_metric("loss", 0.5)
        expect(chart).to_contain_text("11 points")
        before = len(asked)
        for step in range(30):
            experiment.log_metric("loss", 1 / (step + 1))
        expect(chart).to_contain_text("41 points")
        assert len(asked) == before


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "TRANSFORMS_ROOT": str(root), "PYTHONPATH": str(Path(__file__).parents[2])}
