"""Experiments side by side, of one model or several."""

from __future__ import annotations

import polars as pl
import pytest

from palantir_models.experiment.experiment import Experiment
from palantir_models.experiment.journal.folder import Journals
from palantir_models.experiment.recording import Recording
from palantir_models.reading.comparison import Comparison
from palantir_models.reading.model import open_model
from palantir_models.reading.series import COLUMNS
from transforms.errors import NotFoundError, UsageError


def test_hyperparameters_and_what_differs(model):
    comparison = model.compare()
    assert comparison.differing == ["depth", "only"]
    params = comparison.params.polars()
    assert params["experiment"].to_list() == ["trial-3", "trial-2", "trial"]
    assert params["version"].to_list() == ["1.2.0", "1.1.0", "1.0.0"]
    assert (params["depth"].dtype, params["depth"].to_list()) == (pl.Int64, [5, 4, 3])
    assert params["only"].to_list() == [None, "here", None]


def test_last_least_and_greatest_values(model):
    comparison = model.compare(["trial", "trial-2"])
    assert comparison.last.polars()["loss"].to_list() == [0.01, 500.0]
    assert comparison.min.polars()["loss"].to_list() == [0.01, 0.01]
    assert comparison.max.polars()["loss"].to_list() == [1.0, 500.0]
    assert comparison.last.pandas()["accuracy"].tolist() == [0.99, 0.99]


def test_summaries_of_all_as_columns(model):
    frame = model.compare(["trial", "trial-2"]).summaries.polars()
    ids = [model.experiment(name).experiment_id for name in ("trial", "trial-2")]
    assert frame.columns == ["experiment_id", *COLUMNS]
    assert frame.select("experiment_id", "kind", "name", "length").rows()[:3] == [
        (ids[0], "metric", "loss", 100),
        (ids[0], "metric", "accuracy", 100),
        (ids[1], "metric", "loss", 101),
    ]
    assert frame.filter(kind="table")["name"].to_list() == ["confusion", "errors"]


def test_metrics_of_all_with_the_experiments_name(model):
    frame = model.compare(["trial", "running"]).metrics("loss").polars()
    assert frame.columns == ["experiment", "series", "step", "value", "timestamp"]
    assert frame["experiment"].value_counts().sort("experiment").rows() == [("running", 1), ("trial", 100)]


def test_each_table_is_read_once_however_many_experiments(model, monkeypatch):
    source = model.experiments[0]._source
    reads: list[str] = []
    part = type(source).part
    monkeypatch.setattr(type(source), "part", lambda self, table, ids: reads.append(table) or part(self, table, ids))
    comparison = model.compare()
    comparison.params.polars()
    comparison.last.polars()
    comparison.metrics().polars()
    assert sorted(reads) == ["experiments", "hyperparameters", "metrics"]


def apart(folder, **params):
    """Return an experiment of another model, which is kept apart."""
    experiment = Experiment(Recording("trial", model="/other", context={"branch": "master"}))
    experiment.log_params(params)
    experiment._recording.close("SUCCEEDED")
    experiment._recording.keep(Journals(folder / "_journal"))
    return next(
        one for one in open_model("/other", root=folder).unpublished if one.experiment_id == experiment.experiment_id
    )


def test_experiments_of_one_name_are_told_apart_and_types_may_differ(model, tmp_path):
    """Columns hold numbers where all are numbers, and text where they are not."""
    other = apart(tmp_path, depth=2.5, rate="high", experiment="x")
    comparison = model.experiment("trial").compare([other, other])
    assert comparison.labels == tuple(f"trial ({one.experiment_id[:8]})" for one in (model.experiment("trial"), other))
    params = comparison.params.polars()
    assert params["depth"].to_list() == [3.0, 2.5]
    assert params["rate"].to_list() == ["0.5", "high"]
    assert params["experiment_"].to_list() == [None, "x"]
    assert "depth" in comparison.differing


def test_equal_values_of_different_types_differ(tmp_path):
    comparison = Comparison([apart(tmp_path, a=1, b=1), apart(tmp_path, a=True, b=1)])
    assert comparison.differing == ["a"]


def test_what_cannot_be_compared_is_refused(model):
    with pytest.raises(UsageError, match="one or more experiments"):
        model.compare([])
    with pytest.raises(UsageError, match="one or more experiments"):
        model.compare([3])
    with pytest.raises(NotFoundError, match="no experiment 'x'"):
        model.compare(["trial", "x"])


def test_text_and_html_show_what_differs_with_charts(model):
    comparison = model.compare(["trial", "trial-2"])
    text, page = repr(comparison), comparison._repr_html_()
    for shown in ("2 experiments", "trial-2", "depth", "loss", "500"):
        assert shown in text
        assert shown in page
    assert "optimizer" not in text, "it is the same in both"
    assert "█" in text
    assert page.count("role='img'") == 2


def test_what_a_display_leaves_out_is_said(tmp_path, monkeypatch):
    """Metrics come first, then what differs; how much more there is, and where, stands below."""
    (tmp_path / "pyproject.toml").write_text("[tool.transforms]\npipelines = []\n")
    monkeypatch.chdir(tmp_path)
    from palantir_models import open_model
    from palantir_models.code_workspaces import ModelOutput

    runs = []
    for number in range(2):
        run = ModelOutput("/m").create_experiment(f"run {number}")
        run.log_params({**{f"p{n:02}": n * (number + 1) + 1 for n in range(1, 26)}, "seed": 7, "depth": 3})
        run.log_metrics({f"m{n:02}": 1.0 for n in range(22)})
        run._recording.drain()
        runs.append(run)
    shown = open_model("/m").compare(["run 0", "run 1"])
    text = repr(shown)
    left = "Not shown: 2 metrics more in .last; 5 differing hyperparameters more in .params; 2 hyperparameters the same in all"
    assert left in text
    page = shown._repr_html_()
    assert "Not shown: 2 hyperparameters the same in all: .params." in page, "a page scrolls"
    assert page.index("m21") < page.index("p25")
    assert text.index("m00") < text.index("p01")
    assert "p20" in text
    assert "p21" not in text
