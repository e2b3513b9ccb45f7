"""Versions, datasets, builds and lineage: where everything came from, by following RIDs and rows of the ledger."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from palantir_models.model.deciding import Decider
from palantir_models.page.ids import dataset_rid, model_rid
from palantir_models.page.versions import changes
from palantir_models.transforms import ModelInput, ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Input, Output, incremental, transform
from transforms.config import load_config
from transforms.run.job import JobOptions, run_job
from transforms.run.put_frame import put_frame
from transforms.spec.resource import Resource
from transforms.store.store import Store
from transforms.testing.run import run_transform

RAW, CLEAN = dataset_rid("/shop/raw"), dataset_rid("/shop/clean")


def test_the_list_of_models_says_what_there_is(page: Any, rid: str) -> None:
    """With the name that the project's settings give it."""
    (model,) = page.get("/data/models")["models"]
    assert model["rid"] == rid
    assert (model["path"], model["alias"], model["latest_version"]) == ("/wine", "wine", "1.2.0")
    assert (model["versions"], model["experiments"], model["running"], model["failed"]) == (3, 3, 0, 0)


def test_a_version_says_where_it_came_from(page: Any, rid: str, ids: list[str]) -> None:
    """Its inputs with their versions, who wrote them, its commit, its experiment's values, its files' sums."""
    model = page.get(f"/data/models/{rid}")
    assert [version["version"] for version in model["versions"]] == ["1.2.0", "1.1.0", "1.0.0"]
    newest = model["versions"][0]
    assert newest["experiment_id"] == ids[2]
    assert newest["metrics"] == {"train/loss": 1 / 102, "speed": 99.0}
    assert [one["name"] for one in newest["api"]["inputs"]] == ["df_in"]
    assert all(len(artifact["sha256"]) == 64 and artifact["size"] > 0 for artifact in newest["artifacts"])
    (read,) = newest["inputs"]
    assert (read["path"], read["rid"], read["version"]) == ("/shop/clean", CLEAN, 0)
    assert page.get(f"/data/builds/{read['seq_of_writer']}")["transform"] == "clean"
    assert page.get(f"/data/builds/{newest['seq']}")["outputs"][0]["version"] == "1.2.0"


def test_two_versions_are_compared(page: Any, rid: str) -> None:
    """Each group of what a version has."""
    found = page.get(f"/data/models/{rid}/versions/1.0.0/diff/1.1.0")
    assert set(found) == {"api", "inputs", "requirements", "parameters", "metrics", "code"}
    kinds = {row["name"]: row["kind"] for row in found["parameters"]}
    assert kinds == {"depth": "changed", "large": "same", "mixed": "changed", "rate": "same"}
    assert {"name": "only/here", "kind": "added", "left": None, "right": 1.0} in found["metrics"]
    assert {row["kind"] for row in found["inputs"]} == {"same"}


def test_a_change_is_told_by_what_became_of_it() -> None:
    """In the order of the names."""
    kinds = [(row["name"], row["kind"]) for row in changes({"a": 1, "b": 1, "c": 1}, {"b": 2, "c": 1, "d": 1})]
    assert kinds == [("a", "removed"), ("b", "changed"), ("c", "same"), ("d", "added")]


def test_a_version_that_is_not_there_is_said(page: Any, rid: str) -> None:
    """With those that are."""
    answer = page.ask(f"/data/models/{rid}/versions/1.0.0/diff/9.9.9")
    assert answer.status == 404
    assert "1.2.0" in answer.error["detail"]


def test_a_dataset_says_what_it_holds_and_who_reads_it(page: Any) -> None:
    """No check result is made up."""
    listed = {one["path"]: one for one in page.get("/data/datasets")["datasets"]}
    assert {path: one["rows"] for path, one in listed.items()} == {"/shop/clean": 2, "/shop/raw": 3}
    one = page.get(f"/data/datasets/{RAW}")
    assert [(column["name"], column["type"]) for column in one["schema"]] == [("x", "long"), ("name", "string")]
    assert (one["built_by"], one["readers"], one["checks"]) == ("raw", ["clean"], [])
    (version,) = one["versions"]
    assert (version["version"], version["seq"], version["rows"], version["transform"]) == (0, 1, 3, "raw")
    assert [read["path"] for read in page.get(f"/data/datasets/{CLEAN}")["inputs"]] == ["/shop/raw"]


