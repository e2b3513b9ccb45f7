"""Training that goes on from the model's own last version."""

from __future__ import annotations

import polars as pl
import pytest

from palantir_models.transforms import ModelInput, ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import Input, Output, incremental, transform
from transforms.errors import NotFoundError


def trainer(before=None):
    """Return a transform whose model counts up from its last version; what it had is noted in its dataset."""
    before = before or ModelInput("/model")

    @incremental()
    @transform.using(data=Input("/data"), before=before, model=ModelOutput("/model"), had=Output("/had"))
    def train(data, before, model, had):
        had.write_table(
            pl.DataFrame({"factor": [None if before is None else before.factor]}, schema={"factor": pl.Int64})
        )
        model.publish(Doubler(1 if before is None else before.factor + 1))

    return train


def had(run_transform, job, inputs=None):
    """Run it, and return what its last version was."""
    result = run_transform(job, inputs)
    return result.outputs["had"].rows()[0]["factor"], result.models["model"].version().version, result.entry


def test_training_goes_on_from_the_last_version(run_transform):
    """The first run has none; each later one has what the one before published, and its commit says which."""
    runs = [had(run_transform, trainer(), inputs) for inputs in ({"data": [{"x": 1}]}, None, None)]
    assert [(factor, version) for factor, version, _ in runs] == [(None, "1.0.0"), (1, "1.1.0"), (2, "1.2.0")]
    first, second, third = (entry for _, _, entry in runs)
    assert "model:/model" not in first.inputs
    assert third.inputs["model:/model"].seq == second.seq
    ran = [entry.outputs["model:/model"]["incremental"]["ran"] for entry in (first, second, third)]
    assert ran == [False, True, True]


def test_its_own_branch_may_be_named(run_transform):
    """It is the same model."""
    job = trainer(ModelInput("/model", branch="master"))
    assert [had(run_transform, job, {"data": [{"x": 1}]})[0], had(run_transform, job)[0]] == [None, 1]


@pytest.mark.parametrize(
    "before",
    [ModelInput("/model", model_version="1.0.0"), ModelInput("/model", branch="dev"), ModelInput("/other")],
)
def test_any_other_model_that_is_missing_is_an_error(run_transform, before):
    """A version that is named, another branch, or another model."""
    with pytest.raises(NotFoundError):
        run_transform(trainer(before), {"data": [{"x": 1}]})
