"""What ``run_transform`` returns of models: what the reading API returns, also where one expression asks for all of it."""

from __future__ import annotations

import gc

import polars as pl
import pytest

import palantir_models as pm
from palantir_models.reading.experiment import RecordedExperiment
from palantir_models.transforms import ModelInput, ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Output, transform
from transforms.testing import run_transform


@transform.using(model=ModelOutput("/model"))
def train(model):
    """Train twice and publish the better one."""
    for name, loss in (("first", 0.5), ("second", 0.25)):
        experiment = model.create_experiment(name)
        experiment.log_params({"rate": 0.1, "name": name})
        experiment.log_metrics({"loss": loss})
    model.publish(Doubler(2), experiment=experiment)


def test_experiments_are_read_back_in_order():
    """Published or not, each with what it logged."""
    found = run_transform(train).experiments
    assert all(isinstance(one, RecordedExperiment) for one in found)
    assert [(one.name, one.version, one.status, dict(one.params)) for one in found] == [
        ("first", None, "SUCCEEDED", {"rate": 0.1, "name": "first"}),
        ("second", "1.0.0", "SUCCEEDED", {"rate": 0.1, "name": "second"}),
    ]
    assert [one.metrics("loss").polars()["value"].to_list() for one in found] == [[0.5], [0.25]]


def test_a_model_is_what_open_model_returns(store):
    """In a store of several runs it has all of them."""
    first, second = (run_transform(train, store=store) for _ in range(2))
    opened = pm.open_model("/model", root=store.root)
    assert repr(second.models["model"]) == repr(opened)
    assert [one.experiment_id for one in second.experiments] != [one.experiment_id for one in first.experiments]
    assert [version.version for version in second.models["model"].versions] == ["1.0.0", "1.1.0"]
    assert [version.version for version in first.models["model"].versions] == ["1.0.0"]


def test_one_expression_may_ask_for_anything():
    """The store is there for as long as something of it is read."""
    rows = run_transform(train).experiments[1].metrics()
    gc.collect()
    assert rows.polars()["value"].to_list() == [0.25]
    assert run_transform(train).models["model"].load().factor == 2
    assert run_transform(train).models["model"].experiment("first").params["rate"] == 0.1


def test_a_model_of_one_run_is_given_to_another():
    """Its latest version is what the other one loads."""

    @transform.using(model=ModelInput("/model"), out=Output("/out"))
    def use(model, out):
        out.write_table(pl.DataFrame({"factor": [model.factor]}))

    trained = run_transform(train).models["model"]
    assert run_transform(use, {"model": trained}).output.rows() == [{"factor": 2}]


def test_a_model_that_was_not_published_is_told():
    """With what else there is."""

    @transform.using(model=ModelOutput("/model"))
    def idle(model):
        pass

    with pytest.raises(KeyError, match=r"The model 'model' \(/model\) was never published"):
        _ = run_transform(idle).models["model"]
    with pytest.raises(KeyError, match="There is no model 'modle'. Did you mean 'model'"):
        _ = run_transform(train).models["modle"]
