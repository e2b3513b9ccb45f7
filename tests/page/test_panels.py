"""Parallel coordinates and scatter: what is chosen in them is what the table and the charts have selected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served

CHURN = "/studies/churn"


def test_a_brush_selects_the_runs_within_it(browser_page: Tab, served: Served) -> None:
    """On every axis; what it leaves is what is drawn, and what the table has selected."""
    from playwright.sync_api import expect

    browser_page.goto(served.model(CHURN, "tab=charts&also=parallel"))
    axis = browser_page.get_by_role("slider", name="Brush on depth")
    axis.wait_for()
    box = axis.bounding_box()
    assert box is not None
    x = box["x"] + box["width"] / 2
    browser_page.mouse.move(x, box["y"] + box["height"] * 0.2)
    browser_page.mouse.down()
    browser_page.mouse.move(x, box["y"] + box["height"] * 0.1)
    browser_page.mouse.move(x, box["y"])
    browser_page.mouse.up()
    expect(browser_page).to_have_url(re.compile(r"brush=param:depth:"))
    panel = browser_page.get_by_role("figure", name="Parallel")
    words = panel.get_by_text(re.compile(r"^\d+ of 100 runs are within the brushes$"))
    few = int(words.inner_text().split()[0])
    assert 10 < few < 60
    expect(browser_page.get_by_role("complementary", name="Runs")).to_contain_text(f"{few} of 100 runs")
    browser_page.get_by_role("slider", name="Brush on optimizer").press("ArrowDown")
    browser_page.get_by_role("slider", name="Brush on optimizer").press("Escape")
    expect(words).to_contain_text(f"{few} of 100")
    browser_page.get_by_role("link", name="Experiments").click()
    expect(browser_page.get_by_text(f"{few} selected")).to_be_visible()


def test_runs_have_the_colour_of_their_group(browser_page: Tab, served: Served) -> None:
    """In the list and the panels, as in the lines; each its own again without groups."""
    from playwright.sync_api import expect

    browser_page.goto(served.model(CHURN, "tab=charts&also=parallel&runs=0-99&group=optimizer"))
    legend = browser_page.get_by_role("list", name="Lines by optimizer").locator("path")
    expect(legend).to_have_count(2)
    colours = {line.get_attribute("stroke") for line in legend.all()}
    swatches = browser_page.get_by_role("complementary", name="Runs").locator(".swatch circle")
    assert {swatch.get_attribute("stroke") for swatch in swatches.all()} == colours
    lines = browser_page.get_by_role("figure", name="Parallel").locator("path.bright")
    expect(lines).to_have_count(2)
    browser_page.get_by_label("Group runs by a parameter").select_option("none")
    expect(lines).not_to_have_count(2)
    assert len({swatch.get_attribute("stroke") for swatch in swatches.all()}) > 2


def test_a_scatter_begins_with_two_different_axes(browser_page: Tab, served: Served) -> None:
    """Also where no parameter differs, so that a metric lies below."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/examples/digits/model", "tab=charts&also=scatter&runs=0"))
    axes = browser_page.get_by_role("figure", name="Scatter").get_by_role("combobox")
    expect(axes).to_have_count(2)
    below, side = (axis.input_value() for axis in axes.all())
    assert below != side


def test_the_pareto_front_can_be_selected(browser_page: Tab, served: Served) -> None:
    """Those that no other run beats in both; which end is better can be said."""
    from playwright.sync_api import expect

    browser_page.goto(served.model(CHURN, "tab=charts&also=scatter&px=-metric:valid/loss&py=%2Bmetric:valid/accuracy"))
    panel = browser_page.get_by_role("figure", name="Scatter")
    panel.get_by_role("button", name="Select the 1 on the Pareto front").click()
    expect(browser_page.get_by_role("complementary", name="Runs")).to_contain_text("1 of 100 runs")
    panel.get_by_role("button", name="more is better").click()
    assert "py=-metric:valid/accuracy" in browser_page.url
    expect(panel.get_by_role("button", name="Select the 1 on")).to_have_count(0)


def test_pointing_at_a_dot_names_its_run_and_a_click_selects_it(browser_page: Tab, served: Served) -> None:
    """Also one that is not drawn."""
    from playwright.sync_api import expect

    browser_page.goto(served.model(CHURN, "tab=charts&also=scatter&runs=none&px=param:lr&py=metric:train/loss"))
    panel = browser_page.get_by_role("figure", name="Scatter")
    dots = panel.locator("path.dots").first
    dots.wait_for(state="attached")
    place = re.match(r"M([\d.]+) ([\d.]+)", dots.get_attribute("d") or "")
    box = panel.locator("svg").bounding_box()
    assert place is not None
    assert box is not None
    browser_page.mouse.move(box["x"] + float(place[1]), box["y"] + float(place[2]))
    expect(panel.locator(".chart-tooltip")).to_contain_text("trial-")
    browser_page.mouse.down()
    browser_page.mouse.up()
    expect(browser_page).to_have_url(re.compile(r"runs=\d+"))
