"""The frame around every view: navigation, keys, colours, addresses that lead nowhere, and how much the page weighs."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import palantir_models

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served

STATIC = Path(palantir_models.__file__).parent / "page" / "static"


def test_the_page_is_light_enough_to_be_there_at_once() -> None:
    """Its own scripts and styles take less than 100 KB on their way."""
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in ("main.js", "main.css")}
    assert sum(sizes.values()) < 100_000, sizes


def test_the_licences_of_what_is_in_the_bundle_are_beside_it() -> None:
    """Preact's, the signals' and uPlot's."""
    text = (STATIC / "licences.txt").read_text()
    for package in ("preact ", "@preact/signals ", "@preact/signals-core ", "uplot "):
        assert package in text
    assert text.count("Permission is hereby granted") == 4


def test_each_part_is_reached_by_a_link_and_by_a_key(browser_page: Tab, served: Served) -> None:
    """The link says where one is; the back button leads back."""
    from playwright.sync_api import expect

    browser_page.goto(served.address)
    navigation = browser_page.get_by_role("navigation", name="Parts of the page")
    for name, key, path in (("Datasets", "d", "/datasets"), ("Builds", "b", "/builds"), ("Lineage", "l", "/lineage")):
        navigation.get_by_role("link", name=name).click()
        expect(browser_page).to_have_url(served.address + path)
        expect(navigation.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        browser_page.go_back()
        expect(browser_page).to_have_url(served.address + "/")
        browser_page.keyboard.press(key)
        expect(browser_page).to_have_url(served.address + path)
        browser_page.keyboard.press("m")
        expect(browser_page).to_have_url(served.address + "/")


def test_a_question_mark_lists_the_keys(browser_page: Tab, served: Served) -> None:
    """Those of the whole page and those of the view."""
    from playwright.sync_api import expect

    browser_page.goto(served.address)
    expect(browser_page.get_by_role("table")).to_be_visible()
    browser_page.keyboard.press("?")
    dialog = browser_page.get_by_role("dialog")
    for name in ("Search models", "Next row", "Lineage", "Help"):
        expect(dialog.get_by_text(name, exact=True)).to_be_visible()
    browser_page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_the_colours_follow_the_system_until_one_says_otherwise(browser_page: Tab, served: Served) -> None:
    """What was said stays when the page is loaded anew."""
    from playwright.sync_api import expect

    document = browser_page.locator("html")
    browser_page.goto(served.address)
    expect(document).to_have_attribute("data-theme", "light")
    browser_page.emulate_media(color_scheme="dark")
    expect(document).to_have_attribute("data-theme", "dark")
    browser_page.get_by_role("button", name="Colours: system").click()
    expect(document).to_have_attribute("data-theme", "light")
    browser_page.reload()
    expect(document).to_have_attribute("data-theme", "light")
    expect(browser_page.get_by_role("button", name="Colours: light")).to_be_visible()


@pytest.mark.parametrize("width", [380, 720, 1400, 2000])
def test_no_view_is_wider_than_the_window(browser_page: Tab, served: Served, width: int) -> None:
    """What is wider scrolls in itself."""
    from playwright.sync_api import expect

    browser_page.set_viewport_size({"width": width, "height": 800})
    paths = ["/", *("".join(("/models/", served.model("/studies/churn").rpartition("/")[2], tab)) for tab in TABS)]
    for path in paths:
        browser_page.goto(served.address + path)
        expect(browser_page.locator(".skeleton")).to_have_count(0)
        expect(browser_page.get_by_role("heading", level=1)).to_be_visible()
        wide: Any = browser_page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


@pytest.mark.parametrize("width", [400, 1400])
def test_a_panel_that_opens_is_in_the_window(browser_page: Tab, served: Served, width: int) -> None:
    """Wherever its button stands; and every tab is."""
    browser_page.set_viewport_size({"width": width, "height": 800})
    for tab, name in (("experiments", "Columns"), ("charts", "Save all charts")):
        browser_page.goto(served.model("/studies/churn", f"tab={tab}"))
        browser_page.locator("main").get_by_role("button", name=re.compile(name)).click()
        for shown in (".menu > .panel", ".tabs a:last-child"):
            box = browser_page.locator(shown).bounding_box()
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= width, name


TABS = ("", "?tab=versions", "?tab=experiments")


def test_an_address_that_leads_nowhere_says_so(browser_page: Tab, served: Served) -> None:
    """And where everything begins."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/models/ri.models.main.model.0/nothing")
    expect(browser_page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    browser_page.get_by_role("link", name="list of models").click()
    expect(browser_page).to_have_url(served.address + "/")


@pytest.mark.parametrize("path", ["/nothing", "/models/x/y/z/w", "/datasets/a/b"])
def test_an_address_that_somebody_mistyped_is_a_page(browser_page: Tab, served: Served, path: str) -> None:
    """It says so and leads back, while a program is told by the status."""
    browser_page.goto(served.address + path)
    browser_page.get_by_role("heading", name="There is nothing at this address").wait_for()
    browser_page.get_by_role("link", name="list of models").click()
    browser_page.get_by_role("heading", name="Models", exact=True).wait_for()


@pytest.mark.parametrize("name", ["Models", "Datasets", "Builds", "Lineage"])
def test_the_tab_is_named_after_the_part(browser_page: Tab, served: Served, name: str) -> None:
    """As one finds it again among others, and in the history."""
    from playwright.sync_api import expect

    browser_page.goto(served.address + ("/" if name == "Models" else f"/{name.lower()}"))
    expect(browser_page).to_have_title(name)


def test_what_was_known_stays_when_the_server_is_lost(browser_page: Tab, served: Served) -> None:
    """With a word that it may be outdated; it goes with the next answer."""
    from playwright.sync_api import expect

    browser_page.goto(served.address)
    row = browser_page.get_by_role("row", name="/studies/churn")
    row.wait_for()
    browser_page.clock.install()
    browser_page.keyboard.press("d")
    browser_page.route("**/data/models", lambda route: route.abort())
    browser_page.clock.fast_forward(60_000)
    browser_page.keyboard.press("m")
    told = browser_page.get_by_text("this is what was known before")
    expect(told).to_be_visible()
    expect(row).to_be_visible()
    browser_page.unroute("**/data/models")
    browser_page.keyboard.press("d")
    browser_page.clock.fast_forward(60_000)
    browser_page.keyboard.press("m")
    expect(told).to_have_count(0)
