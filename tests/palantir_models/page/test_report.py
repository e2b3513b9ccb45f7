"""A comparison as JSON, as a file and as a widget, before a browser has it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.page import report as reports
from palantir_models.page.compared import comparison_json
from palantir_models.page.report import report
from palantir_models.page.widget import widget
from tests.palantir_models.page.test_charts import decoded
from transforms.errors import MissingExtraError


@pytest.fixture(scope="module")
def comparison(shop: Path) -> Any:
    """The three published experiments."""
    return open_model("/wine", root=shop / ".transforms").compare()


def test_a_comparison_has_each_metric_as_the_server_answers_it(comparison: Any) -> None:
    """Of an experiment that has none there is an empty line; those that most have come first."""
    data = json.loads(comparison_json(comparison, "wine"))
    assert set(data["charts"]) == {"train/loss", "speed", "only/here"}
    assert list(data["charts"])[-1] == "only/here"
    head, x, runs = decoded(base64.b64decode(data["charts"]["train/loss"]))
    assert (head["series"], head["x"], head["points"], len(x)) == ("train/loss", "step", 300, 100)
    assert list(runs) == data["experiments"]["columns"]["id"]
    assert data["experiments"]["columns"]["name"] == list(comparison.labels)


def test_a_long_metric_is_cut_and_keeps_its_ends(comparison: Any) -> None:
    """Of each piece the least, the greatest and the last value."""
    data = json.loads(comparison_json(comparison, "wine", points=10))
    head, x, runs = decoded(base64.b64decode(data["charts"]["speed"]))
    assert (head["kind"], len(x)) == ("buckets", 10)
    assert {(run["low"].min(), run["high"].max()) for run in runs.values()} == {(0.0, 99.0)}


def test_colours_are_those_of_the_page_when_ranks_are_given(comparison: Any) -> None:
    """Else they go by the place in the comparison."""
    ids = [one.experiment_id for one in comparison.experiments]
    ranks = dict(zip(ids, (2, 1, 0), strict=True))
    assert json.loads(comparison_json(comparison, "wine", ranks=ranks))["looks"] == [2, 1, 0]
    assert json.loads(comparison_json(comparison, "wine"))["looks"] == [0, 1, 2]


def test_nothing_in_a_report_can_end_its_data(comparison: Any, bundle: Path) -> None:
    """Whatever a title or a name holds."""
    document = report(comparison, "</script><!--<script>")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', document, re.DOTALL)
    assert "<" not in data
    assert json.loads(data)["title"] == "</script><!--<script>"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of the page's scripts, as small as can be."""
    for name in ("report.js", "report.css", "licences.txt", "widget.js", "widget.css"):
        (tmp_path / name).write_text(f"/* {name} */")
    monkeypatch.setattr(reports, "FOLDER", tmp_path)
    return tmp_path


def test_a_checkout_without_a_bundle_says_how_to_make_it(comparison: Any, bundle: Path) -> None:
    """In the same words for a report and a widget."""
    for file in bundle.iterdir():
        file.unlink()
    for make in (report, widget):
        with pytest.raises(MissingExtraError, match=r"(report|widget)\.js.*Type: make page"):
            make(comparison, "wine")


def test_a_widget_keeps_what_its_script_draws(comparison: Any, bundle: Path) -> None:
    """The comparison and the style, which a notebook stores; by default it says how many experiments there are."""
    made = widget(comparison)
    assert json.loads(made.data)["title"] == "3 experiments"
    assert made.style == "/* widget.css */"
    assert made.trait_metadata("data", "sync") is True
