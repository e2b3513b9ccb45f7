"""Charts: every value where it can be seen, and no spike less where it cannot."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest

from palantir_models import open_model
from palantir_models.page.buckets import Curve
from palantir_models.page.charts import draw


def decoded(content: bytes) -> tuple[Any, Any, dict[str, dict[str, Any]]]:
    """Return head, x and the columns of each run, as a browser reads them."""
    (length,) = struct.unpack_from("<I", content)
    head = json.loads(content[4 : 4 + length])
    numbers = np.frombuffer(content, "<f8", offset=4 + length).reshape(head["columns"] + 1, head["rows"])
    columns = iter(numbers[1:])
    return head, numbers[0], {run["id"]: {name: next(columns) for name in run["columns"]} for run in head["runs"]}


@pytest.fixture
def ask(page: Any, rid: str, ids: list[str]) -> Any:
    """Ask for a chart of the three experiments."""

    def asked(series: str = "train/loss", **parameters: Any) -> Any:
        names = "&".join(f"{name}={value}" for name, value in parameters.items())
        chosen = "&".join(f"id={identity}" for identity in ids)
        answer = page.ask(f"/data/models/{rid}/charts?series={series}&{chosen}&{names}")
        assert answer.status == 200, answer.body
        return decoded(answer.body)

    return asked


def test_few_values_of_the_same_steps_are_sent_as_they_are(ask: Any, ids: list[str]) -> None:
    """With a gap where one is not finite, and a mark for it."""
    head, x, runs = ask()
    assert head["kind"] == "raw"
    assert x.tolist() == list(range(100))
    for number, identity in enumerate(ids):
        expected = [math.nan if 50 <= step < 53 else 1 / (step + 1 + number) for step in range(100)]
        assert np.array_equal(runs[identity]["last"], expected, equal_nan=True)
    assert head["points"] == 300
    assert head["shown"] == 291
    assert head["domain"] == [0.0, 99.0]
    assert head["runs"][0]["nonfinite"] == {"nan": 1, "posinf": 1, "neginf": 1}
    assert head["runs"][0]["marks"] == [[50.0, "NaN"], [51.0, "Infinity"], [52.0, "-Infinity"]]


def test_too_many_values_are_cut_into_pieces(ask: Any, ids: list[str]) -> None:
    """One for each pixel, on one axis for all."""
    head, x, runs = ask(width=10)
    assert head["kind"] == "buckets"
    assert len(x) == 10
    first = runs[ids[0]]
    assert (first["low"][0], first["high"][0], first["last"][0]) == (1 / 10, 1.0, 1 / 10)
    assert head["points"] == 300
    assert head["shown"] == 30


def test_a_zoom_brings_every_value_in_view(ask: Any, ids: list[str]) -> None:
    """And one on either side, so that lines lead out of the view."""
    head, x, runs = ask(width=10, **{"from": 10, "to": 20})
    assert head["kind"] == "raw"
    assert x.tolist() == list(range(9, 22))
    assert head["points"] == 33
    assert head["domain"] == [0.0, 99.0]
    assert runs[ids[0]]["last"][0] == 1 / 10


def test_an_experiment_without_the_series_has_no_values(ask: Any, ids: list[str]) -> None:
    """It stays in its place."""
    head, x, runs = ask("only/here")
    assert x.tolist() == [0.0]
    assert [run["points"] for run in head["runs"]] == [0, 1, 0]
    assert np.isnan(runs[ids[0]]["last"]).all()


def test_a_series_that_none_has_is_an_empty_chart(ask: Any) -> None:
    """Nothing is made up."""
    head, x, _ = ask("nothing")
    assert (head["domain"], head["rows"], len(x)) == (None, 0, 0)


def test_another_metric_can_be_the_axis(ask: Any, ids: list[str]) -> None:
    """Values meet at their step."""
    head, x, runs = ask("speed", x="metric:train/loss", width=200)
    assert head["kind"] == "union"
    assert (np.diff(x) > 0).all()
    (place,) = np.flatnonzero(x == 1.0)
    assert runs[ids[0]]["last"][place] == 0.0
    assert head["runs"][0]["points"] == 97


@pytest.mark.parametrize("axis", ["time", "relative"])
def test_time_can_be_the_axis(ask: Any, shop: Any, ids: list[str], axis: str) -> None:
    """In seconds since 1970, or since the experiment began."""
    head, _, _ = ask("only/here", x=axis)
    one = open_model("/wine", root=shop / ".transforms").experiment(ids[1])
    logged = one.metrics("only/here").polars()["timestamp"][0].timestamp()
    begun = one.created_time.timestamp() if axis == "relative" else 0.0
    assert head["domain"][0] == pytest.approx(logged - begun, abs=1e-6)


def test_values_of_one_moment_do_not_hide_each_other() -> None:
    """An imported run has times of a whole second: all its values of one are in a piece."""
    tied, other = Curve.of(np.zeros(5), np.array([1.0, 9.0, -9.0, 2.0, 3.0])), Curve.of(np.ones(1), np.ones(1))
    drawn = draw([tied, other], (0.0, 1.0), 100)
    assert drawn.kind == "buckets"
    low, high, last = (column[0] for column in drawn.columns[0])
    assert (low, high, last) == (-9.0, 9.0, 3.0)


def test_runs_of_other_steps_share_an_axis_while_it_is_short() -> None:
    """Beyond that they are cut alike."""
    even, odd = (Curve.of(np.arange(start, 20.0, 2), np.ones(10)) for start in (0, 1))
    assert draw([even, odd], (0.0, 19.0), 10).kind == "union"
    assert draw([even, odd], (0.0, 19.0), 9).kind == "buckets"


def test_pieces_of_a_logarithmic_axis_are_as_wide_as_they_look() -> None:
    """Else the left half of the chart would be one piece."""
    curve = Curve.of(np.arange(1.0, 10_001.0), np.ones(10_000))
    x = draw([curve], (1.0, 10_000.0), 100, log=True).x
    assert np.allclose(np.diff(np.log(x)), np.log(10_000) / 100, rtol=0.05)
    assert draw([curve], (0.0, 10_000.0), 100, log=True).x[0] == 50.0


@pytest.mark.parametrize(
    "parameters",
    [
        "series=a&width=0",
        "series=a&width=5000",
        "series=a&width=x",
        "series=a&from=x",
        "series=a&from=nan",
        "series=a&to=inf",
        "series=speed&from=9&to=1",
        "series=a&x=place",
        "series=a&x=metric:",
        f"series={'a' * 5000}",
        "series=",
        "",
    ],
)
def test_a_chart_that_cannot_be_is_refused(page: Any, rid: str, ids: list[str], parameters: str) -> None:
    """With the parameter that is wrong, before anything is read."""
    answer = page.ask(f"/data/models/{rid}/charts?id={ids[0]}&{parameters}")
    assert answer.status == 400
    assert answer.error["detail"]


def test_a_request_for_too_many_experiments_is_refused(page: Any, rid: str) -> None:
    """A thousand are enough for any screen."""
    chosen = "&".join(f"id={number:032x}" for number in range(1001))
    answer = page.ask(f"/data/models/{rid}/charts?series=a&{chosen}")
    assert answer.status == 400
    assert "1,000 are the most" in answer.error["detail"]
