"""The table of experiments: ordered, searched, selected, pinned, soloed, hidden and compared, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.study import EXPERIMENTS, HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


@pytest.fixture
def table(browser_page: Tab, served: Served) -> Locator:
    """The table of the study of a hundred experiments."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn", "tab=experiments"))
    grid = browser_page.get_by_role("grid", name="Experiments")
    expect(grid).to_be_visible()
    return grid


def _names(grid: Locator) -> list[str]:
    """The names of the rows that are drawn, from the top."""
    return grid.get_by_role("rowheader").get_by_role("link").all_inner_texts()


def _row(grid: Locator, name: str) -> Locator:
    return grid.get_by_role("row").filter(has=grid.page.get_by_role("link", name=name, exact=True))


def test_the_newest_come_first_and_ten_of_them_are_selected(table: Locator, browser_page: Tab) -> None:
    """A hundred are there, and only those that are seen are drawn."""
    from playwright.sync_api import expect

    expect(table).to_have_attribute("aria-rowcount", str(EXPERIMENTS + 1))
    assert _names(table)[:3] == ["trial-99", "trial-98", "trial-97"]
    assert len(_names(table)) < 60
    expect(browser_page.locator("main")).to_contain_text("100 experiments, 10 selected")
    expect(table.get_by_role("checkbox", name="Select trial-90", exact=True)).to_be_checked()
    expect(table.get_by_role("checkbox", name="Select trial-89", exact=True)).not_to_be_checked()


def test_a_title_orders_by_its_column_both_ways(table: Locator, browser_page: Tab) -> None:
    """Numbers as numbers; the address keeps it."""
    from playwright.sync_api import expect

    title = table.get_by_role("columnheader").get_by_role("button", name="lr")
    column = table.page.locator(".body .row")
    title.click()
    expect(browser_page).to_have_url(re.compile(r"sort=p:lr"))
    first = _names(table)[0]
    title.click()
    expect(browser_page).to_have_url(re.compile(r"sort=-p:lr"))
    assert _names(table)[0] != first
    browser_page.reload()
    expect(column.first).to_be_visible()
    assert _names(table)[0] != first


def test_keys_are_the_rows_after_a_title_was_pressed(table: Locator, browser_page: Tab) -> None:
    """Space selects the row that the arrows went to, and the order, which begins with the best, stays."""
    from playwright.sync_api import expect

    table.get_by_role("columnheader").get_by_role("button", name="valid/accuracy").click()
    expect(browser_page).to_have_url(re.compile(r"sort=-m:valid/accuracy:last"))
    best = _names(table)[0]
    box = table.get_by_role("checkbox", name=f"Select {best}", exact=True)
    expect(box).not_to_be_checked()
    browser_page.keyboard.press("ArrowDown")
    browser_page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(browser_page).to_have_url(re.compile(r"sort=-m:valid/accuracy:last"))


def test_words_and_comparisons_are_searched_for(table: Locator, browser_page: Tab) -> None:
    """Typed parameters: 1e-2 is 0.01."""
    from playwright.sync_api import expect

    browser_page.keyboard.press("/")
    browser_page.keyboard.type("optimizer=adam lr>1e-2 augment=true")
    expect(browser_page.locator("main")).to_contain_text(re.compile(r"\d+ of 100 experiments"))
    for row in table.locator(".body .row").all():
        expect(row).to_contain_text("adam")
        expect(row).to_contain_text("true")
    browser_page.keyboard.press("Escape")
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("nothing at all")
    expect(browser_page.get_by_role("heading", name="No experiment is as you search for it")).to_be_visible()
    browser_page.get_by_role("link", name="Show all 100").click()
    expect(table).to_be_visible()


def test_any_number_is_selected_and_a_range_with_shift(table: Locator, browser_page: Tab) -> None:
    """The address stays short."""
    from playwright.sync_api import expect

    browser_page.get_by_role("button", name="None", exact=True).click()
    table.get_by_role("checkbox", name="Select trial-98", exact=True).click()
    table.get_by_role("checkbox", name="Select trial-85", exact=True).click(modifiers=["Shift"])
    expect(browser_page.locator("main")).to_contain_text("14 selected")
    expect(browser_page).to_have_url(re.compile(r"runs=85-98$"))
    browser_page.get_by_role("button", name="Select all").click()
    expect(browser_page.locator("main")).to_contain_text("100 selected")
    expect(browser_page).to_have_url(re.compile(r"runs=0-99$"))


