"""Images, plots and tables of experiments: at one step, at all of them, and two compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.page.gallery import ROWS, STEPS

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served

PAINTER = "/gallery/painter"


def cards(tab: Tab) -> Locator:
    """The experiments' media, a card each."""
    return tab.locator("figure.media-card")


def test_experiments_show_the_same_step_or_the_nearest_before_and_say_so(browser_page: Tab, gallery: Served) -> None:
    """Never one from later; and where a series begins later, when."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    expect(cards(browser_page)).to_contain_text(
        ["earlystep 3early after 3", "sparsestep 2, the nearest beforesparse after 2", "latestep 3late after 3"]
    )
    expect(browser_page.get_by_text("1 of the selected have none")).to_be_visible()
    browser_page.keyboard.press(",")
    expect(cards(browser_page).nth(1)).to_contain_text("sparsestep 2sparse after 2")
    browser_page.keyboard.press(",")
    expect(browser_page).to_have_url(gallery.model(PAINTER, "tab=media&step=1"))
    expect(cards(browser_page)).to_contain_text(["early after 1", "step 0, the nearest before", "begins at step 2"])
    browser_page.get_by_role("slider", name="Step").press("Home")
    expect(cards(browser_page).nth(0)).to_contain_text("early after 0")


def test_an_image_is_saved_as_it_was_logged(browser_page: Tab, gallery: Served) -> None:
    """Under a name that says what it is."""
    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    with browser_page.expect_download() as saving:
        cards(browser_page).first.get_by_role("link", name="Download samples/painting of early at step 3").click()
    assert saving.value.suggested_filename == "early-samples-painting-3.png"
    assert saving.value.path().read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_images_of_a_row_stand_in_line(browser_page: Tab, gallery: Served) -> None:
    """Also where one says that it is from an earlier step."""
    browser_page.goto(gallery.model(PAINTER, "tab=media&step=3"))
    cards(browser_page).get_by_text("the nearest before").wait_for()
    tops = {image.bounding_box()["y"] for image in cards(browser_page).locator("img").all()}
    assert len(tops) == 1


def test_a_table_is_saved_whole(browser_page: Tab, gallery: Served) -> None:
    """With all rows and their types."""
    browser_page.goto(gallery.model(PAINTER, "tab=media&kind=table"))
    with browser_page.expect_download() as saving:
        cards(browser_page).first.get_by_role("link", name="Download ranking of early").click()
    assert saving.value.suggested_filename == "early-ranking.parquet"
    frame = pl.read_parquet(saving.value.path())
    assert frame.schema == {"item": pl.String, "score": pl.Float64}
    assert frame.height == ROWS


def test_all_steps_stand_in_columns_that_experiments_share(browser_page: Tab, gallery: Served) -> None:
    """A row has an image at each step at which its experiment logged one."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    browser_page.get_by_role("button", name="All steps").click()
    grid = browser_page.get_by_role("region", name="samples/painting at all steps")
    for name, steps in STEPS.items():
        row = grid.get_by_role("row").filter(has=browser_page.get_by_role("rowheader", name=name))
        expect(row.get_by_role("img")).to_have_count(len(steps))
    expect(browser_page).to_have_url(gallery.model(PAINTER, "tab=media&look=grid"))


