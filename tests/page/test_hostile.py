"""Script planted in names, texts, figures and tables runs nowhere, and reaches nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from palantir_models.page.ids import dataset_rid
from tests.page.conftest import WIDE
from tests.page.gallery import HOSTILE_FIGURES, TAKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Route
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served

HOSTILE = "/gallery/hostile"
DATASET = f"/gallery/{TAKEN.replace('/', '')}"
PATIENCE = 120_000  # milliseconds: Plotly takes its time on a busy machine


@pytest.fixture
def watched(browser: Browser) -> Iterator[Tab]:
    """A tab that may not be taken over: its title stays, and no other server is asked for anything."""
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    left: list[str] = []

    def refuse(route: Route) -> None:
        left.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(("http://127.0.0.1", "data:", "blob:")), refuse)
    tab = context.new_page()
    yield tab
    assert "taken" not in tab.title()
    assert len(context.pages) == 1
    assert left == []
    context.close()


@pytest.mark.parametrize("tab", ["overview", "experiments", "charts", "media&kind=image", "media&kind=table"])
def test_script_in_a_models_experiments_is_text(watched: Tab, gallery: Served, tab: str) -> None:
    """In names, parameters, series, captions and cells, wherever a model shows them."""
    from playwright.sync_api import expect

    watched.goto(gallery.model(HOSTILE, f"tab={tab}"))
    expect(watched.locator("main")).to_contain_text("onerror" if tab != "overview" else "hostile")
    expect(watched.locator("main img[src=x]")).to_have_count(0)


def test_script_in_a_dataset_is_text(watched: Tab, gallery: Served) -> None:
    """In its path, its columns and its rows; in the list, on its page, in the ledger and in the lineage."""
    from playwright.sync_api import expect

    for place in ("/datasets", f"/datasets/{dataset_rid(DATASET)}", "/builds", "/lineage"):
        watched.goto(gallery.address + place)
        expect(watched.locator("main")).to_contain_text("onerror")
        expect(watched.locator("main img[src=x]")).to_have_count(0)


def test_script_in_an_error_is_text(watched: Tab, gallery: Served) -> None:
    """An experiment that failed shows what it failed with."""
    from playwright.sync_api import expect

    watched.goto(gallery.model("/gallery/failed", "tab=experiments"))
    watched.get_by_role("link", name="failed", exact=True).first.click()
    expect(watched.get_by_role("alert")).to_contain_text(TAKEN)


def test_a_hostile_figure_takes_nothing(watched: Tab, gallery: Served) -> None:
    """It is drawn, or said not to be; no link of it leads away. All figures are on one page, which has one frame for them."""
    from playwright.sync_api import expect

    def planted(route: Route) -> None:
        named = unquote(urlsplit(route.request.url).path.split("/")[-2])
        route.fulfill(body=HOSTILE_FIGURES[named], content_type="application/json")

    watched.route("**/plots/**", planted)
    watched.goto(gallery.model("/gallery/figures", "tab=media&kind=plot"))
    address = watched.url
    for named in HOSTILE_FIGURES:
        hole = watched.get_by_role("region", name=named, exact=True).locator(".plot-hole")
        hole.scroll_into_view_if_needed()
        expect(hole).not_to_have_attribute("data-state", "waiting", timeout=PATIENCE)
        for link in watched.frame_locator("iframe").locator("a").all():
            link.click(force=True)
        watched.mouse.move(*_middle(hole))
        expect(hole).to_be_visible()
        assert watched.url == address, named
        assert "taken" not in watched.title(), named


def _middle(hole: Locator) -> tuple[float, float]:
    box = hole.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_what_runs_in_the_frame_reaches_neither_page_nor_network_nor_storage(watched: Tab, gallery: Served) -> None:
    """Even if a figure could run script, it would be alone."""
    from playwright.sync_api import expect

    watched.goto(gallery.model(HOSTILE, "tab=media&kind=plot"))
    expect(watched.locator(".plot-hole[data-state=drawn]")).to_have_count(1, timeout=PATIENCE)
    frame = next(one for one in watched.frames if one.url.endswith("/frame"))
    tried = {
        "the page": "parent.document.title",
        "storage": "localStorage.length",
        "cookies": "document.cookie",
        "a window": "open('/') ?? (() => { throw new Error('none opened'); })()",
    }
    for what, code in tried.items():
        assert (
            frame.evaluate(f"() => {{ try {{ {code}; return 'reached'; }} catch {{ return 'refused'; }} }}")
            == "refused"
        ), what
    assert frame.evaluate("() => fetch('/data/store').then(() => 'reached', () => 'refused')") == "refused"


def test_a_message_that_is_not_the_frames_draws_nothing(watched: Tab, gallery: Served) -> None:
    """The page takes answers from the window of its frame alone."""
    from playwright.sync_api import expect

    watched.route("**/frame", lambda route: route.abort())
    watched.goto(gallery.model(HOSTILE, "tab=media&kind=plot"))
    hole = watched.locator(".plot-hole")
    expect(hole).to_have_attribute("data-state", "waiting")
    watched.evaluate("() => postMessage({kind: 'failed', key: '0', why: 'a stranger'}, '*')")
    watched.evaluate("() => new Promise(done => setTimeout(done, 100))")
    expect(hole).to_have_attribute("data-state", "waiting")
    expect(watched.get_by_text("a stranger")).to_have_count(0)