def test_a_run_keeps_its_colour_whatever_is_ordered_or_searched(table: Locator, browser_page: Tab) -> None:
    """It comes from its rank of creation, not from its place."""

    def colour() -> str | None:
        return _row(table, "trial-96").locator("circle").get_attribute("stroke")

    before = colour()
    table.get_by_role("columnheader").get_by_role("button", name="lr").click()
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("trial-96")
    assert colour() == before
    assert _row(table, "trial-96").count() == 1


def test_the_baseline_stands_on_top_and_the_others_differ_from_it(table: Locator, browser_page: Tab) -> None:
    """Numbers by how much, and better or worse by what the metric's name says."""
    from playwright.sync_api import expect

    row = _row(table, "trial-97")
    row.hover()
    row.get_by_role("button", name="Baseline").click()
    expect(browser_page).to_have_url(re.compile(r"base=97"))
    pinned = table.locator(".pinned .row")
    expect(pinned).to_have_count(1)
    expect(pinned).to_contain_text("trial-97")
    expect(pinned.locator(".gap")).to_have_count(0)
    expect(table.locator(".body .gap").first).to_have_text(re.compile(r"^[+−±]"))
    expect(table.locator(".body .gap.better").first).to_be_attached()
    expect(table.locator(".body .gap.worse").first).to_be_attached()


def test_pinned_rows_stay_in_sight(table: Locator, browser_page: Tab) -> None:
    """However far one scrolls."""
    from playwright.sync_api import expect

    row = _row(table, "trial-95")
    row.hover()
    row.get_by_role("button", name="Pin to the top").click()
    table.hover()
    browser_page.mouse.wheel(0, 1600)
    expect(_row(table, "trial-45")).to_be_visible()
    expect(table.locator(".pinned")).to_contain_text("trial-95")
    expect(_row(table, "trial-95")).to_be_in_viewport()
    expect(_row(table, "trial-99")).to_have_count(0)


def test_the_keyboard_goes_through_runs_and_acts_on_them(table: Locator, browser_page: Tab) -> None:
    """Arrows, Space, s, h, p, c; Enter opens the run."""
    from playwright.sync_api import expect

    for _ in range(2):
        browser_page.keyboard.press("ArrowDown")
    expect(_row(table, "trial-98")).to_have_class(re.compile(r"\bat\b"))
    for key, sign in (("s", "solo=98"), ("h", "hide=98"), ("p", "pin=98"), ("c", "base=98")):
        browser_page.keyboard.press(key)
        expect(browser_page).to_have_url(re.compile(sign))
    browser_page.keyboard.press("Space")
    expect(table.get_by_role("checkbox", name="Select trial-98", exact=True)).not_to_be_checked()
    browser_page.keyboard.press("Enter")
    expect(browser_page.get_by_role("heading", name="trial-98", level=1)).to_be_visible()


def test_all_rows_are_one_stop_of_the_tab_key(table: Locator, browser_page: Tab) -> None:
    """The arrows go through them; what the row that was gone to can do comes next."""
    table.focus()
    browser_page.keyboard.press("Tab")
    assert table.locator(":focus").get_attribute("class") != "take"
    table.focus()
    browser_page.keyboard.press("ArrowDown")
    while table.locator(".take:focus").count() == 0:
        browser_page.keyboard.press("Tab")
        assert table.locator(":focus").count() == 1, "the row that has the keyboard is not reached"
    assert table.locator(".take:focus").get_attribute("aria-label") == "Select trial-99"


def test_columns_are_chosen(table: Locator, browser_page: Tab) -> None:
    """Last, least, greatest and best of each metric; the address keeps it."""
    from playwright.sync_api import expect

    titles = table.get_by_role("columnheader")
    browser_page.get_by_role("button", name="Columns").click()
    chooser = browser_page.get_by_role("dialog", name="Columns")
    chooser.get_by_role("textbox").fill("train/loss")
    chooser.get_by_text("best: least").click()
    chooser.get_by_role("textbox").fill("optimizer")
    chooser.get_by_role("checkbox").uncheck()
    browser_page.keyboard.press("Escape")
    expect(titles.filter(has_text="best: least")).to_have_count(1)
    expect(titles.filter(has_text="optimizer")).to_have_count(0)
    browser_page.reload()
    expect(titles.filter(has_text="best: least")).to_have_count(1)
    browser_page.get_by_role("button", name="Columns").click()
    chooser.get_by_role("button", name="Reset").click()
    expect(titles.filter(has_text="optimizer")).to_have_count(1)


def test_what_differs_between_the_selected_is_told_with_its_types(table: Locator, browser_page: Tab) -> None:
    """The parameters that differ; what is the same in all is left out."""
    from playwright.sync_api import expect

    browser_page.get_by_role("button", name="Differences").click()
    differences = browser_page.locator(".differences")
    expect(differences.get_by_role("row").filter(has_text="lr")).to_be_visible()
    expect(differences.get_by_role("row").filter(has_text="python")).to_have_count(0)
    expect(differences.get_by_role("columnheader")).to_have_count(11)


