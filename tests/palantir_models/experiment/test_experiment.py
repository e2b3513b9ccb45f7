"""Experiments: what is logged reads back, and what is refused leaves no trace."""

from __future__ import annotations

import copy
import inspect
import io
import json
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from palantir_models.experiment.columns.schema import schema
from palantir_models.experiment.errors import (
    ExperimentClosedError,
    ExperimentError,
    ExperimentLimitError,
    ExperimentStepError,
    ExperimentTypeError,
)
from palantir_models.experiment.journal import kept
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.limits import Limits
from palantir_models.experiment.recording import Recording
from palantir_models.experiments import ErrorHandlerType, Experiment
from transforms.errors import TransformsError

FIGURE = go.Figure(go.Bar(y=[1]))


def experiment(**options: Any) -> Experiment:
    """An experiment whose clock ticks a second at every reading."""
    seconds = count(1_700_000_000)
    return Experiment(Recording("run", model="/m", clock=lambda: next(seconds) * 10**9, **options))


def tables(logged: Experiment) -> dict[str, pa.Table]:
    """What was logged so far: a table of each kind that is not empty."""
    return logged._recording.recorded().arrow(logged.experiment_id)


def test_its_user_sees_what_is_theirs() -> None:
    """Completion in a notebook offers the documented methods and what the experiment is, each of which is read-only."""
    run = experiment()
    public = [name for name in dir(run) if not name.startswith("_")]
    assert len(public) == 16
    assert [name for name in public if callable(getattr(run, name))] == [
        "as_mlflow_run",
        "log_image",
        "log_metric",
        "log_metrics",
        "log_param",
        "log_params",
        "log_plot",
        "log_table",
    ]
    for name in public:
        if not callable(getattr(run, name)):
            with pytest.raises(AttributeError):
                setattr(run, name, "other")


