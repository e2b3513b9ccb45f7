"""The wall of charts: sections, search, size, and that only what is near the window is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.page.curves import MODEL, SMALL

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def test_every_metric_has_a_chart_in_the_section_of_its_name(browser_page: Tab, curves: Served) -> None:
    """Sections by what stands before the slash; folding one is in the address and survives loading anew."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts"))
    for section, count in (("long", 1), ("odd", 3), ("small", SMALL)):
        expect(browser_page.get_by_role("button", name=f"{section} {count}", exact=True)).to_be_visible()
    browser_page.get_by_role("button", name="odd 3").click()
    expect(browser_page).to_have_url(re.compile(r"[?&]shut=odd"))
    browser_page.reload()
    expect(browser_page.get_by_role("article", name="long/loss")).to_be_visible()
    expect(browser_page.get_by_role("article", name="odd/values")).to_have_count(0)


def test_charts_are_found_by_words_of_their_names(browser_page: Tab, curves: Served) -> None:
    """While one types; a search that finds nothing says so."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts"))
    browser_page.get_by_role("searchbox", name="Find charts").fill("values ODD")
    expect(browser_page.get_by_role("article")).to_have_count(1)
    browser_page.get_by_role("searchbox", name="Find charts").fill("nothing")
    expect(browser_page.get_by_text("No series has “nothing” in its name.")).to_be_visible()


def test_only_charts_near_the_window_are_made(browser_page: Tab, curves: Served) -> None:
    """Places for all of them are there; the last one is drawn when it is reached, and the first one is gone by then."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&size=220"))
    expect(browser_page.locator(".chart-card canvas").first).to_be_visible()
    assert browser_page.get_by_role("article").count() == SMALL + 4
    assert browser_page.locator(".chart-card canvas").count() < SMALL / 2
    browser_page.get_by_role("article", name=f"small/m{SMALL - 1:02}").scroll_into_view_if_needed()
    expect(browser_page.get_by_role("article", name=f"small/m{SMALL - 1:02}").locator("canvas")).to_be_visible()
    expect(browser_page.get_by_role("article", name="long/loss").locator("canvas")).to_have_count(0)


def test_charts_are_as_large_as_the_slider_says_or_their_corner_is_dragged(browser_page: Tab, curves: Served) -> None:
    """And the address keeps it."""
    browser_page.goto(curves.model(MODEL, "tab=charts"))
    card = browser_page.get_by_role("article", name="long/loss")
    before = card.bounding_box()
    browser_page.get_by_role("slider", name="Size of the charts").fill("600")
    after = card.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"] * 1.3
    assert "size=600" in browser_page.url
    corner = card.locator(".chart-grip").bounding_box()
    assert corner is not None
    browser_page.mouse.move(corner["x"] + 7, corner["y"] + 7)
    browser_page.mouse.down()
    browser_page.mouse.move(corner["x"] - 93, corner["y"])
    browser_page.mouse.up()
    assert "size=500" in browser_page.url


def test_an_enlarged_chart_lists_its_lines_and_goes_on_by_keys(browser_page: Tab, curves: Served) -> None:
    """Arrows go to the next chart, Escape closes; the address names the chart."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd"))
    card = browser_page.get_by_role("article", name="odd/signs")
    card.get_by_role("button", name="Enlarge").click()
    dialog = browser_page.get_by_role("dialog")
    expect(dialog.get_by_role("complementary", name="Lines").get_by_role("listitem")).to_have_count(4)
    browser_page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading", name="odd/single")).to_be_visible()
    assert "wide=odd/single" in browser_page.url
    browser_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "wide" not in browser_page.url