def test_rows_are_shown_as_they_are(page: Any) -> None:
    """A whole number that JavaScript would round is text."""
    found = page.get(f"/data/datasets/{RAW}/rows", limit=2)
    assert found["columns"] == [{"name": "x", "type": "long"}, {"name": "name", "type": "string"}]
    assert found["rows"] == [[str(2**60), "<script>alert(1)</script>"], [1, "b"]]
    assert found["count"] == 3
    assert page.get(f"/data/datasets/{RAW}/rows", offset=2)["rows"] == [[None, "c"]]


@pytest.mark.parametrize("parameters", ["limit=1001", "limit=0", "offset=-1", "limit=x", "version=-1"])
def test_rows_are_bounded(page: Any, parameters: str) -> None:
    """However many there are."""
    assert page.ask(f"/data/datasets/{RAW}/rows?{parameters}").status == 400


def test_an_older_version_is_shown(running: Any, tmp_path: Path) -> None:
    """As it was; one that never was is said."""
    store = Store(tmp_path / ".transforms")
    for number in range(2):
        put_frame(store, "master", "/a", pl.DataFrame({"x": [number]}))
    browser = running.begin(tmp_path)
    address = f"/data/datasets/{dataset_rid('/a')}/rows"
    assert browser.get(address)["rows"] == [[1]]
    assert browser.get(address, version=0)["rows"] == [[0]]
    assert "the newest is 1" in browser.ask(f"{address}?version=2").error["detail"]


def test_what_was_decided_about_versions_is_shown_at_once(running: Any, tmp_path: Path) -> None:
    """Their tags; and one that was removed is there no more."""

    @transform.using(model=ModelOutput("/m"))
    def train(model: Any) -> None:
        for _ in range(2):
            model.publish(Doubler(2))

    store = Store(tmp_path / ".transforms")
    assert run_job(train, store, load_config(tmp_path), JobOptions()).error is None
    browser = running.begin(tmp_path)
    address, decide = f"/data/models/{model_rid('/m')}", Decider(store, Resource("model", "/m"), "master")

    def seen() -> dict[str, list[str]]:
        return {version["version"]: version["tags"] for version in browser.get(address)["versions"]}

    assert seen() == {"1.1.0": [], "1.0.0": []}
    decide.tag("1.0.0", "production")
    assert seen() == {"1.1.0": [], "1.0.0": ["production"]}
    decide.remove(["1.1.0"])
    assert seen() == {"1.0.0": ["production"]}
    builds = browser.get("/data/builds")["entries"]
    assert [build["transform"] for build in builds] == ["removed 1.1.0", "tagged 1.0.0 production", "train"]
    assert [build["models"][0]["versions"] for build in builds] == [[], [], ["1.0.0", "1.1.0"]]
    assert builds[0]["inputs"] == []
    made = browser.get(f"/data/builds/{builds[0]['seq']}")["outputs"][0]
    assert (made["version"], made["versions"]) == (None, [])
    assert {place["seq"] for place in browser.get("/data/lineage")["places"]} == {builds[2]["seq"]}


def test_the_ledger_is_a_history(page: Any, rid: str) -> None:
    """Newest first, page by page."""
    entries = page.get("/data/builds")["entries"]
    assert [entry["transform"] for entry in entries] == ["train", "clean", "raw"]
    assert entries[1]["parameters"] == {"least": 0}
    assert entries[0]["outputs"][0]["rid"] == rid
    assert all(entry["published"] and entry["seconds"] >= 0 for entry in entries)
    assert [entry["seq"] for entry in page.get("/data/builds", limit=2)["entries"]] == [3, 2]
    assert [entry["seq"] for entry in page.get("/data/builds", limit=2, before=2)["entries"]] == [1]


