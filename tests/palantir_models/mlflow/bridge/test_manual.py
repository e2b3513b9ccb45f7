"""MLflow's own calls, by hand: each of them writes into the experiment what it says."""

from __future__ import annotations

import math
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.express as px
import pytest
from PIL import Image

from palantir_models.experiment.values import instant
from tests.processes import await_true


def test_the_run_is_the_experiment(experiment):
    """The block yields MLflow's active run, whose id is the experiment's."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run() as active:
        assert active.info.run_id == run.experiment_id == mlflow.active_run().info.run_id
        assert active.info.run_name == run.name
    assert mlflow.active_run() is None
    assert run.status == "RUNNING"


def test_parameters(experiment, content, dropped):
    """They arrive as text and are stored with their types; the last of a key is kept."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_param("rate", 1e-3)
        mlflow.log_param("rate", 2e-3)
        mlflow.log_params({"n": 3, "on": True, "none": None, "text": "x", "big": 2**70, "list": [1, 2]})
    expected = {"rate": 2e-3, "n": 3, "on": True, "none": "None", "text": "x", "big": str(2**70), "list": "[1, 2]"}
    assert content(run).params == expected
    assert dropped() == ""


def test_long_parameters(experiment, content):
    """Values have no limit of length, and long names stay apart."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_params({"a" * 150: "x" * 5000, "a" * 149 + "b": 2})
        assert mlflow.get_run(run.experiment_id).data.params == {"a" * 150: "x" * 5000, "a" * 149 + "b": "2"}
    params = content(run).params
    assert sorted(params.values(), key=str) == [2, "x" * 5000]
    assert all(len(name) == 100 and name.startswith("a" * 91 + "~") for name in params)


def test_metrics(experiment, content):
    """Steps as given; calls without a step count on; what is not finite is kept."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        for value in (1.0, math.inf, -math.inf):
            mlflow.log_metric("a", value)
        mlflow.log_metric("a", math.nan, step=9)
        mlflow.log_metrics({"b": 1, "c/d e": 2.5}, step=4)
        mlflow.log_metric("b", np.float32(0.5), step=7)
    found = content(run).metrics
    last = found["a"].pop()
    assert found == {
        "a": [(0, 1.0), (1, math.inf), (2, -math.inf)],
        "b": [(4, 1.0), (7, 0.5)],
        "c/d e": [(4, 2.5)],
    }
    assert last[0] == 9
    assert math.isnan(last[1])


def test_times_are_those_of_mlflow(experiment, content):
    """A given time is kept; one that cannot be stored gives way to that of the call."""
    import mlflow

    run, before = experiment(), time.time()
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1, timestamp=1_700_000_000_123)
        mlflow.log_metric("b", 1, timestamp=2**62)
    first, second = content(run).table("metrics")
    assert first["timestamp"] == instant(1_700_000_000_123 * 10**6)
    assert before - 1 < second["timestamp"].timestamp() < time.time() + 1


def test_a_second_fit_goes_on_behind_the_first(experiment, content):
    """No value is lost, and the steps keep their distances."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        for _ in range(2):
            for step in (0, 5, 10):
                mlflow.log_metric("loss", step, step=step)
    assert [step for step, _ in content(run).metrics["loss"]] == [0, 5, 10, 11, 16, 21]


def test_logging_without_waiting(experiment, content):
    """What MLflow would hand to a thread is written at once, so it keeps its order and can be read back."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        for step in range(50):
            waiting = mlflow.log_metric("a", step, step=step, synchronous=False)
        mlflow.log_params({"p": 1}, synchronous=False).wait()
        mlflow.log_metrics({"b": 1.0}, synchronous=False)
        waiting.wait()
        mlflow.flush_async_logging()
    found = content(run)
    assert found.metrics == {"a": [(step, float(step)) for step in range(50)], "b": [(0, 1.0)]}
    assert found.params == {"p": 1}


def test_a_batch_comes_in_any_order(experiment, content):
    """Values of one call enter their series by step."""
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    run = experiment()
    with run.as_mlflow_run() as active:
        values = [Metric("a", step, 1_700_000_000_000 + step, step) for step in (3, 1, 2)]
        mlflow.MlflowClient().log_batch(active.info.run_id, values, [Param("p", "1")], [RunTag("t", "1")])
    assert content(run).metrics == {"a": [(1, 1.0), (2, 2.0), (3, 3.0)]}


def test_figures(experiment, content, dropped):
    """Plotly figures become plots that can be had back, Matplotlib figures images, whatever file they are meant for."""
    import mlflow

    run, figure = experiment(), px.line(x=[1, 2], y=[3, 4])
    with run.as_mlflow_run():
        mlflow.log_figure(figure, "plots/line.html")
        mlflow.log_figure(figure, "plots/line.html")
        drawn, axes = plt.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(drawn, "curve.png", save_kwargs={"dpi": 50})
        mlflow.log_figure(drawn, "curve.pdf", save_kwargs={"format": "pdf"})
        plt.close(drawn)
    found = content(run)
    assert found.plots == {"plots/line": [0, 1]}
    assert found.table("plots")[0]["figure"] == figure.to_json()
    assert found.images == {"curve": [0, 1]}
    assert [image["width"] for image in found.table("images")] == [320, 640]
    assert dropped() == ""


