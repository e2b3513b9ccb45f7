"""``evaluate``: what it asks the model, where it finds answers, and what scikit-learn says of them."""

from __future__ import annotations

import math
import sys

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn import metrics as sk
from sklearn.datasets import load_iris

import palantir_models as pm
from palantir_models.evaluation.contents import Contents
from palantir_models.evaluation.errors import EvaluationError, EvaluationTypeError
from palantir_models.evaluation.evaluation import Record, evaluation_of
from palantir_models.evaluation.evaluators.scoring import classification, regression
from palantir_models.evaluations import (
    ClassificationEvaluatorConfig,
    EvaluationResult,
    RegressionEvaluatorConfig,
    evaluate,
)
from palantir_models.experiment.limits import Limits
from palantir_models.transforms import ModelInput, evaluation
from tests.palantir_models.evaluation.sample_evaluations import AtLeast
from transforms.api import Input, transform
from transforms.errors import MissingExtraError, MisuseError
from transforms.testing import run_transform

CLASSES = ClassificationEvaluatorConfig()
ROWS = pd.DataFrame({"x": range(10), "y": [0] * 5 + [1] * 5})


@pytest.fixture
def target():
    """An evaluation of no job."""
    version = type("Version", (), {"version": "1.0.0", "version_id": "1", "branch": "master"})()
    return evaluation_of(Record("0" * 32, "holdout", "holdout", "/model", version, None, Contents(Limits())))


def test_an_evaluation_is_found_in_the_job(store):
    """The model's own; subsets are told by the config."""

    @evaluation("holdout")
    @transform.using(model=ModelInput("/model"), rows=Input("/rows"))
    def judge(model, rows):
        frame = rows.pandas()
        for subset, part in (("", frame), ("small", frame[frame.x < 6])):
            config = ClassificationEvaluatorConfig(class_probability_column="chance", subset=subset or None)
            result = evaluate(model=model, inputs=part, targets="y", prediction_column="guess", evaluator_config=config)
            assert isinstance(result, EvaluationResult)
            assert result.evaluation is model.create_evaluation()
            assert result.metrics.items() <= result.evaluation.metrics.items()

    (found,) = run_transform(judge, {"model": AtLeast(4), "rows": ROWS}, store=store).evaluations
    assert found.subsets[None]["accuracy"] == 0.9
    assert found.subsets["small"] == {
        "example_count": 6.0,
        "accuracy": 5 / 6,
        "precision": 0.5,
        "recall": 1.0,
        "f1": 2 / 3,
        "true_positives": 1.0,
        "true_negatives": 4.0,
        "false_positives": 1.0,
        "false_negatives": 0.0,
        "roc_auc": 1.0,
    }


def test_regression_is_scored_as_scikit_learn_does():
    """By the documented names, in their order."""
    true, predicted = pd.Series([3, -0.5, 2, 7]), pd.Series([2.5, 0.0, 2, 8])
    found = regression(true, predicted)
    assert found == {
        "example_count": 4.0,
        "mean_absolute_error": sk.mean_absolute_error(true, predicted),
        "mean_squared_error": sk.mean_squared_error(true, predicted),
        "root_mean_squared_error": math.sqrt(sk.mean_squared_error(true, predicted)),
        "r2": sk.r2_score(true, predicted),
        "max_error": 1.0,
        "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(true, predicted),
    }
    assert math.isnan(regression(true[:1], predicted[:1])["r2"])


@pytest.mark.parametrize("average", ["weighted", "micro", "macro"])
def test_many_classes_are_scored_as_scikit_learn_does(average):
    """With probabilities by the order of the classes, or by their names."""
    true = pd.Series(["a", "b", "c", "a", "b", "c"])
    predicted = pd.Series(["a", "b", "b", "a", "c", "c"])
    chances = [[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.5, 0.2, 0.3], [0.1, 0.3, 0.6]]
    columns = {name: pd.Series([row[i] for row in chances]) for i, name in enumerate("abc")}
    config = ClassificationEvaluatorConfig(average=average, class_probabilities_columns=list("abc"))
    found = classification(true, predicted, config, columns)
    given = {"average": average, "zero_division": 0}
    assert found == {
        "example_count": 6.0,
        "accuracy": sk.accuracy_score(true, predicted),
        "precision": sk.precision_score(true, predicted, **given),
        "recall": sk.recall_score(true, predicted, **given),
        "f1": sk.f1_score(true, predicted, **given),
        "roc_auc": sk.roc_auc_score(true, chances, multi_class="ovr", average=average),
    }
    turned = dict(reversed(columns.items()))
    assert classification(true, predicted, config, turned) == found
    numbered = {f"chance {name}": column for name, column in columns.items()}
    assert classification(true, predicted, config, numbered) == found


