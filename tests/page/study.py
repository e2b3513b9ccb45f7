"""A study of a hundred experiments, and one that failed: what the tests of the page look at beside the sample pipelines."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl

import palantir_models as pm
from palantir_models.transforms import ModelOutput
from transforms import expectations as E
from transforms.api import Check, Output, incremental, transform

EXPERIMENTS = 100
STEPS = 30
PUBLISHED = (0, 50, 99)
HOSTILE = '<img src=x onerror="document.title=`taken`">'


class Rate(pm.ModelAdapter):
    """Gives one number back."""

    @pm.auto_serialize(rate=pm.serializers.JsonSerializer())
    def __init__(self, rate: float) -> None:
        self.rate = rate

    @classmethod
    def api(cls) -> Any:
        """Declare a table with a column, and a parameter."""
        inputs = {"rows": pm.Pandas(columns=[("age", float)]), "scale": pm.Parameter(float, default=1.0)}
        return inputs, {"rates": pm.Pandas(columns=[("rate", float)])}

    def predict(self, rows: Any, scale: float) -> Any:
        """Give it for each row."""
        return rows.assign(rate=self.rate * scale)


@transform.using(model=ModelOutput("/studies/churn"))
def churn_study(model: Any) -> None:
    """Log experiments whose losses fall at their learning rates; publish some of them."""
    chance = random.Random(7)
    for number in range(EXPERIMENTS):
        rate = 10 ** chance.uniform(-3, -1)
        experiment = model.create_experiment(name=f"trial-{number}" if number != 1 else HOSTILE)
        experiment.log_params(
            {
                "lr": rate,
                "depth": chance.choice([2, 4, 8]),
                "optimizer": chance.choice(["adam", "sgd"]),
                "augment": number % 2 == 0,
            }
        )
        for step in range(STEPS):
            left = math.exp(-8 * rate * step)
            values = {"train/loss": left, "valid/loss": left + 0.05, "valid/accuracy": 1 - 0.6 * left}
            experiment.log_metrics(values, step=step)
        if number in PUBLISHED:
            model.publish(model_adapter=Rate(rate), experiment=experiment, notes=f"trial {number}")


@incremental()
@transform.using(
    rates=Output(
        "/studies/rates",
        checks=[Check(E.count().gt(0), "some rates"), Check(E.col("rate").lt(0.5), "small rates", on_error="WARN")],
    )
)
def rates_study(rates: Any) -> None:
    """Add two rates, of which one is too large."""
    rates.write_table(pl.DataFrame({"rate": [0.1, 0.9]}))


@transform.using(model=ModelOutput("/studies/broken"))
def broken_study(model: Any) -> None:
    """Log one value, then fail."""
    experiment = model.create_experiment(name="first")
    experiment.log_params({"lr": 1e-3})
    experiment.log_metric("loss", float("nan"))
    raise ValueError("Input contains NaN")
