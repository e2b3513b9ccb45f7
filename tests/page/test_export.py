"""A chart as a file: picture, drawing, points, and the query that reads them again."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.page.curves import MODEL, NAMES, STEPS

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.serving import Served


def saved(tab: Tab, name: str) -> Path:
    """Choose something of a chart's menu that saves a file, and return the file."""
    card = tab.get_by_role("article", name="long/loss")
    card.locator("canvas").wait_for()
    card.get_by_role("button", name="Save, copy, read as a table").click()
    with tab.expect_download() as download:
        card.get_by_text(name, exact=True).click()
    return Path(download.value.path())


@pytest.fixture
def chart(browser_page: Tab, curves: Served) -> Tab:
    """The page with one chart."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=long"))
    return browser_page


def test_a_chart_is_saved_as_a_picture(chart: Tab) -> None:
    """As it is drawn, with its name above it."""
    from PIL import Image

    with Image.open(saved(chart, "Save as PNG")) as picture:
        picture.load()
        assert picture.width > 300
        colours = picture.convert("RGB").getcolors(1 << 24)
        assert colours is not None
        assert len(colours) > 20


def test_a_chart_is_saved_as_a_drawing(chart: Tab) -> None:
    """With every line, each with its name, whatever that holds."""
    root = ET.fromstring(saved(chart, "Save as SVG").read_text())
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert set(NAMES) <= set(texts)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}polyline")) == len(NAMES)


def test_points_are_saved_whole(chart: Tab) -> None:
    """Every value, as CSV and as Parquet, however few are shown."""
    import polars as pl

    rows = list(csv.DictReader(saved(chart, "Save points as CSV").read_text().splitlines()))
    frame = pl.read_parquet(saved(chart, "Save points as Parquet"))
    assert len(rows) == frame.height == STEPS * len(NAMES)
    assert max(float(row["value"]) for row in rows) == frame["value"].max()


@pytest.mark.parametrize("engine", ["DuckDB", "Polars"])
def test_the_query_reads_the_points_again(chart: Tab, engine: str) -> None:
    """The text that is copied runs as it is."""
    from playwright.sync_api import expect

    chart.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = chart.get_by_role("article", name="long/loss")
    card.locator("canvas").wait_for()
    card.get_by_role("button", name="Save, copy, read as a table").click()
    card.get_by_role("button", name=f"Copy the {engine} query").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    names: dict[str, object] = {}
    exec(chart.evaluate("navigator.clipboard.readText()"), names)
    points = names["points"]
    rows = points.fetchall() if engine == "DuckDB" else points.rows()  # type: ignore[attr-defined]
    assert len(rows) == STEPS * len(NAMES)


def test_all_charts_are_saved_at_once(browser_page: Tab, curves: Served) -> None:
    """Those that were found: as one drawing, and as one table of their points."""
    browser_page.goto(curves.model(MODEL, "tab=charts&find=small/m0"))
    menu = browser_page.get_by_role("button", name="Save all charts")
    found = []
    for name in ("Save all as SVG", "Save all points as CSV"):
        menu.click()
        with browser_page.expect_download() as download:
            browser_page.get_by_text(name, exact=True).click()
        found.append(Path(download.value.path()).read_text())
    titles = [element.text for element in ET.fromstring(found[0]).iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [f"small/m0{number}" for number in range(10)]
    rows = list(csv.DictReader(found[1].splitlines()))
    assert len(rows) == 10 * len(NAMES) * 5
    assert {row["series"] for row in rows} == set(titles)
