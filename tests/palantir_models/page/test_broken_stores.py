"""A store in any state has a page that says what is wrong, in words and never with a stack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from palantir_models.code_workspaces import ModelOutput
from palantir_models.page.answers import Refusal, exact, failure
from palantir_models.page.ids import dataset_rid
from palantir_models.page.opened import Opened
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.config import load_config
from transforms.errors import PublishError
from transforms.run.put_frame import put_frame
from transforms.store.store import Store

EVERY = (
    "/data/store",
    "/data/models",
    "/data/datasets",
    "/data/builds",
    "/data/lineage",
    "/data/models/{rid}",
    "/data/models/{rid}/experiments",
    "/data/models/{rid}/charts?series=speed&id={id}",
    "/data/models/{rid}/media/image?id={id}",
)


@pytest.fixture
def store(shop: Path, tmp_path: Path) -> Path:
    """A copy of the store that was built, to be broken."""
    shutil.copytree(shop / ".transforms", tmp_path / ".transforms")
    return tmp_path / ".transforms"


@pytest.fixture
def ask(running: Any, tmp_path: Path, rid: str, ids: list[str]) -> Callable[[str], Any]:
    """Ask a page over the broken store; whatever it answers has no stack and no name of a module in it."""
    browser = None

    def asked(path: str) -> Any:
        nonlocal browser
        browser = browser or running.begin(tmp_path)
        answer = browser.ask(path.format(rid=rid, id=ids[0]))
        assert b"Traceback" not in answer.body
        assert b'File "' not in answer.body
        assert answer.status != 500, answer.body
        return answer

    return asked


def test_a_root_without_a_store_is_said(ask: Any) -> None:
    """It is no error: nothing was built yet."""
    assert [one["title"] for one in ask("/data/store").json["problems"]] == ["There is no store here yet"]
    for path in ("/data/models", "/data/datasets", "/data/builds", "/data/lineage"):
        assert ask(path).status == 200, path
    assert ask("/data/models/{rid}").status == 404


def test_a_deleted_table_of_a_dataset_is_said(ask: Any, store: Path) -> None:
    """In the list, which has the others all the same, and at the dataset."""
    shutil.rmtree(store / "master/datasets/shop/clean")
    listed = {one["path"]: one["problem"] for one in ask("/data/datasets").json["datasets"]}
    assert listed["/shop/raw"] is None
    assert "Its table is gone" in listed["/shop/clean"]
    answer = ask(f"/data/datasets/{dataset_rid('/shop/clean')}")
    assert answer.status == 410
    assert answer.error["title"] == "The table is gone"


@pytest.mark.parametrize("table", ["metrics", "experiments", "versions", "hyperparameters", "images"])
def test_a_deleted_table_of_a_model_breaks_no_page(ask: Any, store: Path, table: str) -> None:
    """What can still be told is told."""
    shutil.rmtree(store / "master/models/wine" / table)
    for path in EVERY:
        answer = ask(path)
        assert answer.status in (200, 404, 410), (path, answer.body)


def test_a_log_that_cannot_be_read_is_said(ask: Any, store: Path) -> None:
    """With the table's address; other tables are shown."""
    (log,) = (store / "master/datasets/shop/clean/_delta_log").glob("*.json")
    log.write_text("{half a log")
    listed = {one["path"]: one["problem"] for one in ask("/data/datasets").json["datasets"]}
    assert listed["/shop/raw"] is None
    assert "clean" in listed["/shop/clean"]
    answer = ask(f"/data/datasets/{dataset_rid('/shop/clean')}")
    assert answer.status == 503
    assert answer.error["detail"]


def test_a_file_with_other_bytes_is_named(ask: Any, store: Path) -> None:
    """Whoever reads it knows which file to restore."""
    (file,) = (store / "master/datasets/shop/clean/data").rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[4:-8] = bytes(len(content) - 12)
    file.write_bytes(content)
    answer = ask(f"/data/datasets/{dataset_rid('/shop/clean')}/rows")
    assert answer.status == 503
    assert file.name in answer.error["detail"]
    assert "backup" in answer.error["hint"]


def test_metrics_with_other_bytes_are_said(ask: Any, store: Path) -> None:
    """It is the store's fault, and not that of the page."""
    for file in (store / "master/models/wine/metrics/data").rglob("*.parquet"):
        content = bytearray(file.read_bytes())
        content[4:-8] = bytes(len(content) - 12)
        file.write_bytes(content)
    answer = ask("/data/models/{rid}/charts?series=speed&id={id}")
    assert answer.status == 503
    assert answer.error["title"] == "The store cannot be read"


