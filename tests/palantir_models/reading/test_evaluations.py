"""Evaluations as they are read back: chosen, picked, side by side, and one version against another."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import polars as pl
import pytest

import palantir_models as pm
from palantir_models.model.deciding import Decider
from palantir_models.reading.evaluation import RecordedEvaluation
from palantir_models.testing import put_model
from palantir_models.transforms import ModelInput, evaluation
from tests.palantir_models.evaluation.sample_evaluations import AtLeast, judge
from transforms.api import Input, transform
from transforms.errors import NotFoundError, UsageError
from transforms.spec.resource import Resource
from transforms.store.store import Store
from transforms.testing import run_transform


@evaluation("holdout")
@transform.using(model=ModelInput("/model"), rows=Input("/rows"))
def look(model, rows):
    """Log some of everything."""
    made = model.create_evaluation("look")
    made.log_metrics({"f1": 0.75, "young/f1": 0.5, "old/f1": math.inf, "young/recall": 1.0})
    made.log_plot("roc", go.Figure())
    made.log_plot("young/roc", go.Figure(), "of the <b>young</b>")
    made.log_table("worst", pl.DataFrame({"x": [1]}), "rows")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model of three versions: the first evaluated on two branches, the second in two sets, the third never."""
    store = Store(tmp_path_factory.mktemp("evaluated") / "store")
    first = judge(f1=0.5, auc=0.5)
    run_transform(first, {"model": AtLeast(1)}, store=store)
    run_transform(judge(f1=9.0), store=store, branch="dev")
    run_transform(look, {"model": AtLeast(2), "rows": [{"x": 1}]}, store=store)
    run_transform(judge(evaluation_set="drift", psi=0.125), store=store)
    run_transform(judge(name="other", model=ModelInput("/other")), {"model": AtLeast(3)}, store=store)
    put_model(store, "master", Resource("model", "/model"), AtLeast(3))
    Decider(store, Resource("model", "/model"), "master").tag("1.0.0", "production")
    return pm.open_model("/model", root=store.root)


def test_evaluations_are_chosen_by_set_version_and_branch(model):
    """Newest first; each by itself and together."""
    names = [(one.name, one.version, one.branch) for one in model.evaluations()]
    assert names == [
        ("drift", "1.1.0", "master"),
        ("look", "1.1.0", "master"),
        ("holdout", "1.0.0", "dev"),
        ("holdout", "1.0.0", "master"),
    ]
    assert len(model.evaluations("holdout")) == 3
    assert [one.name for one in model.evaluations("holdout", "1.1.0")] == ["look"]
    assert model.evaluations(version="latest") == ()
    assert [one.branch for one in model.evaluations("holdout", "1.0.0", "dev")] == ["dev"]
    with pytest.raises(NotFoundError, match="no version 7"):
        model.evaluations(version="7.0.0")


def test_one_is_picked_by_name_or_id(model):
    """Of one name on two branches, the newest; what is wrong is told with the nearest."""
    look = model.evaluation("look")
    assert model.evaluation("holdout").branch == "dev"
    for wanted in (look.evaluation_id, look.evaluation_id[:10], look.evaluation_rid):
        assert model.evaluation(wanted) is look
    with pytest.raises(NotFoundError, match="Did you mean 'look'"):
        model.evaluation("lok")


def test_what_was_logged_is_read_back(model):
    """Metrics by subset, those of none first; pictures by name; the data it was made on."""
    look = model.evaluation("look")
    assert look.metrics == {"f1": 0.75, "young/f1": 0.5, "old/f1": math.inf, "young/recall": 1.0}
    assert look.subsets == {None: {"f1": 0.75}, "young": {"f1": 0.5, "recall": 1.0}, "old": {"f1": math.inf}}
    assert [one.series for one in look.plots()] == ["roc", "young/roc"]
    assert look.plots("young/roc")[0].caption == "of the <b>young</b>"
    assert (look.tables["worst"].polars()["x"].to_list(), look.tables.description("worst")) == ([1], "rows")
    assert [(one.alias, one.version) for one in look.inputs] == [("/rows", 0), ("/model", "1.1.0")]
    with pytest.raises(NotFoundError, match="no image 'roc'"):
        look.images("roc")
    with pytest.raises(NotFoundError, match="Evaluation 'look' has no table 'best'"):
        look.tables["best"]
    with pytest.raises(AttributeError, match="cannot be set"):
        look.name = "other"


def test_evaluations_side_by_side(model):
    """A column each, named by version as far as that tells them apart; as rows, with set, version and branch."""
    first, drift, look = (model.evaluations("holdout", "1.0.0")[0], model.evaluation("drift"), model.evaluation("look"))
    comparison = model.compare_evaluations([look, first])
    assert comparison.labels == ("1.1.0", "1.0.0")
    assert comparison.metrics.polars().rows() == [
        (None, "f1", 0.75, 9.0),
        ("young", "f1", 0.5, None),
        ("young", "recall", 1.0, None),
        ("old", "f1", math.inf, None),
    ]
    assert model.compare_evaluations(["look", drift]).labels == ("1.1.0 look", "1.1.0 drift")
    every = model.compare_evaluations()
    assert len(set(every.labels)) == 4
    rows = every.rows.polars()
    assert rows.height == 8
    young = rows.filter(subset="young", metric="f1").row(0, named=True)
    assert (young["set"], young["version"], young["branch"], young["value"]) == ("holdout", "1.1.0", "master", 0.5)
    with pytest.raises(UsageError, match="one or more evaluations"):
        model.compare_evaluations([])


def test_evaluations_of_several_models_are_compared(model):
    """Whose names and versions may be the same."""
    (other,) = pm.open_model("/other", root=model._store.root).evaluations()
    comparison = model.compare_evaluations([model.evaluations("holdout", "1.0.0", "master")[0], other])
    assert len(set(comparison.labels)) == 2
    assert comparison.rows.polars()["model"].unique().sort().to_list() == ["/model", "/other"]


def test_a_version_against_the_one_in_production(model):
    """In every set in which one of them was evaluated; the model's own branch counts before others."""
    found = model.compare_with("production", "1.1.0")
    assert (found.baseline.version, found.version.version) == ("1.0.0", "1.1.0")
    assert found.metrics.polars().rows() == [
        ("drift", None, "psi", None, 0.125, None),
        ("holdout", None, "f1", 0.5, 0.75, 0.25),
        ("holdout", None, "auc", 0.5, None, None),
        ("holdout", "young", "f1", None, 0.5, None),
        ("holdout", "young", "recall", None, 1.0, None),
        ("holdout", "old", "f1", None, math.inf, None),
    ]
    assert [pair.evaluation_set for pair in model.compare_with("1.0.0", "1.1.0", "drift").pairs] == ["drift"]
    assert model.compare_with("1.0.0").metrics.polars()["value"].to_list() == [None, None]
    with pytest.raises(NotFoundError, match="no evaluation of version 1.2.0"):
        model.compare_with("latest")


def test_displays_tell_all_and_run_nothing(model):
    """As text and as HTML, where what users wrote is text."""
    look = model.evaluation("look")
    for one in (look, model.compare_evaluations(), model.compare_with("1.0.0", "1.1.0")):
        assert "young" in repr(one)
        assert "Overall" in one._repr_html_()
    assert "<b>young</b>" not in look._repr_html_()
    assert isinstance(look, RecordedEvaluation)
    assert repr(look).splitlines()[0] == f"Evaluation 'look' ({look.evaluation_id})"