def test_a_build_says_which_version_of_a_dataset_it_made(page: Any) -> None:
    """And how many rows and files came into each table."""
    build = page.get("/data/builds/2")
    assert build["outputs"][0]["version"] == 0
    assert [(table["mode"], table["rows"]) for table in build["tables"]] == [("overwrite", 2)]


def test_an_input_that_is_a_model_has_the_version_that_it_had(tmp_path: Path) -> None:
    """Not that of one of its tables: it is told by the row that wrote the model."""
    from palantir_models.page.provenance import inputs_of
    from palantir_models.testing import put_model
    from tests.page.study import Rate

    store = Store(tmp_path)
    for rate in (0.1, 0.2):
        put_model(store, "master", Resource("model", "/m"), Rate(rate))

    def read(version: str | None) -> tuple[Any, ...]:
        @transform.using(read=ModelInput("/m", model_version=version), written=Output("/d"))
        def reader(read: Any, written: Any) -> None:
            written.write_table(pl.DataFrame({"x": [1]}))

        run_transform(reader, store=store)
        (found,) = inputs_of(store.newest_entries(1)[0], store.ledger)
        return found["path"], found["version"], found["seq_of_writer"]

    assert read(None) == ("/m", "1.1.0", 2)
    assert read("1.0.0") == ("/m", "1.0.0", 1)
    Decider(store, Resource("model", "/m"), "master").tag("1.0.0", "production")
    assert read("production") == ("/m", "1.0.0", 1)
    assert read("latest") == ("/m", "1.1.0", 2)


def test_a_build_says_how_it_ran_and_what_it_read(running: Any, tmp_path: Path) -> None:
    """Of a transform that may run incrementally; of any other it says nothing."""

    @incremental()
    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def follow(raw: Any, out: Any) -> None:
        out.write_table(raw.polars())

    store = Store(tmp_path / ".transforms")
    run_transform(follow, {"raw": {"x": [1, 2]}}, store=store)
    run_transform(follow, {"raw": {"x": [3]}}, store=store, append=True)
    page = running.begin(tmp_path)
    builds = page.get("/data/builds")["entries"]
    assert [build["run"] for build in builds] == ["incremental: since commit #2", "", "whole: it was never built", ""]
    amounts = [(read["rows_read"], read["since"]) for build in builds for read in build["inputs"]]
    assert amounts == [(1, 0), (2, None)]


@pytest.mark.parametrize("seq", ["99", "0", "-1", "x", "1" * 30])
def test_a_build_that_never_was_is_said(page: Any, seq: str) -> None:
    """Whatever was typed."""
    answer = page.ask(f"/data/builds/{seq}")
    assert answer.status == 404
    assert answer.error["title"] == "There is no such build"


def states(browser: Any) -> dict[str, tuple[str, str]]:
    """Return state and reason of each place of the lineage."""
    return {place["id"]: (place["state"], place["reason"]) for place in browser.get("/data/lineage")["places"]}


def test_the_lineage_says_how_each_job_stands(page: Any, rid: str) -> None:
    """As a plan would, with places and ways that lead from one to another."""
    found = page.get("/data/lineage")
    assert found["problems"] == []
    assert {place["state"] for place in found["places"]} == {"fresh"}
    places = {place["id"]: place for place in found["places"]}
    assert places["model:/wine"]["rid"] == rid
    assert places["train"]["source"].startswith("shop_")
    build = page.get(f"/data/builds/{places['train']['seq']}")
    assert (build["transform"], build["code_version"]) == ("train", places["train"]["code_version"])
    assert places["model:/wine"]["seq"] == places["train"]["seq"]
    for route in found["routes"]:
        start, end = places[route["from"]], places[route["to"]]
        assert route["points"][0] == [start["x"] + start["width"], start["y"]]
        assert route["points"][-1] == [end["x"], end["y"]]
    assert len(found["routes"]) == 5
    assert found["width"] > max(place["x"] + place["width"] for place in found["places"])


