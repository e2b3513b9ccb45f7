"""The lineage graph: moved, zoomed, searched, and asked about what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.serving import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as Tab

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(page_root: Path) -> Iterator[Served]:
    """The server over the store and the project whose jobs wrote it, of which some have another code version here."""
    with serving(page_root, PROJECT) as served:
        yield served


def place(tab: Tab, label: str) -> Locator:
    """A place of the graph."""
    return tab.get_by_role("group", name="Lineage graph").locator(f'[data-place]:has(text:text-is("{label}"))')


def scale(tab: Tab) -> float:
    """How large the graph is drawn."""
    moved = tab.locator(".lineage-canvas > g").get_attribute("transform")
    found = re.search(r"scale\((.*)\)", moved or "")
    assert found is not None
    return float(found[1])


def test_a_click_tells_the_state_of_a_job_its_reason_and_its_code(browser_page: Tab, project: Served) -> None:
    """And leads to what it reads and writes."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    place(browser_page, "wine_score").click()
    detail = browser_page.get_by_role("complementary", name="Transform wine_score")
    expect(detail).to_contain_text(re.compile("fresh|stale"))
    expect(detail).to_contain_text(re.compile("nothing changed|code changed|will be rebuilt"))
    expect(detail).to_contain_text(re.compile(r"pipelines/wine/score\.py:\d+"))
    detail.get_by_role("button", name="/examples/wine/leaderboard").click()
    expect(browser_page).to_have_url(re.compile(r"place=dataset:/examples/wine/leaderboard"))
    browser_page.get_by_role("link", name="Open the dataset").click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("leaderboard")


def test_a_graph_that_is_seen_whole_is_seen_whole_beside_the_detail(browser_page: Tab, project: Served) -> None:
    """And takes the window again when nothing is selected."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    last = place(browser_page, "/examples/wine/leaderboard")
    expect(last).to_be_in_viewport(ratio=1)
    moved = browser_page.locator(".lineage-canvas > g")
    whole = moved.get_attribute("transform") or ""
    place(browser_page, "wine_raw").click()
    detail = browser_page.get_by_role("complementary", name="Transform wine_raw")
    expect(detail).to_be_visible()
    expect(moved).not_to_have_attribute("transform", whole)
    right, left = last.bounding_box(), detail.bounding_box()
    assert right is not None
    assert left is not None
    assert right["x"] + right["width"] < left["x"]
    browser_page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    expect(moved).to_have_attribute("transform", whole)


def test_a_graph_stays_in_sight_when_its_window_changes(browser_page: Tab, project: Served) -> None:
    """What was seen whole is seen whole, and what is selected is seen where the graph was moved."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    expect(place(browser_page, "/examples/wine/leaderboard")).to_be_in_viewport(ratio=1)
    browser_page.set_viewport_size({"width": 700, "height": 500})
    for label in ("wine_raw", "/examples/wine/leaderboard"):
        expect(place(browser_page, label)).to_be_in_viewport(ratio=1)
    browser_page.get_by_role("button", name="Zoom in").click()
    place(browser_page, "wine_score").click()
    browser_page.set_viewport_size({"width": 420, "height": 860})
    place(browser_page, "wine_score").click(trial=True)  # waits until it rests and nothing lies over it


def test_what_is_selected_is_seen_above_the_detail_in_a_narrow_window(browser_page: Tab, project: Served) -> None:
    """Where the detail takes the lower half."""
    browser_page.set_viewport_size({"width": 400, "height": 860})
    browser_page.goto(f"{project.address}/lineage?place=wine_score")
    browser_page.get_by_role("complementary", name="Transform wine_score").wait_for()
    place(browser_page, "wine_score").click(trial=True)  # waits until it rests and nothing lies over it


