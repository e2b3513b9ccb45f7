"""One chart as a person reads it: crosshair, zoom, axes, smoothing, bands, and what cannot be drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.page.curves import MODEL, NAMES, SPIKE, SPIKE_AT, STEPS
from tests.page.study import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Locator
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def chart(tab: Tab, name: str) -> Locator:
    """Return the chart of a series, drawn."""
    card = tab.get_by_role("article", name=name)
    card.locator("canvas").wait_for()
    return card


def axes(card: Locator) -> dict[str, float]:
    """Return what the sentence for those who do not see the chart says of its axes."""
    words = card.get_by_role("img").get_attribute("aria-label") or ""
    found = re.search(r"from (\S+) to (\S+), values from (\S+) to (\S+)$", words)
    assert found, words
    return dict(zip(("left", "right", "least", "greatest"), map(_number, found.groups()), strict=True))


def _number(text: str) -> float:
    unit = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.rstrip("kM")) * unit


def point(tab: Tab, card: Locator, share: float, height: float = 0.5) -> None:
    """Point at a place within a chart's axes: a share of their width, and one of their height."""
    box = card.locator(".u-over").bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + share * box["width"], box["y"] + height * box["height"])


def drag(tab: Tab, card: Locator, start: float, end: float) -> None:
    """Choose a part of a chart's x."""
    point(tab, card, start)
    tab.mouse.down()
    point(tab, card, (start + end) / 2)
    point(tab, card, end)
    tab.mouse.up()


def test_one_crosshair_goes_through_all_charts(browser_page: Tab, curves: Served) -> None:
    """Pointing at one shows the same step in the others, and in a tooltip every line, the greatest value first."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd"))
    signs, values = chart(browser_page, "odd/signs"), chart(browser_page, "odd/values")
    point(browser_page, values, 0.25, 0.02)
    tooltip = browser_page.locator(".chart-tooltip")
    expect(tooltip.get_by_role("listitem")).to_have_count(3)  # the odd one has no number at this step
    labels = tooltip.locator(".label").all_text_contents()
    assert labels == [HOSTILE, "spiky", "plain"]
    expect(tooltip.locator(".nearest")).to_contain_text(HOSTILE)
    lines = [card.locator(".u-cursor-x").bounding_box() for card in (signs, values)]
    boxes = [card.locator(".u-over").bounding_box() for card in (signs, values)]
    shares = [(line["x"] - box["x"]) / box["width"] for line, box in zip(lines, boxes, strict=True) if line and box]
    assert shares == pytest.approx([0.25, 0.25], abs=0.02)


def test_a_zoom_asks_for_finer_values_and_is_one_step_back(browser_page: Tab, curves: Served) -> None:
    """All charts look at the same part; a double click, or the back button, shows everything again."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts"))
    card = chart(browser_page, "long/loss")
    expect(card).to_contain_text("80k points")
    expect(card).to_contain_text("shown")
    before = browser_page.evaluate("history.length")
    with browser_page.expect_response(re.compile(r"/charts\?.*series=long.*from=")) as answered:
        drag(browser_page, card, 0.6, 0.65)
    assert answered.value.ok
    assert browser_page.evaluate("history.length") == before + 1
    expect(card).not_to_contain_text("80k points")
    assert axes(card)["right"] - axes(card)["left"] < STEPS * 0.07
    point(browser_page, card, 0.5)
    browser_page.mouse.dblclick(*_middle(card))
    expect(card).to_contain_text("80k points")
    assert "from=" not in browser_page.url
    browser_page.go_back()
    expect(card).not_to_contain_text("80k points")


