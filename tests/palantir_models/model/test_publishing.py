"""Models, experiments and datasets that one job commits together."""

from __future__ import annotations

import json

import polars as pl
import pytest

from palantir_models.errors import ArtifactMismatchError, SerializationError
from palantir_models.experiment.errors import ExperimentError
from palantir_models.experiment.journal.opening import journals_of
from palantir_models.models import ModelVersionChangeType
from palantir_models.transforms import ModelInput, ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler, Unserializable
from transforms.api import Input, Output, transform
from transforms.errors import NotFoundError, TransformTypeError

ROWS = [{"x": 1}, {"x": 2}]


def trainer(**publish):
    """Return a transform that writes a dataset, logs an experiment and publishes a model."""

    @transform.using(data=Input("/data"), out=Output("/out"), model=ModelOutput("/model"))
    def train(data, out, model):
        experiment = model.create_experiment(name="run")
        experiment.log_param("factor", 2)
        for value in (0.5, 0.25):
            experiment.log_metric("loss", value)
        out.write_table(data.polars())
        model.publish(Doubler(2), experiment=experiment, **publish)

    return train


def test_one_commit_has_dataset_experiment_and_version(run_transform, store):
    """Everything the job produced is one row of the ledger."""
    result = run_transform(trainer(notes="first"), {"data": ROWS})
    assert sorted(result.entry.outputs) == ["dataset:/out", "model:/model"]
    tables = {change.table.removeprefix("master/") for change in result.entry.changes}
    names = ("experiments", "hyperparameters", "metrics", "versions")
    assert tables == {"datasets/out", *(f"models/model/{name}" for name in names)}
    (version,) = result.models["model"].versions
    assert (version.version, version.notes, version.trained_on) == ("1.0.0", "first", {"/data": 0})
    metrics = pl.read_delta(str(store.root / "master/models/model/metrics"))
    assert metrics.select("series", "step", "value").rows() == [("loss", 0, 0.5), ("loss", 1, 0.25)]
    experiments = pl.read_delta(str(store.root / "master/models/model/experiments")).to_dicts()
    assert [(e["name"], e["status"], e["model_version_id"]) for e in experiments] == [
        ("run", "SUCCEEDED", version.version_id)
    ]
    assert json.loads(experiments[0]["series"])


def test_git_is_asked_once_a_job(run_transform, store, tmp_path, monkeypatch):
    """A search logs thousands of experiments, all of one state of the code."""
    asked = tmp_path / "asked"
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho asked >> {asked}\nprintf '# branch.oid abc\\n# branch.head trunk\\n'\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    @transform.using(model=ModelOutput("/model"))
    def search(model):
        for name in ("a", "b", "c"):
            experiment = model.create_experiment(name=name)
        model.publish(Doubler(2), experiment=experiment)

    run_transform(search)
    (environment,) = pl.read_delta(str(store.root / "master/models/model/experiments"))["environment"]
    assert json.loads(environment)["git"] == {"commit": "abc", "dirty": False, "branch": "trunk"}
    assert asked.read_text().split() == ["asked"]


def test_a_published_model_predicts_in_another_transform(run_transform):
    """A ``ModelInput`` is the adapter, loaded, with the RID of its version."""
    trained = run_transform(trainer(), {"data": ROWS})

    @transform.using(data=Input("/data"), model=ModelInput("/model"), scored=Output("/scored"))
    def score(data, model, scored):
        assert model.model_version_rid == trained.models["model"].versions[0].rid
        scored.write_table(model.transform(data).df_out)

    assert run_transform(score).outputs["scored"].rows() == [{"x": 1, "y": 2}, {"x": 2, "y": 4}]


def test_a_test_may_bring_a_model_of_its_own(run_transform):
    """An adapter as the input of a test is published first."""

    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def use(model, out):
        out.write_table(pl.DataFrame({"factor": [model.factor]}))

    assert run_transform(use, {"model": Doubler(5)}).outputs["out"].rows() == [{"factor": 5}]


