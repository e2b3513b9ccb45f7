"""Runs of MLflow as experiments."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from PIL import Image

from palantir_models.code_workspaces import ModelOutput
from palantir_models.mlflow.exchange import importing
from palantir_models.mlflow.exchange.exporting import export_experiments
from palantir_models.mlflow.exchange.importing import Import, ImportRequest, import_runs
from palantir_models.mlflow.exchange.tracking import TrackingError
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.reading.model import Model
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.errors import LeaseHeldError, NotFoundError, UsageError
from transforms.spec.resource import Resource
from transforms.store.store import Store

START, END = 1_700_000_000_000, 1_700_000_060_500
Points = list[tuple[int, int, float]]


class Tracking:
    """Logs runs into an MLflow database, with MLflow's own calls."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, experiment: str, name: str, status: str = "FINISHED", **tags: str) -> str:
        """Make a run, which has ended unless its status is RUNNING."""
        found = self.client.get_experiment_by_name(experiment)
        identity = self.client.create_experiment(experiment, self._place()) if found is None else found.experiment_id
        run = self.client.create_run(identity, START, tags, name).info.run_id
        if status != "RUNNING":
            self.client.set_terminated(run, status, END)
        return str(run)

    def metrics(self, run: str, key: str, points: Points) -> None:
        """Log a metric's steps, times and values."""
        import mlflow.entities

        made = [mlflow.entities.Metric(key, value, time, step) for step, time, value in points]
        self.client.log_batch(run, metrics=made)

    def _place(self) -> str:
        return str(Path(self.client.tracking_uri.removeprefix("sqlite:///")).parent / "artifacts")


@pytest.fixture
def runs(client: Any) -> Tracking:
    """Logs runs."""
    return Tracking(client)


@pytest.fixture
def store(project: Path) -> Store:
    """The project's store."""
    return Store(project / ".transforms")


def bring(store: Store, uri: str, *which: str, **options: Any) -> Import:
    """Import into the default branch."""
    return import_runs(store, "master", ImportRequest(uri, *which), **options)


def experiment(store: Store, name: str, model: str = "/mlflow/e") -> RecordedExperiment:
    """Return an experiment of a store."""
    return Model(model, "master", store).experiment(name)


def test_a_run_becomes_an_experiment_without_a_version(runs: Tracking, store: Store, uri: str) -> None:
    """With its times and status, and where it came from."""
    run = runs.run("e", "first", **{"mlflow.source.name": "/code/train.py", "mlflow.source.git.commit": "abc"})
    done = bring(store, uri)
    found = experiment(store, "first")
    assert (found.version, found.status, found.error, found.transform) == (None, "SUCCEEDED", None, "train.py")
    assert found.created_time == datetime.fromtimestamp(START / 1000, UTC)
    assert found.finished_time == datetime.fromtimestamp(END / 1000, UTC)
    assert found.source == f"{uri} run {run}"
    assert found.environment["git"]["commit"] == "abc"
    assert found.environment["mlflow"]["tags"]["mlflow.source.name"] == "/code/train.py"
    assert done.entry is not None
    assert found.transaction == done.entry.transaction
    assert done.entry.outputs == {"model:/mlflow/e": {"imported": 1, "values": 0, "version_count": 0}}


@pytest.mark.parametrize("status", ["FAILED", "KILLED"])
def test_a_run_that_failed_stays_failed(status: str, runs: Tracking, store: Store, uri: str) -> None:
    """And says so."""
    runs.run("e", "first", status)
    bring(store, uri)
    found = experiment(store, "first")
    assert (found.status, found.error) == ("FAILED", f"The MLflow run ended as {status}.")


def test_a_run_that_has_not_ended_waits(runs: Tracking, store: Store, uri: str) -> None:
    """It is imported once it has."""
    run = runs.run("e", "first", "RUNNING")
    done = bring(store, uri)
    assert [one.outcome for one in done.runs] == ["not ended"]
    assert done.entry is None
    runs.client.set_terminated(run)
    assert [one.outcome for one in bring(store, uri).runs] == ["imported"]


