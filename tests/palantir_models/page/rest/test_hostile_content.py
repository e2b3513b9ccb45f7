"""What somebody logged who means ill is answered as the data that it is: whole, and as nothing that a browser would run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from foundry_sdk import Config, FoundryClient, UserTokenAuth

from palantir_models.page.ids import experiment_rid, model_rid
from tests.palantir_models.page.conftest import Browser, Running
from tests.palantir_models.page.hostile import ALIAS, CELL, NAMES, SCRIPT, log_hostile

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Hostile:
    """A server over what was logged with ill will, and the official client."""

    browser: Browser
    experiments: Any
    model: str
    rid: str


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """One experiment, with each of the names for a hyperparameter, a metric and a table."""
    project = tmp_path_factory.mktemp("hostile")
    rid = experiment_rid(log_hostile(project))
    pages = Running()
    browser = pages.begin(project)
    client = FoundryClient(UserTokenAuth("any"), f"127.0.0.1:{browser.port}", Config(scheme="http"))
    yield Hostile(browser, client.models.Model.Experiment, model_rid(ALIAS), rid)
    pages.end()


def test_every_name_and_text_arrives_whole(hostile: Hostile) -> None:
    """Nothing is escaped, cut or taken for something else on the way."""
    (found,) = hostile.experiments.search(hostile.model, preview=True).data
    assert {one.name: one.value.value for one in found.parameters} == dict.fromkeys(NAMES, SCRIPT)
    assert {one.name for one in found.series} == set(NAMES)
    assert {name: one.description for name, one in found.artifacts.items()} == dict.fromkeys(NAMES, SCRIPT)


@pytest.mark.parametrize("name", NAMES)
def test_what_has_an_ill_name_is_found_by_it(hostile: Hostile, name: str) -> None:
    """The client asks for just that, in each of its calls."""
    where = (hostile.model, hostile.rid, name)
    assert [one.value for one in hostile.experiments.Series.json(*where, preview=True).series] == [1.5]
    assert hostile.experiments.Series.parquet(*where, preview=True).to_polars()["value"].to_list() == [1.5]
    assert json.loads(hostile.experiments.ArtifactTable.json(*where, preview=True)) == [CELL]
    assert hostile.experiments.ArtifactTable.parquet(*where, preview=True).to_polars().to_dicts() == [CELL]
    same: Any = {"type": "eq", "field": "SERIES_NAME", "value": name}
    assert len(hostile.experiments.search(hostile.model, where=same, preview=True).data) == 1


@pytest.mark.parametrize("text", ["%", ".*", "_", "*", "[a-z]", "' OR '1'='1"])
def test_what_a_filter_looks_for_is_no_pattern(hostile: Hostile, text: str) -> None:
    """It is looked for letter by letter: an experiment whose name lacks it is not found."""
    where: Any = {"type": "contains", "field": "EXPERIMENT_NAME", "value": text}
    assert hostile.experiments.search(hostile.model, where=where, preview=True).data == []


def _paths(hostile: Hostile) -> list[str]:
    base = f"/api/v2/models/{hostile.model}"
    names = [quote(name, safe="") for name in (*NAMES, f"gone {SCRIPT}")]
    return [
        base,
        f"{base}/versions",
        f"{base}/experiments/{hostile.rid}",
        f"{base}/experiments/{quote(SCRIPT, safe='')}",
        f"{base}?preview={quote(SCRIPT)}",
        f"/api/{quote(SCRIPT)}",
        *(f"{base}/experiments/{hostile.rid}/series/{name}/{form}" for name in names for form in ("json", "parquet")),
        *(f"{base}/experiments/{hostile.rid}/artifactTables/{name}/json" for name in names),
    ]


def test_no_answer_is_anything_that_a_browser_runs(hostile: Hostile) -> None:
    """Also those that say what is wrong, and so repeat what was asked for."""
    answers = {path: hostile.browser.ask(path) for path in _paths(hostile)}
    assert {answer.status for answer in answers.values()} == {200, 400, 404}
    for path, answer in answers.items():
        assert answer.headers.get_content_type() in ("application/json", "application/octet-stream"), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["Set-Cookie"] is None, path
