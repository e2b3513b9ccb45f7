"""What somebody logged who means ill comes to the page as the data that it is, and as nothing that a browser would run."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from palantir_models.page.ids import model_rid
from tests.palantir_models.page.conftest import Answer, Browser, Running
from tests.palantir_models.page.hostile import ALIAS, CELL, NAMES, SCRIPT, log_hostile

pytestmark = pytest.mark.slow

TYPES = {"application/json", "application/octet-stream", "application/vnd.apache.parquet", "image/png", "text/csv"}


class Hostile:
    """A server over what was logged with ill will.

    :param browser: asks it.
    :param identity: the id of the experiment.
    """

    def __init__(self, browser: Browser, identity: str) -> None:
        self.browser = browser
        self.identity = identity
        self.base = f"/data/models/{model_rid(ALIAS)}"

    def ask(self, path: str, **parameters: str) -> Answer:
        """Ask for a path of the model."""
        return self.browser.ask(f"{self.base}{path}" + (f"?{urlencode(parameters)}" if parameters else ""))

    def everything(self, name: str) -> Iterator[Answer]:
        """Ask for all that is answered about things of a name."""
        named, one = quote(name, safe=""), {"id": self.identity}
        yield self.ask(f"/tables/{self.identity}/{named}")
        for path in ("images", "plots"):
            yield self.ask(f"/{path}/{self.identity}/{named}/0")
            yield self.ask(f"/{path}/{self.identity}/{named}/0", download="")
        for path in ("charts", "charts.csv", "charts.parquet", "query"):
            yield self.ask(f"/{path}", series=name, **one)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """One experiment, with each of the names for each kind of thing."""
    project = tmp_path_factory.mktemp("hostile")
    identity = log_hostile(project)
    pages = Running()
    yield Hostile(pages.begin(project), identity)
    pages.end()


def head(answer: Answer) -> Any:
    """Return the head of columns on the wire."""
    (length,) = struct.unpack("<I", answer.body[:4])
    return json.loads(answer.body[4 : 4 + length])


@pytest.mark.parametrize("name", NAMES)
def test_what_has_an_ill_name_is_found_by_it(hostile: Hostile, name: str) -> None:
    """And is whole: nothing is escaped, cut, or taken for a path, a query or a header."""
    answers = list(hostile.everything(name))
    table, image, saved_image, plot, saved_plot, chart, csv, _, query = answers
    assert [answer.status for answer in answers] == [200] * len(answers)
    assert table.json["rows"] == [list(CELL.values())]
    assert [column["name"] for column in table.json["columns"]] == list(CELL)
    assert image.body == saved_image.body
    assert image.body.startswith(b"\x89PNG")
    assert plot.json == saved_plot.json
    assert plot.json["data"][0]["name"] == SCRIPT
    assert head(chart)["series"] == name
    assert head(chart)["runs"][0]["points"] == 1
    assert csv.body.count(b",1.5,") == 1  # the cell; a time may have it, too
    assert set(query.json) == {"duckdb", "polars"}


@pytest.mark.parametrize("name", [*NAMES, f"gone {SCRIPT}"])
def test_no_answer_is_anything_that_a_browser_runs(hostile: Hostile, name: str) -> None:
    """Also those that say what is not there, and so repeat what was asked for."""
    for answer in hostile.everything(name):
        assert answer.headers.get_content_type() in TYPES
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["Set-Cookie"] is None
        saved = answer.headers["Content-Disposition"]
        assert saved is None or (saved.startswith("attachment") and "\n" not in saved and "/" not in saved)


def test_lists_have_every_name_and_text_whole(hostile: Hostile) -> None:
    """In the table of experiments, in what is told of one, and in what is told of media."""
    table = hostile.ask("/experiments").json
    assert table["columns"]["name"] == [SCRIPT]
    assert {one["name"]: one["values"] for one in table["parameters"]} == {name: [SCRIPT] for name in NAMES}
    assert {one["name"] for one in table["metrics"]} == set(NAMES)
    assert hostile.ask(f"/experiments/{hostile.identity}").status == 200
    for kind in ("image", "plot", "table"):
        series = hostile.ask(f"/media/{kind}", id=hostile.identity).json["series"]
        assert {one["name"] for one in series} == set(NAMES)
        assert {entry["caption"] for one in series for entry in one["entries"]} == {SCRIPT}
    (version,) = hostile.ask("").json["versions"]
    assert version["notes"] == SCRIPT
