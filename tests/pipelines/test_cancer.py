"""The Spark pipeline, with fewer rows and iterations."""

from __future__ import annotations

import polars as pl

import palantir_models as pm


def test_features_model_and_scores_of_one_pipeline_on_spark(run_transform, spark, store):
    """No tumour is in both parts; the loss falls; scores, experiment and model come from one commit."""
    from pipelines.cancer.features import cancer_features
    from pipelines.cancer.raw import cancer_raw
    from pipelines.cancer.train import cancer_train

    run_transform(cancer_raw, params={"rows": 5000})
    features = run_transform(cancer_features).outputs["features"].polars()
    assert features.height > 4900
    assert features.group_by("tumour").agg(pl.col("part").n_unique())["part"].unique().to_list() == [1]

    result = run_transform(cancer_train, params={"iterations": 5})
    assert sorted(result.entry.outputs) == ["dataset:/examples/cancer/scores", "model:/examples/cancer/model"]
    experiment = pm.open_model("/examples/cancer/model", root=store.root).experiments[0]
    losses = experiment.metrics("train/loss").polars()["value"].to_list()
    assert losses == sorted(losses, reverse=True)
    assert experiment.summary("test/accuracy").last > 0.8
    counts = experiment.tables["confusion"].polars()["count"].sum()
    assert counts == result.outputs["scores"].polars().height == features.filter(features["part"] == "test").height