def read(logged: Experiment, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table as rows; none when the table is missing."""
    found = tables(logged).get(table)
    return [] if found is None else list(zip(*(found[column].to_pylist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("log_param", "key value"),
        ("log_params", "parameter_map"),
        ("log_metric", "metric_name metric_value step=None"),
        ("log_metrics", "values step=None"),
        ("log_image", "series_name image caption=None step=None"),
        ("log_plot", "series_name plot_data caption=None step=None"),
        ("log_table", "table_name table description=None"),
        ("as_mlflow_run", ""),
    ],
)
def test_signatures_are_the_documented_ones(method: str, parameters: str) -> None:
    """Names, order and defaults of parameters are the public ones."""
    found = list(inspect.signature(getattr(Experiment, method)).parameters.values())[1:]
    named = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in found]
    assert named == parameters.split()


def test_importing_is_light() -> None:
    """The import path of experiments loads no heavy library."""
    code = (
        "import sys, palantir_models.experiments\n"
        "print({'numpy','pandas','polars','pyarrow','plotly','PIL','dill','mlflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_identity() -> None:
    """An experiment has an id of its own, its name, its model and the time it began."""
    one, other = experiment(), experiment()
    assert len(one.experiment_id) == 32
    assert int(one.experiment_id, 16) != int(other.experiment_id, 16)
    assert (one.name, one.model, one.status) == ("run", "/m", "RUNNING")
    assert one.created_time == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert Experiment(Recording("run", model="/m", experiment_id="abc")).experiment_id == "abc"


@pytest.mark.parametrize("name", ["", "x" * 101, None, 3])
def test_its_name_is_checked(name: Any) -> None:
    """A name that cannot be used is refused when it is created and when it is renamed."""
    with pytest.raises(ExperimentError, match="experiment"):
        Experiment(Recording(name, model="/m"))
    with pytest.raises(ExperimentError):
        experiment()._recording.rename(name)


def test_renaming() -> None:
    """The name that the commit found is the one that is stored."""
    run = experiment()
    run._recording.rename("run-2")
    assert run._recording.row()["name"] == run.name == "run-2"


def test_hyperparameters_are_typed_and_replaced() -> None:
    """Each value stands in the column of its type; logging a key again replaces value and type."""
    run = experiment()
    run.log_param("rate", 1)
    run.log_params({"on": True, "day": date(2024, 1, 2), "name": "CNN"})
    run.log_param("at", datetime(2024, 1, 2, tzinfo=UTC))
    run.log_param("rate", 0.5)
    assert run.parameter_count == 5
    values = [f"{kind}_value" for kind in ("boolean", "date", "datetime", "double", "integer", "string")]
    assert read(run, "hyperparameters", "experiment_id", "name", "type", *values) == [
        (run.experiment_id, "rate", "double", None, None, None, 0.5, None, None),
        (run.experiment_id, "on", "boolean", True, None, None, None, None, None),
        (run.experiment_id, "day", "date", None, date(2024, 1, 2), None, None, None, None),
        (run.experiment_id, "name", "string", None, None, None, None, None, "CNN"),
        (run.experiment_id, "at", "datetime", None, None, datetime(2024, 1, 2, tzinfo=UTC), None, None, None),
    ]


def test_metrics_are_ordered_by_series_and_step() -> None:
    """Metrics read back by series, then step, with the UTC time at which each was logged."""
    run = experiment()
    run.log_metric("z", 1.5)
    run.log_metric("a", 15, step=3)
    run.log_metrics({"z": 5, "a": 0.9})
    run.log_metric("a", 2.0, 9)
    assert read(run, "metrics", "series", "step", "value") == [
        ("a", 3, 15.0),
        ("a", 4, 0.9),
        ("a", 9, 2.0),
        ("z", 0, 1.5),
        ("z", 1, 5.0),
    ]
    times = dict(
        zip(
            *(tables(run)["metrics"][c].to_pylist() for c in ("value", "timestamp")),
            strict=True,
        )
    )
    assert times[1.5] == datetime(2023, 11, 14, 22, 13, 21, tzinfo=UTC)
    assert times[5.0] == times[0.9]
    assert run.value_count == 5


def test_images_plots_and_tables_read_back(png_bytes: bytes) -> None:
    """What is logged is what is stored, with captions, sizes and steps."""
    run = experiment()
    run.log_image("b", Image.new("L", (7, 5)), caption="seven", step=4)
    run.log_image("a", png_bytes)
    run.log_image("b", png_bytes)
    run.log_plot("p", FIGURE, "bars")
    run.log_table("t", pl.DataFrame({"x": [1]}), "old")
    run.log_table("t", pd.DataFrame({"x": [1, 2]}), description="new")
    assert read(run, "images", "series", "step", "caption", "width", "height") == [
        ("a", 0, None, 4, 2),
        ("b", 4, "seven", 7, 5),
        ("b", 5, None, 4, 2),
    ]
    assert tables(run)["images"]["png"][0].as_py() == png_bytes
    ((series, step, caption, figure),) = read(run, "plots", "series", "step", "caption", "figure")
    assert (series, step, caption, go.Figure(json.loads(figure))) == ("p", 0, "bars", FIGURE)
    ((name, text, rows, parquet),) = read(run, "tables", "name", "description", "row_count", "parquet")
    assert (name, text, rows) == ("t", "new", 2)
    assert pl.read_parquet(io.BytesIO(parquet))["x"].to_list() == [1, 2]


def test_tables_have_the_stored_schemas(png_bytes: bytes) -> None:
    """Only what was logged is there, in the types of the stored tables."""
    run = experiment()
    assert tables(run) == {}
    run.log_param("k", 1)
    run.log_metric("m", 1)
    run.log_image("i", png_bytes)
    run.log_plot("p", FIGURE)
    run.log_table("t", pl.DataFrame())
    found = tables(run)
    assert list(found) == ["hyperparameters", "metrics", "images", "plots", "tables"]
    for name, table in found.items():
        assert table.schema.equals(schema(name))


def test_one_name_may_be_several_kinds(png_bytes: bytes) -> None:
    """A metric, an image, a plot and a table of one name do not meet."""
    run = experiment()
    run.log_metric("x", 1.0, step=5)
    run.log_image("x", png_bytes, step=1)
    run.log_plot("x", FIGURE)
    run.log_table("x", pl.DataFrame({"a": [1]}))
    assert (read(run, "images", "step"), read(run, "plots", "step")) == ([(1,)], [(0,)])


MISTAKES: dict[str, tuple[Callable[[Any], None], type[ExperimentError]]] = {
    "parameter type": (lambda run: run.log_param("k", [1]), ExperimentTypeError),
    "parameter size": (lambda run: run.log_param("k", 2**63), ExperimentError),
    "parameter name": (lambda run: run.log_param("x" * 101, 1), ExperimentError),
    "parameter batch": (lambda run: run.log_params({"k": 2, "new": None}), ExperimentTypeError),
    "parameter batch type": (lambda run: run.log_params([("k", 1)]), ExperimentTypeError),
    "metric type": (lambda run: run.log_metric("m", "1"), ExperimentTypeError),
    "metric bool": (lambda run: run.log_metric("m", True), ExperimentTypeError),
    "metric name": (lambda run: run.log_metric("x" * 101, 1.0), ExperimentError),
    "metric name type": (lambda run: run.log_metric(["m"], 1.0), ExperimentTypeError),
    "metric step again": (lambda run: run.log_metric("m", 1.0, step=5), ExperimentStepError),
    "metric step below": (lambda run: run.log_metric("m", 1, step=4), ExperimentStepError),
    "metric step type": (lambda run: run.log_metric("m", 1.0, step=6.0), ExperimentStepError),
    "metric step bool": (lambda run: run.log_metric("new", 1.0, step=True), ExperimentStepError),
    "metric batch value": (lambda run: run.log_metrics({"new": 1, "m": None}), ExperimentTypeError),
    "metric batch step": (lambda run: run.log_metrics({"new": 1, "m": 1}, step=5), ExperimentStepError),
    "metric batch type": (lambda run: run.log_metrics(1.0), ExperimentTypeError),
    "image content": (lambda run: run.log_image("i", b"\xff\xd8\xff"), ExperimentError),
    "image type": (lambda run: run.log_image("i", 3), ExperimentTypeError),
    "image file": (lambda run: run.log_image("i", "no/such.png"), ExperimentError),
    "image step": (lambda run: run.log_image("i", Image.new("L", (1, 1)), step=5), ExperimentStepError),
    "image caption": (lambda run: run.log_image("i", Image.new("L", (1, 1)), "x" * 1001), ExperimentError),
    "image name": (lambda run: run.log_image("", Image.new("L", (1, 1))), ExperimentError),
    "plot type": (lambda run: run.log_plot("p", {}), ExperimentTypeError),
    "plot step": (lambda run: run.log_plot("p", FIGURE, step=5), ExperimentStepError),
    "plot caption": (lambda run: run.log_plot("p", FIGURE, caption=3), ExperimentTypeError),
    "table type": (lambda run: run.log_table("t", {"a": [1]}), ExperimentTypeError),
    "table columns": (
        lambda run: run.log_table("t", pd.DataFrame([[1, 2]], columns=["a", "a"])),
        ExperimentError,
    ),
    "table description": (lambda run: run.log_table("t", pl.DataFrame(), "x" * 1001), ExperimentError),
    "table name": (lambda run: run.log_table("x" * 101, pl.DataFrame()), ExperimentError),
}


@pytest.mark.parametrize("handler", ErrorHandlerType)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_raises_and_changes_nothing(mistake: str, handler: ErrorHandlerType, png_bytes: bytes) -> None:
    """Under every handler a mistake raises, and all tables are as they were before it."""
    run = experiment(error_handler_type=handler)
    run.log_param("k", 1)
    run.log_metric("m", 1.0, step=5)
    run.log_image("i", png_bytes, step=5)
    run.log_plot("p", FIGURE, step=5)
    run.log_table("t", pl.DataFrame({"a": [1]}))
    before, row = tables(run), run._recording.row()
    call, kind = MISTAKES[mistake]
    with pytest.raises(kind) as raised:
        call(run)
    assert isinstance(raised.value, (TransformsError, ValueError))
    assert tables(run) == before
    assert run._recording.row() == row
    assert run.dropped_count == 0
    run.log_metric("m", 2.0)
    assert read(run, "metrics", "step") == [(5,), (6,)]


LIMITS: dict[str, tuple[Callable[[Experiment], None], int]] = {
    "metric": (lambda run: run.log_metric("m", 9.0), 1),
    "metric of a new series": (lambda run: run.log_metric("new", 9), 1),
    "batch of metrics": (lambda run: run.log_metrics({"m": 9.0, "new": 9.0}), 2),
    "parameter": (lambda run: run.log_param("new", 9), 1),
    "batch of parameters": (lambda run: run.log_params({"k": 9, "new": 9}), 2),
    "table": (lambda run: run.log_table("t", pl.DataFrame({"a": [1, 2]})), 1),
}


@pytest.mark.parametrize("handler", ErrorHandlerType)
@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_left_to_the_handler(
    limit: str, handler: ErrorHandlerType, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond a limit FAIL raises, WARN warns once, SUPPRESS is silent; the loss is counted."""
    run = experiment(error_handler_type=handler, limits=Limits(metric_values=1, parameters=1, table_rows=1))
    run.log_param("k", 1)
    run.log_metric("m", 1.0)
    run.log_table("t", pl.DataFrame({"a": [1]}))
    before = tables(run)
    call, lost = LIMITS[limit]
    for _ in range(3):
        if handler is ErrorHandlerType.FAIL:
            with pytest.raises(ExperimentLimitError):
                call(run)
        else:
            call(run)
    assert tables(run) == before
    assert run.dropped_count == run._recording.row()["dropped_count"] == 3 * lost
    assert len(caplog.records) == (1 if handler is ErrorHandlerType.WARN else 0)


def test_a_fault_of_the_machine_is_left_to_the_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails while an image is read does not stop a job under SUPPRESS and does under FAIL."""

    def broken(path: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pathlib.Path.read_bytes", broken)
    run = experiment(error_handler_type=ErrorHandlerType.SUPPRESS)
    run.log_image("i", "a.png")
    assert run.dropped_count == 1
    assert tables(run) == {}
    with pytest.raises(OSError, match="Input/output"):
        experiment(error_handler_type=ErrorHandlerType.FAIL).log_image("i", "a.png")


def test_mistakes_are_seen_beyond_a_limit_too() -> None:
    """A full experiment still tells a mistake from a value that has no room."""
    run = experiment(limits=Limits(metric_values=1), error_handler_type=ErrorHandlerType.SUPPRESS)
    run.log_metric("m", 1.0, step=5)
    with pytest.raises(ExperimentStepError):
        run.log_metric("m", 1.0, step=5)


@pytest.mark.parametrize(
    ("status", "reason"), [("SUCCEEDED", "already published"), ("FAILED", "its job, which failed")]
)
def test_nothing_is_logged_after_the_end(status: str, reason: str, png_bytes: bytes) -> None:
    """Once closed every log call is refused with the reason, and the contents can still be read."""
    run = experiment()
    run.log_metric("m", 1.0)
    run._recording.close(status, error="boom" if status == "FAILED" else None)
    calls: list[Callable[[], None]] = [
        lambda: run.log_param("k", 1),
        lambda: run.log_params({"k": 1}),
        lambda: run.log_metric("m", 1.0),
        lambda: run.log_metric("m", 1),
        lambda: run.log_metrics({"m": 1.0}),
        lambda: run.log_image("i", png_bytes),
        lambda: run.log_plot("p", FIGURE),
        lambda: run.log_table("t", pl.DataFrame()),
    ]
    for call in calls:
        with pytest.raises(ExperimentClosedError, match=reason):
            call()
    assert list(tables(run)) == ["metrics"]
    row = run._recording.row()
    assert (row["status"], row["error"]) == (status, run._recording.row()["error"])
    assert row["finished_time"] > row["created_time"]


def test_closing_with_another_status_is_refused() -> None:
    """An experiment ends as a success or a failure."""
    run = experiment()
    with pytest.raises(ExperimentError, match="SUCCEEDED or FAILED"):
        run._recording.close("RUNNING")
    run.log_metric("m", 1)


def test_a_published_experiment_may_still_fail() -> None:
    """When the job fails after publishing, the experiment ends as failed with the job's error."""
    run = experiment()
    run._recording.close("SUCCEEDED")
    run._recording.close("FAILED", "ValueError: boom")
    assert (run.status, run._recording.row()["error"]) == ("FAILED", "ValueError: boom")


def test_the_row_fits_the_experiments_table() -> None:
    """The row has counts and times, and each of its keys is a column."""
    run = experiment()
    run.log_params({"a": 1, "b": 2})
    run.log_metric("m", 1.0)
    row = run._recording.row()
    assert set(row) <= set(schema("experiments").names)
    assert (row["parameter_count"], row["value_count"], row["dropped_count"], row["finished_time"]) == (
        2,
        1,
        0,
        None,
    )


def test_it_shows_itself_shortly() -> None:
    """Its repr is one line, and its HTML escapes what users wrote."""
    run = Experiment(Recording("<b>", model="/m"))
    run.log_metrics({"a": 1, "b": 2})
    run.log_param("k", 1)
    assert repr(run) == "<Experiment '<b>' of '/m', RUNNING, 1 hyperparameter, 2 metric values>"
    assert "&lt;b&gt;" in run._repr_html_()
    assert "<b><b>" not in run._repr_html_()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_it_is_not_copied(duplicate: Callable[[Any], Any]) -> None:
    """A copy would lose what is logged to it, so there is none."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(experiment())


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3)
numbers = st.floats() | st.integers(-(2**53), 2**53)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.dates(),
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.just(UTC)),
)
calls = st.lists(
    st.one_of(
        st.tuples(st.just("param"), st.dictionaries(names, scalars, max_size=3)),
        st.tuples(st.just("one"), names, numbers, st.none() | st.integers(1, 5)),
        st.tuples(st.just("many"), st.dictionaries(names, numbers, max_size=3), st.none() | st.integers(1, 5)),
        st.tuples(st.just("image"), names, st.integers(1, 9), st.none() | names),
        st.tuples(st.just("plot"), names, st.integers(1, 9)),
        st.tuples(st.just("table"), names, st.lists(st.integers(0, 9), max_size=3)),
        st.tuples(st.just("drain")),
    ),
    max_size=25,
)


def listed(tables: dict[str, Any]) -> str:
    """Return tables so that NaN equals NaN."""
    return repr({name: (table.schema, table.to_pylist()) for name, table in sorted(tables.items())})


@pytest.mark.parametrize("with_journal", [False, True], ids=["in memory", "with a journal"])
@settings(max_examples=40, deadline=None)
@given(calls)
def test_any_sequence_of_valid_calls_reads_back_exactly(with_journal: bool, sequence: list[tuple[Any, ...]]) -> None:
    """Whatever is logged in whatever order, the tables hold exactly that: live, after the end, and when kept apart."""
    with TemporaryDirectory() as folder:
        run = experiment(journals=Path(folder) if with_journal else None)
        try:
            logged_and_read_back(run, sequence)
            if with_journal:
                run._recording.drain()
                row, live, _ = kept.read_live(Path(folder) / run.experiment_id)
                assert listed(live.arrow(run.experiment_id)) == listed(tables(run))
                assert (row["status"], row["value_count"], row["series"]) == (
                    "RUNNING",
                    run.value_count,
                    run._recording.row()["series"],
                )
                before = tables(run)
                run._recording.close("FAILED", "no luck")
                run._recording.keep(Journals(Path(folder)))
                (row,) = (one.row for one in kept.unpublished(Path(folder)))
                parquet = Path(folder) / run.experiment_id
                assert (row["status"], row["error"]) == ("FAILED", "no luck")
                assert listed({file.stem: pq.read_table(file) for file in parquet.glob("*.parquet")}) == listed(before)
        finally:
            run._recording.close("FAILED")
            run._recording.discard_journal()


def logged_and_read_back(run: Experiment, sequence: list[tuple[Any, ...]]) -> None:
    """Make the calls, and compare what is read back with what a few dictionaries say."""
    params: dict[str, Any] = {}
    metrics: dict[str, list[tuple[int, float]]] = {}
    images: dict[str, list[tuple[int, int, str | None]]] = {}
    plots: dict[str, list[tuple[int, int]]] = {}
    tables: dict[str, int] = {}

    def following(series: list[Any] | None, jump: int | None) -> int:
        last = series[-1][0] if series else -1
        return last + (jump or 1)

    for kind, *details in sequence:
        match kind, details:
            case "param", [values]:
                run.log_params(values)
                params |= values
            case "one", [name, value, jump]:
                step = following(metrics.get(name), jump)
                run.log_metric(name, value, step=step if jump else None)
                metrics.setdefault(name, []).append((step, float(value)))
            case "many", [values, jump]:
                top = max((following(metrics.get(name), jump) for name in values), default=0)
                run.log_metrics(values, step=top if jump else None)
                for name, value in values.items():
                    step = top if jump else following(metrics.get(name), None)
                    metrics.setdefault(name, []).append((step, float(value)))
            case "image", [name, width, caption]:
                images.setdefault(name, []).append((following(images.get(name), None), width, caption))
                run.log_image(name, Image.new("L", (width, 1)), caption)
            case "plot", [name, value]:
                plots.setdefault(name, []).append((following(plots.get(name), None), value))
                run.log_plot(name, go.Figure(layout={"width": value + 10}))
            case "table", [name, values]:
                tables[name] = len(values)
                run.log_table(name, pl.DataFrame({"a": values}))
            case "drain", []:
                run._recording.drain()

    columns = [
        "name",
        "type",
        *(f"{kind}_value" for kind in ("boolean", "date", "datetime", "double", "integer", "string")),
    ]
    stored = {
        name: next((value for value in values if value is not None), None)
        for name, _, *values in read(run, "hyperparameters", *columns)
    }
    assert stored == params
    assert [type(value) for value in stored.values()] == [type(params[name]) for name in stored]
    assert repr(read(run, "metrics", "series", "step", "value")) == repr(
        [(name, *row) for name in sorted(metrics) for row in metrics[name]]
    )
    assert read(run, "images", "series", "step", "width", "caption") == [
        (name, *row) for name in sorted(images) for row in images[name]
    ]
    assert [
        (name, step, json.loads(figure)["layout"]["width"] - 10)
        for name, step, figure in read(run, "plots", "series", "step", "figure")
    ] == [(name, *row) for name in sorted(plots) for row in plots[name]]
    assert dict(read(run, "tables", "name", "row_count")) == tables
    summary = {(entry["kind"], entry["name"]): entry for entry in json.loads(run._recording.row()["series"])}
    assert {name: entry["length"] for (kind, name), entry in summary.items() if kind == "metric"} == {
        name: len(rows) for name, rows in metrics.items()
    }
    assert run.value_count == sum(map(len, metrics.values()))


@pytest.mark.slow
def test_threads_share_an_experiment() -> None:
    """Threads that log to one series take each step once, and nothing is lost or mixed up."""
    run = experiment()
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for turn in range(500):
            run.log_metric("shared", float(number))
            run.log_metric(f"own/{number}", float(turn))
            if turn % 10 == 0:
                run.log_metrics({"shared": float(number), "both": 1})
                run.log_param(f"p{number}", turn)
                tables(run)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    rows = read(run, "metrics", "series", "step", "value")
    shared = [(step, value) for series, step, value in rows if series == "shared"]
    assert [step for step, _ in shared] == list(range(4 * 550))
    assert [sum(value == number for _, value in shared) for number in range(4)] == [550] * 4
    for number in range(4):
        assert [(s, v) for name, s, v in rows if name == f"own/{number}"] == [(t, float(t)) for t in range(500)]
    assert [step for name, step, _ in rows if name == "both"] == list(range(200))


def test_a_limit_holds_between_threads() -> None:
    """Together threads store exactly as many values as allowed, and the rest is counted."""
    run = experiment(limits=Limits(metric_values=1000), error_handler_type=ErrorHandlerType.SUPPRESS)

    def work() -> None:
        for _ in range(400):
            run.log_metric("shared", 1.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (run.value_count, run.dropped_count) == (1000, 600)


def test_a_signal_handler_may_log() -> None:
    """Logging from a signal handler while its thread is logging neither hangs nor repeats a step."""
    run = experiment()
    previous = signal.signal(signal.SIGALRM, lambda *_: run.log_metric("m", -1.0))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for turn in range(20_000):
            run.log_metric("m", float(turn))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    values = [value for _, value in read(run, "metrics", "step", "value") if value >= 0]
    assert [step for (step,) in read(run, "metrics", "step")] == list(range(run.value_count))
    assert values == [float(turn) for turn in range(20_000)]


def test_a_time_without_a_zone_is_taken_as_local_and_said_so_once(caplog: pytest.LogCaptureFixture) -> None:
    """The message names the hyperparameter and the time in UTC that is kept."""
    experiment = Experiment(Recording("e", model="/m"))
    experiment.log_param("zoned", datetime(2026, 1, 2, tzinfo=UTC))
    for _ in range(2):
        experiment.log_params({"start": datetime(2026, 1, 2, 3, 4)})
    kept = datetime(2026, 1, 2, 3, 4).astimezone(UTC)
    assert [record.getMessage() for record in caplog.records] == [
        f"Experiment 'e' of model '/m': hyperparameter 'start' has no time zone, so it is taken as local time and kept as {kept}."
    ]


def test_nanoseconds_of_a_parameter_are_not_cut_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    """One warning for each parameter."""
    run = experiment()
    for _ in range(2):
        run.log_param("at", pd.Timestamp("2024-01-02 03:04:05.123456789", tz="UTC"))
    run.log_param("on", pd.Timestamp("2024-01-02 03:04:05", tz="UTC"))
    (record,) = caplog.records
    assert "'at' is kept to the microsecond" in record.getMessage()