@pytest.mark.parametrize(
    ("classes", "positive"),
    [((0, 1), 1), ((False, True), True), ((-1, 1), 1), (("no", "yes"), "yes"), ((0.0, 1.0), 1.0)],
)
def test_of_two_classes_the_greater_is_the_positive_one(classes, positive):
    """Whatever they are; the average has no meaning then."""
    true, predicted = pd.Series([classes[n] for n in (0, 0, 0, 1, 1)]), pd.Series([classes[n] for n in (0, 1, 1, 1, 0)])
    found = classification(true, predicted, ClassificationEvaluatorConfig(average="macro"), {})
    assert found["precision"] == sk.precision_score(true, predicted, pos_label=positive)
    counts = ("true_positives", "true_negatives", "false_positives", "false_negatives")
    assert [found[name] for name in counts] == [1.0, 1.0, 2.0, 1.0]


def test_one_class_alone():
    """There is no curve then; zeros alone are no hits."""
    probabilities = {"chance": pd.Series([0.1, 0.2])}
    config = ClassificationEvaluatorConfig(class_probability_column="chance")
    zeros = classification(pd.Series([0, 0]), pd.Series([0, 0]), config, probabilities)
    ones = classification(pd.Series([1, 1]), pd.Series([1, 1]), config, probabilities)
    assert (zeros["true_negatives"], zeros["precision"], math.isnan(zeros["roc_auc"])) == (2.0, 0.0, True)
    assert (ones["true_positives"], ones["precision"]) == (2.0, 1.0)


def test_a_class_that_these_rows_lack_has_a_column_all_the_same():
    """Columns named as the classes tell which is missing."""
    columns = {"0": pd.Series([0.9, 0.2]), "1": pd.Series([0.1, 0.7]), "2": pd.Series([0.0, 0.1])}
    config = ClassificationEvaluatorConfig(class_probabilities_columns=list(columns))
    found = classification(pd.Series([0, 1]), pd.Series([0, 1]), config, columns)
    assert found["roc_auc"] == 1.0


@pytest.mark.parametrize(
    ("labels", "predictions", "config", "probabilities", "words"),
    [
        ([0, 1], ["0", "1"], CLASSES, {}, "none would equal another"),
        ([0, None], [0, 1], CLASSES, {}, "no value in 1 of 2 rows"),
        ([], [], CLASSES, {}, "no rows"),
        ([0, 1, 2], [0, 1, 2], ClassificationEvaluatorConfig(average="samples"), {}, "samples"),
        ([0, 1, 2], [0, 1, 2], CLASSES, {"a": [0, 1, 1], "b": [0, 0, 1]}, "2 columns of probabilities"),
        (
            [0, 1, 2],
            [0, 1, 2],
            ClassificationEvaluatorConfig(class_probability_column="p"),
            {"p": [0, 1, 1]},
            "for two classes",
        ),
        ([0, 1], [0, 1], ClassificationEvaluatorConfig(class_probability_column="p"), {"p": ["a", "b"]}, "no numbers"),
    ],
)
def test_what_cannot_be_scored_is_told(labels, predictions, config, probabilities, words):
    """In words about the columns."""
    columns = {name: pd.Series(values) for name, values in probabilities.items()}
    with pytest.raises(EvaluationError, match=words):
        classification(pd.Series(labels, dtype=object), pd.Series(predictions, dtype=object), config, columns)


class Any(AtLeast):
    """Takes and returns what a test says."""

    def __init__(self, answer, api=None):
        self.answer = answer
        self.asked = []
        self._api = api

    def predict(self, *args, **kwargs):
        self.asked.append((args, kwargs))
        return self.answer


ANSWER = pd.DataFrame({"guess": [0, 1]})
ASKED = pd.DataFrame({"x": [1, 2], "y": [0, 1]})


@pytest.mark.parametrize(
    "asked",
    [ASKED, pl.DataFrame(ASKED), pl.LazyFrame(ASKED), pa.Table.from_pandas(ASKED)],
    ids=["pandas", "polars", "lazy", "arrow"],
)
@pytest.mark.parametrize("answer", [ANSWER, pl.DataFrame(ANSWER), {"out": ANSWER, "note": "x"}, (1, ANSWER)])
def test_frames_of_any_library_are_asked_about_and_answered_with(target, asked, answer):
    """The answer is a frame, or has one among others."""
    result = evaluate(Any(answer), asked, "y", "guess", CLASSES, target)
    assert result.metrics["accuracy"] == 1.0