@pytest.mark.parametrize("kind", ["pillow", "array", "mlflow"])
def test_images(kind, experiment, content, dropped):
    """Images have a series and a step, or the name of a file."""
    import mlflow

    picture = Image.new("RGB", (4, 2), "red")
    image = {"pillow": picture, "array": np.asarray(picture), "mlflow": mlflow.Image(picture)}[kind]
    run = experiment()
    with run.as_mlflow_run():
        for step in (0, 3, 0):
            mlflow.log_image(image, key="samples/dogs", step=step)
        mlflow.log_image(image, key="no step")
        mlflow.log_image(image, "first.png")
        mlflow.log_image(image, "second.jpg")
        with pytest.raises(TypeError, match="artifact_file"):
            mlflow.log_image(image, "third.png", key="third")
    found = content(run)
    assert found.images == {"samples/dogs": [0, 3, 4], "no step": [0], "first": [0], "second": [0]}
    assert {(image["width"], image["height"]) for image in found.table("images")} == {(4, 2)}
    assert dropped() == ""


def test_tables(experiment, content, dropped):
    """A table keeps its types, a second one of the same file is appended, and it can be read back in the block."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_table({"a": [1, 2], "b": [0.1 + 0.2, None]}, "out/t.json")
        mlflow.log_table(pd.DataFrame({"a": [3], "b": [4.0]}, index=[7]), "out/t.json")
        mlflow.log_table({"only": "scalars"}, "s.json")
        mlflow.log_table({"x": [pd.Timestamp("2026-01-01")]}, "p.parquet")
        read = mlflow.load_table("out/t.json", run_ids=[run.experiment_id])
        assert read["a"].to_list() == [1, 2, 3]
        assert mlflow.load_table("p.parquet")["x"].to_list() == [pd.Timestamp("2026-01-01")]
    rows = content(run).rows
    assert rows["out/t"] == [{"a": 1, "b": 0.1 + 0.2}, {"a": 2, "b": None}, {"a": 3, "b": 4.0}]
    assert rows["s"] == [{"only": "scalars"}]
    assert rows["p"][0]["x"].isoformat() == "2026-01-01T00:00:00"
    assert dropped() == ""


def test_cells_that_no_table_holds(experiment, content):
    """Images in cells become images of their own, and cells of different types text."""
    import mlflow

    run, picture = experiment(), Image.new("RGB", (4, 2), "red")
    with run.as_mlflow_run():
        for _ in range(2):
            mlflow.log_table({"question": ["a", "b"], "answer": [mlflow.Image(picture), picture]}, "q.json")
        mlflow.log_table({"mixed": [1, "a", None, {"k": 1}]}, "m.json")
    found = content(run)
    assert found.images == {"q/answer": [0, 1, 2, 3]}
    assert [row["answer"] for row in found.rows["q"]] == [f"image q/answer, step {step}" for step in range(4)]
    assert found.rows["m"] == [{"mixed": "1"}, {"mixed": "a"}, {"mixed": None}, {"mixed": "{'k': 1}"}]


def test_files(experiment, content, dropped, png_bytes, tmp_path):
    """A PNG is an image by its content; of other files only the number is left."""
    import mlflow

    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.png", "no suffix"):
        (folder / name).write_bytes(png_bytes)
    (folder / "sub" / "fake.png").write_bytes(b"\xff\xd8\xff")
    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_artifact(str(folder / "a.png"))
        mlflow.log_artifact(str(folder / "a.png"), "in/here")
        mlflow.log_artifacts(str(folder), "all")
        mlflow.log_text("text", "notes/a.txt")
        mlflow.log_text("text", "notes/b.txt")
        mlflow.log_dict({"a": 1}, "a.json")
        assert mlflow.MlflowClient().list_artifacts(run.experiment_id) == []
    assert content(run).images == {name: [0] for name in ("a", "in/here/a", "all/a", "all/no suffix", "all/sub/b")}
    assert dropped() == "4 artifacts (1 json, 1 png, 2 txt)"


def test_tags_inputs_and_traces(experiment, dropped):
    """They are counted; MLflow's own tags are not."""
    import mlflow

    @mlflow.trace
    def traced() -> int:
        return 3

    run = experiment()
    with run.as_mlflow_run():
        mlflow.set_tag("a", 1)
        mlflow.set_tags({"a": 2, "b": 1, "mlflow.note.content": "mine"})
        mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"a": [1]}), name="raw"), context="training")
        assert traced() == 3
        mlflow.flush_trace_async_logging()
    assert dropped() == "2 tags, 1 dataset, 1 trace"