def test_parameters_get_types_without_doubt(runs: Tracking, store: Store, uri: str) -> None:
    """What Python would write otherwise stays text."""
    run = runs.run("e", "first")
    for name, value in {"a": 1, "b": 0.5, "c": True, "d": "1e-3", "e": date(2026, 1, 2), "f": None, "g/h": ""}.items():
        runs.client.log_param(run, name, value)
    bring(store, uri)
    assert experiment(store, "first").params == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": "1e-3",
        "e": "2026-01-02",
        "f": "None",
        "g/h": "",
    }


def test_metrics_keep_steps_times_and_values(runs: Tracking, store: Store, uri: str) -> None:
    """Infinity, which a database holds as the largest number, is infinity again."""
    run = runs.run("e", "first")
    points = [(-5, START, 1.0), (0, START + 1, math.nan), (7, START + 1, math.inf), (2**62, START + 2, -math.inf)]
    runs.metrics(run, "loss", points)
    (done,) = bring(store, uri).runs
    frame = experiment(store, "first").metrics("loss").polars()
    assert frame["step"].to_list() == [-5, 0, 7, 2**62]
    assert frame["timestamp"].dt.epoch("ms").to_list() == [time for _, time, _ in points]
    assert frame["value"].fill_nan(None).to_list() == [1.0, None, math.inf, -math.inf]
    assert (done.values, done.renumbered) == (4, [])


def test_several_values_at_one_step_are_all_kept(runs: Tracking, store: Store, uri: str) -> None:
    """Numbered on in the order of time; it is said of which series."""
    run = runs.run("e", "first")
    runs.metrics(run, "stepless", [(0, START + 2, 3.0), (0, START, 1.0), (0, START + 1, 2.0)])
    runs.metrics(run, "twice", [(0, START, 1.0), (10, START + 1, 2.0), (0, START + 2, 3.0), (10, START + 3, 4.0)])
    runs.metrics(run, "fine", [(3, START, 1.0)])
    (done,) = bring(store, uri).runs
    found = experiment(store, "first")
    assert found.metrics("stepless").polars().select("step", "value").rows() == [(0, 1.0), (1, 2.0), (2, 3.0)]
    assert found.metrics("twice").polars()["step"].to_list() == [0, 10, 11, 12]
    assert done.renumbered == ["stepless", "twice"]


def test_images_plots_and_tables_come_in(runs: Tracking, store: Store, uri: str) -> None:
    """From MLflow's own calls, and a PNG that was only put there."""
    run, client = runs.run("e", "first"), runs.client
    client.log_image(run, Image.new("RGB", (4, 2), "red"), key="a/b", step=3, timestamp=START, synchronous=True)
    client.log_image(run, Image.new("L", (1, 1), 9), key="a/b", step=3, timestamp=START + 1, synchronous=True)
    client.log_image(run, Image.new("RGBA", (2, 2)), artifact_file="pictures/still.png")
    figure = go.Figure(go.Scatter(y=[1, 2]))
    client.log_figure(run, figure, "charts/curve.html")
    client.log_table(run, pd.DataFrame({"a": [1, 2], "b": ["007", None]}), "t/answers.json")
    client.log_table(run, pd.DataFrame({"x": [[1], [2]]}), "nested.parquet")
    client.log_table(run, {"m": [1, "one"]}, "mixed.json")
    (done,) = bring(store, uri).runs
    found = experiment(store, "first")
    images = {(one.series, one.step): one for one in found.images()}
    assert images.keys() == {("a/b", 3), ("a/b", 4), ("pictures/still", 0)}
    assert images["a/b", 3].pillow().getpixel((0, 0)) == (255, 0, 0)
    assert images["a/b", 4].pillow().getpixel((0, 0)) == 9
    assert images["a/b", 3].timestamp == datetime.fromtimestamp(START / 1000, UTC)
    (plot,) = found.plots()
    assert (plot.series, plot.figure()) == ("charts/curve", figure)
    assert found.tables["t/answers"].polars().rows() == [(1, "007"), (2, None)]
    assert found.tables["nested"].polars().rows() == [([1],), ([2],)]
    assert found.tables["mixed"].polars().rows() == [("1",), ("one",)]
    assert done.not_kept == {}