def test_inputs_are_one_argument_several_or_named(target):
    """A frame, a tuple, a dict; the answers may be in another frame."""
    model = Any(ANSWER)
    rest = {"targets": "y", "prediction_column": "guess", "evaluator_config": CLASSES, "evaluation": target}
    evaluate(model, (ASKED, 3), **rest)
    evaluate(model, {"rows": ASKED, "least": 3}, **rest)
    evaluate(model, ASKED.drop(columns="y"), evaluation_df=pl.DataFrame({"y": [1, 1]}), **rest)
    assert [(len(args), list(kwargs)) for args, kwargs in model.asked] == [(2, []), (0, ["rows", "least"]), (1, [])]
    assert target.metrics["accuracy"] == 0.5


class Counts(pm.ModelAdapter):
    """Takes a dict, and defines no predict."""

    def __init__(self):
        pass

    @classmethod
    def api(cls):
        return {"row": pm.Parameter(dict)}, {"df_out": pm.Pandas()}

    def run_inference(self, inputs, outputs):
        outputs.df_out.write(pd.DataFrame({"y": inputs.row["y"]}))


def test_a_dict_is_passed_whole_to_a_model_that_takes_one(target):
    """And a model without predict is asked by transform()."""
    labels = pd.DataFrame({"y": [1.0, 2.0]})
    result = evaluate(Counts(), {"y": [1.0, 4.0]}, "y", None, RegressionEvaluatorConfig(), target, labels)
    assert result.metrics["max_error"] == 2.0


def test_a_column_that_is_passed_on_is_no_prediction(target, caplog):
    """Where all answers are the targets and their column was not named, it is said."""
    evaluate(Any(ASKED), ASKED, "y", evaluator_config=CLASSES, evaluation=target)
    assert "are the targets themselves" in caplog.text


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"model": object()}, EvaluationTypeError, "takes a model"),
        ({"evaluator_config": None}, EvaluationTypeError, "RegressionEvaluatorConfig"),
        ({"evaluation": "holdout"}, EvaluationTypeError, "create_evaluation"),
        ({"evaluation": None}, MisuseError, "@evaluation"),
        ({"targets": "Y"}, EvaluationError, "argument inputs has no column 'Y'"),
        ({"targets": 3}, EvaluationTypeError, "named by text"),
        ({"inputs": (ASKED, ASKED)}, EvaluationError, "2 columns 'y'"),
        ({"inputs": 3}, EvaluationError, "no DataFrame"),
        ({"prediction_column": "gues"}, EvaluationError, "model's output has no column 'gues'.*Did you mean 'guess'"),
        ({"model": Any(pd.DataFrame([[0, 0], [1, 1]], columns=["guess", "guess"]))}, EvaluationError, "2 columns"),
        ({"model": Any(ANSWER[:1])}, EvaluationError, "2 targets and 1 predictions"),
        ({"model": Any({"a": ANSWER, "b": ANSWER})}, EvaluationError, "2 columns"),
    ],
)
def test_what_cannot_be_evaluated_is_told(target, change, kind, words):
    """And nothing is logged."""
    given = {
        "model": Any(ANSWER),
        "inputs": ASKED,
        "targets": "y",
        "prediction_column": "guess",
        "evaluator_config": CLASSES,
        "evaluation": target,
    }
    with pytest.raises(kind, match=words):
        evaluate(**{**given, **change})
    assert target.metrics == {}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ClassificationEvaluatorConfig(average="mean"),
        lambda: ClassificationEvaluatorConfig(class_probabilities_columns=["a"], class_probability_column="a"),
        lambda: ClassificationEvaluatorConfig(class_probabilities_columns="a"),
        lambda: ClassificationEvaluatorConfig(subset="a/b"),
        lambda: RegressionEvaluatorConfig(subset=""),
        lambda: RegressionEvaluatorConfig(subset=3),
    ],
)
def test_a_config_that_cannot_be_followed_is_refused(wrong):
    """When it is made."""
    with pytest.raises(EvaluationError):
        wrong()


def test_scikit_learn_is_asked_for_before_the_model_is(target, monkeypatch):
    """And not imported by anything else of evaluations."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    model = Any(ANSWER)
    with pytest.raises(MissingExtraError, match="pip install scikit-learn"):
        evaluate(model, ASKED, "y", "guess", CLASSES, target)
    assert model.asked == []


def test_real_data(target):
    """The iris flowers, each predicted as the class that its petals are nearest to."""
    frame = load_iris(as_frame=True).frame
    centres = frame.groupby("target")["petal length (cm)"].mean()
    nearest = frame["petal length (cm)"].map(lambda length: (centres - length).abs().idxmin())
    result = evaluate(
        Any(pd.DataFrame({"target": nearest})), frame, "target", evaluator_config=CLASSES, evaluation=target
    )
    assert result.metrics["example_count"] == 150
    assert result.metrics["accuracy"] == sk.accuracy_score(frame["target"], nearest) > 0.9