def test_a_zoom_opens_no_tooltip_where_nobody_points(browser_page: Tab, served: Served) -> None:
    """All charts are drawn anew with their crosshair; the tooltip stays with the pointer."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn", "tab=charts&runs=0-4"))
    cards = [chart(browser_page, f"valid/{name}") for name in ("loss", "accuracy")]
    for card in cards:
        expect(card).to_contain_text("150 points")
    drag(browser_page, cards[0], 0.2, 0.6)
    for card in cards:
        expect(card).not_to_contain_text("150 points")
    point(browser_page, cards[0], 0.5)
    expect(browser_page.locator(".chart-tooltip")).to_have_count(1)


def _middle(card: Locator) -> tuple[float, float]:
    box = card.locator(".u-over").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_spike_of_one_point_is_seen_at_every_zoom(browser_page: Tab, curves: Served) -> None:
    """Among twenty thousand points it reaches the upper end of the axis; so it does in each part that has it."""
    for width in (STEPS, 4000, 400, 20):
        begin = max(0, SPIKE_AT - width // 2)
        browser_page.goto(curves.model(MODEL, f"tab=charts&find=long&from={begin}&to={begin + width}"))
        assert axes(chart(browser_page, "long/loss"))["greatest"] > SPIKE


def test_outliers_are_left_out_when_that_is_chosen_and_are_counted(browser_page: Tab, curves: Served) -> None:
    """The axis then spans what the other points do."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=long&from=12000&to=12600"))
    card = chart(browser_page, "long/loss")
    browser_page.get_by_role("button", name="clip outliers").click()
    expect(card).to_contain_text("1 beyond")
    assert axes(card)["greatest"] < SPIKE / 2


@pytest.mark.parametrize(
    ("x", "title"),
    [("time", "time "), ("relative", "time since the beginning"), ("metric:odd/signs", "odd/signs")],
)
def test_the_axis_below_is_what_was_chosen(browser_page: Tab, curves: Served, x: str, title: str) -> None:
    """Wall time, time since the beginning, or any metric; the tooltip says which."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/values"))
    chart(browser_page, "odd/values")
    with browser_page.expect_response(re.compile(r"/charts\?")):
        browser_page.get_by_label("Axis below", exact=True).select_option(x)
    card = chart(browser_page, "odd/values")
    point(browser_page, card, 0.02)
    expect(browser_page.locator(".chart-tooltip header")).to_contain_text(title)


def test_a_logarithmic_axis_tells_what_it_has_no_place_for(browser_page: Tab, curves: Served) -> None:
    """Zero and less are marked, counted, and no part of the axis."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs"))
    card = chart(browser_page, "odd/signs")
    browser_page.get_by_label("Axis at the side", exact=True).select_option("log")
    expect(card).to_contain_text(f"{21 * len(NAMES)} not drawn")
    assert axes(card)["least"] > 0
    browser_page.get_by_label("Axis at the side", exact=True).select_option("asinh")
    expect(card).not_to_contain_text("not drawn")


def test_a_logarithmic_axis_below_begins_behind_zero(browser_page: Tab, curves: Served) -> None:
    """What is left of it is said."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs"))
    browser_page.get_by_role("button", name="log x").click()
    card = chart(browser_page, "odd/signs")
    expect(card).to_contain_text("left of the axis")
    assert axes(card)["left"] > 0


def test_values_that_are_no_numbers_are_counted_and_break_the_line(browser_page: Tab, curves: Served) -> None:
    """They empty no chart: the other values are there."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/values"))
    card = chart(browser_page, "odd/values")
    expect(card).to_contain_text("3 not drawn")
    assert axes(card)["greatest"] < 10
    card.get_by_role("button", name="Save, copy, read as a table").click()
    card.get_by_role("button", name="Show as a table").click()
    expect(card.get_by_role("row", name=re.compile("^odd"))).to_contain_text("40")


def test_a_single_point_is_seen(browser_page: Tab, curves: Served) -> None:
    """A line of one value is a dot in its own colour."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/single"))
    card = chart(browser_page, "odd/single")
    point(browser_page, card, 0.5)
    coloured = """canvas => {
        const {width, height} = canvas;
        const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
        let found = 0;
        for (let at = 0; at < pixels.length; at += 4) {
            const [red, green, blue, alpha] = pixels.slice(at, at + 4);
            if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) found++;
        }
        return found;
    }"""
    assert card.locator("canvas").evaluate(coloured) > 4 * 10


def test_a_smoothed_line_says_so_and_keeps_its_values(browser_page: Tab, curves: Served) -> None:
    """The tooltip has both: the average, and what it is of."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs"))
    card = chart(browser_page, "odd/signs")
    browser_page.get_by_role("slider", name="Smoothing").fill("0.9")
    expect(card).to_contain_text("smoothed 0.9")
    point(browser_page, card, 0.995)
    row = browser_page.locator(".chart-tooltip").get_by_role("listitem").first
    expect(row.locator(".count")).to_have_text("19")
    assert float(row.locator(".value").inner_text()) < 15


