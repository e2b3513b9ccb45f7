"""Following an experiment while it is logged, and whatever becomes of it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from PIL import Image

import palantir_models as pm
from palantir_models.code_workspaces import ModelOutput
from palantir_models.experiment.journal import file_format
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.experiments import ErrorHandlerType
from palantir_models.reading.everywhere import delete_experiments
from palantir_models.reading.following import FACTS, Follower
from palantir_models.reading.points import points_of
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.store.store import Store

FOLDER, LIMIT = "master/models/m", 2000


@pytest.fixture
def output(tmp_path, monkeypatch):
    """An output for one model, in a project of the test's own."""
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.transforms]\nroot = "store"\n[tool.transforms.limits]\nmetric_values = {LIMIT}\n'
    )
    monkeypatch.chdir(tmp_path)
    return ModelOutput("/m")


@pytest.fixture
def store(tmp_path, output):
    """The store."""
    return Store(tmp_path / "store")


@pytest.fixture
def run(output):
    """An experiment whose journal is brought up to date by hand."""
    experiment = output.create_experiment("run")
    experiment._recording._spool.stop()
    yield experiment
    experiment._recording.discard_journal()


def follower(store, run):
    return Follower(store, FOLDER, run.experiment_id)


def log(run, **series):
    """Log values of each series and bring them to the journal."""
    for name, values in series.items():
        for value in values:
            run.log_metric(name, value)
    run._recording.drain()


def told(news):
    """Return steps and values by series."""
    return {name: list(zip(p.steps.tolist(), p.values.tolist(), strict=True)) for name, p in news.points.items()}


def test_each_look_tells_what_came_since_the_one_before(store, run):
    follow = follower(store, run).follow
    log(run, loss=[0.5, 0.4])
    first = follow()
    assert told(first) == {"loss": [(0, 0.5), (1, 0.4)]}
    assert (first.status, first.value_count, first.is_published, first.has_ended) == ("RUNNING", 2, False, False)
    assert first.changed == set(FACTS)
    assert first.kinds == {"metrics"}
    log(run, loss=[0.3], accuracy=[math.inf])
    run.log_param("depth", 3)
    run.log_image("samples", Image.new("RGB", (2, 2)))
    run._recording._spool.settle()
    second = follow(first.cursor)
    assert told(second) == {"loss": [(2, 0.3)], "accuracy": [(0, math.inf)]}
    assert (second.value_count, second.parameter_count) == (4, 1)
    assert second.kinds == {"metrics", "hyperparameters", "images"}
    assert {"value_count", "parameter_count"} <= second.changed
    assert not second.changed & {"status", "error", "dropped_count", "is_published"}
    third = follow(second.cursor)
    assert (told(third), third.kinds, third.changed, third.cursor) == ({}, set(), set(), second.cursor)


def test_only_what_was_appended_is_decoded(store, run, monkeypatch):
    log(run, loss=[0.0] * 1000)
    watcher = follower(store, run)
    cursor = watcher.follow().cursor
    log(run, loss=[1.0])
    seen = []
    decoded = file_format.decoded
    monkeypatch.setattr(
        "palantir_models.experiment.journal.journal.decoded", lambda data: seen.append(len(data)) or decoded(data)
    )
    assert told(watcher.follow(cursor)) == {"loss": [(1000, 1.0)]}
    assert seen == [int(watcher.follow(cursor).cursor) - int(cursor)] * 2


def test_a_cursor_goes_on_in_another_process_and_an_old_one_tells_more(store, run):
    first = follower(store, run).follow()
    assert told(first) == {}
    log(run, loss=[0.5])
    watcher = follower(store, run)
    second = watcher.follow(first.cursor)
    assert (told(second), second.is_anew) == ({"loss": [(0, 0.5)]}, False)
    log(run, accuracy=[0.1])
    assert told(follower(store, run).follow(second.cursor)) == {"accuracy": [(0, 0.1)]}
    third = watcher.follow(second.cursor)
    assert told(watcher.follow(second.cursor)) == told(third) == {"accuracy": [(0, 0.1)]}
    assert told(watcher.follow(first.cursor)) == {"loss": [(0, 0.5)], "accuracy": [(0, 0.1)]}
    assert watcher.follow().value_count == 2, "nothing is counted twice"


@pytest.mark.parametrize("cursor", ["7", "999999999", "-1", "x", "²", ""])
def test_a_cursor_that_does_not_fit_gives_everything_anew(cursor, store, run):
    log(run, loss=[0.5])
    watcher = follower(store, run)
    for _ in range(2):
        news = watcher.follow(cursor)
        assert (told(news), news.is_anew, news.value_count) == ({"loss": [(0, 0.5)]}, True, 1)


