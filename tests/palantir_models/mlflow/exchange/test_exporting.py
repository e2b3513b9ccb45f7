"""Experiments as runs of MLflow."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from palantir_models.experiment.values import instant
from palantir_models.mlflow.exchange import exporting
from palantir_models.mlflow.exchange.exporting import export_experiments
from palantir_models.mlflow.exchange.media_files import step_image
from palantir_models.mlflow.exchange.mlflow_keys import key
from palantir_models.mlflow.exchange.tracking import TrackingError
from palantir_models.reading.model import Model
from tests.palantir_models.mlflow.exchange.conftest import PARAMS
from transforms.errors import UsageError

LARGEST = 1.7976931348623157e308


def the_run(client: Any, name: str = "/wine", run_name: str = "rich") -> Any:
    """Return the one run of a name in an MLflow experiment."""
    experiment = client.get_experiment_by_name(name)
    (run,) = client.search_runs([experiment.experiment_id], f"attributes.run_name = '{run_name}'")
    return run


def export(uri: str, model: Model, **options: Any) -> list[tuple[str, str]]:
    """Export a model and return names and outcomes."""
    done = export_experiments(uri, model.experiments, **options)
    return [(one.experiment.name, one.outcome) for one in done]


@pytest.fixture
def run(client: Any, uri: str, model: Model) -> Any:
    """The run of the experiment ``rich``."""
    assert export(uri, model) == [("rich", "exported"), ("plain", "exported")]
    return the_run(client)


def test_a_run_has_name_times_status_and_tags(run: Any, model: Model) -> None:
    """So that it stands in MLflow as it did here, and can be found again."""
    experiment = model.experiment("rich")
    assert experiment.finished_time is not None
    assert (run.info.run_name, run.info.status) == ("rich", "FINISHED")
    assert instant(run.info.start_time * 1_000_000) <= experiment.created_time
    assert (experiment.finished_time - instant(run.info.end_time * 1_000_000)).total_seconds() < 0.001
    tags = run.data.tags
    assert tags["transforms.experiment_id"] == experiment.experiment_id
    assert (tags["transforms.model"], tags["transforms.model_version"], tags["transforms.branch"]) == (
        "/wine",
        "1.1.0",
        "master",
    )
    assert tags["transforms.transaction"] == experiment.transaction
    assert tags["mlflow.source.name"] == experiment.source


def test_hyperparameters_are_text(run: Any) -> None:
    """As Python writes them."""
    found = run.data.params
    assert found.keys() == {key(name) for name in PARAMS}
    assert (found["depth"], found["rate"], found["warm"], found["nothing"]) == ("3", "1e-05", "True", "")
    assert (found["day"], found["started"]) == ("2026-01-02", "2026-01-02T03:04:05.678901+00:00")
    assert len(found["long"]) == 6000


def test_metrics_have_every_value_at_its_step(run: Any, client: Any, model: Model) -> None:
    """With times in milliseconds; what a database cannot hold is the largest number."""
    history = client.get_metric_history(run.info.run_id, "train/loss")
    frame = model.experiment("rich").metrics("train/loss").polars()
    assert [(m.step, m.value) for m in history] == frame.select("step", "value").rows()
    assert [m.timestamp for m in history] == frame["timestamp"].dt.epoch("ms").to_list()
    odd = {m.step: m.value for m in client.get_metric_history(run.info.run_id, "odd")}
    assert math.isnan(odd[1])
    assert (odd[4], odd[7], odd[10]) == (LARGEST, -LARGEST, 0.0)
    (last,) = client.get_metric_history(run.info.run_id, key("../a//b ü%"))
    assert (last.step, last.value) == (2**63 - 1, 2.0)


def test_images_stand_where_mlflows_page_looks_for_them(run: Any, client: Any, model: Model) -> None:
    """By the rules of its log_image, the PNG as it is and a small copy."""
    files = [file.path for file in client.list_artifacts(run.info.run_id, "images")]
    found = {step_image(file)[:2]: file for file in files if file.endswith(".png")}  # type: ignore[index]
    assert found.keys() == {("samples/mask", 0), ("samples/mask", 9), *(("many _x25_", n) for n in range(40))}
    assert len(files) == 2 * len(found)
    path = client.download_artifacts(run.info.run_id, found["samples/mask", 0])
    image = model.experiment("rich").images("samples/mask")[0]
    assert Path(path).read_bytes() == image.png
    assert Image.open(path).getpixel((0, 0)) == 40_000
    assert run.data.tags["mlflow.loggedImages"] == "True"


def test_tables_are_what_mlflow_makes_of_one(run: Any, client: Any) -> None:
    """Its load_table reads JSON this way; Parquet lies beside it."""
    file = client.download_artifacts(run.info.run_id, "tables/confusion.json")
    assert pd.read_json(file, orient="split").to_dict("list") == {"a": [1, 2], "b": ["x", None]}
    assert {one["type"] for one in json.loads(run.data.tags["mlflow.loggedArtifacts"])} == {"table"}
    content = json.loads(Path(client.download_artifacts(run.info.run_id, "tables/typed~_xe4__xf6_.json")).read_bytes())
    assert content == {
        "columns": ["t", "bytes", "list", "f"],
        "data": [["2026-01-02T00:00:00+00:00", "/w==", [1, None], None]],
    }


def test_plots_are_pages_and_json(run: Any, client: Any, model: Model) -> None:
    """A page for people, the figure for programs."""
    files = {file.path for file in client.list_artifacts(run.info.run_id, "plots")}
    assert files == {f"plots/curve+step+{step}.{kind}" for step in (0, 5) for kind in ("html", "json")}
    text = Path(client.download_artifacts(run.info.run_id, "plots/curve+step+5.json")).read_text()
    assert text == model.experiment("rich").plots()[1].json


def test_a_second_export_changes_nothing(run: Any, client: Any, uri: str, model: Model) -> None:
    """What is there is left alone."""
    assert export(uri, model) == [("rich", "there already"), ("plain", "there already")]
    again = the_run(client)
    assert again.to_dictionary() == run.to_dictionary()
    assert len(client.get_metric_history(run.info.run_id, "train/loss")) == 507


def test_a_run_that_was_deleted_is_exported_anew(run: Any, client: Any, uri: str, model: Model) -> None:
    """Only that one."""
    client.delete_run(run.info.run_id)
    assert export(uri, model) == [("rich", "exported"), ("plain", "there already")]


@pytest.mark.parametrize("call", ["_log_parameters", "_log_metrics", "_log_files", "set_terminated"])
def test_what_was_interrupted_is_completed(
    call: str, client: Any, uri: str, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same run, with no value twice; until then it counts as running."""
    with monkeypatch.context() as patch:

        def stop(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        if call == "set_terminated":
            patch.setattr(type(client), call, stop)
        else:
            patch.setattr(exporting, call, stop)
        with pytest.raises(KeyboardInterrupt):
            export(uri, model)
    begun = the_run(client)
    assert (begun.info.status, begun.data.tags.get("transforms.export")) == ("RUNNING", None)
    assert export(uri, model) == [("rich", "completed"), ("plain", "exported")]
    run = the_run(client)
    assert (run.info.run_id, run.info.status) == (begun.info.run_id, "FINISHED")
    assert len(client.get_metric_history(run.info.run_id, "train/loss")) == 507
    assert len(client.list_artifacts(run.info.run_id, "images")) == 84


def test_metrics_are_completed_in_the_middle(
    client: Any, uri: str, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values that came through are not sent again, which a store in files would keep twice."""
    sent: list[int] = []
    send = type(client).log_batch

    def counted(self: Any, run_id: str, metrics: Any = (), **rest: Any) -> Any:
        if metrics and len(sent) == 3:
            raise KeyboardInterrupt
        sent.append(len(metrics))
        return send(self, run_id, metrics, **rest)

    monkeypatch.setattr(exporting, "_METRICS", 100)
    with monkeypatch.context() as patch:
        patch.setattr(type(client), "log_batch", counted)
        with pytest.raises(KeyboardInterrupt):
            export(uri, model)
    through = sum(sent)
    assert through > 100
    sent[:] = [0] * 4
    monkeypatch.setattr(type(client), "log_batch", counted)
    assert export(uri, model)[0] == ("rich", "completed")
    experiment = model.experiment("rich")
    assert sum(sent) == experiment.value_count - through + model.experiment("plain").value_count


def test_another_name_is_another_place(run: Any, client: Any, uri: str, model: Model) -> None:
    """The MLflow experiment can be chosen."""
    assert export(uri, model, mlflow_experiment="mine") == [("rich", "exported"), ("plain", "exported")]
    assert the_run(client, "mine").info.run_id != run.info.run_id


def test_a_deleted_mlflow_experiment_is_not_written(run: Any, client: Any, uri: str, model: Model) -> None:
    """It says what to do."""
    client.delete_experiment(run.info.experiment_id)
    with pytest.raises(UsageError, match="is deleted"):
        export(uri, model)


def test_files_go_where_they_are_told_to(client: Any, uri: str, model: Model, tmp_path: Path) -> None:
    """By default they lie beside the database."""
    export(uri, model, artifact_location=(tmp_path / "files").as_uri())
    assert the_run(client).info.artifact_uri.startswith((tmp_path / "files").as_uri())
    export(uri, model, mlflow_experiment="beside")
    assert the_run(client, "beside").info.artifact_uri.startswith((tmp_path / "mlflow/mlartifacts").as_uri())


def test_what_mlflow_refuses_ends_the_export(uri: str, model: Model) -> None:
    """With its reason."""
    with pytest.raises(TrackingError, match="MLflow at sqlite:///.* refused: .*exceeds the maximum length"):
        export(uri, model, mlflow_experiment="x" * 501)
