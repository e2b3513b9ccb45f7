"""What both models make of wines that they have not seen."""

import polars as pl

from palantir_models.transforms import ModelInput
from transforms.api import Input, Output, transform


@transform.using(
    test=Input("/examples/wine/test"),
    forest=ModelInput("/examples/wine/forest"),
    linear=ModelInput("/examples/wine/linear"),
    scores=Output("/examples/wine/scores"),
    leaderboard=Output("/examples/wine/leaderboard"),
)
def wine_score(test, forest, linear, scores, leaderboard):
    """Score the held-out wines with the latest version of each model."""
    scored = pl.concat(
        pl.from_pandas(model.transform(test).scored)
        .select("wine_id", "cultivar", "prediction")
        .with_columns(model=pl.lit(name), model_version=pl.lit(model.model_version_rid))
        for name, model in {"forest": forest, "linear": linear}.items()
    )
    scores.write_table(scored)
    right = pl.col("prediction") == pl.col("cultivar")
    leaderboard.write_table(
        scored.group_by("model", "model_version")
        .agg(accuracy=right.mean(), wines=pl.len())
        .sort("accuracy", "model", descending=[True, False])
    )
