"""The list of datasets, and one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from palantir_models.page.ids import dataset_rid

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def test_datasets_are_listed_and_searched(browser_page: Tab, served: Served) -> None:
    """With their rows and what wrote them last."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/datasets")
    rows = browser_page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="/examples/digits/raw")).to_contain_text(re.compile(r"1,797.*digits_raw #\d+"))
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("wine lead")
    expect(rows).to_have_count(2)
    rows.last.get_by_role("link", name="/examples/wine/leaderboard").click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("/examples/wine/leaderboard")


def test_a_dataset_shows_its_rows_columns_versions_and_readers(browser_page: Tab, served: Served) -> None:
    """And has a place for what checks found."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/datasets/{dataset_rid('/examples/wine/train')}")
    main = browser_page.locator("main")
    expect(browser_page.get_by_role("region", name="First rows").get_by_role("row")).not_to_have_count(0)
    expect(main).to_contain_text(re.compile(r"cultivar\s*(integer|long|string)"))
    expect(main).to_contain_text("Checks")
    readers = browser_page.locator("section.card").filter(has=browser_page.get_by_role("heading", name="Read by"))
    expect(readers.get_by_role("link")).to_have_text(["wine_train_forest", "wine_train_linear"])
    expect(main).to_contain_text(re.compile(r"job #\d+\s*wine_clean"))
    browser_page.get_by_role("link", name=re.compile("job #")).first.click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("wine_clean")


def test_an_older_version_shows_its_own_rows(browser_page: Tab, served: Served) -> None:
    """A version that is not there any more, or never was, is said not to be."""
    from playwright.sync_api import expect

    address = f"{served.address}/datasets/{dataset_rid('/examples/wine/train')}"
    browser_page.goto(f"{address}?version=0")
    expect(browser_page.get_by_role("heading", name="First rows of version 0")).to_be_visible()
    rates = f"{served.address}/datasets/{dataset_rid('/studies/rates')}"
    jobs = []
    for version in (0, 1):
        browser_page.goto(f"{rates}?version={version}")
        origin = browser_page.locator(".card").filter(has_text=f"Where version {version} came from")
        jobs.append(origin.get_by_role("link", name=re.compile("job #")).inner_text())
    assert jobs == ["job #9", "job #10"]
    browser_page.goto(f"{address}?version=77")
    expect(browser_page.get_by_role("alert")).to_contain_text("77")