def test_images_of_older_mlflow_come_in(runs: Tracking, store: Store, uri: str, tmp_path: Path) -> None:
    """Though MLflow itself refuses to read their names, where a key has a slash."""
    run = runs.run("e", "first")
    (tmp_path / "made").mkdir()
    Image.new("L", (3, 3)).save(tmp_path / f"made/a#b%step%12%timestamp%{START}%ge1.png")
    Image.new("L", (3, 3)).save(tmp_path / f"made/a#b%step%12%timestamp%{START}%ge1%compressed.webp")
    runs.client.log_artifacts(run, tmp_path / "made", "images")
    (done,) = bring(store, uri).runs
    assert [(one.series, one.step) for one in experiment(store, "first").images()] == [("a/b", 12)]
    assert done.not_kept == {}


def test_what_has_no_place_is_counted(runs: Tracking, store: Store, uri: str) -> None:
    """Files of other kinds, models and inputs; a page and a PNG that are none; tags stay in the environment."""
    import mlflow.entities

    run, client = runs.run("e", "first", colour="red"), runs.client
    for file in ("notes.txt", "more/notes.txt", "page.html", "false.png", "data.json", "LICENSE", "a.webp"):
        client.log_text(run, "text", file)
    for file in ("model/MLmodel", "model/data/weights.bin"):
        client.log_text(run, "text", file)
    dataset = mlflow.entities.Dataset("d", "1", "local", "{}")
    client.log_inputs(run, [mlflow.entities.DatasetInput(dataset, [])])
    (done,) = bring(store, uri).runs
    assert done.not_kept == {
        ".txt file": 2,
        ".html file": 1,
        ".png file": 1,
        ".json file": 1,
        ".webp file": 1,
        "file": 1,
        "model": 1,
        "dataset input": 1,
    }
    assert experiment(store, "first").environment["mlflow"]["tags"]["colour"] == "red"


def test_names_are_told_apart_and_nested_runs_name_their_parents(runs: Tracking, store: Store, uri: str) -> None:
    """Each is an experiment of its own."""
    parent = runs.run("e", "search")
    child = runs.run("e", "trial", **{"mlflow.parentRunId": parent})
    runs.run("e", "fold", **{"mlflow.parentRunId": child})
    runs.run("e", "search")
    runs.run("e", "orphan", **{"mlflow.parentRunId": "0" * 32})
    runs.run("e", "n" * 200)
    runs.run("e", "n" * 200)
    done = bring(store, uri)
    names = ["search", "search/trial", "search/trial/fold", "search-2", "orphan", "n" * 200, "n" * 198 + "-2"]
    assert sorted(one.name or "" for one in done.runs) == sorted(names)


def test_a_second_import_brings_what_is_new(runs: Tracking, store: Store, uri: str) -> None:
    """In the same model; in another one, everything."""
    runs.run("e", "first")
    first = bring(store, uri)
    runs.run("e", "second")
    second = bring(store, uri)
    found = {one.run_name: one for one in second.runs}
    assert {name: one.outcome for name, one in found.items()} == {"first": "there already", "second": "imported"}
    assert found["first"].experiment_id == first.runs[0].experiment_id
    assert {one.name for one in Model("/mlflow/e", "master", store).experiments} == {"first", "second"}
    third = bring(store, uri, "e", "/copy")
    assert [one.outcome for one in third.runs] == ["imported", "imported"]
    ids = [one.experiment_id for done in (second, third) for one in done.runs]
    assert len(set(ids)) == 4


