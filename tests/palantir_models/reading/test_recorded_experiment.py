"""An experiment read back: typed, summarised without a scan, and in the reader's library."""

from __future__ import annotations

import math

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.handler import ErrorHandlerType
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.reading.experiment import row_of, text_of
from palantir_models.reading.facts import ExperimentFacts
from palantir_models.reading.model import open_model
from palantir_models.reading.series import SeriesSummary
from tests.palantir_models.reading.conftest import PARAMS, STARTED
from transforms.errors import NotFoundError


@pytest.fixture
def trial(model):
    """The experiment that logged something of every kind."""
    return model.experiment("trial-2")


def test_its_user_sees_what_is_theirs(trial):
    """Its row as it is stored, and its text in full, are for those who pass them on."""
    calls = {"metrics", "points", "images", "plots", "summary", "compare", "follow"}
    values = {"params", "inputs", "series", "tables", "environment", "is_published", *ExperimentFacts.__annotations__}
    assert {name for name in dir(trial) if not name.startswith("_")} == calls | values
    row, text = row_of(trial), text_of(trial)
    assert (row["model"], row["version"], row["name"]) == ("/wine", "1.1.0", "trial-2")
    assert all(name in text for name in trial.params)


def test_hyperparameters_come_back_with_their_types(trial):
    expected = {**PARAMS, "depth": 4, "started": STARTED, "only": "here"}
    assert trial.params == expected
    assert {name: type(value) for name, value in trial.params.items()} == {
        name: type(value) for name, value in expected.items()
    }


def test_series_are_known_without_reading_them(trial, monkeypatch):
    def refuse(*_):
        raise AssertionError("a series table was read")

    trial.series  # noqa: B018 (reads the experiment's own row)
    monkeypatch.setattr(type(trial._source), "part", refuse)
    assert trial.summary("loss") == SeriesSummary("metric", "loss", 101, 0, 1000, 1.0, 500.0, 0.01, 500.0)
    assert trial.summary("accuracy").min == 0.0
    assert [(one.kind, one.name, one.length) for one in trial.series] == [
        *[("metric", "loss", 101), ("metric", "accuracy", 100)],
        *[("image", "samples", 2), ("plot", "curve", 1), ("table", "confusion", 2), ("table", "errors", 1)],
    ]


def test_metrics_come_as_polars_pandas_arrow_or_any_arrow_library(trial):
    frame = trial.metrics("loss")
    lazy = frame.polars(lazy=True)
    assert isinstance(lazy, pl.LazyFrame)
    assert frame.columns == ["series", "step", "value", "timestamp"]
    steps = [*range(100), 1000]
    assert frame.polars()["step"].to_list() == steps
    assert isinstance(frame.pandas(), pd.DataFrame)
    assert frame.pandas()["step"].tolist() == steps
    assert isinstance(frame.arrow(), pa.Table)
    assert duckdb.sql("SELECT max(value) FROM frame").fetchall() == [(500.0,)]
    assert trial.metrics().polars().height == 201
    assert trial.metrics(["loss", "accuracy"]).polars().height == 201
    values = trial.metrics("accuracy").polars()["value"].to_list()
    assert math.isnan(values[50])


def test_images_and_plots_are_read_one_by_one(trial):
    first, second = trial.images("samples")
    assert (first.step, first.caption, first.width, first.height) == (0, "<b>red</b>", 4, 2)
    assert first.pillow().convert("RGB").getpixel((0, 0)) == (255, 0, 0)
    assert (second.step, second.pillow().size) == (5, (3, 3))
    assert trial.images()[-1] == second
    assert trial.images()[:1] == [first]
    assert trial.images().polars(lazy=True).select("step").collect()["step"].to_list() == [0, 5]
    (plot,) = trial.plots()
    assert (plot.caption, plot.figure().data[0].y) == ("two points", (1, 2))
    with pytest.raises(IndexError):
        trial.images()[2]


def test_tables_come_back_by_name(trial):
    assert list(trial.tables) == ["confusion", "errors"]
    assert trial.tables["confusion"].pandas()["a"].tolist() == [1, 2]
    assert trial.tables.description("confusion") == "of the test set"
    with pytest.raises(NotFoundError, match=r"no table 'confusoin'\. Did you mean 'confusion'"):
        trial.tables["confusoin"]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda one: one.metrics("los"), r"no metric series 'los'\. Did you mean 'loss'\? It has: 'loss', 'accuracy'"),
        (lambda one: one.summary("los"), "no metric series 'los'"),
        (lambda one: one.images("loss"), r"no image series 'loss'.* It has: 'samples'"),
        (lambda one: one.plots(["curve", "x"]), "no plot series 'x'"),
    ],
)
def test_a_series_that_is_not_there_is_refused_with_those_that_are(trial, read, message):
    with pytest.raises(NotFoundError, match=message):
        read(trial)


def test_code_and_environment_come_with_it(trial):
    assert trial.environment["python"].startswith("3.")
    assert trial.environment["packages"]
    assert trial.transform
    assert trial.finished_time >= trial.created_time


def test_text_and_html_show_everything_escaped(trial):
    text, page = repr(trial), trial._repr_html_()
    for shown in ("trial-2", "/wine 1.1.0", "SUCCEEDED", "adam", "loss", "samples", "confusion"):
        assert shown in text
        assert shown in page
    assert "█" in text
    assert page.count("role='img'") == 2
    images = trial.images()._repr_html_()
    assert "&lt;b&gt;red&lt;/b&gt;" in images
    assert "data:image/png;base64," in images


def test_what_was_dropped_is_shown_wherever_the_experiment_is(tmp_path):
    """Counted for each series; a series that lost all of its values is listed."""
    experiment = Experiment(
        Recording(
            "full",
            model="/m",
            error_handler_type=ErrorHandlerType.SUPPRESS,
            limits=Limits(metric_values=2),
            context={"branch": "master"},
        )
    )
    for _ in range(5):
        experiment.log_metric("a", 1.0)
    experiment.log_metric("b", 1.0)
    assert "4 dropped" in repr(experiment)
    assert "4 dropped" in experiment._repr_html_()
    experiment._recording.close("SUCCEEDED")
    experiment._recording.keep(Journals(tmp_path / "_journal"))
    model = open_model("/m", root=tmp_path)
    (one,) = model.unpublished
    assert (one.dropped_count, one.value_count) == (4, 2)
    assert {series.name: (series.length, series.dropped) for series in one.series} == {"a": (2, 3), "b": (0, 1)}
    assert "4 values could not be kept" in repr(one)
    assert "4 values could not be kept" in one._repr_html_()
    assert "dropped" in repr(one.compare([]))
    assert one.metrics().polars()["value"].to_list() == [1.0, 1.0]
    assert one.images().polars().height == 0