def test_two_images_are_compared_by_swiping(browser_page: Tab, gallery: Served) -> None:
    """The edge is moved by dragging or by keys; experiment and step of either are chosen; the address has it all."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    browser_page.get_by_role("button", name="Open samples/painting of early at step 3").click()
    window = browser_page.get_by_role("dialog", name="samples/painting")
    expect(window.get_by_role("img")).to_have_count(1)
    window.get_by_role("button", name="Compare").click()
    expect(window.get_by_role("img")).to_have_count(2)
    edge = window.get_by_role("slider")
    right = window.get_by_role("img").nth(1)
    expect(right).to_have_css("clip-path", "inset(0px 0px 0px 50%)")
    edge.press("End")
    expect(right).to_have_css("clip-path", "inset(0px 0px 0px 100%)")
    window.get_by_role("combobox", name="Experiment").nth(1).select_option("late")
    window.get_by_role("combobox", name="Step").nth(1).select_option("step 2")
    expect(right).to_have_attribute("alt", "samples/painting of late at step 2")
    window.get_by_role("button", name="Difference").click()
    expect(right).to_have_css("mix-blend-mode", "difference")
    browser_page.reload()
    expect(right).to_have_attribute("alt", "samples/painting of late at step 2")
    browser_page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_a_viewed_image_is_left_for_its_neighbours_by_keys(browser_page: Tab, gallery: Served) -> None:
    """Left and right are steps, up and down experiments."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    browser_page.get_by_role("button", name="Open samples/painting of early at step 3").click()
    image = browser_page.get_by_role("dialog").get_by_role("img")
    expect(image).to_be_visible()
    browser_page.keyboard.press("ArrowLeft")
    expect(image).to_have_attribute("alt", "samples/painting of early at step 2")
    browser_page.keyboard.press("ArrowDown")
    expect(image).to_have_attribute("alt", "samples/painting of sparse at step 2")


def test_a_table_draws_only_the_rows_that_are_seen_and_is_ordered(browser_page: Tab, gallery: Served) -> None:
    """By the values of a column, in which what is missing comes last."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media&kind=table"))
    table = browser_page.get_by_role("region", name="ranking of early")
    expect(table.get_by_role("cell", name="early 3", exact=True)).to_be_visible()
    assert table.get_by_role("row").count() < 60
    expect(cards(browser_page).first).to_contain_text(f"{ROWS} rows")
    expect(cards(browser_page).first).to_contain_text("Best of early")
    table.get_by_role("button", name="score").click()
    table.get_by_role("button", name="score").click()
    expect(table.get_by_role("columnheader", name="score")).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("row").nth(1)).to_contain_text(f"{ROWS - 1}")
    table.evaluate("table => { table.scrollTop = table.scrollHeight; }")
    expect(table.get_by_role("row").last).to_contain_text("early 7–")


def test_tables_of_one_name_become_one_with_the_experiments_colours(browser_page: Tab, gallery: Served) -> None:
    """Each row is marked with whose it is, in whatever order they stand."""
    from playwright.sync_api import expect

    browser_page.goto(gallery.model(PAINTER, "tab=media&kind=table"))
    browser_page.get_by_role("button", name="As one table").click()
    table = browser_page.get_by_role("region", name="ranking of all experiments")
    expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", str(3 * ROWS))
    table.get_by_role("button", name="score").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("0")
    expect(table.get_by_label("early")).not_to_have_count(0)
    expect(table.get_by_label("late")).not_to_have_count(0)


def test_plots_are_drawn_in_one_frame_that_is_loaded_when_they_are_looked_at(
    browser_page: Tab, gallery: Served
) -> None:
    """Before that nothing of Plotly is asked for; what lies between the plots can be clicked."""
    from playwright.sync_api import expect

    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(gallery.model(PAINTER, "tab=media"))
    expect(cards(browser_page)).to_have_count(3)
    assert not any("plotly" in url or "/frame" in url for url in asked)
    browser_page.get_by_role("link", name="Plots").click()
    drawn = browser_page.locator(".plot-hole[data-state=drawn]")
    expect(drawn).to_have_count(3, timeout=120_000)
    expect(browser_page.locator("iframe")).to_have_count(1)
    expect(browser_page.frame_locator("iframe").locator(".main-svg").first).to_be_visible()
    with browser_page.expect_download() as saving:
        cards(browser_page).first.get_by_role("link", name="Download").click()
    assert b'"scatter"' in saving.value.path().read_bytes()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plots_have_the_colours_of_the_page(browser_page: Tab, gallery: Served, theme: str) -> None:
    """Where their figures name none."""
    from playwright.sync_api import expect

    browser_page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    browser_page.goto(gallery.model(PAINTER, "tab=media&kind=plot"))
    label = browser_page.frame_locator("iframe").locator(".xtick text").first
    expect(label).to_have_css("fill", "rgb(219, 226, 236)" if theme == "dark" else "rgb(31, 39, 51)", timeout=120_000)
