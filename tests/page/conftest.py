"""The page as a person meets it: a real store, the real server, a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.page.curves import curves_study
from tests.page.gallery import figures_study, gallery_study, hostile_failure, hostile_study
from tests.page.serving import Served, serving
from tests.page.study import broken_study, churn_study, rates_study
from transforms.errors import TransformsWarning
from transforms.store.store import Store
from transforms.testing.run import run_transform

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage
    from playwright.sync_api import Page as Tab

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000  # milliseconds, as a busy machine is no fault of the page
WIDE = {"width": 1400, "height": 900}


@pytest.fixture(scope="session")
def page_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with what the sample pipelines write, a study of a hundred experiments, and a job that failed."""
    from pipelines.digits.raw import digits_raw
    from pipelines.digits.train import digits_train
    from pipelines.wine.clean import wine_clean
    from pipelines.wine.raw import wine_raw
    from pipelines.wine.score import wine_score
    from pipelines.wine.train import TRAININGS

    root = tmp_path_factory.mktemp("page") / "store"
    store = Store(root)
    for job in (wine_raw, wine_clean, *TRAININGS, wine_score, digits_raw, churn_study):
        run_transform(job, store=store)
    run_transform(digits_train, params={"epochs": 3}, store=store)
    for _ in range(2):
        with pytest.warns(TransformsWarning, match="small rates"):
            run_transform(rates_study, store=store)
    with pytest.raises(ValueError, match="Input contains NaN"):
        run_transform(broken_study, store=store)
    return root


@pytest.fixture(scope="session")
def curves_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of curves that are hard to draw."""
    root = tmp_path_factory.mktemp("curves") / "store"
    run_transform(curves_study, store=Store(root))
    return root


@pytest.fixture(scope="session")
def gallery_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of images, plots and tables, and of whatever a hostile person could log."""
    root = tmp_path_factory.mktemp("gallery") / "store"
    store = Store(root)
    for job in (gallery_study, hostile_study, figures_study):
        run_transform(job, store=store)
    with pytest.raises(ValueError, match="onerror"):
        run_transform(hostile_failure, store=store)
    return root


def _served(root: str) -> Callable[..., Iterator[Served]]:
    """Return a fixture: the server over a store, which is a fixture, too."""

    @pytest.fixture(scope="session")
    def server(request: pytest.FixtureRequest) -> Iterator[Served]:
        with serving(request.getfixturevalue(root)) as found:
            yield found

    return server


served = _served("page_root")
curves = _served("curves_root")
gallery = _served("gallery_root")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; where it is missing the test fails with ``CI=true``, else it is left out."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = "The page is looked at with Chromium, which is not installed. Run: .ci/chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if _is_root() else [])
        yield browser
        browser.close()


def _is_root() -> bool:
    return os.geteuid() == 0  # Chromium's own sandbox cannot be begun by root


def _is_wrong(message: ConsoleMessage) -> bool:
    """Whether it tells of a fault of the page; that the server refused something is for the page to show."""
    return message.type in ("error", "warning") and not message.text.startswith("Failed to load resource")


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Tab]:
    """An empty tab, 1400 by 900 pixels; whatever the page says is wrong, or its policy forbids, fails the test."""
    context = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
    yield tab
    context.close()
    assert wrong == []