STRONG = """canvas => {
    const {width, height} = canvas, {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 200 && Math.max(...data.slice(at, at + 3)) - Math.min(...data.slice(at, at + 3)) > 120) found++;
    return found;
}"""
"""How many pixels have a line's colour in full."""


def test_what_was_smoothed_is_faint_behind_the_smoothed_line(browser_page: Tab, curves: Served) -> None:
    """One line is drawn in full colour, as without smoothing, not two."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs&runs=0"))
    before = chart(browser_page, "odd/signs").locator("canvas").evaluate(STRONG)
    browser_page.get_by_role("slider", name="Smoothing").fill("0.9")
    card = chart(browser_page, "odd/signs")
    card.get_by_text("smoothed 0.9").wait_for()
    after = card.locator("canvas").evaluate(STRONG)
    assert before > 100
    assert after < 1.3 * before


def test_a_baseline_that_is_hidden_dims_no_line(browser_page: Tab, curves: Served) -> None:
    """One that is drawn is bold, and dims none either."""
    seen = []
    for chosen in ("runs=0", "runs=0,1&base=1&hide=1", "runs=0,1&base=1"):
        browser_page.goto(curves.model(MODEL, f"tab=charts&find=small/m00&{chosen}"))
        seen.append(chart(browser_page, "small/m00").locator("canvas").evaluate(STRONG))
    alone, beside_hidden, beside_baseline = seen
    assert alone == beside_hidden > 50
    assert beside_baseline > 2 * alone


def test_a_baseline_is_drawn_and_on_top_though_it_is_not_selected(browser_page: Tab, curves: Served) -> None:
    """So that what the others are told as differences from is seen."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=small/m00&runs=2,3&base=0&pin=1"))
    card = chart(browser_page, "small/m00")
    expect(card).to_contain_text("15 points")
    names = browser_page.get_by_role("complementary", name="Runs").locator(".run .name")
    expect(names).to_have_text([re.compile(name) for name in ("plain", "spiky", "odd", "img")])


def test_all_selects_what_a_search_finds_and_not_what_is_above_it(browser_page: Tab, curves: Served) -> None:
    """What is pinned, or compared with, is seen in any case."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=small/m00&runs=0&base=0&pin=1&q=odd"))
    runs = browser_page.get_by_role("complementary", name="Runs")
    expect(runs.locator(".run .name")).to_have_text([re.compile(name) for name in ("plain", "spiky", "odd")])
    runs.get_by_role("button", name="All", exact=True).click()
    expect(browser_page).to_have_url(re.compile("[&?]runs=3(&|$)"))


def test_a_run_that_is_pointed_at_in_the_list_stands_out(browser_page: Tab, curves: Served) -> None:
    """Also where the keys went to another one before."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=small/m00&runs=0-1&run=0"))
    canvas = chart(browser_page, "small/m00").locator("canvas")
    before = canvas.screenshot()
    browser_page.get_by_role("button", name="spiky").hover()
    while canvas.screenshot() == before:
        browser_page.wait_for_timeout(50)


def test_escape_closes_an_enlarged_chart_whose_axis_was_typed(browser_page: Tab, curves: Served) -> None:
    """The field that was typed in keeps the keyboard."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs&wide=odd/signs"))
    field = browser_page.get_by_label("Greatest value of the axis")
    field.fill("100")
    field.press("Enter")
    expect(browser_page).to_have_url(re.compile("yfix="))
    expect(field).to_be_focused()
    expect(field).to_have_value("100")
    browser_page.keyboard.press("Escape")
    expect(browser_page.get_by_role("dialog")).to_have_count(0)


def test_an_axis_that_is_kept_stays_through_a_zoom(browser_page: Tab, curves: Served) -> None:
    """And through loading anew, as the address has it."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs"))
    card = chart(browser_page, "odd/signs")
    card.get_by_role("button", name="Keep the axis at the side as it is").click()
    before = axes(card)
    drag(browser_page, card, 0.6, 0.8)
    browser_page.wait_for_url(re.compile("from="))
    browser_page.reload()
    after = axes(chart(browser_page, "odd/signs"))
    assert (after["least"], after["greatest"]) == (before["least"], before["greatest"])
    assert after["left"] > before["left"]