def test_what_was_dropped_is_told(store, output):
    run = output.create_experiment("full", error_handler_type=ErrorHandlerType.SUPPRESS)
    watcher = follower(store, run)
    cursor = watcher.follow().cursor
    log(run, loss=[0.5] * (LIMIT + 3))
    news = watcher.follow(cursor)
    assert (news.value_count, news.dropped_count, "dropped_count" in news.changed) == (LIMIT, 3, True)
    run._recording.discard_journal()


def test_one_that_is_published_meanwhile_is_told_to_its_end(store, output, run):
    watcher = follower(store, run)
    log(run, loss=[0.5], late=[1.0])
    cursor = watcher.follow().cursor
    for value in (0.4, 0.3):
        run.log_metric("loss", value)
    output.publish(Doubler(2), experiment=run)
    news = watcher.follow(cursor)
    assert told(news) == {"loss": [(1, 0.4), (2, 0.3)]}
    assert (news.status, news.is_published, news.has_ended, news.is_anew) == ("SUCCEEDED", True, True, False)
    assert news.heartbeat is None
    assert news.points["loss"].timestamps is not None
    last = watcher.follow(news.cursor)
    assert (told(last), last.changed, last.has_ended) == ({}, set(), True)
    late = follower(store, run).follow(cursor)
    assert (late.is_anew, told(late)) == (True, {"loss": [(0, 0.5), (1, 0.4), (2, 0.3)], "late": [(0, 1.0)]})


def test_one_whose_process_died_right_after_its_commit_is_published(store, output, run, monkeypatch):
    """Its journal is still there, and counts no more."""
    watcher = follower(store, run)
    log(run, loss=[0.5])
    cursor = watcher.follow().cursor
    run.log_metric("loss", 0.4)
    monkeypatch.setattr("palantir_models.experiment.journal.journal.Journal.discard", lambda _: None)
    output.publish(Doubler(2), experiment=run)
    monkeypatch.undo()
    (header,) = Path(store.root).rglob("header.json")
    header.write_text(json.dumps({**json.loads(header.read_text()), "owner": "dead"}))
    news = watcher.follow(cursor)
    assert (told(news), news.status, news.is_published) == ({"loss": [(1, 0.4)]}, "SUCCEEDED", True)


def test_one_that_fails_meanwhile_is_told_to_its_end(store, run):
    watcher = follower(store, run)
    log(run, loss=[0.5])
    cursor = watcher.follow().cursor
    run.log_metric("loss", 0.4)
    run._recording.close("FAILED", "no luck")
    run._recording.keep(journals_of(store.storage))
    news = watcher.follow(cursor)
    assert (told(news), news.status, news.error) == ({"loss": [(1, 0.4)]}, "FAILED", "no luck")
    assert (news.has_ended, news.is_published) == (True, False)
    delete_experiments(store, pm.open_model("/m").unpublished)
    assert watcher.follow(news.cursor).status == "DELETED"


def test_one_that_is_deleted_meanwhile_is_told_as_such(store, run):
    watcher = follower(store, run)
    log(run, loss=[0.5])
    cursor = watcher.follow().cursor
    run._recording.discard_journal()
    news = watcher.follow(cursor)
    assert (news.status, news.has_ended, told(news)) == ("DELETED", True, {})
    assert "status" in news.changed


def test_one_whose_header_is_broken_is_told_as_such_and_followed_again_when_it_is_not(store, run):
    watcher = follower(store, run)
    log(run, loss=[0.5])
    header = next(Path(store.root).rglob("header.json"))
    whole = header.read_bytes()
    header.write_bytes(b"{")
    news = watcher.follow()
    assert (news.status, news.has_ended) == ("UNREADABLE", False)
    assert "header.json" in news.error
    header.write_bytes(whole)
    assert told(watcher.follow(news.cursor)) == {"loss": [(0, 0.5)]}


def test_a_model_knows_what_is_live_without_reading_it(store, output, run, monkeypatch):
    log(run, loss=[0.5])
    model = pm.open_model("/m")
    monkeypatch.setattr(
        "palantir_models.experiment.journal.kept.read_live", lambda *_: pytest.fail("a journal was read")
    )
    (one,) = model.live
    assert (one.experiment_id, told(one.follow())) == (run.experiment_id, {"loss": [(0, 0.5)]})
    monkeypatch.undo()
    output.publish(Doubler(2), experiment=run)
    assert pm.open_model("/m", root=store.root).live == ()


def test_an_experiment_is_followed_by_its_own_cursor(store, output, run):
    log(run, loss=[0.5])
    one = pm.open_model("/m").experiment("run")
    news = one.follow()
    log(run, loss=[0.4])
    assert told(one.follow(news.cursor)) == {"loss": [(1, 0.4)]}
    output.publish(Doubler(2), experiment=run)
    (published,) = pm.open_model("/m").experiments
    news = published.follow()
    assert (told(news), news.has_ended) == ({"loss": [(0, 0.5), (1, 0.4)]}, True)
    assert points_of([published])[run.experiment_id]["loss"].values.tolist() == [0.5, 0.4]
