"""What cannot be answered is said in Foundry's shape, for a person and for the client, and never with a stack."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from foundry_sdk.v2.models import errors

from palantir_models.code_workspaces import ModelOutput
from palantir_models.page.ids import experiment_rid, model_rid
from tests.palantir_models.model.sample_adapter import Doubler
from tests.palantir_models.page.conftest import Running
from tests.palantir_models.page.rest.conftest import Foundry

CODES = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "INTERNAL": 500}


def failure(response: httpx.Response) -> dict[str, Any]:
    """Return what an answer says went wrong, after a look at its shape."""
    found: dict[str, Any] = response.json()
    assert set(found) == {"errorCode", "errorName", "errorDescription", "errorInstanceId", "parameters"}
    assert CODES[found["errorCode"]] == response.status_code
    assert "Traceback" not in response.text
    return found


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        (
            {"type": "eq", "field": "STATUS", "value": "DONE"},
            "a STATUS is one of RUNNING, SUCCEEDED, FAILED, not 'DONE'",
        ),
        ({"type": "eq", "field": "COLOUR", "value": "red"}, "where.eq.field: Input should be 'STATUS', 'BRANCH'"),
        ({"type": "eq", "field": "BRANCH", "value": 3}, "where.eq.value: Input should be a valid string"),
        ({"type": "contains", "field": "STATUS", "value": "RUN"}, "where.contains.field"),
        ({"type": "like", "field": "BRANCH", "value": "m%"}, "'like' found using 'type' does not match any"),
        ({"like": {"field": "BRANCH", "value": "m%"}}, "'like' found using 'type' does not match any"),
        ({"type": "eq", "field": "BRANCH"}, "where.eq.value: Field required"),
        ({"type": "eq", "field": "BRANCH", "value": "m", "values": ["n"]}, "where.eq.values: Extra inputs"),
        ({"type": "not", "value": {"type": "eq", "field": "TAG"}}, "where.not.value.eq.value: Field required"),
        ({"type": "and", "filters": "none"}, "where.and.filters: Input should be a valid list"),
        ([], "where: "),
        ("name = 'a'", "where: "),
    ],
    ids=str,
)
def test_a_filter_that_is_none_is_refused_with_the_place(foundry: Foundry, where: Any, reason: str) -> None:
    """So that it can be mended."""
    answer = failure(foundry.post({"where": where}))
    assert answer["errorName"] == "InvalidExperimentSearchFilter"
    assert reason in answer["parameters"]["reason"]


@pytest.mark.parametrize(
    ("operator", "value", "reason"),
    [
        ("EQ", "adam", "EQ compares with a number or a moment; look for a text with CONTAINS"),
        ("GT", "adam", "GT compares with a number or a moment"),
        ("LT", True, "compare true and false with EQ"),
        ("CONTAINS", 3, "CONTAINS looks for a text"),
        ("GT", None, "where.parameterFilter.value"),
        ("GT", "2026-13-45", "GT compares with a number or a moment"),
        ("IN", 3, "where.parameterFilter.operator"),
    ],
)
def test_an_operator_takes_only_values_that_it_compares(
    foundry: Foundry, operator: str, value: Any, reason: str
) -> None:
    """As Foundry's does, and the client has an error of its own for it."""
    where: Any = {"type": "parameterFilter", "parameterName": "depth", "operator": operator, "value": value}
    answer = failure(foundry.post({"where": where}))
    assert answer["errorName"] == "InvalidExperimentSearchFilter"
    assert reason in answer["parameters"]["reason"]
    if operator != "IN":  # which the client refuses itself
        with pytest.raises(errors.InvalidExperimentSearchFilter):
            foundry.experiments.search(foundry.model, where=where, preview=True)


@pytest.mark.parametrize("value", ["much", True, None, [1]])
def test_a_metric_is_compared_with_numbers_alone(foundry: Foundry, value: Any) -> None:
    """Also its length."""
    where = {"type": "seriesFilter", "seriesName": "a", "field": "LENGTH", "operator": "EQ", "value": value}
    assert failure(foundry.post({"where": where}))["errorName"] == "InvalidExperimentSearchFilter"


def inside(levels: int) -> dict[str, Any]:
    """Return a filter with so many others around it."""
    where: dict[str, Any] = {"type": "eq", "field": "STATUS", "value": "RUNNING"}
    for _ in range(levels):
        where = {"type": "not", "value": where}
    return where


def test_a_filter_is_bounded(foundry: Foundry) -> None:
    """In how deep it is and how much it holds; one within the bounds is answered."""
    assert foundry.found(inside(50)) == ["running"]
    for where in (inside(100), {"type": "or", "filters": [inside(0)] * 200}):
        reason = failure(foundry.post({"where": where}))["parameters"]["reason"]
        assert "500 values in its JSON and be nested 60 levels deep" in reason


def test_a_body_that_is_too_deep_for_json_is_refused(foundry: Foundry) -> None:
    """Before it is a filter."""
    address = f"http://127.0.0.1:{foundry.port}/api/v2/models/{foundry.model}/experiments/search"
    body = '{"where":' + "[" * 100_000 + "]" * 100_000 + "}"
    answer = httpx.post(address, content=body, headers={"Content-Type": "application/json"}, verify=False)
    assert failure(answer)["errorName"] == "InvalidArgument"


