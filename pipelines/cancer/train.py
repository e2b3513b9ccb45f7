"""A logistic regression of Spark ML; scores, experiment and model version enter one commit."""

import pandas as pd
import plotly.graph_objects as go
from pyspark.ml import Pipeline as Stages
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import functions as F

from palantir_models.transforms import ModelOutput
from pipelines.cancer.adapter import CancerAdapter
from pipelines.cancer.raw import MEASURED
from transforms.api import Input, IntegerParam, Output, transform

PARAMETERS = {"regParam": 0.001, "elasticNetParam": 0.0}


@transform.spark.using(
    features=Input("/examples/cancer/features"),
    iterations=IntegerParam(20, description="The most steps of the optimizer"),
    model=ModelOutput("/examples/cancer/model"),
    scores=Output("/examples/cancer/scores"),
)
def cancer_train(features, iterations, model, scores):
    """Fit, log every iteration, and score the test."""
    parts = features.dataframe()
    train, test = parts.where("part = 'train'").cache(), parts.where("part = 'test'")
    experiment = model.create_experiment(name="logistic")
    experiment.log_params({**PARAMETERS, "iterations": iterations.value, "rows": train.count()})
    fitted = Stages(
        stages=[
            VectorAssembler(inputCols=list(MEASURED), outputCol="features"),
            LogisticRegression(labelCol="malignant", maxIter=iterations.value, **PARAMETERS),
        ]
    ).fit(train)
    adapter = CancerAdapter(fitted)
    told = adapter.transform(test).told.select("measurement", "malignant", "prediction").cache()
    log(experiment, fitted.stages[-1], told)
    scores.write_dataframe(told)
    model.publish(model_adapter=adapter, experiment=experiment)
    train.unpersist()


def log(experiment, regression, told):
    """Log the loss of every iteration, how the test came out, and what weighs most."""
    for loss in regression.summary.objectiveHistory:
        experiment.log_metric("train/loss", loss)
    right = told.select(F.avg((F.col("malignant") == F.col("prediction")).cast("double"))).first()[0]
    experiment.log_metrics({"train/accuracy": regression.summary.accuracy, "test/accuracy": right})
    experiment.log_table("confusion", told.groupBy("malignant", "prediction").count().toPandas())
    weights = pd.Series(regression.coefficients.toArray(), index=MEASURED).sort_values()
    experiment.log_plot("weights", go.Figure(go.Bar(x=weights, y=weights.index, orientation="h")))
