"""Evaluations in a job on Spark: frames of Spark are scored, and the model still goes to the workers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from palantir_models.evaluations import RegressionEvaluatorConfig, evaluate
from palantir_models.transforms import DistributedInferenceWrapper, ModelInput, evaluation
from tests.palantir_models.spark.spark_adapters import Scaled
from transforms.api import Input, Output, transform

ROWS = pd.DataFrame({"x": [1.0, 2.0, 4.0], "true": [2.0, 4.0, 9.0]})


def test_a_job_on_spark_evaluates_and_writes(run_transform: Any, spark: Any) -> None:
    """Rows that executors wrote and the evaluation are one commit."""

    @evaluation("holdout")
    @transform(data=Input("/data"), model=ModelInput("/model"), out=Output("/out"))
    def judge(ctx, data, model, out):
        rows = data.dataframe()
        evaluate(
            model=model,
            inputs={"df_in": rows.select("x"), "offset": 0.0},
            evaluation_df=rows,
            targets="true",
            prediction_column="y",
            evaluator_config=RegressionEvaluatorConfig(),
        )
        far = rows.filter(rows.x > 1)
        config = RegressionEvaluatorConfig(subset="far")
        evaluate(model=model, inputs=far, targets="true", prediction_column="y", evaluator_config=config)
        out.write_dataframe(DistributedInferenceWrapper(model, ctx).predict(rows))

    result = run_transform(judge, {"data": ROWS, "model": Scaled(2)})
    (found,) = result.evaluations
    assert (found.subsets[None]["example_count"], found.subsets[None]["max_error"]) == (3.0, 1.0)
    assert (found.subsets["far"]["example_count"], found.subsets["far"]["mean_absolute_error"]) == (2.0, 0.5)
    assert sorted(result.output.column("y")) == [2.0, 4.0, 8.0]
    assert set(result.entry.outputs) == {"dataset:/out", "evaluation:holdout by judge"}
