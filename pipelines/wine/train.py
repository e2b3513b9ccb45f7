"""Two families of classifiers, each with its model, its experiment and its transform."""

import numpy as np
import plotly.express as px
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from palantir_models.transforms import ModelOutput
from pipelines.wine.adapter import FEATURES, WineAdapter
from transforms.api import Input, transform

FOLDS = 5


def make_training(family, classifier, parameters):
    """Return the transform that trains one family."""

    @transform.using(train=Input("/examples/wine/train"), model=ModelOutput(f"/examples/wine/{family}"))
    def train_family(train, model):
        wines = train.pandas()
        x, y = wines[FEATURES], wines["cultivar"]
        experiment = model.create_experiment(name=family)
        experiment.log_params({"family": family, "folds": FOLDS, "rows": len(wines), **parameters})
        for fold, (fit, check) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y)):
            fitted = clone(classifier).fit(x.iloc[fit], y.iloc[fit])
            experiment.log_metrics(
                {
                    "fold/accuracy": accuracy_score(y.iloc[check], fitted.predict(x.iloc[check])),
                    "fold/log_loss": log_loss(y.iloc[check], fitted.predict_proba(x.iloc[check])),
                },
                step=fold,
            )
        fitted = clone(classifier).fit(x, y)
        importance = permutation_importance(fitted, x, y, n_repeats=5, random_state=0).importances_mean
        order = np.argsort(importance)
        figure = px.bar(x=importance[order], y=np.array(FEATURES)[order], labels={"x": "importance", "y": ""})
        experiment.log_plot("importance", figure, caption="Loss of accuracy when a column is shuffled")
        model.publish(model_adapter=WineAdapter(fitted), experiment=experiment)

    train_family.__name__ = f"wine_train_{family}"
    return train_family


FOREST = {"n_estimators": 60, "max_depth": 6}
LINEAR = {"C": 0.5, "max_iter": 500}

TRAININGS = [
    make_training("forest", RandomForestClassifier(random_state=0, **FOREST), FOREST),
    make_training("linear", make_pipeline(StandardScaler(), LogisticRegression(**LINEAR)), LINEAR),
]
