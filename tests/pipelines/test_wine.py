"""The wine pipeline, tested as its author would: with the package's fixtures on the real data."""

from __future__ import annotations

import polars as pl

from pipelines.wine.clean import wine_clean
from pipelines.wine.raw import wine_raw
from pipelines.wine.score import wine_score
from pipelines.wine.train import TRAININGS


def test_the_split_keeps_every_wine_once_and_every_cultivar_in_both_parts(run_transform):
    """Nothing is lost or doubled, and columns are described."""
    run_transform(wine_raw)
    result = run_transform(wine_clean)
    train, test = result.outputs["train"].polars(), result.outputs["test"].polars()
    assert sorted([*train["wine_id"], *test["wine_id"]]) == list(range(178))
    assert set(train["cultivar"]) == set(test["cultivar"]) == {0, 1, 2}
    assert result.outputs["train"].column_descriptions["alcohol"] == "Percent by volume"


def test_both_families_beat_guessing_on_wines_they_have_not_seen(run_transform):
    """Each training publishes a version with an experiment, and the scores name the versions."""
    run_transform(wine_raw)
    run_transform(wine_clean)
    versions = {}
    for training in TRAININGS:
        result = run_transform(training)
        (versions[training.__name__],) = (
            one.rid for one in result.models["model"].versions if one.transform == training.__name__
        )
        (experiment,) = result.experiments
        assert experiment.metrics().polars()["series"].n_unique() == 2
        assert len(experiment.plots()) == 1
    board = run_transform(wine_score).outputs["leaderboard"].polars()
    assert set(board["model_version"]) == set(versions.values())
    assert board.filter(pl.col("accuracy") < 0.9).is_empty()
