"""What a notebook shows of experiments: with thumbnails, tables and charts; escaped, and nothing cut in silence."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io
import polars as pl
import pytest
from PIL import Image

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.recording import Recording
from palantir_models.reading import comparison, experiment, logged, media
from palantir_models.reading.logged import LoggedImage, figure_html
from palantir_models.reading.model import open_model
from tests.palantir_models.reading.conftest import STARTED

HOSTILE = "'\"></td><script>alert(1)</script><img src=x onerror=alert(1)>"
TAGS = {
    *("div", "b", "small", "span", "pre", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "figure"),
    *("figcaption", "img", "svg", "rect", "polyline", "line", "circle", "text", "path", "style"),
}


class Read(HTMLParser):
    """Collects what a browser would make of HTML: elements, their attributes, and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def made(tmp_path):
    """A function that returns an experiment which is kept in a store of the test's own."""

    def make(log, name="run", error=None):
        one = Experiment(Recording(name, model="/m", context={"branch": "master"}))
        log(one)
        one._recording.close("FAILED" if error else "SUCCEEDED", error)
        one._recording.keep(Journals(tmp_path / "_journal"))
        found = open_model("/m", root=tmp_path).unpublished
        return next(recorded for recorded in found if recorded.experiment_id == one.experiment_id)

    return make


def log_hostile(run):
    run.log_params({"note": HOSTILE, HOSTILE[:60]: 1})
    for step in range(3):
        run.log_metric(HOSTILE[:80], float(step))
    run.log_image(HOSTILE[:80], Image.new("RGB", (4, 4)), caption=HOSTILE)
    run.log_plot(HOSTILE[:80], go.Figure(layout={"title": {"text": HOSTILE}}), caption=HOSTILE)
    run.log_table("t", pd.DataFrame({HOSTILE: [HOSTILE]}), description=HOSTILE)


def test_whatever_users_wrote_is_text_in_every_display(made):
    one = made(log_hostile, HOSTILE[:80], error=HOSTILE)
    other = made(log_hostile, "other")
    displays = [one, one.compare([other]), one.images(), one.plots(), one.tables, one.metrics(), one.tables["t"]]
    pages = [display._repr_html_() for display in displays] + [one.plots()[0]._repr_mimebundle_()["text/html"]]
    for page in pages:
        read = Read(page)
        assert set(read.tags) <= TAGS
        assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("href", "srcdoc")]
        assert all(value.startswith("data:image/png;base64,") for name, value in read.attributes if name == "src")
    assert HOSTILE in "".join(Read(pages[0]).texts), "the error is there as it is"


def test_an_experiment_shows_thumbnails_tables_and_what_of_its_plots_must_be_drawn(model):
    page = model.experiment("trial-2")._repr_html_()
    texts = Read(page).texts
    for shown in (
        "2 images",
        "samples · step 0",
        "1 plot",
        "curve · step 0",
        "two points",
        "Tables",
        "confusion",
        "errors",
    ):
        assert shown in "".join(texts), shown
    assert page.count("data:image/png;base64,") == 2
    assert page.count("<details open") == 2
    assert "Images" not in model.experiment("trial")._repr_html_()


def test_a_table_has_its_first_rows_and_says_what_is_left_out(made, monkeypatch):
    def log(run):
        run.log_table("wide", pl.DataFrame({f"c{n:02}": range(9) for n in range(33)}))
        for number in range(4):
            run.log_table(f"t{number}", pl.DataFrame({"a": [number]}))

    tables = made(log).tables
    page = tables._repr_html_()
    assert "Not shown: 4 rows and 3 columns more." in page
    assert "Not shown: 1 more table" in page
    assert ">c29<" in page
    assert ">c30<" not in page
    monkeypatch.setattr(media, "_MOST_READ", 5)
    assert "Too long to be read for a display" in tables._repr_html_()


def test_of_many_images_the_first_the_last_and_some_between_are_shown(made):
    def log(run):
        for step in range(40):
            run.log_image("many", Image.new("RGB", (2, 2)), step=step)
        run.log_image("one", Image.new("RGB", (2, 2)))

    page = made(log).images()._repr_html_()
    shown = [text for text in Read(page).texts if " · step " in text]
    assert shown == ["many · step 0", "many · step 13", "many · step 26", "many · step 39", "one · step 0"]
    assert "Not shown: 36 more." in page


def image(mode, size, content=None) -> LoggedImage:
    """Return an image as it was logged."""
    buffer = io.BytesIO()
    picture = Image.new(mode, size) if content is None else Image.fromarray(content)
    picture.save(buffer, "PNG")
    return LoggedImage("s", 0, STARTED, None, *picture.size, buffer.getvalue())


def test_a_thumbnail_is_small_and_looks_like_its_image():
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1500, 3), "uint8")
    big = image("RGB", (0, 0), noise)
    small = logged._thumbnail(big)
    assert len(small) < len(big.png) / 5
    assert Image.open(io.BytesIO(small)).size == (400, 267)
    assert "width='200' height='133'" in figure_html(big)
    deep = image("I;16", (0, 0), noise[:, :, 0].astype("uint16") * 200)
    assert logged._thumbnail(deep) is deep.png, "Pillow would cut its values"
    assert "image-rendering:pixelated" in figure_html(image("L", (8, 8)))
    assert "width='96' height='96'" in figure_html(image("L", (8, 8)))


def test_an_image_of_too_many_pixels_is_said_to_be_there(monkeypatch):
    monkeypatch.setattr(logged, "_MOST_PIXELS", 100)
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), "uint8")
    assert "too many to show here" in figure_html(image("RGB", (0, 0), noise))


def test_a_plot_draws_as_plotlys_figures_do_in_the_same_notebook(model, monkeypatch):
    plot = model.experiment("trial-2").plots()[0]
    bundle = plot._repr_mimebundle_()
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["y"] == [1, 2]
    assert bundle["text/plain"] == repr(plot)
    assert "no way to draw" in bundle["text/html"]
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype+colab")
    drawn = plot._repr_mimebundle_()
    assert drawn["text/html"] != bundle["text/html"]
    assert drawn["application/vnd.plotly.v1+json"]["data"][0]["type"] == "scatter"


def test_a_comparison_says_which_experiments_metrics_and_charts_it_leaves_out(made, monkeypatch):
    def log(run):
        run.log_metrics({f"m{n}": 1.0 for n in range(4)})
        run.log_metrics({f"m{n}": 2.0 for n in range(4)})

    runs = [made(log, f"run {number}") for number in range(4)]
    for name, value in {"_ROWS": 3, "_DRAWN": 2, "_CHARTS": 3, "_LISTED_IN_HTML": 2, "_LISTED": 2}.items():
        monkeypatch.setattr(comparison, name, value)
    shown = runs[0].compare(runs[1:])
    left = (
        "Not shown: 1 experiment more in .last and .params; 2 metrics more in .last; 1 chart more by .points(); "
        "2 experiments more in the charts."
    )
    page = shown._repr_html_()
    assert left in page
    assert left in repr(shown)
    assert page.count("role='img'") == 3
    assert page.count("<polyline") == 6


def test_charts_that_would_take_too_long_to_read_are_said_to_be_left_out(made, monkeypatch):
    one = made(lambda run: [run.log_metric("loss", float(step)) for step in range(30)])
    monkeypatch.setattr(comparison, "_MOST_DRAWN", 20)
    monkeypatch.setattr(experiment, "_MOST_DRAWN", 20)
    assert "Not shown: 1 more chart by .points()." in one._repr_html_()
    assert "Not shown: 1 chart more by .points()." in one.compare([])._repr_html_()