@pytest.mark.parametrize(
    ("change", "expected"),
    [(None, "1.1.0"), ("MAJOR", "2.0.0"), ("MINOR", "1.1.0"), ("PATCH", "1.0.1")],
)
def test_versions_rise_as_told(run_transform, change, expected):
    """MINOR rises when nothing is said."""
    run_transform(trainer(), {"data": ROWS})
    kind = None if change is None else ModelVersionChangeType[change]
    assert run_transform(trainer(change_type=kind)).models["model"].version().version == expected


def test_a_version_can_be_pinned(run_transform):
    """By number or RID; an unknown one names those there are."""
    first = run_transform(trainer(), {"data": ROWS}).models["model"].versions[0]
    run_transform(trainer())
    for wanted in ("1.0.0", first.rid):
        seen = []

        @transform.using(model=ModelInput("/model", model_version=wanted), out=Output("/out"))
        def use(model, out, seen=seen):
            seen.append(model.model_version_rid)

        run_transform(use)
        assert seen == [first.rid]

    @transform.using(model=ModelInput("/model", model_version="9.9.9"), out=Output("/out"))
    def unknown(model, out): ...

    with pytest.raises(NotFoundError, match=r"no version 9\.9\.9.*1\.0\.0, 1\.1\.0"):
        run_transform(unknown)


def test_experiments_of_one_name_are_told_apart_at_commit(run_transform, store):
    """Training code runs again unchanged."""
    for _ in range(3):
        run_transform(trainer(), {"data": ROWS})
    names = pl.read_delta(str(store.root / "master/models/model/experiments"))["name"].to_list()
    assert sorted(names) == ["run", "run-2", "run-3"]


def test_a_failed_job_publishes_nothing_and_keeps_its_experiment_apart(run_transform, store):
    """The failed experiment is to be found with its error, and in no table."""

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        experiment.log_metric("loss", 1.0)
        model.publish(Doubler(2), experiment=experiment)
        raise RuntimeError("out of luck")

    with pytest.raises(RuntimeError):
        run_transform(train)
    assert not (store.root / "master").exists() or not list((store.root / "master").rglob("*"))
    kept = next(journals_of(store.storage).unpublished()).row
    assert (kept["status"], kept["error"], kept["model"]) == ("FAILED", "RuntimeError: out of luck", "/model")


def test_an_adapter_that_cannot_be_saved_fails_the_job(run_transform, store):
    """The error names what could not be saved; nothing is left behind."""

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        model.publish(Doubler(Unserializable()))

    with pytest.raises(SerializationError, match="factor"):
        run_transform(train)
    assert not list(store.root.rglob("artifacts/*"))


def test_a_changed_artifact_is_refused_before_it_is_read(run_transform, store):
    """The sums in the version's row are checked first."""
    run_transform(trainer(), {"data": ROWS})
    (artifact,) = list((store.root / "master/models/model/artifacts").rglob("*.pkl"))
    artifact.write_bytes(artifact.read_bytes() + b"!")

    @transform.using(model=ModelInput("/model"), out=Output("/out2"))
    def use(model, out): ...

    with pytest.raises(ArtifactMismatchError):
        run_transform(use)


@pytest.mark.parametrize("wrong", ["adapter", "experiment", "change", "foreign", "twice"])
def test_wrong_arguments_of_publish_are_refused(run_transform, wrong):
    """Each with an error that says what is wanted, and the job commits nothing."""

    @transform.using(model=ModelOutput("/model"), other=ModelOutput("/other"))
    def train(model, other):
        experiment = model.create_experiment("run")
        if wrong == "adapter":
            model.publish(object())
        elif wrong == "experiment":
            model.publish(Doubler(1), experiment="run")
        elif wrong == "change":
            model.publish(Doubler(1), change_type="MAJOR")
        elif wrong == "foreign":
            other.publish(Doubler(1), experiment=experiment)
        else:
            model.publish(Doubler(1), experiment=experiment)
            model.publish(Doubler(1), experiment=experiment)

    with pytest.raises((TransformTypeError, ExperimentError)):
        run_transform(train)


def test_logging_after_publishing_is_refused(run_transform):
    """A published experiment is complete."""

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("run")
        model.publish(Doubler(1), experiment=experiment)
        experiment.log_metric("late", 1.0)

    with pytest.raises(ExperimentError, match="already published"):
        run_transform(train)