def test_runs_with_an_equal_parameter_are_one_line(browser_page: Tab, curves: Served) -> None:
    """Its middle, a band, and of how many runs it is."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=small/m00"))
    chart(browser_page, "small/m00")
    browser_page.get_by_label("Group runs by a parameter").select_option("optimizer")
    browser_page.get_by_label("Band of a group").select_option("ci")
    card = chart(browser_page, "small/m00")
    legend = browser_page.get_by_role("list", name="Lines by optimizer").get_by_role("listitem")
    expect(legend).to_have_text(["optimizer = adam n=2", "optimizer = sgd n=2"])
    expect(card).to_contain_text("mean 95 % CI")
    rows = browser_page.locator(".chart-tooltip").get_by_role("listitem")
    while rows.count() < 2:  # a chart that is drawn anew below the pointer waits for its next move
        point(browser_page, card, 0.01)
        point(browser_page, card, 0)
        browser_page.wait_for_timeout(100)
    expect(rows).to_have_text([re.compile("optimizer = sgd.*n=2.*2"), re.compile("optimizer = adam.*n=2.*1")])
    assert "group=optimizer" in browser_page.url
    assert "band=ci" in browser_page.url


def test_a_run_has_one_colour_whatever_is_selected(browser_page: Tab, curves: Served) -> None:
    """It comes from the order of creation, not from the place among those that are drawn."""
    seen = []
    for runs in ("0-3", "3"):
        browser_page.goto(curves.model(MODEL, f"tab=charts&find=small/m00&runs={runs}"))
        point(browser_page, chart(browser_page, "small/m00"), 0)
        row = browser_page.locator(".chart-tooltip").get_by_role("listitem").filter(has_text="odd")
        seen.append(row.locator("path").get_attribute("stroke"))
    assert seen[0] == seen[1]


def test_names_are_text_wherever_they_stand(browser_page: Tab, curves: Served) -> None:
    """A name that would be an image with a script is read as it was written."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&wide=odd/signs&also=parallel&also=scatter"))
    expect(browser_page.get_by_role("dialog").get_by_text(HOSTILE)).to_be_visible()
    assert browser_page.title() != "taken"


def test_runs_are_searched_beside_the_charts_as_in_the_table(browser_page: Tab, served: Served) -> None:
    """By comparisons, too; All selects what was found, and a search without a find says so."""
    from playwright.sync_api import expect

    browser_page.goto(served.model("/studies/churn", "tab=charts"))
    runs = browser_page.get_by_role("complementary", name="Runs")
    runs.get_by_role("searchbox").fill("lr>0.05 sgd")
    runs.get_by_role("button", name="All").click()
    few = int(runs.get_by_text("of 100 runs").inner_text().split()[0])
    browser_page.keyboard.press("Escape")
    browser_page.get_by_role("link", name="Experiments").click()
    expect(browser_page.get_by_text(f"{few} selected")).to_be_visible()
    assert 0 < few < 30
    browser_page.goto(served.model("/studies/churn", "tab=charts&q=lr>7"))
    runs.get_by_role("link", name="Show all").click()
    expect(runs.get_by_role("button", name="trial-99")).to_be_visible()


def test_a_part_without_points_says_so(browser_page: Tab, curves: Served) -> None:
    """Anyone may type an address that zooms into nothing."""
    from playwright.sync_api import expect

    browser_page.goto(curves.model(MODEL, "tab=charts&find=odd/signs&from=1e9&to=2e9"))
    expect(browser_page.get_by_role("article", name="odd/signs")).to_contain_text("nothing of the selected runs")
