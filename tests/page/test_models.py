"""The list of models, a model's overview, its versions, and what changed between two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def test_every_model_is_listed_with_what_there_is_of_it(browser_page: Tab, served: Served) -> None:
    """Versions, experiments, and how many of them failed."""
    from playwright.sync_api import expect

    browser_page.goto(served.address)
    rows = browser_page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="/studies/churn").get_by_role("cell")).to_contain_text(
        ["/studies/churn", "3", "100", "", ""]
    )
    expect(rows.filter(has_text="/examples/digits/model")).to_contain_text("published")
    expect(rows.filter(has_text="/studies/broken")).to_contain_text("1 failed")


def test_models_are_searched_and_opened_by_keyboard(browser_page: Tab, served: Served) -> None:
    """A slash goes to the search, arrows through what was found, Enter into it."""
    from playwright.sync_api import expect

    browser_page.goto(served.address)
    expect(browser_page.get_by_role("table")).to_be_visible()
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("wine lin")
    expect(browser_page.get_by_role("table").get_by_role("row")).to_have_count(2)
    expect(browser_page).to_have_url(f"{served.address}/?q=wine+lin")
    browser_page.keyboard.press("Enter")
    browser_page.keyboard.press("Enter")
    expect(browser_page).to_have_url(served.model("/examples/wine/linear"))


def test_a_search_without_a_find_says_what_there_is(browser_page: Tab, served: Served) -> None:
    """And how to come back."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/?q=nothing")
    expect(browser_page.get_by_role("heading", name="No model is called “nothing”")).to_be_visible()
    browser_page.get_by_role("searchbox").press("Escape")
    expect(browser_page.get_by_role("table")).to_be_visible()


def test_a_branch_without_models_says_what_to_type(browser_page: Tab, served: Served) -> None:
    """The command that makes some."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/?branch=nobody")
    expect(browser_page.get_by_role("heading", level=2)).to_be_visible()
    expect(browser_page.locator("main")).to_contain_text("transforms")


def test_an_overview_tells_where_the_latest_version_came_from(browser_page: Tab, served: Served) -> None:
    """Its API, its adapter, its inputs with their versions, and the build that wrote each."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/examples/digits/model"))
    main = browser_page.locator("main")
    for text in ("Version 1.0.0", "digits_train", "pipelines/digits/train.py", "DigitsAdapter", "pixels", "dill.pkl"):
        expect(main).to_contain_text(text)
    expect(main).to_contain_text("scikit-learn==")
    inputs = browser_page.locator(".inputs").get_by_role("listitem")
    expect(inputs).to_contain_text(["/examples/digits/raw"])
    inputs.get_by_role("link", name="job #").click()
    expect(browser_page).to_have_url(f"{served.address}/builds/6")


def test_code_that_is_kept_with_a_version_is_one_line_among_its_files(browser_page: Tab, served: Served) -> None:
    """It opens; the metrics of a version lead to the chart of its own experiment."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn").replace("?", "") + "/versions/1.0.0")
    code = browser_page.get_by_text(re.compile(r"^code: \d+ files?$"))
    expect(browser_page.get_by_text("rate/config.json")).to_be_visible()
    kept = browser_page.locator("details", has_text="code:").get_by_text("tests/page/study.py")
    expect(kept).to_be_hidden()
    code.click()
    expect(kept).to_be_visible()
    browser_page.get_by_role("link", name="See their charts").click()
    expect(browser_page.get_by_role("complementary", name="Runs")).to_contain_text("1 of 100 runs")
    assert "runs=0" in browser_page.url


def test_versions_are_compared_by_ticking_two(browser_page: Tab, served: Served) -> None:
    """What is the same is named and not listed; the address shows the same to whoever opens it."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn", "tab=versions"))
    for version in ("1.2.0", "1.0.0"):
        browser_page.get_by_role("checkbox", name=f"Compare version {version}").check()
    changes = browser_page.locator(".changes")
    expect(changes.get_by_role("row").filter(has_text="lr")).to_be_visible()
    expect(changes.get_by_role("row").filter(has_text="valid/accuracy").locator(".gap.worse")).to_have_text("−0.17")
    expect(changes.get_by_role("row").filter(has_text="valid/loss").locator(".gap.worse")).to_contain_text("+0.")
    expect(browser_page.locator("main")).to_contain_text("1.0.0 → 1.2.0")
    browser_page.reload()
    expect(changes.get_by_role("row").filter(has_text="lr")).to_be_visible()


def test_a_version_has_a_page_of_its_own(browser_page: Tab, served: Served) -> None:
    """With its notes, and a link to its experiment."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn", "tab=versions"))
    browser_page.get_by_role("link", name="1.1.0").click()
    expect(browser_page.get_by_role("heading", name="Version 1.1.0", level=1)).to_be_visible()
    expect(browser_page.locator("main")).to_contain_text("trial 50")
    expect(browser_page).to_have_title("Version 1.1.0 · /studies/churn")
    browser_page.get_by_role("link", name="its experiment").click()
    expect(browser_page.get_by_role("heading", name="trial-50")).to_be_visible()


def test_a_model_that_is_not_there_is_told_as_the_server_tells_it(browser_page: Tab, served: Served) -> None:
    """What happened and what to do, in place of the view."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/models/ri.models.main.model.0")
    alert = browser_page.get_by_role("alert")
    expect(alert.get_by_role("heading")).to_be_visible()
    expect(alert).to_contain_text("ri.models.main.model.0")
