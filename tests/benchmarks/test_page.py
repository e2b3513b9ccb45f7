"""The model page's server: what a browser waits for, on models of the size that hurts elsewhere.

Limits are in time of this process's processors, so that others on the machine do no harm; what a limit is about is measured as a
browser meets it, the encoding included, and without the connection.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from starlette.requests import Request

from palantir_models.code_workspaces import ModelOutput
from palantir_models.page.app import _function, json_answer
from palantir_models.page.asked import Asked
from palantir_models.page.columns import Columns
from palantir_models.page.events import Stream
from palantir_models.page.ids import model_rid
from palantir_models.page.opened import Opened
from palantir_models.reading.model import Model
from palantir_models.transforms import ModelOutput as ModelParameter
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import transform
from transforms.config import load_config
from transforms.run.job import JobOptions, run_job

EXPERIMENTS, PARAMETERS, METRICS = (
    1000,
    20,
    60,
)  # of each metric the last, the least and the greatest value: 200 columns
RUNS, POINTS = 5, 1_000_000
SPIKE = 1e6
SETTINGS = f'[tool.transforms]\nroot = "store"\n[tool.transforms.limits]\nmetric_values = {20 * POINTS}\n'


@transform.using(model=ModelParameter("/many"))
def many(model: Any) -> None:
    """A thousand short experiments with many columns."""
    rng = np.random.default_rng(1)
    for number in range(EXPERIMENTS):
        experiment = model.create_experiment(f"trial-{number}")
        experiment.log_params({f"parameter {index}": float(rng.random()) for index in range(PARAMETERS)})
        for _ in range(2):
            experiment.log_metrics({f"group/metric {i}": float(v) for i, v in enumerate(rng.normal(size=METRICS))})
        model.publish(Doubler(2), experiment=experiment)


@transform.using(model=ModelParameter("/long"))
def long(model: Any) -> None:
    """A few experiments with very many values, one of which stands out of each."""
    rng = np.random.default_rng(2)
    for number in range(RUNS):
        experiment = model.create_experiment(f"run-{number}")
        values = rng.normal(size=POINTS)
        values[_spike(number)] = SPIKE
        for value in values.tolist():
            experiment.log_metric("loss", value)
        model.publish(Doubler(2), experiment=experiment)


def _spike(number: int) -> int:
    return 7 + number * 150_001


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose store has both models."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").write_text(SETTINGS)
    config = load_config(folder)
    for job in (many, long):
        assert run_job(job, Opened(config).store, config, JobOptions()).status == "committed"
    return folder


class Server:
    """Answers as the page does, without a connection between.

    :param project: the project's folder.
    """

    def __init__(self, project: Path) -> None:
        self.opened = Opened(load_config(project))

    def ask(self, named: str, alias: str, query: str = "") -> bytes:
        """Return what an address would answer.

        :param named: the function that answers, as ``module:function``.
        :param alias: the model.
        :param query: what would stand behind the ``?``.
        """
        scope = {
            "type": "http",
            "path_params": {"rid": model_rid(alias)},
            "query_string": query.encode(),
            "headers": [],
        }
        found = _function(f"palantir_models.page.{named}")(Asked(Request(scope), self.opened))
        return bytes(found.body if hasattr(found, "body") else json_answer(found).body)


def processor_seconds(run: Callable[[], Any], rounds: int = 5) -> float:
    """Return the least time that this process's processors spend on a call, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def chosen(project: Path, alias: str) -> str:
    """Return the experiments of a model as an address names them."""
    model = Model(alias, "master", Opened(load_config(project)).store)
    return "&".join(f"id={one.experiment_id}" for one in reversed(model.experiments))


@pytest.mark.benchmark
def test_a_thousand_experiments_of_two_hundred_columns(project: Path, report: Callable[..., None]) -> None:
    """Read from the store, put into columns and written as JSON; then, while nothing is committed, known."""

    def cold() -> None:
        Server(project).ask("experiments:experiments", "/many")

    cold()
    server = Server(project)
    content = server.ask("experiments:experiments", "/many")
    report("1,000 experiments x 200 columns", 1000 * processor_seconds(cold), 600, "ms")
    warm = processor_seconds(lambda: server.ask("experiments:experiments", "/many"))
    report("the same again", 1000 * warm, 20, "ms")
    report("their answer", len(content) / 1e6, 8, "MB")


@pytest.mark.benchmark
def test_five_series_of_a_million_points(project: Path, report: Callable[..., None]) -> None:
    """The first view reads them; a zoom cuts what is in memory. And the spike is in each view that has its step."""
    ids, server = chosen(project, "/long"), Server(project)
    query = f"series=loss&width=1000&{ids}"

    def first() -> None:
        server.opened.__dict__["columns"] = Columns()
        server.ask("charts:chart", "/long", query)

    def alone() -> None:
        table = server.opened.store.storage.uri("master/models/long/metrics")
        pl.scan_delta(table).select("experiment_id", "series", "step", "value").collect()

    first()
    alone()
    took, least = processor_seconds(first), processor_seconds(alone)
    report("5 x 1,000,000 points, first view", 1000 * took, 600, "ms")
    report("… as many times as Polars takes to read them", took / least, 4)
    for share in (1.0, 0.1, 0.001):
        low = max(0.0, _spike(1) - share * POINTS / 2)
        view = f"{query}&from={low}&to={low + share * POINTS}"
        took = processor_seconds(lambda view=view: server.ask("charts:chart", "/long", view))  # type: ignore[misc]
        report(f"the same, a view of {share:.1%}", 1000 * took, 20, "ms")
        content = server.ask("charts:chart", "/long", view)
        (length,) = struct.unpack_from("<I", content)
        assert SPIKE in np.frombuffer(content, "<f8", offset=4 + length)


@pytest.mark.benchmark
def test_following_costs_what_is_new(tmp_path: Path, monkeypatch: Any, report: Callable[..., None]) -> None:
    """A look at 250 new values takes as long after a million as after a few."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    experiment = ModelOutput("/live").create_experiment("run")
    recording = experiment._recording
    server = Server(tmp_path)

    def look(stream: Stream) -> float:
        for value in range(250):
            experiment.log_metric("loss", float(value))
        recording.drain()
        began = time.thread_time()
        assert b"event: points" in stream.look()
        return time.thread_time() - began

    try:
        experiment.log_metric("loss", 0.0)
        recording.drain()
        stream = Stream(server.opened.live(Model("/live", "master", server.opened.store)), None)
        stream.look()
        early = sorted(look(stream) for _ in range(15))[7]
        for value in range(POINTS):
            experiment.log_metric("loss", float(value))
        recording.drain()
        stream.look()
        late = sorted(look(stream) for _ in range(15))[7]
    finally:
        recording.close("FAILED", "the benchmark ended")
        recording.discard_journal()
    report("250 new values behind 1,000,000", 1000 * late, 5, "ms")
    report("… as many times as behind none", late / early, 2)


@pytest.mark.benchmark
def test_a_wall_of_charts_reads_once(project: Path, report: Callable[..., None]) -> None:
    """What charts of the same experiments need is read for the first of them."""
    model = Model("/many", "master", Opened(load_config(project)).store)
    ids = "&".join(f"id={one.experiment_id}" for one in model.experiments[:50])
    server = Server(project)
    server.ask("charts:chart", "/many", f"series=group/metric 0&{ids}")
    took = processor_seconds(lambda: server.ask("charts:chart", "/many", f"series=group/metric 7&width=300&{ids}"))
    report("a chart of 50 experiments", 1000 * took, 10, "ms")
