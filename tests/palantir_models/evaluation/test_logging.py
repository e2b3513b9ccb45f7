"""What an evaluation takes: the last value of each name, within limits; mistakes are told and change nothing."""

from __future__ import annotations

import math
import threading

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from palantir_models.evaluation.columns import metrics_json, metrics_of
from palantir_models.evaluation.contents import Contents
from palantir_models.evaluation.errors import EvaluationError, EvaluationLimitError, EvaluationTypeError
from palantir_models.evaluation.evaluation import Evaluation
from palantir_models.evaluation.subsets import grouped
from palantir_models.experiment.limits import Limits

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.fixture
def contents():
    """What an evaluation was given: nothing."""
    return Contents(Limits(table_rows=3, evaluation_upload_bytes=9_000))


def test_the_last_value_of_a_name_stays(contents, png_bytes):
    """Of metrics, images, plots and tables."""
    for number in (1, 2):
        contents.set_metrics({"f1": number, "auc": np.float32(0.5)})
        contents.set_image("confusion", png_bytes, f"{number}")
        contents.set_plot("roc", go.Figure(go.Scatter(y=[number])), None)
        contents.set_table("worst", pl.DataFrame({"x": [number]}), f"{number}")
    assert contents.metrics == {"f1": 2.0, "auc": 0.5}
    found = contents.media
    assert [(row["series"], row["step"], row["caption"], row["png"]) for row in found["images"]] == [
        ("confusion", 0, "2", png_bytes)
    ]
    assert [row["figure"].count('"y":[2]') for row in found["plots"]] == [1]
    assert [(row["name"], row["description"], row["row_count"]) for row in found["tables"]] == [("worst", "2", 1)]


def test_images_of_other_kinds_are_stored_as_png(contents, png_bytes, tmp_path):
    """A path, and a Pillow image."""
    (tmp_path / "one.png").write_bytes(png_bytes)
    contents.set_image("path", str(tmp_path / "one.png"), None)
    contents.set_image("pillow", Image.new("RGB", (4, 2), "red"), None)
    assert [(row["width"], row["height"]) for row in contents.media["images"]] == [(4, 2), (4, 2)]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda one: one.set_metrics({"": 1.0}), EvaluationError),
        (lambda one: one.set_metrics({"n" * 101: 1.0}), EvaluationError),
        (lambda one: one.set_metrics({3: 1.0}), EvaluationTypeError),
        (lambda one: one.set_metrics({"good": 1.0, "bad": "0.5"}), EvaluationTypeError),
        (lambda one: one.set_metrics({"truth": True}), EvaluationTypeError),
        (lambda one: one.set_metrics([("f1", 1.0)]), EvaluationTypeError),
        (lambda one: one.set_image("i" * 101, b"", None), EvaluationError),
        (lambda one: one.set_image("i", b"GIF89a", None), EvaluationError),
        (lambda one: one.set_image("i", object(), None), EvaluationTypeError),
        (lambda one: one.set_plot("p", {"data": []}, None), EvaluationTypeError),
        (lambda one: one.set_plot("p", go.Figure(), "d" * 201), EvaluationError),
        (lambda one: one.set_plot("p", go.Figure(go.Scatter(y=list(range(3_000)))), None), EvaluationLimitError),
        (lambda one: one.set_table("t", [1, 2], None), EvaluationTypeError),
        (lambda one: one.set_table("t", pd.DataFrame({"x": range(4)}), None), EvaluationLimitError),
        (lambda one: one.set_table("t", pl.DataFrame({"x": ["y" * 9_000_000]}), 7), EvaluationTypeError),
    ],
)
def test_a_mistake_is_told_and_keeps_nothing(contents, call, kind):
    """Of a batch neither the good values; every error is of one tree."""
    with pytest.raises(kind) as caught:
        call(contents)
    assert isinstance(caught.value, EvaluationError)
    assert (contents.metrics, contents.media) == ({}, {"images": [], "plots": [], "tables": []})


def test_what_takes_too_many_bytes_is_refused(contents):
    """By what is stored; the message names the setting."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), dtype="uint8"))
    with pytest.raises(EvaluationLimitError, match=r"takes 2\d,\d+ bytes and may take 9,000.*evaluation_upload_bytes"):
        contents.set_image("noise", noise, None)


def test_many_threads_may_log(contents):
    """Nothing gets lost."""
    threads = [
        threading.Thread(target=lambda n=n: [contents.set_metrics({f"{n}/{i}": i}) for i in range(100)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(contents.metrics) == 400


@given(st.dictionaries(NAMES, st.floats(), max_size=5))
def test_metrics_are_read_as_they_were_logged(metrics):
    """Whatever their names and values, NaN and the infinities too."""
    found = metrics_of(metrics_json(metrics))
    assert list(found) == list(metrics)
    assert all(
        math.isnan(b) if math.isnan(a) else a == b for a, b in zip(metrics.values(), found.values(), strict=True)
    )


@given(NAMES)
def test_a_subset_is_what_stands_before_the_first_slash(key):
    """Taking a name apart loses nothing; a slash with nothing on a side of it groups nothing."""
    part = grouped(key)
    assert part.key == key
    subset, _, name = key.partition("/")
    assert part.subset == (subset if subset and name else None)


def test_an_evaluation_comes_from_a_model_input():
    """There is no other way to one."""
    with pytest.raises(EvaluationError, match="create_evaluation"):
        Evaluation()