def test_a_job_says_where_its_code_is_now_and_whether_that_is_what_ran(browser_page: Tab, project: Served) -> None:
    """The ledger keeps a version of the code and no file: without the project nothing tells it."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    place(browser_page, "wine_clean").click()
    browser_page.get_by_role("complementary").get_by_role("link", name=re.compile("job|build", re.IGNORECASE)).click()
    ran = browser_page.locator(".card", has=browser_page.get_by_role("heading", name="Ran"))
    expect(ran).to_contain_text(re.compile(r"pipelines/wine/clean\.py:\d+\s*(unchanged|changed since)"))


def test_what_a_place_depends_on_stands_out(browser_page: Tab, project: Served) -> None:
    """With what depends on it; the rest is faint."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    place(browser_page, "wine_clean").click()
    for label in ("wine_raw", "/examples/wine/leaderboard"):
        expect(place(browser_page, label)).not_to_have_class(re.compile("is-faint"))
    expect(place(browser_page, "digits_raw")).to_have_class(re.compile("is-faint"))
    browser_page.keyboard.press("Escape")
    expect(place(browser_page, "digits_raw")).not_to_have_class(re.compile("is-faint"))


def test_a_search_brings_what_it_finds_into_view(browser_page: Tab, project: Served) -> None:
    """Enter goes from one to the next; a state finds the jobs that are in it."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    expect(place(browser_page, "wine_raw")).to_be_visible()
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("digits train")
    expect(browser_page.get_by_role("status")).to_contain_text("1 found")
    expect(place(browser_page, "digits_train")).to_be_in_viewport()
    expect(place(browser_page, "wine_raw")).to_have_class(re.compile("is-faint"))
    browser_page.get_by_role("searchbox").press("Escape")
    browser_page.get_by_role("button", name=re.compile(r"^\d+ (fresh|stale)$")).first.click()
    expect(browser_page.get_by_role("status")).to_contain_text(re.compile(r"^\d+ found"))


def still(target: Any) -> Any:
    """Return where something is once it has come to rest: a graph is drawn before it is fitted into its window."""
    before = None
    while (now := target.bounding_box()) is None or now != before:
        before = now
        target.page.wait_for_timeout(150)
    return now


def test_the_graph_is_dragged_and_zoomed_without_anything_being_selected(browser_page: Tab, project: Served) -> None:
    """What is under the pointer stays there; a drag that begins on a place is no click on it."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage")
    target = place(browser_page, "wine_clean")
    before = still(target)
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    browser_page.mouse.move(x, y)
    browser_page.mouse.down()
    browser_page.mouse.move(x + 60, y + 40, steps=4)
    browser_page.mouse.up()
    moved = still(target)
    assert (round(moved["x"] - before["x"]), round(moved["y"] - before["y"])) == (60, 40)
    expect(browser_page).to_have_url(f"{project.address}/lineage")
    was = scale(browser_page)
    browser_page.mouse.wheel(0, -200)
    expect(browser_page.locator(".lineage-canvas > g")).not_to_have_attribute(
        "transform", re.compile(rf"scale\({was}\)")
    )
    assert scale(browser_page) > was
    zoomed = still(target)
    assert zoomed["x"] < x + 60 < zoomed["x"] + zoomed["width"]
    assert zoomed["y"] < y + 40 < zoomed["y"] + zoomed["height"]


def test_arrow_keys_walk_along_the_arrows(browser_page: Tab, project: Served) -> None:
    """From what is selected to what it is made from, and to what is made from it."""
    from playwright.sync_api import expect

    browser_page.goto(f"{project.address}/lineage?place=wine_clean")
    expect(browser_page.get_by_role("complementary", name="Transform wine_clean")).to_be_visible()
    browser_page.keyboard.press("ArrowLeft")
    browser_page.keyboard.press("ArrowLeft")
    expect(browser_page.get_by_role("complementary", name="Transform wine_raw")).to_be_visible()
    browser_page.keyboard.press("ArrowRight")
    browser_page.keyboard.press("ArrowRight")
    expect(browser_page.get_by_role("complementary", name="Transform wine_clean")).to_be_visible()


def test_a_store_without_its_project_shows_how_its_jobs_were(browser_page: Tab, served: Served) -> None:
    """The ledger knows what read and wrote what; what would run now, it does not."""
    from playwright.sync_api import expect

    browser_page.goto(f"{served.address}/lineage?place=wine_score")
    expect(browser_page.get_by_role("complementary")).to_contain_text("no project says what it would do now")
