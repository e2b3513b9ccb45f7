"""A project of a user who annotates everything: what type checkers must say nothing about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import pandas as pd
import polars as pl

import palantir_models as pm
from palantir_models.evaluations import Evaluation
from palantir_models.experiments import Experiment
from palantir_models.transforms import ModelInput, ModelOutput, WritableModel, evaluation
from transforms import expectations as E
from transforms.api import (
    Check,
    Input,
    IntegerParam,
    LightweightInput,
    LightweightOutput,
    Output,
    ParamValueInput,
    Pipeline,
    Transform,
    TransformContext,
    incremental,
    transform,
    transform_pandas,
    transform_polars,
)
from transforms.testing import run_transform


class Doubler(pm.ModelAdapter):
    @pm.auto_serialize
    def __init__(self, factor: float) -> None:
        self.factor = factor

    @classmethod
    def api(cls) -> tuple[Mapping[str, object], Mapping[str, object]]:
        return {"df_in": pm.Pandas([("x", int)])}, {"df_out": pm.Pandas([("y", float)])}

    def predict(self, df_in: pd.DataFrame) -> pd.DataFrame:
        return df_in.assign(y=df_in["x"] * self.factor)


@incremental(snapshot_inputs=["names"])
@transform.using(
    rows=Input("/typed/rows", checks=Check(E.primary_key("x"), "one row a number")),
    names=Input("/typed/names"),
    out=Output("/typed/out", checks=[Check(E.col("x").gt(0), "numbers above 0", on_error="WARN")]),
    least=IntegerParam(0),
)
def clean(
    ctx: TransformContext,
    rows: LightweightInput,
    names: LightweightInput,
    out: LightweightOutput,
    least: ParamValueInput,
) -> None:
    if not ctx.is_incremental:
        assert_type(names.polars(), pl.DataFrame)
    out.write_table(rows.polars().filter(pl.col("x") >= least.value))


@transform_polars(Output("/typed/sum"), rows=Input("/typed/rows"))
def total(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col("x").sum())


@transform_pandas(Output("/typed/first"), rows=Input("/typed/rows"))
def first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.head(1)


@transform.using(rows=Input("/typed/rows"), model=ModelOutput("/typed/model"))
def train(rows: LightweightInput, model: WritableModel) -> None:
    experiment = model.create_experiment(name="typed")
    assert_type(experiment, Experiment)
    experiment.log_params({"factor": 2.0, "rows": len(rows.pandas())})
    experiment.log_metric("loss", 0.5, step=1)
    experiment.log_metrics({"loss": 0.25}, step=2)
    model.publish(Doubler(2.0), experiment=experiment)


@evaluation("holdout")
@transform.using(model=ModelInput("/typed/model", model_version="production"), out=Output("/typed/scores"))
def score(model: Doubler, out: LightweightOutput) -> None:
    frame = model.predict(pd.DataFrame({"x": [1]}))
    found: Evaluation = model.create_evaluation()
    found.log_metric("rows", float(len(frame)))
    out.write_table(frame)


pipeline = Pipeline()
pipeline.add_transforms(clean, total, first, train, score)
assert_type(clean, Transform)


def read() -> None:
    """Read back what was committed."""
    model = pm.open_model("/typed/model")
    assert_type(model.experiments[0].metrics("loss").polars(), pl.DataFrame)
    assert_type(model.tags, Mapping[str, str])
    comparison = model.compare(["typed"])
    for points in comparison.points("loss").values():
        assert_type(len(points["loss"]), int)
    result = run_transform(clean, {"rows": [{"x": 1}], "names": pl.DataFrame({"x": [1]})})
    assert_type(result.outputs["out"].polars(), pl.DataFrame)
    assert_type(result.status, str)
