"""The ledger as a history, one job, and the way from a metric's value to where its data begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def test_every_commit_is_listed_newest_first(browser_page: Tab, served: Served) -> None:
    """With what it wrote; a search finds jobs by their name, their outputs and their number."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/builds")
    rows = browser_page.get_by_role("listitem").filter(has_text="#")
    expect(rows.last).to_contain_text("wine_raw/examples/wine/raw")
    numbers = [int(text.removeprefix("#")) for text in rows.locator(".builds-seq").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    browser_page.get_by_role("searchbox").fill("leaderboard")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("wine_score")
    browser_page.get_by_role("searchbox").fill("#1")
    expect(rows.last).to_contain_text("wine_raw")


def test_a_job_says_what_it_read_ran_and_wrote(browser_page: Tab, served: Served) -> None:
    """Inputs with their versions and writers, code, parameters and duration, outputs with their rows."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/builds?q=digits_train")
    browser_page.get_by_role("link", name="digits_train").click()
    main = browser_page.locator("main")
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("digits_train")
    expect(main).to_contain_text(re.compile(r"/examples/digits/rawv0\s*written by job #\d+"))
    expect(main).to_contain_text(re.compile(r"epochs\s*3"))
    expect(main).to_contain_text("code version")
    expect(main).to_contain_text(re.compile(r"/examples/digits/modelv1\.0\.0"))
    expect(main).to_contain_text("450 rows")
    browser_page.get_by_role("link", name=re.compile("job #")).click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("digits_raw")
    expect(main).to_contain_text("its data begins in its code")


def test_a_job_that_went_on_from_its_last_run_and_what_its_checks_found(browser_page: Tab, served: Served) -> None:
    """Both stand in the history, and in words on the job's page, with a way to the dataset; from there is a way back."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/builds?q=rates_study")
    rows = browser_page.get_by_role("listitem").filter(has_text="#")
    expect(rows).to_contain_text([re.compile("incremental.*1 check failed"), re.compile("whole.*1 check failed")])
    rows.first.get_by_role("link", name="rates_study").click()
    main = browser_page.locator("main")
    expect(main).to_contain_text(re.compile(r"run\s*incremental: since commit #\d+"))
    expect(main).to_contain_text(re.compile("small rates\\s*failed: 2 of 4 rows\\s*rate < 0.5\\s*on /studies/rates"))
    expect(main).to_contain_text(re.compile("some rates\\s*passed"))
    main.get_by_role("link", name="/studies/rates", exact=True).last.click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("/studies/rates")
    main.locator(".card", has_text="Checks").get_by_role("link", name=re.compile("job #")).first.click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("rates_study")


def test_where_a_value_came_from_is_told_by_clicking(browser_page: Tab, served: Served) -> None:
    """From the value to its experiment, version, job, code, inputs, and the job that wrote them."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/examples/digits/model", "tab=experiments"))
    browser_page.get_by_role("link", name="network").first.click()
    value = browser_page.get_by_role("row").filter(has_text="test/accuracy").get_by_title("Where did this come from?")
    value.click()
    told = browser_page.locator(".origin-card")
    expect(told).to_contain_text(re.compile(r"test/accuracy is 0\.\d+ at step 2"))
    expect(told).to_contain_text("logged by experiment network")
    expect(told).to_contain_text(re.compile(r"pipelines/digits/train\.py:\d+"))
    expect(told).to_contain_text(re.compile(r"job #\d+\s*digits_train"))
    expect(told).to_contain_text("/examples/digits/raw")
    expect(told).to_contain_text(re.compile(r"job #\d+\s*digits_raw"))
    expect(told).to_contain_text("here the data begins")
    told.get_by_role("link", name="version 1.0.0").click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("1.0.0")
    browser_page.go_back()
    told.get_by_role("link", name="/examples/digits/raw").click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("/examples/digits/raw")


def test_what_was_never_published_says_so(browser_page: Tab, served: Served) -> None:
    """A failed experiment has no version and no job; its error is what there is to see."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/broken", "tab=experiments"))
    browser_page.get_by_role("link", name="first").first.click()
    expect(browser_page.get_by_role("alert")).to_contain_text("Input contains NaN")
    browser_page.get_by_title("Where did this come from?").click()
    expect(browser_page.locator(".origin-card")).to_contain_text("never published")


def test_a_build_that_is_not_there_is_said_not_to_be(browser_page: Tab, served: Served) -> None:
    """With where to look."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/builds/99999")
    expect(browser_page.get_by_role("alert")).to_contain_text("There is no such build")


def test_a_job_that_wrote_no_table_says_so(browser_page: Tab, gallery: Served) -> None:
    """It logged experiments and published none, so the place of its outputs is no empty card."""
    from playwright.sync_api import expect

    browser_page.goto(f"{gallery.address}/builds/1")
    expect(browser_page.get_by_text("none of them is in a version")).to_be_visible()
