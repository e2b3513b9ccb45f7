"""Running experiments: followed live, in charts and in the stream of events, whatever becomes of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from palantir_models import open_model
from palantir_models.code_workspaces import ModelOutput
from palantir_models.page import live
from palantir_models.page.answers import Refusal
from palantir_models.page.events import read_cursor, written_cursor
from tests.palantir_models.model.sample_adapter import Doubler
from tests.palantir_models.page.test_charts import decoded

DIGITS = "0123456789abcdef" * 2


class Training:
    """A program that logs to an experiment while the page looks."""

    def __init__(self) -> None:
        self.model = ModelOutput("/wine")
        self.experiment = self.model.create_experiment("run")
        self.id = self.experiment._recording.experiment_id

    def log(self, **values: float) -> None:
        """Log a value to each of some series, and bring them to the journal."""
        self.experiment.log_metrics(values)
        self.experiment._recording.drain()


@pytest.fixture
def training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Training]:
    """One that has logged one value of each of two series."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    made = Training()
    made.log(loss=1.0, speed=10.0)
    yield made
    made.experiment._recording.close("FAILED", "the test ended")
    made.experiment._recording.discard_journal()


@pytest.fixture
def browser(running: Any, training: Training, tmp_path: Path) -> Any:
    """A page over the store that the training logs into."""
    return running.begin(tmp_path)


