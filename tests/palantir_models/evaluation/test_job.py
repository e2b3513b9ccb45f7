"""Evaluations in the commit of their job: all of it or nothing, beside whatever else happens to the model."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest

import palantir_models as pm
from palantir_models.evaluation.errors import EvaluationError, EvaluationLimitError
from palantir_models.model.clearing import clear_removed
from palantir_models.model.deciding import Decider
from palantir_models.testing import put_model
from palantir_models.transforms import ModelInput, ModelOutput, evaluation
from tests.palantir_models.evaluation.sample_evaluations import AtLeast, judge
from transforms.api import Input, Output, incremental, transform, transform_polars
from transforms.config import load_config
from transforms.errors import DeclarationError, MisuseError, TransformTypeError
from transforms.run.job import JobOptions, run_job
from transforms.run.rollback import RollbackRefusedError, plan_rollback
from transforms.spec.resource import Resource
from transforms.store import layout
from transforms.store.backup import back_up
from transforms.store.checkup import check_store
from transforms.store.optimizing import optimize_tables
from transforms.store.vacuum import vacuum_tables
from transforms.testing import run_transform

pytestmark = pytest.mark.slow

MODEL = Resource("model", "/model")


def table(store, branch="master", model="model", name="evaluations"):
    """Return rows as any reader of Delta tables sees them."""
    return pl.read_delta(f"{store.root}/{branch}/models/{model}/{name}")


@transform.using(model=ModelOutput("/model"))
def train(model):
    """Publish one more version, with an image among what its experiment logged."""
    experiment = model.create_experiment("run")
    experiment.log_plot("curve", go.Figure())
    model.publish(AtLeast(len(experiment.name)), experiment=experiment)


@pytest.fixture
def trained(store):
    """A store with version 1.0.0 of the model."""
    run_transform(train, store=store)
    return store


def test_an_evaluation_is_committed_to_open_tables(anywhere, png_bytes):
    """A transform needs no output to make one; images, plots and tables stand under its id beside those of experiments."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def look(model):
        made = model.create_evaluation()
        made.log_metric("f1", 0.5)
        made.log_metrics({"young/f1": float("nan"), "f1": 0.75})
        made.log_image("confusion", png_bytes, caption="of all")
        made.log_plot("young/roc", go.Figure(), description="of the young")
        made.log_table("worst", pd.DataFrame({"x": [1, 2]}))
        assert made.evaluation_rid.startswith("ri.models.main.evaluation.")

    run_transform(train, store=anywhere)
    entry = run_transform(look, store=anywhere).entry
    folder = "master/models/model"
    assert [change.table for change in entry.changes] == [
        f"{folder}/{name}" for name in ("images", "plots", "tables", "evaluations")
    ]
    (version,) = pm.open_model("/model", root=anywhere.root).versions
    (found,) = pm.open_model("/model", root=anywhere.root).evaluations()
    assert (found.evaluation_set, found.name, found.version) == ("holdout", "holdout", "1.0.0")
    assert (found.model_version_id, found.branch, found.transform) == (version.version_id, "master", "look")
    assert (found.transaction, found.code_version) == (entry.transaction, entry.code_version)
    assert found.source == str(look.source)
    assert found.metrics["f1"] == 0.75
    assert [(one.series, one.caption, one.png) for one in found.images()] == [("confusion", "of all", png_bytes)]
    assert [(one.series, one.caption) for one in found.plots()] == [("young/roc", "of the young")]
    assert found.tables["worst"].polars()["x"].to_list() == [1, 2]
    assert list(check_store(anywhere)) == []


def test_the_table_has_metrics_as_json(trained):
    """By name and subset; what is no number in JSON is a text."""
    run_transform(judge(**{"f1": 0.5, "young/f1": float("nan"), "a/b/c": 1.0}), store=trained)
    (row,) = table(trained).to_dicts()
    assert json.loads(row["metrics"]) == [
        {"name": "f1", "subset": None, "value": 0.5},
        {"name": "f1", "subset": "young", "value": "NaN"},
        {"name": "b/c", "subset": "a", "value": 1.0},
    ]


def test_each_run_has_a_name_of_its_own(trained):
    """The set's name when none is given; the later one of a name gets a number."""
    results = [run_transform(judge(), store=trained) for _ in range(3)]
    assert [one.name for result in results for one in result.evaluations] == ["holdout", "holdout-2", "holdout-3"]
    assert {one.evaluation_set for result in results for one in result.evaluations} == {"holdout"}


