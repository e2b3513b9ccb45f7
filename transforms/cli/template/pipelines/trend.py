"""Whether it gets warmer: a line through the daily means, found step by step."""

import numpy as np
from palantir_models.transforms import ModelOutput
from transforms.api import FloatParam, Input, transform

from pipelines.adapter import TrendAdapter

STEPS = 200


@transform.using(
    means=Input("/sample/daily_means"),
    model=ModelOutput("/sample/trend"),
    rate=FloatParam(0.5),
)
def train_trend(means, model, rate):
    """Log how far off the line is after each step, and publish it with the experiment."""
    celsius = means.polars()["celsius"].to_numpy()
    share = np.arange(len(celsius)) / len(celsius)  # 0 to 1, so that one rate fits both numbers
    experiment = model.create_experiment(name="trend")
    experiment.log_params({"rate": rate.value, "steps": STEPS, "days": len(celsius)})

    start = slope = 0.0
    for step in range(STEPS):
        off = start + slope * share - celsius
        experiment.log_metrics({"loss": float((off**2).mean()), "slope": slope / len(celsius)}, step=step)
        start -= rate.value * float(off.mean())
        slope -= rate.value * float((off * share).mean())

    model.publish(TrendAdapter(start, slope / len(celsius)), experiment=experiment)
