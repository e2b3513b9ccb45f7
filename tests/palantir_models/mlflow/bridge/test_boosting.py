"""XGBoost and LightGBM: every round's value, once, whichever way the model is trained."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_iris

X, Y = load_iris(return_X_y=True)
ROUNDS = 12
MULTICLASS = {"objective": "multiclass", "num_class": 3, "verbosity": -1}


def train_xgboost() -> None:
    """By its own interface."""
    import xgboost

    data = xgboost.DMatrix(X, label=Y)
    parameters = {"objective": "multi:softprob", "num_class": 3, "eta": 0.3}
    xgboost.train(parameters, data, num_boost_round=ROUNDS, evals=[(data, "train")], verbose_eval=False)


def train_lightgbm() -> None:
    """By its own interface."""
    import lightgbm

    data = lightgbm.Dataset(X, label=Y)
    lightgbm.train({**MULTICLASS, "learning_rate": 0.3}, data, num_boost_round=ROUNDS, valid_sets=[data])


def fit_xgboost() -> None:
    """By that of scikit-learn."""
    import xgboost

    xgboost.XGBClassifier(n_estimators=ROUNDS).fit(X, Y, eval_set=[(X, Y)], verbose=False)


def fit_lightgbm() -> None:
    """By that of scikit-learn."""
    import lightgbm

    lightgbm.LGBMClassifier(n_estimators=ROUNDS, verbosity=-1).fit(X, Y, eval_set=[(X, Y)])


@pytest.mark.parametrize(
    ("library", "train", "series", "parameter", "images", "lost"),
    [
        ("xgboost", train_xgboost, "train-mlogloss", "eta", {"feature_importance_weight"}, "1 artifact (1 json)"),
        ("xgboost", fit_xgboost, "validation_0-mlogloss", None, {"feature_importance_weight"}, "1 artifact (1 json)"),
        (
            "lightgbm",
            train_lightgbm,
            "training-multi_logloss",
            "learning_rate",
            {"feature_importance_gain", "feature_importance_split"},
            "2 artifacts (2 json)",
        ),
        (
            "lightgbm",
            fit_lightgbm,
            "training-multi_logloss",
            None,
            {"feature_importance_gain", "feature_importance_split"},
            "2 artifacts (2 json)",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_autologging(library, train, series, parameter, images, lost, experiment, content, dropped):
    """Parameters, a series with a value for each round, and the importance of the features as images."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        getattr(mlflow, library).autolog()
        train()
    found = content(run)
    assert [step for step, _ in found.metrics[series]] == list(range(ROUNDS))
    assert set(found.metrics) == {series}
    assert set(found.images) == images
    assert parameter is None or found.params[parameter] == 0.3
    assert dropped() == f"{lost}, 1 model, 2 datasets"


def test_a_second_training(experiment, content):
    """It counts on behind the first."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.xgboost.autolog(log_models=False)
        train_xgboost()
        train_xgboost()
    values = content(run).metrics["train-mlogloss"]
    assert [step for step, _ in values] == list(range(2 * ROUNDS))
    assert [value for _, value in values[:ROUNDS]] == [value for _, value in values[ROUNDS:]]
