"""The digits pipeline, with two epochs instead of 25."""

from __future__ import annotations

from pipelines.digits.raw import digits_raw
from pipelines.digits.train import digits_train


def test_one_training_commits_predictions_experiment_and_model_together(run_transform):
    """Metrics of every epoch, pictures of mistakes, a figure, a table, and a model that reads digits."""
    raw = run_transform(digits_raw).outputs["raw"].polars()
    result = run_transform(digits_train, params={"epochs": 2})
    assert sorted(result.entry.outputs) == ["dataset:/examples/digits/predictions", "model:/examples/digits/model"]
    model = result.models["model"]
    (experiment,) = result.experiments
    assert experiment.metrics().polars()["step"].unique().sort().to_list() == [0, 1]
    picture = experiment.images()[0].pillow()
    assert (picture.format, picture.size) == ("PNG", (128, 128))
    assert [len(table.polars()) for table in experiment.tables.values()] == [10]
    scored = model.load().transform(raw.head(50).to_pandas()).read
    predictions = result.outputs["predictions"].polars()
    known = dict(zip(predictions["digit_id"], predictions["prediction"], strict=True))
    assert all(known.get(i, p) == p for i, p in zip(scored["digit_id"], scored["prediction"], strict=True))