def test_a_failing_or_aborting_job_leaves_nothing(trained):
    """Not in the tables, and the evaluation takes no more."""
    kept = []

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def fail(model, out):
        kept.append(model.create_evaluation())
        kept[-1].log_metric("f1", 1.0)
        raise ArithmeticError("no such luck")

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def abort(ctx, model):
        kept.append(model.create_evaluation())
        ctx.abort_job()

    with pytest.raises(ArithmeticError):
        run_transform(fail, store=trained)
    assert run_transform(abort, store=trained).evaluations == ()
    assert pm.open_model("/model", root=trained.root).evaluations() == ()
    for one in kept:
        with pytest.raises(EvaluationError, match="has ended"):
            one.log_metric("f1", 0.0)


def test_it_is_one_commit_with_what_else_the_job_writes(trained):
    """Rows of a dataset and the evaluation: one row of the ledger."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def both(model, out):
        model.create_evaluation("mine").log_metric("f1", 1.0)
        out.write_table(pl.DataFrame({"x": [1]}))

    result = run_transform(both, store=trained)
    assert set(result.entry.outputs) == {"dataset:/out", "evaluation:holdout by both"}
    assert [one.name for one in result.evaluations] == ["mine"]
    assert result.output.rows() == [{"x": 1}]


def test_an_evaluation_belongs_to_the_version_that_was_loaded(trained):
    """Two inputs of one model have one each; creating it again returns what is there, and says so of another name."""
    run_transform(train, store=trained)

    @evaluation("holdout")
    @transform.using(old=ModelInput("/model", model_version="1.0.0"), new=ModelInput("/model"))
    def compare(old, new):
        assert old.create_evaluation() is old.create_evaluation("other")
        old.create_evaluation().log_metric("f1", 0.25)
        new.create_evaluation("newest").log_metric("f1", 0.5)

    result = run_transform(compare, store=trained)
    assert [(one.name, one.version, one.metrics) for one in result.evaluations] == [
        ("holdout", "1.0.0", {"f1": 0.25}),
        ("newest", "1.1.0", {"f1": 0.5}),
    ]
    assert any("has the evaluation 'holdout' in this job already" in text for text in result.messages)


def test_a_version_is_evaluated_where_the_job_runs(trained):
    """On a branch that falls back to the model's, the rows are the branch's own, and the model is still read from where it was."""
    run_transform(judge(), store=trained)
    for _ in range(2):
        result = run_transform(judge("elsewhere", score=2.0), store=trained, branch="dev")
    assert [one.name for one in result.evaluations] == ["holdout-2"]
    assert table(trained, "dev")["branch"].to_list() == ["dev", "dev"]
    assert not (trained.root / "dev/models/model/versions").exists()
    model = pm.open_model("/model", root=trained.root)
    assert [(one.branch, one.name, one.version_branch) for one in model.evaluations()] == [
        ("dev", "holdout-2", "master"),
        ("dev", "holdout", "master"),
        ("master", "holdout", "master"),
    ]
    assert [one.branch for one in model.evaluations(branch="master")] == ["master"]
    assert model.evaluation("holdout").branch == "dev"
    assert list(check_store(trained)) == []


def test_training_and_evaluating_one_model_do_not_wait_for_each_other(trained):
    """While a job trains the model, others commit evaluations of it, each with a name of its own; all keep what they logged."""
    inner = []

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def outer(model):
        made = model.create_evaluation()
        made.log_plot("outer", go.Figure())
        inner.append(run_transform(judge("inner"), store=trained))

    @transform.using(model=ModelOutput("/model"))
    def retrain(model):
        experiment = model.create_experiment("run")
        experiment.log_plot("curve", go.Figure())
        inner.append(run_transform(outer, store=trained))
        model.publish(AtLeast(9), experiment=experiment)

    version = run_transform(retrain, store=trained).models["model"].version()
    model = pm.open_model("/model", root=trained.root)
    assert version.version == "1.1.0"
    assert sorted(one.name for one in model.evaluations()) == ["holdout", "holdout-2"]
    assert {one.version for one in model.evaluations()} == {"1.0.0"}
    plots = table(trained, name="plots")
    assert sorted(plots["series"]) == ["curve", "curve", "outer"]
    assert list(check_store(trained)) == []


def test_a_table_that_two_jobs_begin_at_once_has_what_both_logged(store, tmp_path):
    """One that trains the model, and is about to commit, and one that evaluates it, and commits before."""
    put_model(store, "master", MODEL, AtLeast(1))

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def look(model):
        model.create_evaluation().log_plot("roc", go.Figure())

    config = replace(load_config(tmp_path), root=str(store.root))
    options = JobOptions(may_commit=lambda: run_transform(look, store=store))
    assert run_job(train, store, config, options).status == "committed"
    assert sorted(table(store, name="plots")["series"]) == ["curve", "roc"]
    assert pm.open_model("/model", root=store.root).evaluation("holdout").version == "1.0.0"
    assert list(check_store(store)) == []


def test_a_transform_that_returns_its_rows_may_evaluate(trained):
    """What the decorator adds is neither an argument nor an output of the function."""

    @evaluation("holdout")
    @transform_polars(Output("/out"), model=ModelInput("/model"), rows=Input("/rows"))
    def judge_rows(model, rows):
        model.create_evaluation().log_metric("rows", rows.height)
        return rows

    result = run_transform(judge_rows, {"rows": [{"x": 1}, {"x": 2}]}, store=trained)
    assert (result.evaluations[0].metrics, result.output.column("x")) == ({"rows": 2.0}, [1, 2])


def test_a_backup_has_evaluations(trained, tmp_path):
    """Of a branch that has no version of the model, too."""
    run_transform(judge(), store=trained, branch="dev")
    back_up(trained, tmp_path / "copy")
    (found,) = pm.open_model("/model", root=tmp_path / "copy").evaluations()
    assert (found.branch, found.metrics) == ("dev", {"score": 3.0})


def test_a_job_may_train_a_model_and_evaluate_what_it_was(trained):
    """Both add plots to one table of the model, in one commit."""

    @evaluation("before")
    @transform.using(was=ModelInput("/model"), model=ModelOutput("/model"))
    def again(was, model):
        was.create_evaluation().log_plot("roc", go.Figure())
        experiment = model.create_experiment("run")
        experiment.log_plot("curve", go.Figure())
        model.publish(AtLeast(was.least + 1), experiment=experiment)

    result = run_transform(again, store=trained)
    assert [(one.version, one.plots()[0].series) for one in result.evaluations] == [("1.0.0", "roc")]
    assert result.models["model"].version().version == "1.1.0"
    assert result.models["model"].experiment("1.1.0").plots()[0].series == "curve"


def test_a_model_is_as_fresh_after_an_evaluation_as_before(trained):
    """What trained it, and what else reads it, has nothing new to do."""
    before = trained.writes()["master", "model:/model"]
    run_transform(judge(), store=trained)
    assert trained.writes()["master", "model:/model"] == before


def test_an_opened_model_shows_what_was_there_then(trained):
    """What is evaluated later is not in it."""
    run_transform(judge(), store=trained)
    opened = pm.open_model("/model", root=trained.root)
    run_transform(judge(), store=trained)
    assert len(opened.evaluations()) == 1
    assert len(pm.open_model("/model", root=trained.root).evaluations()) == 2


def test_a_rollback_leaves_evaluations(trained):
    """A commit that only evaluated cannot be taken back; of another, the rest is."""
    entry = run_transform(judge(), store=trained).entry
    with pytest.raises(RollbackRefusedError, match="they stay"):
        plan_rollback(trained, entry.seq)

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def both(model, out):
        model.create_evaluation().log_metric("f1", 1.0)
        out.write_table(pl.DataFrame({"x": [1]}))

    run_transform(both, store=trained)
    second = run_transform(both, store=trained).entry
    run_transform(judge(), store=trained)
    assert list(plan_rollback(trained, second.seq).undoing.first) == ["dataset:/out"]


def test_what_is_evaluated_incrementally_goes_on_from_the_last_run(trained):
    """Also without any output: the ledger knows by the evaluation what was read."""
    seen = []

    @evaluation("stream")
    @incremental()
    @transform.using(model=ModelInput("/model"), rows=Input("/rows"))
    def stream(model, rows):
        frame = rows.pandas()
        seen.append(frame["x"].to_list())
        model.create_evaluation().log_metric("rows", len(frame))

    run_transform(stream, {"rows": [{"x": 1}]}, store=trained)
    result = run_transform(stream, {"rows": [{"x": 2}]}, store=trained, append=True)
    assert (seen, result.is_incremental) == ([[1], [2]], True)


def test_housekeeping_waits_for_whoever_commits_evaluations(trained, caplog):
    """gc and optimize leave the tables alone while the lease of their evaluations is held, on a branch without a version, too."""
    for _ in range(2):
        run_transform(judge(), store=trained, branch="dev")
    lease = trained.storage.try_acquire(layout.evaluations_lease(MODEL, "dev"))
    vacuum_tables(trained, 0, dry_run=False)
    assert "dev/models/model/evaluations is being built now" in caplog.text
    assert [one.left_alone for one in optimize_tables(trained) if one.table.startswith("dev")] == [
        "it is being built now"
    ]
    lease.release()
    caplog.clear()
    vacuum_tables(trained, 0, dry_run=False)
    assert "left alone" not in caplog.text
    assert [one.files_after for one in optimize_tables(trained) if one.table.startswith("dev")] == [1]
    assert len(pm.open_model("/model", root=trained.root).evaluations()) == 2


def test_evaluations_of_a_version_go_with_it(trained):
    """Of one that is removed nobody finds any; with it they come back; gc deletes what they logged."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def look(model):
        model.create_evaluation().log_plot("roc", go.Figure())

    run_transform(look, store=trained)
    run_transform(train, store=trained)
    run_transform(look, store=trained)
    decider = Decider(trained, MODEL, "master")

    def names():
        return [one.name for one in pm.open_model("/model", root=trained.root).evaluations()]

    decider.remove(["1.0.0"])
    assert names() == ["holdout-2"]
    decider.restore("1.0.0")
    assert names() == ["holdout-2", "holdout"]
    decider.remove(["1.0.0"])
    assert [text.partition(" ")[2] for text in clear_removed(trained, 0, dry_run=True)["master/models/model"]][-1:] == [
        f"evaluation {table(trained).filter(name='holdout')['evaluation_id'].item()} had logged"
    ]
    clear_removed(trained, 0, dry_run=False)
    assert table(trained)["name"].to_list() == ["holdout-2"]
    assert sorted(table(trained, name="plots")["series"]) == ["curve", "curve", "roc"]
    assert pm.open_model("/model", root=trained.root).evaluation("holdout-2").plots()[0].series == "roc"
    assert list(check_store(trained)) == []


