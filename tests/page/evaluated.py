"""A model whose versions were evaluated in two sets and on two branches, with whatever a hostile person could log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
from PIL import Image

from palantir_models.transforms import ModelInput, evaluation
from tests.page.gallery import TAKEN
from tests.palantir_models.evaluation.sample_evaluations import AtLeast
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing.run import run_transform

MODEL = "/studies/evaluated"


def judged(name: str, evaluation_set: str, version: str | None = None, **scores: float) -> Any:
    """Return a transform that logs scores, an image, a plot and a table."""

    def judge(model: Any) -> None:
        made = model.create_evaluation(name)
        made.log_metrics(scores)
        made.log_image("confusion", Image.new("RGB", (40, 30), (200, 60 * len(name) % 255, 90)), caption=f"by {name}")
        made.log_plot("roc", go.Figure(go.Scatter(y=[0, 0.8, 1])), description=f"of {name}")
        made.log_table("worst", pl.DataFrame({"item": [name], "error": [0.5]}), description="rows")

    return evaluation(evaluation_set)(transform.using(model=ModelInput(MODEL, model_version=version))(judge))


def evaluated_store(root: Path) -> Store:
    """Make the store."""
    store = Store(root)
    first = {"example_count": 200.0, "accuracy": 0.875, "false_positives": 14.0, "loss": 0.5, "young/f1": 0.75}
    second = {"example_count": 200.0, "accuracy": 0.9, "false_positives": 9.0, "loss": 0.625, "young/f1": float("nan")}
    run_transform(judged("holdout", "holdout", **first), {"model": AtLeast(1)}, store=store)
    run_transform(judged("drift", "drift", psi=0.125), store=store)
    run_transform(judged("again", "holdout", **second, **{"old/f1": 0.5}), {"model": AtLeast(2)}, store=store)
    run_transform(judged("on dev", "holdout", "1.0.0", accuracy=0.8), store=store, branch="dev")
    run_transform(judged(TAKEN, TAKEN, **{f"{TAKEN[:20]}/f1": 1.0}), store=store)
    return store