def test_a_hostile_name_is_text(table: Locator, browser_page: Tab) -> None:
    """In the table and on its own page."""
    from playwright.sync_api import expect

    browser_page.keyboard.press("/")
    browser_page.keyboard.type("onerror")
    link = table.get_by_role("link", name=HOSTILE)
    expect(link).to_be_visible()
    link.click()
    expect(browser_page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(browser_page).not_to_have_title("taken")


def test_an_experiment_tells_all_that_is_known_of_it(browser_page: Tab, served: Served) -> None:
    """Where it came from, what it was given, what it logged, where it ran."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/examples/digits/model", "tab=experiments"))
    browser_page.get_by_role("grid").get_by_role("link", name="network").click()
    main = browser_page.locator("main")
    for text in ("succeeded", "digits_train", "learning_rate", "0.002", "test/accuracy", "mistakes", "python"):
        expect(main).to_contain_text(text)
    browser_page.get_by_role("link", name="1.0.0").click()
    expect(browser_page.get_by_role("heading", name="Version 1.0.0", level=1)).to_be_visible()


def test_a_failed_experiment_shows_its_error(browser_page: Tab, served: Served) -> None:
    """And its values that are no numbers."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/broken", "tab=experiments"))
    expect(browser_page.get_by_role("grid")).to_contain_text("failed")
    expect(browser_page.get_by_role("grid")).to_contain_text("NaN")
    browser_page.get_by_role("grid").get_by_role("link", name="first").click()
    expect(browser_page.get_by_role("alert")).to_contain_text("Input contains NaN")


def test_a_model_without_experiments_says_how_to_log_one(browser_page: Tab, served: Served) -> None:
    """A few lines to paste."""
    from playwright.sync_api import expect

    browser_page.route("**/experiments*", lambda route: route.fulfill(json=NOTHING))
    browser_page.goto(served.model("/studies/churn", "tab=experiments"))
    expect(browser_page.get_by_role("heading", name="Nothing was logged for this model yet")).to_be_visible()
    expect(browser_page.locator("pre")).to_contain_text("log_metric")


def test_a_thousand_experiments_of_two_hundred_columns_draw_what_is_seen(browser_page: Tab, served: Served) -> None:
    """However far one scrolls, the right values are there, and some hundred elements."""
    from playwright.sync_api import expect

    browser_page.route("**/experiments*", lambda route: route.fulfill(json=_many(1000, 100)))
    browser_page.goto(served.model("/studies/churn", "tab=experiments&cols=created&cols=lasting"))
    grid = browser_page.get_by_role("grid")
    cells = grid.get_by_role("gridcell")
    expect(grid).to_have_attribute("aria-colcount", "202")
    expect(_row(grid, "run 999")).to_be_visible()
    assert cells.count() < 1000
    grid.evaluate("grid => grid.scrollTo(grid.scrollWidth, 500 * 32)")
    row = _row(grid, "run 490")
    expect(row.get_by_text("490.99", exact=True)).to_be_in_viewport()
    expect(grid.get_by_role("columnheader").filter(has_text="metric 99")).to_be_in_viewport()
    assert cells.count() < 1000


def _many(count: int, width: int) -> dict[str, Any]:
    """Experiments whose values tell their row and column: the metric 7 of the run 3 is 3.07."""
    ranks = range(count)
    nothing: list[None] = [None] * count
    columns: dict[str, Sequence[Any]] = dict.fromkeys(FACTS.split(), nothing)
    columns |= {"id": [f"id{rank}" for rank in ranks], "name": [f"run {rank}" for rank in ranks], "rank": list(ranks)}
    columns |= {"status": ["SUCCEEDED"] * count, "dropped": [0] * count, "values": [1] * count}
    values = [[rank + place / 100 for rank in ranks] for place in range(width)]
    statistics = ("last", "min", "max", "first", "length", "last_step")
    return {
        "count": count,
        "columns": columns,
        "parameters": [{"name": f"param {at}", "type": "double", "values": values[at]} for at in range(width)],
        "metrics": [{"name": f"metric {at}", **dict.fromkeys(statistics, values[at])} for at in range(width)],
        "media": [],
    }


FACTS = "id name rank status error version created finished heartbeat dropped transform source code_version transaction values"
NOTHING = {"count": 0, "columns": {name: [] for name in FACTS.split()}, "parameters": [], "metrics": [], "media": []}
