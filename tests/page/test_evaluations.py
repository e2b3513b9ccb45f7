"""A model's evaluations on its page: by version, set and branch, and side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.page.evaluated import MODEL, evaluated_store
from tests.page.gallery import TAKEN
from tests.page.serving import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server over a store with evaluations."""
    root = tmp_path_factory.mktemp("evaluated") / "store"
    evaluated_store(root)
    with serving(root) as found:
        yield found


def test_evaluations_are_chosen_by_set_and_branch_and_compared(browser_page: Tab, evaluated: Served) -> None:
    """The newest is shown at first; what is taken stands side by side, and the address has it all."""
    from playwright.sync_api import expect

    browser_page.goto(evaluated.model(MODEL))
    browser_page.get_by_role("link", name="Evaluations").click()
    overview, scores = (browser_page.get_by_role("table").nth(place) for place in (0, 1))
    expect(overview.locator("tr")).to_have_count(7)
    expect(overview.locator("tr.group")).to_have_text(["Version 1.1.0", "Version 1.0.0"])
    expect(scores.locator("th.number")).to_have_text([f"1.1.0 {TAKEN}"])

    browser_page.get_by_label("All sets").select_option("holdout")
    browser_page.get_by_label("All branches").select_option("master")
    expect(overview.locator("tr:not(.group) td:first-child")).to_have_text(["again", "holdout"])
    expect(browser_page.get_by_role("checkbox", name="again of 1.1.0")).to_be_checked()  # and stays beside the next
    browser_page.get_by_role("checkbox", name="holdout of 1.0.0").click()
    expect(browser_page).to_have_url(evaluated.model(MODEL, "tab=evaluations&set=holdout&on=master&evals=0,2"))
    expect(scores.locator("th.number")).to_have_text(["1.0.0 holdout", "1.1.0 again"])
    expect(scores.locator("tr")).to_have_text(
        [
            "Metric1.0.0 holdout1.1.0 again",
            "Overall",
            "example_count200±0200",
            "accuracy0.875+0.0250.9",
            "false_positives14−59",
            "loss0.5+0.1250.625",
            "young",
            "f10.75NaN",
            "old",
            "f10.5",
        ]
    )
    expect(scores.locator(".gap.better")).to_have_text(["+0.025", "−5"])
    expect(scores.locator(".gap.worse")).to_have_text(["+0.125"])
    browser_page.go_back()
    expect(scores.locator("th.number")).to_have_count(1)


def test_what_evaluations_logged_stands_side_by_side(browser_page: Tab, evaluated: Served) -> None:
    """Images that open, plots that are drawn, tables with their rows; and no steps, which they do not have."""
    from playwright.sync_api import expect

    browser_page.goto(evaluated.model(MODEL, "tab=evaluations&evals=0,2"))
    cards = browser_page.locator("figure.media-card")
    expect(cards).to_have_count(6)
    expect(cards.nth(0)).to_have_text("1.0.0 holdoutby holdout40 × 30")
    expect(browser_page.locator('.plot-hole[data-state="drawn"]')).to_have_count(2)
    expect(cards.nth(5)).to_contain_text("again")
    with browser_page.expect_download() as saving:
        browser_page.get_by_role("link", name="Download worst of 1.1.0 again").click()
    assert saving.value.suggested_filename == "again-worst.parquet"
    browser_page.get_by_role("button", name="Open confusion of 1.0.0 holdout").click()
    dialog = browser_page.get_by_role("dialog", name="confusion")
    dialog.get_by_role("button", name="Compare").click()
    expect(dialog.locator("img")).to_have_count(2)


@pytest.mark.parametrize("width", [380, 1400])
def test_the_tab_is_no_wider_than_the_window_whatever_names_are(
    browser_page: Tab, evaluated: Served, width: int
) -> None:
    """Names that are scripts are text; what is wide scrolls in itself; each tab is in sight."""
    from playwright.sync_api import expect

    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.goto(evaluated.model(MODEL, "tab=evaluations"))
    expect(browser_page.get_by_role("table").first).to_contain_text(TAKEN)
    wide = browser_page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    box = browser_page.locator(".tabs a:last-child").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert "taken" not in browser_page.title()


def test_a_build_that_evaluated_leads_to_the_evaluations(browser_page: Tab, evaluated: Served) -> None:
    """And a model without any says how one is made."""
    from playwright.sync_api import expect

    browser_page.goto(f"{evaluated.address}/builds")
    browser_page.get_by_role("link", name=f"drift of {MODEL} 1.0.0").click()
    expect(browser_page).to_have_url(evaluated.model(MODEL, "tab=evaluations"))