def test_a_ledger_that_cannot_be_read_is_said(ask: Any, store: Path) -> None:
    """Everything stands on it."""
    shutil.rmtree(store / "_ledger/_index", ignore_errors=True)
    (store / "_ledger/_delta_log" / f"{2:020}.json").write_text("{half")
    for path in ("/data/store", "/data/models", "/data/builds", "/data/lineage"):
        answer = ask(path)
        assert answer.status == 503, path
        assert answer.error["title"] == "The store cannot be read"
        assert "ledger" in answer.error["detail"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_a_store_that_may_not_be_read_is_said(store: Path, tmp_path: Path) -> None:
    """As the system says it."""
    answer = failure(PermissionError(13, "Permission denied", str(store / "_ledger")))
    assert answer.status_code == 503
    assert b"Permission denied" in answer.body


def test_a_store_that_a_job_is_writing_is_read(ask: Any, store: Path) -> None:
    """A lease is about writing; whoever reads waits for nobody."""
    open_store = Store(store)
    transaction = open_store.begin("job", "master", open_store.ledger.newest(1)[0].resources)
    try:
        for path in EVERY:
            assert ask(path).status == 200, path
    finally:
        transaction.abandon()


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_half_a_journal_has_a_page(
    ask: Any, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch, kept: float
) -> None:
    """A killed process leaves one; what is whole of it is shown."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    experiment = ModelOutput("/wine").create_experiment("killed")
    recording = experiment._recording
    for step in range(20):
        experiment.log_metric("speed", float(step))
        recording.drain()
    (journal,) = (store / "_journal").glob("*/journal")
    content = journal.read_bytes()
    copy = store / "_journal" / ("f" * 32)
    shutil.copytree(journal.parent, copy)
    (copy / "journal").write_bytes(content[: int(len(content) * kept)])
    recording.close("FAILED", "the test ended")
    recording.discard_journal()
    table = ask("/data/models/{rid}/experiments").json
    assert "f" * 32 in table["columns"]["id"]
    assert ask(f"/data/models/{{rid}}/charts?series=speed&id={'f' * 32}").status == 200
    assert ask(f"/data/models/{{rid}}/experiments/{'f' * 32}").status == 200


def test_a_header_that_cannot_be_read_hides_nothing(ask: Any, store: Path) -> None:
    """The other experiments are shown, and this one is told at the top."""
    broken = store / "_journal" / ("e" * 32)
    broken.mkdir(parents=True)
    (broken / "header.json").write_text("{half")
    assert ask("/data/models/{rid}/experiments").json["count"] == 3
    assert ask("/data/models").status == 200
    (problem,) = ask("/data/store").json["problems"]
    assert problem["title"] == "Experiment eeeeeeee cannot be read"
    assert "transforms experiments rm" in problem["hint"]


def test_a_commit_that_its_table_refuses_is_told(ask: Any, store: Path) -> None:
    """At the top of the page, and in the history; with what to type."""
    log = store / "master/datasets/new/_delta_log"
    log.parent.mkdir()
    log.write_text("in the way")
    with pytest.raises(PublishError):
        put_frame(Store(store), "master", "/new", pl.DataFrame({"x": [1]}))
    (problem,) = ask("/data/store").json["problems"]
    assert problem["title"] == "Commit #4 is not in every table yet"
    assert "transforms recover" in problem["hint"]
    newest = ask("/data/builds").json["entries"][0]
    assert (newest["seq"], newest["published"], newest["status"]) == (4, False, "not published yet")


def test_another_branch_is_another_page(running: Any, tmp_path: Path) -> None:
    """And one that nobody wrote has nothing."""
    put_frame(Store(tmp_path / ".transforms"), "dev", "/a", pl.DataFrame({"x": [1]}))
    browser = running.begin(tmp_path)
    assert browser.get("/data/store")["branches"] == ["dev", "master"]
    assert browser.get("/data/datasets")["datasets"] == []
    assert [one["path"] for one in browser.get("/data/datasets", branch="dev")["datasets"]] == ["/a"]
    assert browser.ask(f"/data/datasets/{dataset_rid('/a')}").status == 404
    assert browser.ask("/data/datasets?branch=../..").status == 200


def test_a_store_in_a_bucket_has_a_page(running: Any, bucket: str, tmp_path: Path, rid: str) -> None:
    """All the same, and what is there is addressed there."""
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\nroot = "{bucket}"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        model = ModelOutput("/wine")
        experiment = model.create_experiment("run")
        experiment.log_metrics({"speed": 1.0})
        model.publish(Doubler(2), experiment=experiment)
    browser = running.begin(tmp_path)
    assert browser.get("/data/store")["root"] == bucket
    (identity,) = browser.get(f"/data/models/{rid}/experiments")["columns"]["id"]
    assert browser.ask(f"/data/models/{rid}/charts?series=speed&id={identity}").status == 200
    assert bucket in browser.get(f"/data/models/{rid}/query", series="speed", id=identity)["polars"]


def test_what_nobody_expected_is_told_without_a_stack() -> None:
    """The terminal has it."""
    answer = failure(KeyError("inside"))
    assert answer.status_code == 500
    assert b"inside" not in answer.body


def test_what_was_made_is_kept_and_made_once(tmp_path: Path) -> None:
    """What is asked for most seldom goes; what fails is tried again."""
    opened = Opened(load_config(tmp_path))
    made: list[int] = []

    def make() -> int:
        made.append(1)
        if len(made) == 1:
            raise Refusal(503, "away", "for a moment")
        return len(made)

    with pytest.raises(Refusal):
        opened.once("key", make)
    assert [opened.once("key", make) for _ in range(3)] == [2, 2, 2]
    for number in range(2000):
        opened.once(number, lambda: 0)
    assert opened.once("key", make) == 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2**53, 2**53),
        (2**53 + 1, str(2**53 + 1)),
        (-(2**60), str(-(2**60))),
        (True, True),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ({"a": [2**60, 1.5]}, {"a": [str(2**60), 1.5]}),
        ((1, None), [1, None]),
    ],
)
def test_a_value_loses_nothing_on_its_way_to_javascript(value: Any, expected: Any) -> None:
    """Which has no whole number beyond 2**53, and no NaN in JSON."""
    assert exact(value) == expected
