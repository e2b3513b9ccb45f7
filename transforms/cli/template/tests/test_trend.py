"""The training, tried on days that get warmer by half a degree each."""

import pandas as pd
from transforms.testing import run_transform

from pipelines.trend import train_trend


def test_the_line_follows_the_days():
    means = [{"day": f"2026-01-{number + 1:02}", "celsius": 1.0 + number / 2} for number in range(20)]

    result = run_transform(train_trend, {"means": means})

    losses = result.experiments[0].metrics("loss").polars()["value"]
    assert losses[-1] < losses[0] / 100
    told = result.models["model"].load().transform(pd.DataFrame({"number": [0, 20]})).told
    assert told["celsius"].round(1).tolist() == [1.0, 11.0]
