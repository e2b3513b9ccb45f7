"""Opening a model: versions, experiments, and clear answers to what is not there."""

from __future__ import annotations

import pytest

import palantir_models as pm
from palantir_models.reading.facts import ranks_of
from transforms.errors import NotFoundError


def test_versions_and_their_experiments(model):
    assert [version.version for version in model.versions] == ["1.0.0", "1.1.0", "1.2.0"]
    assert [(one.name, one.version) for one in model.experiments] == [
        ("trial-3", "1.2.0"),
        ("trial-2", "1.1.0"),
        ("trial", "1.0.0"),
    ]
    assert model.version().version == "1.2.0"
    assert model.load("1.1.0").factor == 3


def test_an_alias_is_looked_up_in_the_project(root, monkeypatch):
    monkeypatch.chdir(root.parent)
    assert pm.open_model("wine").alias == "/wine"


def test_experiments_that_are_not_published_are_apart(model):
    (running,) = model.unpublished
    assert (running.name, running.status, running.version, running.model) == ("running", "RUNNING", None, "/wine")
    assert running.metrics("loss").polars()["value"].to_list() == [0.5]
    assert running.images()[0].width == 4
    assert model.experiment("running").experiment_id == running.experiment_id


def test_the_rank_of_creation_counts_all_experiments_and_stays(model):
    """So that a colour by it stays with its experiment."""
    newest_first = [*model.unpublished, *model.experiments]
    assert [model.ranks[one.experiment_id] for one in newest_first] == [3, 2, 1, 0]
    before = ranks_of(newest_first[2:])
    assert {identity: model.ranks[identity] for identity in before} == before


@pytest.mark.parametrize("by", ["name", "id", "beginning", "number", "RID"])
def test_an_experiment_is_found_by_name_id_or_version(model, by):
    one = model.experiments[1]
    version = next(version for version in model.versions if version.version == one.version)
    wanted = {
        "name": "trial-2",
        "id": one.experiment_id,
        "beginning": one.experiment_id[:6],
        "number": "1.1.0",
        "RID": version.rid,
    }[by]
    assert model.experiment(wanted).experiment_id == one.experiment_id


def test_what_is_not_there_is_answered_with_the_nearest(model, root):
    with pytest.raises(NotFoundError, match=r"no experiment 'trail-2'\. Did you mean 'trial-2'"):
        model.experiment("trail-2")
    with pytest.raises(NotFoundError, match="has no version 1.3.0"):
        model.load("1.3.0")
    with pytest.raises(NotFoundError, match=r"No model /whine on branch master .* Did you mean '/wine'"):
        pm.open_model("/whine", root=root)
    with pytest.raises(NotFoundError, match="No model /wine on branch dev"):
        pm.open_model("/wine", "dev", root)
    with pytest.raises(NotFoundError, match="There are: none"):
        pm.open_model("/wine", root=root / "empty")
    assert not (root / "empty").exists(), "looking makes nothing"


def test_an_opened_model_does_not_change(run_transform, store):
    """A version that is published later is not seen, neither are its experiments and series."""
    from tests.palantir_models.model.test_publishing import ROWS, trainer

    run_transform(trainer(), {"data": ROWS})
    before = pm.open_model("/model", root=store.root)
    run_transform(trainer(), {"data": [{"x": 3}]})
    assert [one.name for one in before.experiments] == ["run"]
    assert before.experiments[0].metrics().polars().height == 2
    assert [one.name for one in pm.open_model("/model", root=store.root).experiments] == ["run-2", "run"]


def test_text_and_html_show_versions_and_what_is_apart(model):
    text, page = repr(model), model._repr_html_()
    for shown in ("Model /wine: 3 versions", "1.2.0", "trial-3", "running", "RUNNING"):
        assert shown in text
        assert shown in page
    version = model.version()
    assert "Doubler" in repr(version)
    assert "&lt;i&gt;notes&lt;/i&gt;" in version._repr_html_()


def test_what_is_read_back_has_values_that_cannot_be_set(model):
    """What takes no argument is a value, and what was recorded stays as it is; what takes one is a call."""
    experiment = model.experiments[0]
    for thing in (model, experiment, experiment.compare([])):
        for name in (name for name in dir(thing) if not name.startswith("_")):
            if not callable(getattr(thing, name)):
                with pytest.raises(AttributeError):
                    setattr(thing, name, None)
