"""Fingers on a chart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.curves import MODEL, NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


@pytest.fixture
def phone(browser: Browser) -> Iterator[Tab]:
    """A tab of a narrow screen that is touched."""
    context = browser.new_context(viewport={"width": 420, "height": 850}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def test_a_finger_points_and_two_zoom(phone: Tab, curves: Served) -> None:
    """One has the tooltip come, which stays to be read; two that part choose what is between them."""
    from playwright.sync_api import expect

    phone.goto(curves.model(MODEL, "tab=charts&find=odd/signs"))
    over = phone.get_by_role("article", name="odd/signs").locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    session = phone.context.new_cdp_session(phone)

    def fingers(kind: str, *shares: float) -> None:
        places: list[dict[str, Any]] = [
            {"x": box["x"] + share * box["width"], "y": box["y"] + box["height"] / 2, "id": number}
            for number, share in enumerate(shares)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    fingers("touchStart", 0.5)
    expect(phone.locator(".chart-tooltip").get_by_role("listitem")).to_have_count(len(NAMES))
    phone.wait_for_timeout(1500)  # a finger that rests is no wish for a menu
    fingers("touchEnd")
    expect(phone.locator(".chart-tooltip")).to_be_visible()
    fingers("touchStart", 0.4, 0.6)
    fingers("touchMove", 0.2, 0.8)
    fingers("touchEnd")
    phone.wait_for_url(re.compile(r"from=.*to="))
