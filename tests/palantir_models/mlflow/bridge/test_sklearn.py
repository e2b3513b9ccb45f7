"""scikit-learn's autologging writes into the experiment what it writes anywhere, but for models."""

from __future__ import annotations

from threading import Thread

import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV

CLASSIFIED = {
    f"training_{name}"
    for name in (
        "accuracy_score", "f1_score", "log_loss", "precision_score", "recall_score", "roc_auc", "score",
    )
}  # fmt: skip


def test_a_fit(experiment, content, dropped):
    """Parameters, the scores of the training data, and the confusion matrix."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.sklearn.autolog()
        model = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
    found = content(run)
    assert len(found.params) == 14
    assert (found.params["max_iter"], found.params["C"], found.params["random_state"]) == (500, 1.0, "None")
    assert set(found.metrics) == CLASSIFIED
    assert found.metrics["training_score"] == [(0, model.score(*load_iris(return_X_y=True)))]
    assert found.images == {"training_confusion_matrix": [0]}
    assert dropped() == "1 artifact (1 html), 1 model, 1 dataset"


def test_several_fits(experiment, content):
    """Each follows the one before: values are kept, parameters are the last ones."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.sklearn.autolog()
        for c in (0.01, 1.0):
            LogisticRegression(C=c, max_iter=500).fit(*load_iris(return_X_y=True))
        LinearRegression().fit(*load_diabetes(return_X_y=True))
    found = content(run)
    assert found.params["C"] == 1.0
    assert [step for step, _ in found.metrics["training_accuracy_score"]] == [0, 1]
    assert len(found.metrics["training_score"]) == 3
    assert found.images == {"training_confusion_matrix": [0, 1]}


def test_a_grid_search(experiment, content, dropped):
    """The search and its best model are kept; a run for each candidate is not, which is said."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.sklearn.autolog()
        search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0, 10.0]}, cv=3)
        search.fit(*load_iris(return_X_y=True))
    found = content(run)
    assert found.params["best_C"] == search.best_params_["C"]
    assert found.metrics["best_cv_score"] == [(0, search.best_score_)]
    assert set(found.metrics) == {*CLASSIFIED, "best_cv_score"}
    assert "3 nested runs (with 21 metric values, 42 parameters)" in dropped()


def test_the_candidates_of_a_grid_search(experiment, content):
    """Its table of results can be logged, as the page for users advises."""
    import mlflow

    run, search = experiment("FAIL"), GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0]}, cv=3)
    search.fit(*load_iris(return_X_y=True))
    with run.as_mlflow_run():
        mlflow.log_table(search.cv_results_, "candidates.json")
    rows = content(run).rows["candidates"]
    assert [row["mean_test_score"] for row in rows] == search.cv_results_["mean_test_score"].tolist()
    assert [str(row["param_C"]) for row in rows] == ["0.1", "1.0"]


def test_scores_after_the_fit(experiment, content):
    """MLflow also logs how a model scores on other data."""
    import mlflow

    x, y = load_iris(return_X_y=True, as_frame=True)
    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.sklearn.autolog()
        score = LogisticRegression(max_iter=500).fit(x[::2], y[::2]).score(x[1::2], y[1::2])
    (name,) = set(content(run).metrics) - CLASSIFIED
    assert content(run).metrics[name] == [(0, score)]


def test_autologging_of_everything(experiment, content):
    """``mlflow.autolog()`` includes it."""
    import mlflow

    run = experiment("FAIL")
    with run.as_mlflow_run():
        mlflow.autolog(silent=True)
        LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
    assert set(content(run).metrics) == CLASSIFIED


@pytest.mark.parametrize("threads", [2])
def test_fits_in_threads_of_the_block(threads, experiment, content):
    """A fit in a thread that has no run of its own is not the experiment's, and breaks nothing."""
    import mlflow

    run, fitted = experiment(), []

    def fit() -> None:
        fitted.append(LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)))

    with run.as_mlflow_run():
        mlflow.sklearn.autolog(silent=True)
        workers = [Thread(target=fit) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(fitted) == threads
    assert content(run).metrics == {}