def test_a_model_has_so_many_sets(trained, monkeypatch, tmp_path):
    """The one that is too many is refused when it is created; those that are there go on."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms.limits]\nevaluation_sets = 1\n")
    monkeypatch.chdir(tmp_path)
    run_transform(judge(), store=trained)
    run_transform(judge("again"), store=trained)
    with pytest.raises(EvaluationLimitError, match="evaluation_sets"):
        run_transform(judge(evaluation_set="another"), store=trained)


def test_a_transform_that_creates_none_is_told_so(trained):
    """It commits what else it does."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def forget(model):
        pass

    result = run_transform(forget, store=trained)
    assert result.status == "committed"
    assert "without creating an evaluation" in result.messages[0]
    assert result.evaluations == ()


def test_elsewhere_a_model_creates_none(trained):
    """In a transform that is not decorated, in a notebook, and in a copy that another process has."""

    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def plain(model, out):
        model.create_evaluation()

    with pytest.raises(MisuseError, match="@evaluation"):
        run_transform(plain, store=trained)
    with pytest.raises(MisuseError, match="@evaluation"):
        pm.open_model("/model", root=trained.root).load().create_evaluation()


def test_a_loaded_model_can_be_sent_to_other_processes(trained):
    """Its copy has no part in the job."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"))
    def send(model):
        with pytest.raises(MisuseError):
            pickle.loads(pickle.dumps(model)).create_evaluation()
        copy.deepcopy(model).create_evaluation().log_metric("f1", 1.0)

    assert run_transform(send, store=trained).evaluations[0].metrics == {"f1": 1.0}


@pytest.mark.parametrize("name", ["", 3, None, "\ud800"])
def test_a_set_has_a_name(name):
    """Text that can be stored."""
    with pytest.raises(TransformTypeError):
        evaluation(name)


def test_the_decorator_goes_on_top_of_a_transform_that_reads_a_model():
    """Once."""
    with pytest.raises(TransformTypeError, match="on top of a transform"):
        evaluation("holdout")(lambda model: None)
    with pytest.raises(DeclarationError, match="reads no model"):
        evaluation("holdout")(transform.using(out=Output("/out"))(lambda out: None))
    with pytest.raises(DeclarationError, match="twice"):
        evaluation("second")(judge())


def test_the_set_is_part_of_the_logic():
    """A transform of another set is another version of it."""
    assert judge().version != judge(evaluation_set="other").version
