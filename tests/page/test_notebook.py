"""What notebooks show, in a browser as narrow as a notebook may be: nothing off the page, plots drawn, no user's script run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import plotly
import pytest

from palantir_models.reading.model import Model, open_model
from tests.page.study import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

OFF_THE_PAGE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def notebook(browser_page: Tab) -> Tab:
    """A tab of 500 pixels' width."""
    browser_page.set_viewport_size({"width": 500, "height": 600})
    return browser_page


def opened(page_root: Path, model: str) -> Model:
    """Return a model of the page's store."""
    return open_model(model, root=page_root)


def test_a_comparison_scrolls_beside_the_names_of_its_experiments(notebook: Tab, page_root: Path) -> None:
    """However many columns it has; a name that is a script stays a name."""
    model = opened(page_root, "/studies/churn")
    notebook.set_content(model.compare([*model.unpublished[:40], model.experiment(HOSTILE)])._repr_html_())
    assert notebook.evaluate(OFF_THE_PAGE) == 0
    table = notebook.locator("table")
    name = table.get_by_text("trial-60", exact=True)
    before = name.bounding_box()
    table.locator("..").evaluate("box => box.scrollBy(10000, 0)")
    assert table.locator("..").evaluate("box => box.scrollLeft") > 0
    assert name.bounding_box() == before
    assert notebook.get_by_text(HOSTILE).count() > 0
    assert (notebook.locator("img").count(), notebook.title()) == (0, "")
    assert notebook.locator("svg[role=img]").count() == 3


def test_an_experiment_shows_its_pictures_and_tables_on_the_page(notebook: Tab, page_root: Path) -> None:
    (experiment,) = opened(page_root, "/examples/digits/model").experiments
    notebook.set_content(experiment._repr_html_())
    assert notebook.evaluate(OFF_THE_PAGE) == 0
    widths = notebook.locator("img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert widths
    assert 0 not in widths, "a picture is broken"
    assert notebook.get_by_text("leaderboard").first.is_visible()


def test_a_logged_plot_is_drawn_by_whoever_draws_plotlys_figures(notebook: Tab, page_root: Path) -> None:
    (experiment,) = opened(page_root, "/examples/digits/model").experiments
    bundle = experiment.plots()[0]._repr_mimebundle_()
    notebook.set_content("<div id='figure'></div>")
    notebook.add_script_tag(path=str(Path(plotly.__file__).parent / "package_data/plotly.min.js"))
    draw = "figure => Plotly.newPlot('figure', figure.data, figure.layout).then(() => true)"
    assert notebook.evaluate(draw, bundle["application/vnd.plotly.v1+json"])
    assert notebook.locator("#figure .heatmaplayer image, #figure .trace").count() > 0