@pytest.mark.slow
def test_an_edit_of_the_code_is_seen(running: Any, shop: Path, tmp_path: Path) -> None:
    """Without starting the page anew; what was never built is told from what is stale."""
    project = tmp_path / "project"
    shutil.copytree(shop, project)
    browser = running.begin(project)
    assert states(browser)["train"] == ("fresh", "nothing changed")
    (module,) = project.glob("shop_*.py")
    module.write_text(
        module.read_text().replace("drop_nulls()", "drop_nulls().head(1)").replace('"/shop/raw"', '"/shop/unmade"', 1)
    )
    os.utime(module, ns=(1, module.stat().st_mtime_ns + 10**9))
    found = states(browser)
    assert found["raw"][0] == "never"
    assert found["clean"][0] == "stale"
    assert found["dataset:/shop/unmade"][0] == "never"


def test_a_project_that_cannot_be_imported_is_told_by_its_ledger(running: Any, shop: Path, tmp_path: Path) -> None:
    """With why; what the jobs would do now nobody knows."""
    project = tmp_path / "project"
    shutil.copytree(shop, project)
    (module,) = project.glob("shop_*.py")
    module.write_text("import nothing_of_this_name\n")
    browser = running.begin(project)
    found = browser.get("/data/lineage")
    assert "nothing_of_this_name" in found["problems"][0]
    assert {place["id"] for place in found["places"] if place["kind"] == "transform"} == {"raw", "clean", "train"}
    assert {place["state"] for place in found["places"]} == {"unknown"}


def test_a_store_without_a_project_has_a_lineage(running: Any, shop: Path, tmp_path: Path) -> None:
    """From the ledger; what was put comes from outside."""
    store = tmp_path / ".transforms"
    shutil.copytree(shop / ".transforms", store)
    put_frame(Store(store), "master", "/shop/raw", pl.DataFrame({"x": [1], "name": ["a"]}))
    found = states(running.begin(tmp_path))
    assert found["train"][0] == "unknown"
    assert found["dataset:/shop/raw"] == ("fresh", "comes from outside")
    assert "raw" not in found


def test_a_job_that_failed_is_told_from_one_that_is_stale(running: Any, shop: Path, tmp_path: Path) -> None:
    """By the experiment that it left, younger than its last commit; with why."""

    @transform.using(model=ModelOutput("/wine"))
    def train(model: Any) -> None:
        model.create_experiment("bold").log_metric("loss", 1.0)
        raise ValueError("it diverged")

    shutil.copytree(shop / ".transforms", tmp_path / ".transforms")
    assert run_job(train, Store(tmp_path / ".transforms"), load_config(tmp_path), JobOptions()).status == "failed"
    state, reason = states(running.begin(tmp_path))["train"]
    assert state == "failed"
    assert reason.startswith("its experiment bold failed")
    assert "it diverged" in reason


def test_a_version_says_whether_its_job_went_on(tmp_path: Path, running: Any) -> None:
    """From what its last run had read, or why not."""

    @transform.using(numbers=Output("/grown/numbers"))
    def numbers(numbers: Any) -> None:
        numbers.set_mode("append")
        numbers.write_table(pl.DataFrame({"x": [1, 2]}))

    @incremental()
    @transform.using(numbers=Input("/grown/numbers"), total=Output("/grown/total"))
    def total(numbers: Any, total: Any) -> None:
        total.write_table(numbers.polars())

    (tmp_path / "pyproject.toml").touch()
    store = Store(tmp_path / ".transforms")
    for job in (numbers, total, numbers, total):
        run_transform(job, store=store)
    told = running.begin(tmp_path).get(f"/data/datasets/{dataset_rid('/grown/total')}")["versions"]
    assert [one["incremental"] for one in told] == [True, False]
    assert "incremental" in told[0]["run"]
    plain = running.begin(tmp_path).get(f"/data/datasets/{dataset_rid('/grown/numbers')}")["versions"]
    assert [one["incremental"] for one in plain] == [None, None]
