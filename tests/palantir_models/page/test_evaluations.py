"""The page's answers about evaluations: of all branches, as they are now, with what they logged by their ids."""

from __future__ import annotations

from typing import Any

import pytest

from palantir_models.page.ids import model_rid
from tests.page.evaluated import MODEL, evaluated_store, judged
from tests.palantir_models.evaluation.sample_evaluations import AtLeast, judge
from transforms.testing.run import run_transform

pytestmark = pytest.mark.slow

PLACE = f"/data/models/{model_rid(MODEL)}"


@pytest.fixture
def evaluated(running: Any, tmp_path: Any) -> Any:
    """A server over a store with evaluations, and the store."""
    store = evaluated_store(tmp_path / "store")
    return running.begin(tmp_path, root=str(store.root)), store


def test_evaluations_are_told_newest_first_with_their_scores(evaluated: Any) -> None:
    """By subset; what JSON has no number for is text. A later one is there at once, on whichever branch it is made."""
    page, store = evaluated
    found = page.get(f"{PLACE}/evaluations")
    assert "holdout" in found["sets"]
    assert [(one["rank"], one["version"], one["branch"]) for one in found["evaluations"]] == [
        (4, "1.1.0", "master"),
        (3, "1.0.0", "dev"),
        (2, "1.1.0", "master"),
        (1, "1.0.0", "master"),
        (0, "1.0.0", "master"),
    ]
    again = found["evaluations"][2]
    assert (again["name"], again["set"], again["transform"]) == ("again", "holdout", "judge")
    assert {"subset": "young", "name": "f1", "value": "NaN"} in again["metrics"]
    run_transform(judged("later", "holdout", f1=1.0), store=store, branch="dev")
    assert page.get(f"{PLACE}/evaluations")["evaluations"][0]["name"] == "later"


def test_what_an_evaluation_logged_is_found_by_its_id(evaluated: Any) -> None:
    """As what an experiment logged is; also of several branches together."""
    page, _ = evaluated
    ids = [one["id"] for one in page.get(f"{PLACE}/evaluations")["evaluations"][1:3]]
    (series,) = page.get(f"{PLACE}/media/image", id=ids)["series"]
    assert [(one["id"], one["caption"], one["step"]) for one in series["entries"]] == [
        (ids[0], "by on dev", 0),
        (ids[1], "by again", 0),
    ]
    image = page.ask(f"{PLACE}/images/{ids[0]}/confusion/0?download")
    assert image.body.startswith(b"\x89PNG")
    assert image.headers["Content-Disposition"] == 'attachment; filename="on-dev-confusion-0.png"'
    assert page.get(f"{PLACE}/plots/{ids[1]}/roc/0")["data"][0]["y"] == [0, 0.8, 1]
    assert page.get(f"{PLACE}/tables/{ids[1]}/worst")["rows"] == [["again", 0.5]]
    assert page.ask(f"{PLACE}/images/{ids[0]}/none/0").status == 404
    assert page.ask(f"{PLACE}/media/image?id={ids[0]}&id={'0' * 32}").status == 410


def test_each_model_has_its_own(evaluated: Any) -> None:
    """And there are none of one that nobody knows."""
    page, store = evaluated
    run_transform(judge(), {"model": AtLeast(1)}, store=store)
    assert page.get(f"/data/models/{model_rid('/model')}/evaluations")["sets"] == ["holdout"]
    assert page.ask(f"/data/models/{model_rid('/nothing')}/evaluations").status == 404


def test_a_build_tells_what_it_evaluated(evaluated: Any) -> None:
    """With the model's RID, so that the page can lead there."""
    page, _ = evaluated
    outputs = [output for build in page.get("/data/builds")["entries"] for output in build["outputs"]]
    drift = next(output for output in outputs if output["path"] == f"drift of {MODEL} 1.0.0")
    assert (drift["kind"], drift["rid"]) == ("evaluation", model_rid(MODEL))