def test_a_failed_job_shows_its_own_error_even_where_its_experiment_cannot_be_kept(run_transform, store, caplog):
    """A full disk while keeping a failed experiment does not hide why the job failed."""
    store.root.mkdir(parents=True)
    (store.root / "_journal").write_text("a file where the folder should be")

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        model.create_experiment("run").log_metric("loss", 1.0)
        raise RuntimeError("the real reason")

    with pytest.raises(RuntimeError, match="the real reason"):
        run_transform(train)
    assert "could not be kept" in caplog.text


def test_each_version_of_a_commit_is_told_with_its_own_experiment(run_transform, store):
    """An experiment of the first version is not said to be the second's."""
    from transforms.cli.models.listing import model_rows
    from transforms.cli.summary import commit_line

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        experiment = model.create_experiment("sgd")
        model.publish(Doubler(1), experiment=experiment)
        model.publish(Doubler(2))

    result = run_transform(train)
    assert commit_line(result.entry).endswith("model /model 1.0.0 (experiment sgd), 1.1.0")
    (row,) = model_rows(store, "master")
    assert (row["latest_version"], row["experiment"]) == ("1.1.0", None)
    folders = [folder for folder in result.entry.staged_folders if "/artifacts/" in folder]
    assert len(folders) == 2


def test_a_job_that_publishes_nothing_is_told_what_to_call(run_transform, caplog):
    """With its line, the experiments that it made, and where they are."""

    def told(names):
        caplog.clear()

        @transform.using(model=ModelOutput("/model"))
        def train(model):
            for name in names:
                model.create_experiment(name).log_metric("loss", 1.0)

        run_transform(train)
        return next(
            text for record in caplog.records if "train (" in (text := record.getMessage()) and "publish" in text
        )

    assert "test_publishing.py:" in told([])
    assert "returned without publishing a version of model /model" in told([])
    said = told(["slow"])
    assert "created experiment slow of model /model and published none" in said
    assert "model.publish(adapter, experiment=…)" in said
    assert "a, b, c and 9 more" in told(["a", "b", "c", *(f"n{n}" for n in range(9))])


def test_a_reader_never_meets_a_version_without_its_experiment(run_transform, store, monkeypatch):
    """Nor an experiment without its series: each wave is in its tables before the next begins, datasets wait for nothing."""
    import transforms.store.publishing as publishing

    publish, running, order = publishing.publish_change, set(), []

    def watched(storage, app_id, part, examined):
        change = part.change
        running.add(change.table)
        publish(storage, app_id, part, examined)
        order.append((change.table.removeprefix("master/"), frozenset(running)))
        running.discard(change.table)

    monkeypatch.setattr(publishing, "publish_change", watched)
    run_transform(trainer(), {"data": ROWS})
    tables = [table for table, _ in order if table != "datasets/data"]
    assert tables[-2:] == ["models/model/experiments", "models/model/versions"]
    assert set(tables[:-2]) == {"datasets/out", "models/model/hyperparameters", "models/model/metrics"}
    for table, together in order[-2:]:
        assert together == {f"master/{table}"}


def test_an_output_takes_nothing_when_its_job_has_ended(run_transform, store):
    """What came then would be in no commit: it is refused, and says where it belongs."""
    held = {}

    @transform.using(model=ModelOutput("/model"))
    def train(model):
        held.update(model=model, published=model.create_experiment("a"), other=model.create_experiment("b"))
        model.publish(Doubler(1), experiment=held["published"])

    run_transform(train)
    for call in (
        lambda: held["model"].create_experiment("late"),
        lambda: held["model"].publish(Doubler(2)),
        lambda: held["model"].publish(Doubler(2), experiment=held["other"]),
    ):
        with pytest.raises(ExperimentError, match="has ended"):
            call()
    with pytest.raises(ExperimentError, match="'a', as it is already published"):
        held["published"].log_metric("loss", 1.0)
    with pytest.raises(ExperimentError, match=r"'b', as it has ended with its job\."):
        held["other"].log_metric("loss", 1.0)
