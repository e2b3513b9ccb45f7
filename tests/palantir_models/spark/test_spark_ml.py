"""Models of Spark ML: trained in a transform, logged, published, and used again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer

import palantir_models as pm
from palantir_models.errors import ArtifactMismatchError
from palantir_models.transforms import ModelInput, ModelOutput
from transforms.api import Input, Output, transform
from transforms.store.store import Store
from transforms.testing import run_transform as run

CANCER = load_breast_cancer()
DATA = pd.DataFrame({"x": CANCER.data[:, 0], "radius": CANCER.data[:, 20], "label": CANCER.target.astype(float)})


@transform(data=Input("/data"), model=ModelOutput("/model"))
def train(data, model):
    """Fit a logistic regression and log how it went."""
    from pyspark.ml import Pipeline
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import VectorAssembler

    experiment = model.create_experiment("logistic")
    experiment.log_params({"maxIter": 10, "regParam": 0.01})
    stages = [VectorAssembler(inputCols=["x", "radius"], outputCol="features"), LogisticRegression(maxIter=10)]
    fitted = Pipeline(stages=stages).fit(data.dataframe())
    for loss in fitted.stages[-1].summary.objectiveHistory:
        experiment.log_metric("train/loss", loss)
    experiment.log_table("coefficients", pd.DataFrame({"value": fitted.stages[-1].coefficients.toArray()}))
    from tests.palantir_models.spark.spark_ml_adapter import OnSpark

    model.publish(OnSpark(fitted), experiment=experiment)


@pytest.fixture(scope="module")
def trained_once(needs_spark: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a store with the model in it."""
    root: Path = tmp_path_factory.mktemp("trained") / "store"
    run(train, {"data": DATA}, store=Store(root))
    return root


@pytest.fixture
def trained(trained_once: Path, store: Store) -> Store:
    """The test's store, with the model in it."""
    shutil.copytree(trained_once, store.root)
    return store


@transform(data=Input("/data"), model=ModelInput("/model"), out=Output("/scored"))
def score(data, model, out):
    """Ask the model in a job of its own."""
    out.write_dataframe(model.predict(data.dataframe()).select("label", "prediction"))


def test_training_and_scoring_with_spark_ml(run_transform: Any, spark: Any, store: Any) -> None:
    """The fitted pipeline round trips through the store; its experiment has the iterations."""
    run_transform(train, {"data": DATA})
    experiment = pm.open_model("/model", root=store.root).experiments[0]
    losses = experiment.metrics("train/loss").polars()["value"].to_list()
    assert len(losses) > 3
    assert losses == sorted(losses, reverse=True)
    assert experiment.tables["coefficients"].polars().height == 2

    scored = run_transform(score, {"data": DATA}).outputs["out"].polars()
    assert scored.height == len(DATA)
    assert (scored["label"] == scored["prediction"]).mean() > 0.85


USES_IT = """
import sys
import pandas as pd
import palantir_models as pm

model = pm.open_model("/model", root=sys.argv[1])
print(len(model.versions), "pyspark" in sys.modules)
adapter = model.load()
frame = pd.DataFrame({"x": [10.0, 25.0], "radius": [11.0, 30.0]})
print([row.prediction for row in adapter.transform(frame).df_out.collect()])
"""


def test_a_model_loads_in_a_process_that_has_no_spark_yet(spark: Any, trained: Store) -> None:
    """Loading starts Spark, looking starts none; a pandas frame is enough to ask the model."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", USES_IT, str(trained.root)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=trained.root.parent)
    assert done.stdout.splitlines() == ["1 False", "[1.0, 0.0]"], done.stderr[-3000:]


def test_any_frame_becomes_one_of_spark(run_transform: Any, spark: Any, trained: Store) -> None:
    """Also in the thread of a build, where Spark knows of no active session."""

    @transform(model=ModelInput("/model"), out=Output("/scored"))
    def few(model, out):
        out.write_dataframe(model.transform(DATA.head(3)).df_out.select("prediction"))

    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(run_transform, few).result()
    assert result.outputs["out"].polars().schema == {"prediction": pl.Float64}


def test_a_changed_file_is_refused(run_transform: Any, spark: Any, trained: Store) -> None:
    """Files that Spark wrote are verified as all others are."""
    file = next((trained.root / "master/models/model/artifacts").rglob("*.parquet"))
    file.write_bytes(file.read_bytes() + b"0")
    with pytest.raises(ArtifactMismatchError, match="was changed"):
        run_transform(score, {"data": DATA})
