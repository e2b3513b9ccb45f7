"""A report as a person opens it: from the disk, without a network, whatever names its experiments have."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from tests.page.curves import MODEL, NAMES
from tests.page.study import HOSTILE
from transforms.cli.app import app

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab
    from playwright.sync_api import Route


@pytest.fixture(scope="session")
def report(curves_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of all experiments of the model."""
    file = tmp_path_factory.mktemp("report") / "curves.html"
    title = f"</title><script>{HOSTILE}</script>"
    command = ["--root", str(curves_root), "experiments", "report", "--model", MODEL, "--title", title, "-o", str(file)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert f"{len(NAMES)} experiments" in done.output
    return file


def test_a_report_draws_its_charts_without_a_network(browser_page: Tab, report: Path) -> None:
    """It asks for nothing but itself, and its policy is kept: the tab fails the test when something is refused."""
    from playwright.sync_api import expect

    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.context.set_offline(True)
    browser_page.goto(report.as_uri())
    expect(browser_page.get_by_role("article", name="long/loss").locator("canvas")).to_be_visible()
    expect(browser_page.get_by_role("article", name="long/loss")).to_contain_text("80k points, 2.4k shown")
    assert asked == [report.as_uri()]


def test_a_report_runs_no_script_but_its_own(browser_page: Tab, report: Path) -> None:
    """Names and titles are text; a script that is put into it is refused."""
    from playwright.sync_api import expect

    browser_page.goto(report.as_uri())
    expect(browser_page.get_by_role("row", name=HOSTILE)).to_be_visible()
    assert browser_page.title() == f"</title><script>{HOSTILE}</script>"
    policy = browser_page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert re.search(r"default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+';", policy)
    assert "require-trusted-types-for 'script'" in policy


def test_runs_of_a_report_are_chosen_and_grouped(browser_page: Tab, report: Path) -> None:
    """What is unticked is not drawn; panels, groups and zoom work as on the page."""
    from playwright.sync_api import expect

    browser_page.goto(report.as_uri())
    browser_page.get_by_role("searchbox", name="Find charts").fill("odd/signs")
    card = browser_page.get_by_role("article", name="odd/signs")
    expect(card.get_by_role("img", name=re.compile("4 lines"))).to_be_visible()
    browser_page.get_by_role("checkbox", name="spiky").uncheck()
    expect(card.get_by_role("img", name=re.compile("3 lines"))).to_be_visible()
    browser_page.get_by_label("Group runs by a parameter").select_option("optimizer")
    expect(card.get_by_role("img", name=re.compile("2 lines"))).to_be_visible()
    browser_page.get_by_role("button", name="Parallel").click()
    expect(browser_page.get_by_role("slider", name="Brush on lr")).to_be_visible()


def test_a_widget_draws_within_its_cell_and_leaves_the_notebook_as_it_is(browser_page: Tab, report: Path) -> None:
    """The script and the data are those that a notebook gets; the style reaches nothing outside of the cell."""
    from playwright.sync_api import expect

    from palantir_models.page.report import bundled

    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', report.read_text(), re.DOTALL)
    assert data is not None
    kept = {"data": data[1], "style": bundled("widget.css")}
    served = {
        "/": ("text/html", "<h1>notebook</h1><div id='cell'></div><script type='module' src='/begin.js'></script>"),
        "/widget.js": ("text/javascript", bundled("widget.js")),
        "/begin.js": (
            "text/javascript",
            f"import widget from '/widget.js'; const kept = {json.dumps(kept)};"
            "widget.render({model: {get: (name) => kept[name]}, el: document.getElementById('cell')});",
        ),
        "/favicon.ico": ("image/x-icon", ""),
    }
    browser_page.route("http://notebook.test/**", partial(_answered, served))
    browser_page.goto("http://notebook.test/")
    expect(browser_page.get_by_role("article", name="long/loss").locator("canvas")).to_be_visible()
    heading = "element => getComputedStyle(element).fontFamily"
    assert "Inter" not in browser_page.get_by_role("heading", name="notebook").evaluate(heading)
    assert "Inter" in browser_page.get_by_role("article", name="long/loss").evaluate(heading)


def _answered(served: dict[str, tuple[str, str]], route: Route) -> None:
    kind, body = served[urlsplit(route.request.url).path]
    route.fulfill(content_type=kind, body=body)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", MODEL, "-o", "."], "The report cannot be written to ."),
        (["-o", "curves.html"], "Name the experiments to compare"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(curves_root: Path, arguments: list[str], said: str) -> None:
    """And what to type."""
    done = CliRunner().invoke(app, ["--root", str(curves_root), "experiments", "report", *arguments])
    assert done.exit_code != 0
    assert said in f"{done.output} {done.exception}"