class Stream:
    """A stream of events as a browser's EventSource reads it."""

    def __init__(self, port: int, path: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", path)
        self.response = self._connection.getresponse()
        self.cursor = ""

    def next(self) -> tuple[str, Any]:
        """Return name and data of the next event."""
        event: dict[str, str] = {}
        while (line := self.response.readline().decode().rstrip("\n")) or not event:
            name, _, value = line.partition(": ")
            event |= {name: value} if name else {}
        self.cursor = event.get("id", self.cursor)
        return event["event"], json.loads(event["data"])

    def until(self, wanted: str) -> Any:
        """Return the data of the next event of a name."""
        while True:
            name, data = self.next()
            if name == wanted:
                return data

    def close(self) -> None:
        """Leave."""
        self._connection.close()


@pytest.fixture
def follow(browser: Any, rid: str) -> Iterator[Any]:
    """Begins streams, which end with the test."""
    streams: list[Stream] = []

    def begin(since: str = "") -> Stream:
        streams.append(Stream(browser.port, f"/data/models/{rid}/live{f'?since={since}' if since else ''}"))
        return streams[-1]

    yield begin
    for stream in streams:
        stream.close()


def chart(browser: Any, rid: str, identity: str) -> Any:
    """Return the values of a running experiment's loss, as its chart has them."""
    _, x, runs = decoded(browser.ask(f"/data/models/{rid}/charts?series=loss&id={identity}").body)
    return dict(zip(x.tolist(), runs[identity]["last"].tolist(), strict=True))


def test_what_runs_is_in_the_table_with_its_heartbeat(browser: Any, training: Training, rid: str) -> None:
    """Before anything of its model was ever committed."""
    (model,) = browser.get("/data/models")["models"]
    assert (model["rid"], model["running"], model["experiments"], model["versions"]) == (rid, 1, 1, 0)
    table = browser.get(f"/data/models/{rid}/experiments")
    assert table["columns"]["id"] == [training.id]
    assert table["columns"]["status"] == ["RUNNING"]
    assert table["columns"]["heartbeat"][0] >= table["columns"]["created"][0]
    assert browser.get(f"/data/models/{rid}/experiments/{training.id}")["status"] == "RUNNING"


def test_a_chart_has_what_was_logged_a_moment_ago(browser: Any, training: Training, rid: str) -> None:
    """Each time it is asked for."""
    assert chart(browser, rid, training.id) == {0.0: 1.0}
    training.log(loss=0.5)
    training.log(loss=0.25)
    assert chart(browser, rid, training.id) == {0.0: 1.0, 1.0: 0.5, 2.0: 0.25}


def test_a_stream_tells_what_comes_after_it_began(follow: Any, training: Training) -> None:
    """And how the experiments stand that run."""
    stream = follow()
    assert stream.response.headers.get_content_type() == "text/event-stream"
    assert stream.next() == ("begin", {"missed": []})
    name, (row,) = stream.next()
    assert (name, row["id"], row["status"], row["values"], row["published"]) == (
        "experiments",
        training.id,
        "RUNNING",
        2,
        False,
    )
    training.log(loss=math.nan)
    points = stream.until("points")
    assert (points["id"], points["series"], points["steps"], points["values"]) == (training.id, "loss", [1], ["NaN"])
    assert len(points["timestamps"]) == 1
    assert stream.until("experiments")[0]["values"] == 3


def test_a_stream_goes_on_where_another_broke_off(follow: Any, training: Training) -> None:
    """Nothing is missed, and nothing told twice."""
    first = follow()
    first.until("experiments")
    first.close()
    training.log(loss=0.5)
    training.log(speed=20.0)
    again = follow(first.cursor)
    assert again.next() == ("begin", {"missed": []})
    found = [again.until("points") for _ in range(2)]
    assert {(one["series"], *one["steps"], *one["values"]) for one in found} == {("loss", 1, 0.5), ("speed", 1, 20.0)}
    assert not any(one["anew"] for one in found)


def test_an_experiment_that_begins_is_told_from_its_beginning(follow: Any, training: Training) -> None:
    """Whoever follows the model sees it come."""
    stream = follow()
    stream.until("experiments")
    other = training.model.create_experiment("second")
    other.log_metric("loss", 3.0)
    other._recording.drain()
    try:
        points = stream.until("points")
        assert (points["id"], points["values"]) == (other._recording.experiment_id, [3.0])
    finally:
        other._recording.close("FAILED", "the test ended")
        other._recording.discard_journal()


def test_what_is_published_is_told_once_more(follow: Any, browser: Any, training: Training, rid: str) -> None:
    """With its last points; its chart stays what it was."""
    stream = follow()
    stream.until("experiments")
    assert chart(browser, rid, training.id) == {0.0: 1.0}
    training.experiment.log_metric("loss", 0.5)
    training.model.publish(Doubler(2), experiment=training.experiment)
    rows: list[Any] = []
    while not rows or not rows[-1]["published"]:
        name, data = stream.next()
        rows += data if name == "experiments" else []
        if name == "points":
            assert data["steps"] == [1]
    assert rows[-1]["status"] == "SUCCEEDED"
    assert chart(browser, rid, training.id) == {0.0: 1.0, 1.0: 0.5}
    assert browser.get(f"/data/models/{rid}")["versions"][0]["experiment_id"] == training.id


def test_what_ended_is_let_go(training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute later, with all that was logged to it: until then, who was away is told of its end."""
    now = 0.0
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: now))  # not the clock of other threads
    followed = live.Live(open_model("/wine", root=tmp_path / ".transforms"))
    cursors = followed.cursors()
    assert list(cursors) == [training.id]
    training.model.publish(Doubler(2), experiment=training.experiment)
    (news,) = followed.news(cursors)
    assert news.has_ended
    assert followed.cursors() == {}
    now = 59.0
    assert [one.status for one in followed.news(cursors)] == ["SUCCEEDED"]
    now = 61.0
    assert followed.news(cursors) == []
    assert followed._followed == {}


def test_a_stream_says_which_experiments_it_lost_sight_of(follow: Any, training: Training) -> None:
    """They ended while nobody looked, so they are to be asked for anew."""
    stream = follow(f"{training.id}:0,{DIGITS}:7")
    assert stream.next() == ("begin", {"missed": [DIGITS]})
    assert stream.until("points")["values"] == [1.0]


def test_a_stream_ends_with_the_page(follow: Any, browser: Any) -> None:
    """Ctrl-C does not wait for whoever looks."""
    stream = follow()
    stream.until("experiments")
    browser.page.stop()
    while stream.response.readline():
        continue


@pytest.mark.parametrize("cursor", ["x", f"{DIGITS}:", f"{DIGITS}:-1", f"{DIGITS}:{'9' * 19}", "../x:1", f"{DIGITS}:٣"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    """It names the experiment and a byte of its journal, and nothing else."""
    with pytest.raises(Refusal):
        read_cursor(cursor)


def test_a_cursor_comes_back_as_it_was() -> None:
    """Also that of nobody."""
    for cursors in ({}, {DIGITS: "12"}, {DIGITS: "0", DIGITS[::-1]: "7"}):
        assert read_cursor(written_cursor(cursors)) == cursors
