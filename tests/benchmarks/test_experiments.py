"""Logging, publishing and reading experiments, beside the trackers that people use otherwise.

Everything of ours runs with the journal on, in a store on disk, and what is called a commit is all of it: the
adapter, the version, the experiment and its series, synced. The peers run in an environment of their own (see
``peers.py``), turn and turn about with ours, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from palantir_models import open_model
from palantir_models.code_workspaces import ModelOutput
from palantir_models.experiment.columns.summary import series_json
from palantir_models.reading.series import series_columns
from palantir_models.transforms import ModelOutput as ModelParameter
from tests.benchmarks.peers import SERIES, load_images, log_images, log_values
from tests.benchmarks.timing import median_seconds, paired_ratio, peak_memory
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Output, transform
from transforms.config import Config
from transforms.run.job import JobOptions, run_job
from transforms.store.store import Store

REPOSITORY = Path(__file__).parents[2]
PEERS_PYTHON = Path(os.environ.get("PEERS_PYTHON", REPOSITORY / ".venv-peers/bin/python")).absolute()
IMAGE_PEERS = ("dvclive", "wandb", *(["aim"] if sys.version_info < (3, 13) else []))  # as pyproject.toml has it
VALUES = 100_000  # of an experiment, as many as it takes by default
MANY = 1_000_000
SETTINGS = f'[tool.transforms]\nroot = "store"\n[tool.transforms.limits]\nmetric_values = {20 * MANY}\n'
ROUNDS, APART_SECONDS = 12, 0.5
DRAIN_SECONDS = 1.0  # many times what the background thread waits between two drainings


@pytest.fixture
def open_output(tmp_path, monkeypatch) -> Callable[[], ModelOutput]:
    """A function that returns an output for one model, in a project and store of the test's own."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    return lambda: ModelOutput("/bench")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """A folder of 20 crops of a photo, 256 by 256 pixels, as PNG files."""
    folder = tmp_path_factory.mktemp("pictures")
    photo = load_sample_image("china.jpg")
    for number in range(20):
        x, y = number * 37 % (photo.shape[1] - 256), number * 29 % (photo.shape[0] - 256)
        Image.fromarray(photo[y : y + 256, x : x + 256]).save(folder / f"{number:02}.png")
    return folder


def published_rate(open_output: Callable[[], ModelOutput], log: Callable[[Any], None], count: int) -> float:
    """Return how much is logged a second, from the first call to the end of the commit."""
    output = open_output()
    experiment = output.create_experiment("run")
    began = time.perf_counter()
    log(experiment)
    output.publish(Doubler(2), experiment=experiment)
    return count / (time.perf_counter() - began)


