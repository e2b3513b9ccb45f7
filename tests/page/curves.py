"""A study whose curves are hard to draw: long, with one spike, with values that are no numbers, with a single value."""

from __future__ import annotations

import math
from typing import Any

from palantir_models.transforms import ModelOutput
from tests.page.study import HOSTILE, Rate
from transforms.api import transform

MODEL = "/studies/curves"
NAMES = ("plain", "spiky", HOSTILE, "odd")
STEPS = 20_000
SPIKE_AT, SPIKE = 12_345, 50.0
SMALL = 60


@transform.using(model=ModelOutput(MODEL))
def curves_study(model: Any) -> None:
    """Log four experiments, each in a version of its own."""
    for number, name in enumerate(NAMES):
        experiment = model.create_experiment(name=name)
        experiment.log_params({"lr": 10.0 ** -(number + 1), "optimizer": ("adam", "sgd")[number % 2], "seed": 7})
        for step in range(STEPS):
            spike = SPIKE if name == "spiky" and step == SPIKE_AT else 0.0
            experiment.log_metric("long/loss", 1 + number + math.sin(step / 1000) + spike, step=step)
        for step in range(40):
            value = number + step / 10
            if name == "odd":
                value = {10: math.nan, 20: math.inf, 30: -math.inf}.get(step, value)
            experiment.log_metrics({"odd/values": value, "odd/signs": step - 20.0}, step=step)
        experiment.log_metric("odd/single", number, step=5)
        for small in range(SMALL):
            for step in range(5):
                experiment.log_metric(f"small/m{small:02}", number + small + step, step=step)
        model.publish(model_adapter=Rate(1.0), experiment=experiment)