@pytest.mark.parametrize("size", [0, -1, 101, "many"])
def test_a_page_has_a_size_within_bounds(foundry: Foundry, size: Any) -> None:
    """The largest is Foundry's."""
    assert failure(foundry.post({"pageSize": size}))["errorName"] == "InvalidPageSize"


@pytest.mark.parametrize("path", ["versions", "experiments/{first}/series/accuracy/json"])
def test_the_size_of_other_pages_is_bounded_too(foundry: Foundry, path: str) -> None:
    """Each by its own bound."""
    answer = failure(
        foundry.get(f"/v2/models/{foundry.model}/{path.format(first=foundry.rid('first'))}", pageSize=1001)
    )
    assert (answer["errorName"], answer["parameters"]) == ("InvalidPageSize", {"pageSize": "1001"})


def test_a_page_token_is_good_for_its_own_search_alone(foundry: Foundry) -> None:
    """Neither for another filter or order, nor when it was made up."""
    token = foundry.post({"pageSize": 1}).json()["nextPageToken"]
    assert foundry.post({"pageSize": 2, "pageToken": token}).status_code == 200
    asc = {"field": "CREATED_TIME", "direction": "ASC"}
    for body in (
        {"pageToken": token, "where": inside(0)},
        {"pageToken": token, "orderBy": asc},
        {"pageToken": token[:-4]},
        {"pageToken": "bm9uZQ=="},
        {"pageToken": "é"},
        {"pageToken": ""},
    ):
        answer = failure(foundry.post(body))
        assert answer["errorName"] == "InvalidPageToken"
        assert answer["parameters"] == {"pageToken": body["pageToken"]}
    versions = f"/v2/models/{foundry.model}/versions"
    assert failure(foundry.get(versions, pageToken=token))["errorName"] == "InvalidPageToken"


def test_a_word_that_the_search_does_not_know_is_refused(foundry: Foundry) -> None:
    """Passed over, it would find more than was asked for."""
    answer = failure(foundry.post({"filter": inside(0)}))
    assert answer["parameters"] == {"argument": "filter"}


def test_a_search_without_a_body_is_refused(foundry: Foundry) -> None:
    """And so is a body that is no JSON."""
    address = f"http://127.0.0.1:{foundry.port}/api/v2/models/{foundry.model}/experiments/search"
    for body in (b"", b"{", b"null", b"\xff"):
        answer = httpx.post(address, content=body, headers={"Content-Type": "application/json"}, verify=False)
        assert failure(answer)["errorName"] == "InvalidArgument"


def test_a_path_that_is_not_served_is_said(foundry: Foundry) -> None:
    """With the method and the path."""
    answer = failure(foundry.get("/v2/datasets/ri.foundry.main.dataset.a"))
    assert answer["errorName"] == "NotServed"
    assert "GET /api/v2/datasets/ri.foundry.main.dataset.a" in answer["errorDescription"]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """The root of a store with one published experiment, and the path that asks for it."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\n")
    monkeypatch.chdir(tmp_path)
    model = ModelOutput("/wine")
    experiment = model.create_experiment("trial")
    experiment.log_metric("loss", 0.5)
    model.publish(Doubler(2), experiment=experiment)
    rid = experiment_rid(experiment._recording.experiment_id)
    return tmp_path / ".transforms", f"/api/v2/models/{model_rid('/wine')}/experiments/{rid}"


@pytest.mark.parametrize(
    ("damaged", "path", "told"),
    [
        ("_store.json", "", "_store.json cannot be read"),
        ("master/models/wine/versions", "", "No model /wine on branch master"),
        ("master/models/wine/experiments/data", "", "No such file"),
        ("master/models/wine/metrics/data", "/series/loss/json", "No such file"),
    ],
)
def test_a_store_that_is_damaged_is_said(
    running: Running, published: tuple[Path, str], damaged: str, path: str, told: str
) -> None:
    """In words, with what cannot be read."""
    root, address = published
    browser = running.begin(root.parent)
    place = root / damaged
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.write_text("half")
    answer = browser.ask(address + path)
    failed = json.loads(answer.body)
    assert (answer.status, failed["errorCode"], failed["errorName"]) == (500, "INTERNAL", "StoreCannotBeRead")
    assert told in failed["errorDescription"]
    assert b"Traceback" not in answer.body


def test_what_nobody_expected_is_told_without_the_servers_insides(
    running: Running, published: tuple[Path, str]
) -> None:
    """A file whose bytes are others, for example: the server's log says more."""
    root, address = published
    browser = running.begin(root.parent)
    for file in (root / "master/models/wine/metrics/data").glob("**/*.parquet"):
        file.write_bytes(bytes(file.stat().st_size))
    answer = browser.ask(f"{address}/series/loss/json")
    failed = json.loads(answer.body)
    assert (answer.status, failed["errorCode"], failed["errorName"]) == (500, "INTERNAL", "Internal")
    assert failed["errorDescription"] == "The server failed at this request; what it printed says why."