def peer_rate(peer: str, task: str, count: int, *arguments: str) -> float:
    """Return how much a peer logs a second, from the first call to the end of finishing."""
    if not PEERS_PYTHON.exists():
        pytest.fail(f"The peers are not installed, as there is no {PEERS_PYTHON}: run make benchmark.")
    script = [str(PEERS_PYTHON), str(REPOSITORY / "tests/benchmarks/peers.py")]
    done = subprocess.run([*script, peer, task, str(count), *arguments], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{peer}: {done.stderr[-2000:]}"
    found = json.loads(done.stdout)
    return float(found["count"] / found["seconds"])


def compare(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = 3) -> tuple[float, float, float]:
    """Return the median of our rates, of a peer's, and of the ratios of runs that followed each other."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    mine, others = (statistics.median(found) for found in zip(*pairs, strict=True))
    return mine, others, statistics.median(a / b for a, b in pairs)


# Value by value


@pytest.mark.parametrize(
    ("peer", "count", "wanted"),
    # MLflow takes some hundred values a second, each in a transaction of its own, and no more when given more.
    [("trackio", VALUES, 10), ("tensorboardX", VALUES, 20), ("mlflow", 1_000, 1_000)],
)
def test_single_values_against(peer, count, wanted, open_output, report):
    """100,000 calls of ``log_metric`` over 10 series, up to where others read them."""
    ours = partial(published_rate, open_output, lambda run: log_values(run.log_metric, VALUES), VALUES)
    ours()
    mine, others, ratio = compare(ours, partial(peer_rate, peer, "metrics", count))
    report(f"log_metric to commit {mine:,.0f}/s, {peer} {others:,.0f}/s", ratio, wanted, at_least=True)


def test_single_values(open_output, report):
    """The calls alone, in the best of rounds that lie apart: others make the whole machine slower for seconds."""
    best = math.inf
    for _ in range(ROUNDS):
        experiment = open_output().create_experiment("run")
        began = time.perf_counter()
        log_values(experiment.log_metric, VALUES)
        best = min(best, time.perf_counter() - began)
        time.sleep(APART_SECONDS)
    report("log_metric, the calls alone", VALUES / best, 1_000_000, "/s", at_least=True)


def test_the_cost_to_the_caller(open_output, report):
    """Each call between two readings of the clock, which count with it; the loop does not.

    The median is that of the best round, for the reason above; of the 99.9th percentile all rounds tell.
    """
    calls = [(SERIES[number % 10], 1.0 / (number + 1), number // 10) for number in range(VALUES)]
    clock = time.perf_counter_ns
    medians, tails = [], []
    for _ in range(ROUNDS):
        log = open_output().create_experiment("run").log_metric
        costs = []
        for name, value, step in calls:
            began = clock()
            log(name, value, step)
            costs.append(clock() - began)
        medians.append(statistics.median(costs))
        tails.append(sorted(costs)[-VALUES // 1000])
        time.sleep(APART_SECONDS)
    report("log_metric, the median call", min(medians) / 1000, 1, "µs")
    report("log_metric, the 99.9th percentile", statistics.median(tails) / 1000, 100, "µs")


# Ten at a time


@pytest.fixture(scope="module")
def batches() -> list[dict[str, float]]:
    """100,000 batches of 10 values, of which no two are alike."""
    noise = np.random.default_rng(0).normal(size=(MANY // 10, 10))
    return [dict(zip(SERIES, row, strict=True)) for row in noise.tolist()]


def log_batches(batches: list[dict[str, float]], experiment: Any) -> None:
    """Log every batch as a step."""
    log = experiment.log_metrics
    for step, batch in enumerate(batches):
        log(batch, step)


def test_batches(batches, open_output, report):
    """1,000,000 values by ``log_metrics`` of 10, up to where others read them."""
    found = [published_rate(open_output, partial(log_batches, batches), MANY) for _ in range(6)]
    report("log_metrics of 10 to commit", statistics.median(found[1:]), 1_500_000, "/s", at_least=True)


def test_size(batches, tmp_path, open_output, report):
    """What such a value takes in the store; noise, as nothing is harder to compress."""
    published_rate(open_output, partial(log_batches, batches), MANY)
    table = tmp_path / "store/master/models/bench/metrics"
    stored = sum(file.stat().st_size for file in table.rglob("*.parquet"))
    assert pl.scan_delta(str(table)).select(pl.len()).collect().item() == MANY
    report("a metric value in the store", stored / MANY, 10, "bytes")


def logging_memory(count: int, folder: Path) -> float:
    """Return the most memory that a process holds which logs so many values, in megabytes."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS)
    script = (
        "import os\n"
        "from palantir_models.code_workspaces import ModelOutput\n"
        "from tests.benchmarks.peers import SERIES\n"
        f"os.chdir({str(folder)!r})\n"
        "log = ModelOutput('/bench').create_experiment('run').log_metrics\n"
        f"for step in range({count // 10}):\n"
        "    log(dict.fromkeys(SERIES, 1.0 / (step + 1)), step)\n"
    )
    return peak_memory(script) / 1024


def test_memory(tmp_path, report):
    """What is in the journal is in memory no more: before the commit, 16,000,000 values against 4,000,000.

    The difference would be 115 MB at least if they stayed. It is not zero, as what a drain takes varies with how
    often the background thread gets its turn.
    """
    grown = [
        logging_memory(16 * MANY, tmp_path / f"more{number}") - logging_memory(4 * MANY, tmp_path / f"less{number}")
        for number in range(5)
    ]
    report("memory that 12,000,000 more values take", statistics.median(grown), 60, "MB")


# Images


def test_an_image_to_the_caller(pictures, open_output, report):
    """Each of 60 calls by itself: so many follow each other before the caller may have to wait for the encoder."""
    images = load_images(str(pictures))
    medians = []
    for _ in range(5):
        log = open_output().create_experiment("run").log_image
        costs = []
        for step in range(60):
            began = time.perf_counter()
            log("samples", images[step % len(images)], step=step)
            costs.append(time.perf_counter() - began)
        medians.append(statistics.median(costs))
        time.sleep(DRAIN_SECONDS)
    report("log_image of 256x256, the median call", statistics.median(medians) * 1000, 0.3, "ms")


def test_images_against(pictures, open_output, report):
    """400 photos: ours to the end of the commit, against the fastest of those that encode and keep images too."""
    images = load_images(str(pictures))
    ours = partial(published_rate, open_output, lambda run: log_images(run.log_image, images, 400), 400)
    ours()
    found = {peer: compare(ours, partial(peer_rate, peer, "images", 400, str(pictures))) for peer in IMAGE_PEERS}
    best = max(found, key=lambda peer: found[peer][1])
    mine = statistics.median(rate for rate, _, _ in found.values())
    others = ", ".join(f"{peer} {rate:,.0f}/s" for peer, (_, rate, _) in found.items())
    report(f"log_image to commit {mine:,.0f}/s, {others}", found[best][2], 2, at_least=True)


# All of it


def test_publishing_a_full_experiment(pictures, tmp_path, report):
    """100,000 values, 500 parameters, 100 images and a table of 100,000 rows, with a model and a dataset.

    The clock runs from the first line after the last ``log`` call and a pause, in which the images are encoded and
    everything reaches the journal, to the end of the job: writing the dataset, publishing and the commit of both.
    """
    images = load_images(str(pictures))
    table = pl.DataFrame({"id": range(100_000), "score": np.random.default_rng(0).normal(size=100_000)})
    began = []

    @transform.using(out=Output("/bench/scores"), model=ModelParameter("/bench/model"))
    def train(out, model):
        experiment = model.create_experiment("run")
        experiment.log_params({f"parameter_{number}": number for number in range(500)})
        log_values(experiment.log_metric, VALUES)
        log_images(experiment.log_image, images, 100)
        experiment.log_table("scores", table)
        time.sleep(DRAIN_SECONDS)
        began.append(time.perf_counter())
        out.write_table(table)
        model.publish(Doubler(2), experiment=experiment)

    store = Store(tmp_path / "store")
    spent = []
    for _ in range(6):
        result = run_job(train, store, Config(tmp_path, str(store.root)), JobOptions())
        assert result.error is None
        spent.append(time.perf_counter() - began[-1])
    report("publishing a full experiment, model and dataset", statistics.median(spent[1:]) * 1000, 1000, "ms")


# Reading


def test_reading_values(batches, open_output, report):
    """1,000,000 values of one experiment as a Polars frame, opening the model each time."""
    published_rate(open_output, partial(log_batches, batches), MANY)

    def read() -> None:
        (experiment,) = open_model("/bench").experiments
        assert experiment.metrics().polars().height == MANY

    report("reading 1,000,000 values to polars", median_seconds(read, 9) * 1000, 300, "ms")


def test_points_against_a_sorted_frame(batches, open_output, report):
    """1,000,000 values of one experiment as arrays, beside a frame that is sorted and has its times."""
    published_rate(open_output, partial(log_batches, batches), MANY)
    (experiment,) = open_model("/bench").experiments

    def sorted_frame() -> None:
        rows = experiment.metrics().polars(lazy=True).collect()
        assert len(rows.partition_by("series")) == len(SERIES)

    def points() -> None:
        assert len(experiment.points()) == len(SERIES)

    report("points of an experiment, a sorted frame as long", paired_ratio(points, sorted_frame), 2, at_least=True)


def test_summaries_against_an_object_each(report):
    """Those of 1,000 experiments with 100 metrics, beside decoding them into Python objects alone."""
    noise = np.random.default_rng(0).normal(size=(100, 4))
    keys = ("first", "last", "min", "max")
    steps = {"length": 100, "first_step": 0, "last_step": 99}
    rows = [
        {"kind": "metric", "name": f"metric {n}", **steps, **dict(zip(keys, row, strict=True))}
        for n, row in enumerate(noise.tolist())
    ]
    texts = [series_json(rows, (), {}, {})] * 1_000

    def columns() -> None:
        assert series_columns(texts).height == 100_000

    def objects() -> None:
        assert sum(len(json.loads(text)) for text in texts) == 100_000

    report("summaries as columns, json.loads as long", paired_ratio(columns, objects), 1, at_least=True)


def test_following(open_output, report):
    """A look at ten new values of a journal, which holds 600,000 before."""
    run = open_output().create_experiment("run")
    for step in range(60_000):
        run.log_metrics(dict.fromkeys(SERIES, 1.0 / (step + 1)), step)
    run._recording.drain()
    experiment = open_model("/bench").experiment("run")
    cursor = experiment.follow().cursor
    spent = []
    for step in range(60_000, 60_100):
        run.log_metrics(dict.fromkeys(SERIES, 0.0), step)
        run._recording.drain()
        began = time.perf_counter()
        news = experiment.follow(cursor)
        spent.append(time.perf_counter() - began)
        assert sum(map(len, news.points.values())) >= len(SERIES)
        cursor = news.cursor
    report("following a journal of 600,000 values", statistics.median(spent) * 1000, 5, "ms")


def test_comparing(open_output, report):
    """The last values of 100 experiments, each of a commit of its own, opening the model each time."""
    for _ in range(100):
        published_rate(open_output, lambda run: log_values(run.log_metric, 1_000), 1_000)

    def read() -> None:
        assert open_model("/bench").compare().last.polars().height == 100

    report("comparing the last values of 100 experiments", median_seconds(read, 9) * 1000, 200, "ms")