def test_reading_back(experiment):
    """In the block, MLflow's clients read what was logged, by MLflow or by the experiment, with MLflow's steps."""
    import mlflow

    run = experiment()
    run.log_param("before", 0.5)
    with run.as_mlflow_run() as active:
        client, run_id = mlflow.MlflowClient(), active.info.run_id
        for value in (3, 2, 1):
            client.log_metric(run_id, "loss", value)
        client.log_metric(run_id, "loss", 0.5, step=8)
        client.log_param(run_id, "p", "007")
        client.set_tag(run_id, "t", "1")
        client.set_tag(run_id, "u", "1")
        client.delete_tag(run_id, "u")
        data = client.get_run(run_id).data
        assert (data.metrics, data.params) == ({"loss": 0.5}, {"p": "007", "before": "0.5"})
        assert (data.tags["t"], "u" in data.tags) == ("1", False)
        assert [(m.step, m.value) for m in client.get_metric_history(run_id, "loss")] == [
            (0, 3.0),
            (0, 2.0),
            (0, 1.0),
            (8, 0.5),
        ]
        assert client.get_metric_history(run_id, "none") == []
        assert [found.info.run_id for found in client.search_runs(["1"], "params.p = '007' and metrics.loss < 1")] == [
            run_id
        ]
        assert client.search_runs(["1"], "params.p = '8'") == []
        assert mlflow.search_runs()["run_id"].to_list() == [run_id]
        client.set_terminated(run_id)
        assert client.get_run(run_id).info.status == "FINISHED"
        client.log_metric(run_id, "after", 1)  # as Lightning's logger and the monitor of the system do
    assert run.value_count == 5
    assert run.status == "RUNNING"


def test_a_second_block_goes_on(experiment, content):
    """An experiment has the same run in each block, and what the first one logged can be read in the second."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1)
    run.log_metric("a", 2)
    with run.as_mlflow_run():
        mlflow.log_metric("a", 3)
        assert len(mlflow.MlflowClient().get_metric_history(run.experiment_id, "a")) == 2
    assert content(run).metrics == {"a": [(0, 1.0), (1, 2.0), (2, 3.0)]}


def test_values_repeated_for_a_model_count_once(experiment, content):
    """MLflow logs values again to tie them to a model; NaN is not told apart from itself either."""
    import mlflow
    from mlflow.entities import Metric

    run = experiment()
    with run.as_mlflow_run() as active:
        client = mlflow.MlflowClient()
        mlflow.log_metric("a", 1, step=1)
        mlflow.log_metric("a", math.nan, step=2)
        again = client.get_metric_history(active.info.run_id, "a")
        model = mlflow.initialize_logged_model("m")
        copies = [Metric(m.key, m.value, m.timestamp, m.step, model_id=model.model_id) for m in again]
        client.log_batch(active.info.run_id, copies)
        client.log_batch(active.info.run_id, [Metric("a", 5.0, 1, 3, model_id=model.model_id)])
    assert [step for step, _ in content(run).metrics["a"]] == [1, 2, 3]


def test_a_point_logged_again_is_one_point(experiment, content):
    """The same value at the same step is kept once, as Lightning logs the epoch with each group of its metrics."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        for step, value in [(1, 0), (3, 0), (3, 0), (3, 1), (5, math.nan), (5, math.nan), (7, 1)]:
            mlflow.log_metric("epoch", value, step=step)
        for _ in range(2):
            mlflow.log_metric("no step", 1)
    found = content(run).metrics
    assert [step for step, _ in found["epoch"]] == [1, 3, 4, 5, 7]
    assert found["no step"] == [(0, 1.0), (1, 1.0)]


def test_the_system_is_measured_until_the_block_ends(experiment, content, monkeypatch):
    """MLflow's own monitor may log, also while the run ends."""
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "1")
    run = experiment("FAIL")
    with run.as_mlflow_run():
        await_true(lambda: run.value_count > 20, "two samples", 300)
    found = content(run).metrics["system/cpu_utilization_percentage"]
    assert [step for step, _ in found] == list(range(len(found)))
    assert len(found) > 1


def test_without_mlflow(experiment, monkeypatch):
    """The error names the extra that brings it."""
    import sys

    from transforms.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'transforms-on-delta\[mlflow\]'"):
        experiment().as_mlflow_run()


def test_a_closed_experiment(experiment):
    """It cannot become a run."""
    from palantir_models.experiment.errors import ExperimentClosedError

    run = experiment()
    run._recording.close("SUCCEEDED")
    with pytest.raises(ExperimentClosedError), run.as_mlflow_run():
        raise AssertionError("the block must not run")


def test_the_folder_stays_empty(experiment, png_bytes):
    """Nothing is written where the code runs."""
    import mlflow

    run = experiment()
    with run.as_mlflow_run():
        mlflow.log_metric("a", 1)
        mlflow.log_text("a", "a.txt")
    assert list(Path.cwd().iterdir()) == []
