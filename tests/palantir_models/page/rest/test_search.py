"""Which experiments a search finds, in which order, and in which pages."""

from __future__ import annotations

from typing import Any

import pytest
from foundry_sdk.v2.models import models

from palantir_models.code_workspaces import ModelOutput
from palantir_models.page.ids import experiment_rid
from tests.palantir_models.page.rest.conftest import BIG, STARTED, Foundry

OLDEST_FIRST: Any = {"field": "CREATED_TIME", "direction": "ASC"}
ALL = ["first", "second", "failed", "resting", "running"]


def eq(field: str, value: str) -> dict[str, Any]:
    """Return the filter for a field."""
    return {"type": "eq", "field": field, "value": value}


def parameter(name: str, operator: str, value: Any) -> dict[str, Any]:
    """Return the filter for a hyperparameter."""
    return {"type": "parameterFilter", "parameterName": name, "operator": operator, "value": value}


def series(name: str, field: str, operator: str, value: Any) -> dict[str, Any]:
    """Return the filter for a metric."""
    return {"type": "seriesFilter", "seriesName": name, "field": field, "operator": operator, "value": value}


def summary(name: str, aggregation: str, operator: str, value: Any) -> dict[str, Any]:
    """Return the filter for a metric's aggregation."""
    of = {"seriesName": name, "aggregation": aggregation, "operator": operator, "value": value}
    return {"type": "summaryMetricFilter", **of}


FOUND = [
    (eq("STATUS", "RUNNING"), ["running"]),
    (eq("STATUS", "SUCCEEDED"), ["first", "second"]),
    (eq("STATUS", "FAILED"), ["failed", "resting"]),
    (eq("BRANCH", "master"), ALL),
    (eq("BRANCH", "feature"), []),
    (eq("EXPERIMENT_NAME", "trial"), ["first"]),
    (eq("EXPERIMENT_NAME", "study"), ["resting", "running"]),
    (eq("TAG", "none has one"), []),
    (eq("PARAMETER_NAME", "only"), ["second"]),
    (eq("SERIES_NAME", "train/loss"), ["first", "second", "running"]),
    (eq("SERIES_NAME", "samples"), []),  # a series of images
    ({"type": "contains", "field": "EXPERIMENT_NAME", "value": "ria"}, ["first", "second"]),
    ({"type": "contains", "field": "PARAMETER_NAME", "value": "ept"}, ["first", "second", "failed"]),
    ({"type": "contains", "field": "SERIES_NAME", "value": "rat"}, ["first"]),
    ({"type": "startsWith", "field": "EXPERIMENT_NAME", "value": "tri"}, ["first", "second"]),
    ({"type": "startsWith", "field": "PARAMETER_NAME", "value": "opt"}, ["first"]),
    ({"type": "startsWith", "field": "SERIES_NAME", "value": "loss"}, []),
    (parameter("depth", "EQ", 4), ["second"]),
    (parameter("depth", "GT", 3), ["second", "failed"]),
    (parameter("depth", "LT", 4.5), ["first", "second"]),
    (parameter("depth", "EQ", "4"), ["second"]),  # as an integer's own answer is written
    (parameter("rate", "EQ", 0.25), ["second"]),
    (parameter("big", "EQ", BIG), ["first"]),
    (parameter("big", "EQ", float(BIG)), []),  # which is another number
    (parameter("warm", "EQ", True), ["first"]),
    (parameter("warm", "EQ", 1), []),
    (parameter("optimizer", "CONTAINS", "da"), ["first"]),
    (parameter("depth", "CONTAINS", "3"), []),
    (parameter("started", "EQ", STARTED), ["first"]),
    (parameter("started", "GT", "2026-01-02T03:04:05Z"), ["first"]),
    (parameter("started", "LT", "2026-01-02T03:04:05"), []),
    (parameter("day", "EQ", "2026-01-02"), ["first"]),
    (parameter("gone", "GT", 0), []),
    (series("train/loss", "LENGTH", "GT", 1), ["first"]),
    (series("train/loss", "LENGTH", "EQ", "1"), ["second", "running"]),
    (series("train/loss", "AGGREGATION_MIN", "LT", 0.1), ["first"]),
    (series("train/loss", "AGGREGATION_MAX", "GT", 1), ["second"]),
    (series("train/loss", "AGGREGATION_LAST", "EQ", 0.5), ["running"]),
    (series("ratio", "AGGREGATION_LAST", "EQ", "Infinity"), ["first"]),
    (series("gone", "LENGTH", "LT", 1), []),
    (summary("train/loss", "MIN", "EQ", 0.05), ["first"]),
    (summary("train/loss", "MAX", "LT", 2), ["first", "running"]),
    (summary("train/loss", "LAST", "GT", 0.4), ["second", "running"]),
    ({"type": "not", "value": eq("STATUS", "FAILED")}, ["first", "second", "running"]),
    ({"type": "and", "filters": [parameter("depth", "GT", 3), eq("STATUS", "FAILED")]}, ["failed"]),
    ({"type": "or", "filters": [parameter("depth", "EQ", 3), eq("STATUS", "RUNNING")]}, ["first", "running"]),
    ({"type": "and", "filters": []}, ALL),
    ({"type": "or", "filters": []}, []),
]


