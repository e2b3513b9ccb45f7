"""``transforms models`` and ``transforms experiments``."""

from __future__ import annotations

from typing import Any

import pytest

Shell = Any

TRAIN = """
    import palantir_models as pm
    from palantir_models.transforms import ModelOutput
    from palantir_models.serializers import JsonSerializer
    from transforms.api import Pipeline, BooleanParam, Output, transform

    class Constant(pm.ModelAdapter):
        @pm.auto_serialize(value=JsonSerializer())
        def __init__(self, value):
            self.value = value

        @classmethod
        def api(cls):
            return {"df_in": pm.Pandas([("x", float)])}, {"df_out": pm.Pandas()}

        def predict(self, df_in):
            return df_in

    @transform.using(model=ModelOutput("/t/model"), scores=Output("/t/scores"), fail=BooleanParam(False))
    def train(model, scores, fail):
        experiment = model.create_experiment("first")
        experiment.log_metric("loss", 0.5)
        if fail.value:
            raise RuntimeError("no convergence")
        model.publish(Constant(3), experiment=experiment)

    pipeline = Pipeline()
    pipeline.add_transforms(train)
"""


@pytest.fixture
def trained(shell: Shell) -> Shell:
    """A project whose model has one version."""
    shell.write(TRAIN)
    result = shell.run("build", "-j", "1")
    assert result.exit_code == 0, result.output
    return shell


def test_a_commit_names_everything_published_together(trained: Shell) -> None:
    """Model, version, experiment and datasets in one line."""
    (row,) = trained.json("log")

    assert row["published"] == "model /t/model 1.0.0 (experiment first), dataset /t/scores 0 rows"


def test_models_are_listed_with_their_latest_version(trained: Shell) -> None:
    """With RID, branch, experiment and time."""
    (row,) = trained.json("models")

    assert row["alias"] == "/t/model"
    assert row["rid"].startswith("ri.models.main.model.")
    assert (row["latest_version"], row["branch"], row["experiment"]) == ("1.0.0", "master", "first")
    assert trained.json("models", "--branch", "dev") == []


def test_a_models_versions_are_shown_newest_first(trained: Shell) -> None:
    """By ``models ALIAS`` and by ``show ALIAS``; one of them by its number."""
    trained.run("build", "--force", "-j", "1")

    assert [row["version"] for row in trained.json("models", "/t/model")] == ["1.1.0", "1.0.0"]
    assert [row["version"] for row in trained.json("show", "/t/model", "--limit", "1")] == ["1.1.0"]
    assert [row["version"] for row in trained.json("show", "/t/model", "--version", "1.0.0")] == ["1.0.0"]
    assert trained.run("show", "/t/model", "--version", "9.0.0").exit_code == 2
    assert "/t/model" in trained.run("models", "/t/modle").stderr


def test_experiments_are_listed_also_failed_ones(trained: Shell) -> None:
    """A published one has its version; a failed one is kept with its error."""
    trained.run("build", "--force", "--param", "fail=true", "-j", "1")

    failed, published = trained.json("experiments", "/t/model")

    assert (published["name"], published["version"], published["value_count"]) == ("first", "1.0.0", 1)
    assert (published["model"], published["dropped_count"]) == ("/t/model", 0)
    assert (failed["status"], failed["version"]) == ("FAILED", None)
    assert "no convergence" in failed["error"]
    assert trained.json("experiments") == [failed, published]