def test_experiments_of_mlflow_become_models(runs: Tracking, store: Store, uri: str) -> None:
    """All of them in one commit; those without runs are left out, as are deleted runs."""
    runs.run("/team/wine", "a")
    runs.run("plain name", "b")
    runs.client.delete_run(runs.run("gone", "c"))
    done = bring(store, uri)
    assert {one.model for one in done.runs} == {"/team/wine", "/mlflow/plain name"}
    assert done.entry is not None
    assert [entry.transform for entry in store.newest_entries(10)] == ["import"]
    assert done.entry.outputs.keys() == {"model:/team/wine", "model:/mlflow/plain name"}


def test_limits_of_logging_do_not_hold(runs: Tracking, store: Store, uri: str, project: Path) -> None:
    """Whatever a run has comes in."""
    (project / "pyproject.toml").write_text(
        "[tool.transforms.limits]\nparameters = 1\nmetric_values = 2\nname_length = 5\n"
    )
    run = runs.run("e", "longer than five")
    for number in range(5):
        runs.client.log_param(run, f"parameter {number}", number)
    runs.metrics(run, "m" * 250, [(step, START, 0.0) for step in range(30)])
    bring(store, uri)
    found = experiment(store, "longer than five")
    assert (found.parameter_count, found.value_count, found.dropped_count) == (5, 30, 0)