@pytest.mark.parametrize(("where", "expected"), FOUND, ids=[str(where) for where, _ in FOUND])
def test_a_filter_finds_what_it_says(foundry: Foundry, where: Any, expected: list[str]) -> None:
    """And nothing else."""
    assert foundry.found(where, order_by=OLDEST_FIRST) == expected


def test_an_experiment_is_found_by_its_rid(foundry: Foundry) -> None:
    """Not by the id that is in it."""
    assert foundry.found(eq("EXPERIMENT_RID", foundry.rid("failed"))) == ["failed"]
    assert foundry.found(eq("EXPERIMENT_RID", foundry.ids["failed"])) == []


def test_an_experiment_is_found_by_its_job(foundry: Foundry) -> None:
    """The one that committed it; what is not published has none."""
    job = foundry.experiments.get(foundry.model, foundry.rid("second"), preview=True).job_rid
    assert job
    assert foundry.found(eq("JOB_RID", job)) == ["second"]


def test_the_clients_own_filters_find_the_same(foundry: Foundry) -> None:
    """Its classes instead of dictionaries."""
    branch = models.SearchExperimentsEqualsFilter(field="BRANCH", value="master")
    depth = models.SearchExperimentsParameterFilter(parameter_name="depth", operator="GT", value=3)
    assert foundry.found(models.SearchExperimentsAndFilter(filters=[branch, depth])) == ["failed", "second"]


def nested(where: Any) -> Any:
    """Return a filter in the form of the documentation's examples: nested under its name."""
    if isinstance(where, list):
        return [nested(one) for one in where]
    if not isinstance(where, dict) or "type" not in where:
        return where
    return {where["type"]: {name: nested(value) for name, value in where.items() if name != "type"}}


@pytest.mark.parametrize("where", [where for where, _ in FOUND if where.get("value") != STARTED], ids=str)
def test_both_forms_of_a_filter_find_the_same(foundry: Foundry, where: Any) -> None:
    """Told by ``type``, or nested under the name."""
    one, other = foundry.post({"where": where}), foundry.post({"where": nested(where)})
    assert one.status_code == 200
    assert one.json() == other.json()


@pytest.mark.parametrize(
    ("field", "direction", "expected"),
    [
        ("CREATED_TIME", "ASC", ALL),
        ("CREATED_TIME", "DESC", ALL[::-1]),
        ("EXPERIMENT_NAME", "ASC", ["failed", {"resting", "running"}, "first", "second"]),
        ("EXPERIMENT_NAME", "DESC", ["second", "first", {"resting", "running"}, "failed"]),
    ],
)
def test_the_order_is_the_one_that_is_asked_for(
    foundry: Foundry, field: str, direction: str, expected: list[Any]
) -> None:
    """By time or name, up or down; those of one name in either order. Published ones have distinct names."""
    found = foundry.found(order_by={"field": field, "direction": direction})
    for wanted in expected:
        several = wanted if isinstance(wanted, set) else {wanted}
        assert {found.pop(0) for _ in several} == several
    assert found == []


def test_without_an_order_the_newest_come_first(foundry: Foundry) -> None:
    """All of the model, published or not."""
    assert foundry.found() == ALL[::-1]


@pytest.mark.parametrize("order", [None, {"field": "EXPERIMENT_NAME", "direction": "ASC"}])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_pages_are_the_whole_in_pieces(foundry: Foundry, order: Any, size: int) -> None:
    """None too many, none twice, and the last one says that it is the last."""
    where = {"type": "not", "value": eq("STATUS", "RUNNING")}
    whole = foundry.experiments.search(foundry.model, where=where, order_by=order, preview=True).data
    pieces, token, pages = [], None, 0
    while pages == 0 or token is not None:
        page = foundry.experiments.search(
            foundry.model, where=where, order_by=order, page_size=size, page_token=token, preview=True
        )
        pieces += page.data
        token = page.next_page_token
        pages += 1
    assert [one.rid for one in pieces] == [one.rid for one in whole]
    assert pages == -(-len(whole) // size)


def test_a_page_after_another_does_not_shift_when_an_experiment_begins(
    foundry: Foundry, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new one is before the first page, and is not asked for."""
    first = foundry.experiments.search(foundry.model, page_size=2, preview=True)
    monkeypatch.chdir(root[0].parent)
    begun = ModelOutput("/wine").create_experiment("meanwhile")
    begun._recording.drain()
    try:
        second = foundry.experiments.search(foundry.model, page_size=2, page_token=first.next_page_token, preview=True)
        newest = foundry.experiments.search(foundry.model, page_size=1, preview=True).data
    finally:
        begun._recording.close("FAILED", "the test ended")
        begun._recording.discard_journal()
    assert [one.rid for one in second.data] == [foundry.rid("failed"), foundry.rid("second")]
    assert [one.rid for one in newest] == [experiment_rid(begun._recording.experiment_id)]
