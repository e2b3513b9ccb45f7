"""Metric sets and evaluators of older code: rows of an output, and the job's evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from foundry_ml_metrics import MetricSet
from foundry_ml_metrics.evaluation import ComputedMetricValue, Evaluator, Field
from palantir_models.evaluation.errors import EvaluationError
from palantir_models.transforms import ModelInput, evaluation
from tests.palantir_models.evaluation.sample_evaluations import AtLeast
from transforms.api import Input, Output, transform


class Counts(Evaluator):
    """Counts rows."""

    def __init__(self, actual_field: Field[int]) -> None:
        self.actual_field = actual_field

    def apply_spark(self, df: Any) -> list[ComputedMetricValue]:
        return [ComputedMetricValue("rows", len(df))]


def scored(model: Any, rows: Any, scores: Any) -> None:
    """Save some metrics."""
    metrics = MetricSet(model=model, input_data=rows)
    for one in Counts("y").apply_spark(rows.pandas()):
        metrics.add(name=one.metric_name, value=one.metric_value)
    metrics.add("f1", 0.5, subset={"age": "young"}, stage="test")
    metrics.add("f1", 0.25, subset="old")
    metrics.save(scores)


def test_a_metric_set_is_saved_as_rows(run_transform: Any) -> None:
    """With the version that it is about, and the dataset; older code gives the version by a part of its RID."""

    @transform.using(model=ModelInput("/model"), rows=Input("/rows"), scores=Output("/scores"))
    def score(model, rows, scores):
        scored(model.model_version_rid.rpartition(".")[2], rows, scores)

    result = run_transform(score, {"model": AtLeast(1), "rows": [{"y": 1}]})
    rows = result.output.rows()
    assert [(row["metric"], row["value"], row["subset"], row["stage"]) for row in rows] == [
        ("rows", 1.0, None, None),
        ("f1", 0.5, "age=young", "test"),
        ("f1", 0.25, "old", None),
    ]
    assert len(rows[0]["model_version"]) == 32
    assert rows[0]["input_data"].startswith("ri.foundry.main.dataset.")
    assert result.evaluations == ()


def test_a_metric_set_is_an_evaluation_where_the_transform_is_one(run_transform: Any) -> None:
    """By subset and stage."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), rows=Input("/rows"), scores=Output("/scores"))
    def score(model, rows, scores):
        scored(model, rows, scores)

    result = run_transform(score, {"model": AtLeast(1), "rows": [{"y": 1}]})
    assert result.evaluations[0].metrics == {"rows": 1.0, "age=young test/f1": 0.5, "old/f1": 0.25}
    assert result.output.rows()[0]["model_version"] == result.evaluations[0].model_version_id


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: MetricSet(3, None),
        lambda: MetricSet("id", None).add("", 1.0),
        lambda: MetricSet("id", None).add("f1", "high"),
        lambda: MetricSet("id", None).add("f1", 1.0, subset=3),
        lambda: MetricSet("id", None).add("f1", 1.0, stage="s" * 101),
    ],
)
def test_what_is_no_metric_is_refused(wrong: Any) -> None:
    """When it is added."""
    with pytest.raises(EvaluationError):
        wrong()