def test_many_runs_are_staged_a_part_at_a_time(
    runs: Tracking, store: Store, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And yet committed as one, in one Delta commit for each table."""
    monkeypatch.setattr(importing, "_STAGED_AT", 0)
    for number in range(3):
        runs.metrics(runs.run("e", f"run {number}"), "loss", [(0, START, float(number))])
    bring(store, uri)
    view = store.view_table("master/models/mlflow/e/metrics")
    assert view is not None
    view.table.load_as_version(0)  # later ones merge its small files
    assert (len(view.table.file_uris()), view.row_count()) == (3, 3)


def test_an_import_joins_a_model_that_is_trained_here(model: Model, runs: Tracking, store: Store, uri: str) -> None:
    """Its versions stay the latest ones, and training goes on."""
    runs.run("e", "rich")
    done = bring(store, uri, "e", "/wine")
    assert done.runs[0].name == "rich-2"
    found = Model("/wine", "master", store)
    assert [one.version for one in found.experiments] == ["1.1.0", "1.0.0", None]
    assert store.writes()["master", "model:/wine"].output["version"] == "1.1.0"
    assert found.version().version == "1.1.0"
    output = ModelOutput("/wine")
    another = output.create_experiment("rich")
    assert output.publish(Doubler(1), experiment=another).version.version == "1.2.0"
    assert another.name == "rich-3"


def test_a_model_without_a_version_can_get_one(runs: Tracking, store: Store, uri: str) -> None:
    """Experiments that were imported stay without."""
    runs.run("e", "first")
    bring(store, uri)
    found = Model("/mlflow/e", "master", store)
    assert found.versions == ()
    with pytest.raises(NotFoundError, match="has no version at all"):
        found.version()
    for shown in (repr(found), found._repr_html_()):
        assert "0 versions" in shown
        assert "Without a version" in shown
        assert "first" in shown
    assert "first" in repr(found.compare())
    output = ModelOutput("/mlflow/e")
    output.publish(Doubler(1), experiment=output.create_experiment("second"))
    assert [(one.name, one.version) for one in Model("/mlflow/e", "master", store).experiments] == [
        ("second", "1.0.0"),
        ("first", None),
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, TrackingError("gone"), OSError("disk full")])
def test_nothing_is_kept_of_an_import_that_fails(
    error: type[BaseException] | Exception, runs: Tracking, store: Store, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither rows nor staged files nor a lease; the next one brings everything."""
    monkeypatch.setattr(importing, "_STAGED_AT", 0)
    for name in ("first", "second"):
        runs.metrics(runs.run("e", name), "loss", [(0, START, 1.0)])
    read = importing.ForeignRun

    def failing(client: Any, run: Any, *rest: Any) -> Any:
        if run.info.run_name == "second":
            raise error
        return read(client, run, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "ForeignRun", failing)
        with pytest.raises((KeyboardInterrupt, TrackingError)):
            bring(store, uri)
    assert not list((store.root / "master").rglob("*.parquet"))
    assert store.newest_entries(1) == []
    assert [one.outcome for one in bring(store, uri).runs] == ["imported", "imported"]


def test_mistakes_are_told_before_anything_is_read(runs: Tracking, store: Store, uri: str) -> None:
    """Names that are not there, names that no model can have, models inside each other."""
    runs.run("digits", "a")
    with pytest.raises(NotFoundError, match="no MLflow experiment 'digit'. Did you mean 'digits'"):
        bring(store, uri, "digit")
    with pytest.raises(UsageError, match="cannot be an alias"):
        bring(store, uri, "digits", "/a//b")
    runs.run("a//b", "x")
    with pytest.raises(UsageError, match="--mlflow-experiment 'a//b' --into ALIAS"):
        bring(store, uri)
    runs.client.delete_experiment(runs.client.get_experiment_by_name("a//b").experiment_id)
    runs.run("digits/small", "b")
    with pytest.raises(UsageError, match="would lie inside each other"):
        bring(store, uri)
    assert not store.exists


def test_a_model_that_another_job_writes_is_waited_for_or_left(runs: Tracking, store: Store, uri: str) -> None:
    """As by any job."""
    runs.run("e", "first")
    transaction = store.begin("training", "master", [Resource("model", "/mlflow/e")])
    with pytest.raises(LeaseHeldError, match="training"):
        bring(store, uri)
    transaction.abandon()


def test_runs_of_a_folder_come_in(store: Store, tmp_path: Path) -> None:
    """As older MLflow made them."""
    from palantir_models.mlflow.exchange.tracking import tracking

    folder = (tmp_path / "mlruns").as_uri()
    with tracking(folder, create=True) as client:
        experiment_id = client.create_experiment("e")
        run = client.create_run(experiment_id, run_name="first").info.run_id
        client.log_metric(run, "loss", math.inf, step=3)
        client.log_param(run, "depth", 3)
        client.set_terminated(run)
    bring(store, folder)
    found = experiment(store, "first")
    assert (found.params, found.summary("loss").last) == ({"depth": 3}, math.inf)


# Experiments of ours that come back


def test_what_was_exported_from_here_is_known(model: Model, store: Store, uri: str) -> None:
    """It is not doubled."""
    list(export_experiments(uri, model.experiments))
    done = bring(store, uri)
    assert [one.outcome for one in done.runs] == ["there already"] * 2
    assert done.entry is None


def test_an_experiment_comes_into_another_store_exactly(
    model: Model, other: Store, uri: str, contents: Callable[[RecordedExperiment], dict[str, Any]]
) -> None:
    """Types, NaN and infinities, microseconds, captions, pixels, figures, tables, under the same id and name."""
    list(export_experiments(uri, model.experiments))
    bring(other, uri)
    copies = Model("/wine", "master", other).experiments
    assert [one.experiment_id for one in copies] == [one.experiment_id for one in model.experiments]
    for mine, copy in zip(model.experiments, copies, strict=True):
        assert_same(contents(mine), contents(copy))
        assert copy.params == mine.params
        assert copy.series == mine.series
        kept = {name: value for name, value in copy.environment.items() if name != "mlflow"}
        assert kept == mine.environment
        assert copy.environment["mlflow"]["source"] == mine.source


def test_a_copy_in_another_model_has_an_id_of_its_own(
    model: Model, store: Store, uri: str, contents: Callable[[RecordedExperiment], dict[str, Any]]
) -> None:
    """And is known from then on, also when it went out twice."""
    list(export_experiments(uri, model.experiments))
    bring(store, uri, "/wine", "/copy")
    list(export_experiments(uri, model.experiments, "again"))
    assert [one.outcome for one in bring(store, uri, "again", "/copy").runs] == ["there already"] * 2
    copies = Model("/copy", "master", store).experiments
    assert not {one.experiment_id for one in copies} & {one.experiment_id for one in model.experiments}
    for mine, copy in zip(model.experiments, copies, strict=True):
        assert_same(contents(mine), contents(copy))


def test_what_was_added_in_mlflow_comes_along(model: Model, other: Store, uri: str, runs: Tracking) -> None:
    """Beside what was exported, which stays exact."""
    done = {one.experiment.name: one.run_id for one in export_experiments(uri, model.experiments)}
    run, client = done["rich"], runs.client
    client.log_param(run, "judged by", "a person")
    runs.metrics(run, "grade", [(0, START, 1.0)])
    runs.metrics(run, "train/loss", [(5000, START, 9.0)])
    client.log_image(run, Image.new("L", (1, 1)), key="samples/mask", step=9, synchronous=True)
    client.log_figure(run, go.Figure(), "late.html")
    client.log_text(run, "text", "notes.txt")
    imported = {one.run_name: one for one in bring(other, uri).runs}
    found, mine = experiment(other, "rich", "/wine"), model.experiment("rich")
    assert found.params == {**mine.params, "judged by": "a person"}
    assert found.summary("grade").last == 1.0
    losses = mine.metrics("train/loss").polars()
    assert found.metrics("train/loss").polars().head(losses.height).equals(losses)
    assert found.summary("train/loss").last == 9.0
    assert [one.step for one in found.images("samples/mask")] == [0, 9, 10]
    assert found.images("samples/mask")[1].png == mine.images("samples/mask")[1].png
    assert [one.series for one in found.plots()] == ["curve", "curve", "late"]
    assert imported["rich"].not_kept == {".txt file": 1}


def test_an_exact_copy_that_is_gone_is_not_passed_over(model: Model, other: Store, uri: str, tmp_path: Path) -> None:
    """Text without types in its place would not be what was exported."""
    list(export_experiments(uri, model.experiments))
    for file in (tmp_path / "mlflow/mlartifacts").rglob("experiment.json"):
        file.write_text(json.dumps({"format": 99}))
    with pytest.raises(TrackingError, match=r"exact copy .* has format 99"):
        bring(other, uri)
    assert other.newest_entries(1) == []


def test_an_export_that_did_not_end_is_not_imported(model: Model, other: Store, uri: str, client: Any) -> None:
    """It is a run that has not ended."""
    done = next(iter(export_experiments(uri, model.experiments)))
    client.set_tag(done.run_id, "transforms.export", "begun")
    client.update_run(done.run_id, status="RUNNING")
    assert [one.outcome for one in bring(other, uri).runs] == ["not ended"]


def assert_same(mine: dict[str, Any], copy: dict[str, Any]) -> None:
    """Compare what two experiments hold, frame by frame."""
    assert mine.keys() == copy.keys()
    for name, value in mine.items():
        if hasattr(value, "equals"):
            assert value.schema == copy[name].schema
            assert value.equals(copy[name]), name
        else:
            assert value == copy[name], name


@dataclass(frozen=True)
class Exported:
    """Where an experiment is in MLflow: the address of the database, and the folder of its run's files."""

    uri: str
    folder: Path


@pytest.fixture(scope="module")
def exported_once(published: Path, empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The model's experiments, exported; the one with something of everything."""
    place = tmp_path_factory.mktemp("mlflow")
    shutil.copy(empty_database, place / "runs.db")
    uri = f"sqlite:///{place}/runs.db"
    list(export_experiments(uri, Model("/wine", "master", Store(published)).experiments))
    (folder,) = {file.parents[1] for file in place.rglob("transforms/images.parquet") if pl.read_parquet(file).height}
    return Exported(uri, folder)


@pytest.fixture
def exported(exported_once: Exported, tmp_path: Path) -> Iterator[Exported]:
    """An export whose files a test may spoil; they are as before when it has ended."""
    shutil.copytree(exported_once.folder, tmp_path / "as before")
    yield exported_once
    shutil.rmtree(exported_once.folder)
    shutil.copytree(tmp_path / "as before", exported_once.folder)


@pytest.mark.parametrize("table", ["images", "plots", "tables"])
@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../../../../../../../../../etc/passwd", "a/../../secret", "linked", "up/secret", "", "a\0b", None],
)
def test_a_prepared_copy_reads_no_file_outside_of_its_run(
    exported: Exported, other: Store, tmp_path: Path, table: str, name: str | None
) -> None:
    """By no name and through no link; nothing is imported."""
    folder = exported.folder
    (tmp_path / "secret").write_text("secret")
    (folder / "linked").symlink_to("/etc/passwd")
    (folder / "up").symlink_to(tmp_path)
    rows = pl.read_parquet(folder / f"transforms/{table}.parquet")
    rows.with_columns(file=pl.lit(name, pl.String)).write_parquet(folder / f"transforms/{table}.parquet")
    with pytest.raises(TrackingError, match="Nothing was imported"):
        bring(other, exported.uri)
    assert other.newest_entries(1) == []


@pytest.mark.parametrize("table", ["images", "plots", "tables"])
def test_a_file_that_is_not_what_its_table_says_is_not_imported(exported: Exported, other: Store, table: str) -> None:
    """An image is a PNG, a plot is JSON, a table is Parquet."""
    folder = exported.folder
    (folder / "notes.txt").write_text("root:x:0:0")
    rows = pl.read_parquet(folder / f"transforms/{table}.parquet")
    rows.with_columns(file=pl.lit("notes.txt")).write_parquet(folder / f"transforms/{table}.parquet")
    with pytest.raises(TrackingError, match=f"one of its {table}, which cannot be read as such"):
        bring(other, exported.uri)
    assert other.newest_entries(1) == []


@pytest.mark.parametrize("file", ["images.parquet", "experiment.json"])
def test_a_copy_that_is_a_link_is_not_read(exported: Exported, other: Store, tmp_path: Path, file: str) -> None:
    """Its parts, too, lie in the run."""
    folder = exported.folder / "transforms"
    (folder / file).rename(tmp_path / file)
    (folder / file).symlink_to(tmp_path / file)
    with pytest.raises(TrackingError, match="symbolic link that leads out of its folder"):
        bring(other, exported.uri)


def test_links_out_of_a_run_are_left_out_and_counted(runs: Tracking, store: Store, uri: str, tmp_path: Path) -> None:
    """A picture, a page and a folder of another user's; a link that stays inside is a file of the run."""
    run = runs.run("e", "links")
    runs.client.log_image(run, Image.new("L", (1, 1)), "real.png")
    (real,) = (tmp_path / "mlflow").rglob("real.png")
    folder = real.parent
    outside = tmp_path / "outside"
    outside.mkdir()
    Image.new("L", (1, 1)).save(outside / "private.png")
    (folder / "private.png").symlink_to(outside / "private.png")
    (folder / "folder").symlink_to(outside)
    (folder / "again.png").symlink_to("real.png")
    (done,) = bring(store, uri).runs
    assert done.not_kept == {"link that leads out of the run": 2}
    assert sorted(one.series for one in experiment(store, "links").images()) == ["again", "real"]


@pytest.mark.parametrize(
    "text", ["[" * 5000, '{"format": 1, "experiment": [], "files": []}', '{"format": 1}', "null", "\ud800"]
)
def test_a_damaged_copy_is_told(exported: Exported, other: Store, text: str) -> None:
    """Whatever is in it: nested without end, of another shape, no text."""
    (exported.folder / "transforms/experiment.json").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(TrackingError, match="exact copy"):
        bring(other, exported.uri)


def test_an_id_that_is_none_is_not_taken_over(model: Model, other: Store, uri: str, client: Any) -> None:
    """An experiment's id names a folder elsewhere."""
    done = next(iter(export_experiments(uri, model.experiments)))
    client.set_tag(done.run_id, "transforms.experiment_id", "../../../escaped")
    bring(other, uri)
    for one in Model("/wine", "master", other).experiments:
        assert len(one.experiment_id) == 32
