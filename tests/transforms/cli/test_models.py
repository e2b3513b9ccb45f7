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


def test_a_version_that_can_be_loaded_is_told_so(trained: Shell) -> None:
    """With the packages that it names, and whose code it is; the latest version when none is said."""
    told = trained.run("models", "check", "/t/model@1.0.0")
    assert told.exit_code == 0
    assert "The project has the code that it was published with." in told.stdout
    assert told.stdout.endswith("It can be loaded here.\n")
    found = trained.json("models", "check", "/t/model")
    assert (found["loads"], found["version"], found["install"], found["code"]) == (True, "1.0.0", [], "version")
    assert [one["name"] for one in found["packages"]] == ["transforms-on-delta"]
    trained.write(TRAIN.replace("return df_in", "return -df_in"))
    told = trained.run("models", "check", "/t/model")
    assert f"with its own code: {trained.module}.py in the project differs or is gone." in told.stdout
    assert told.exit_code == 0


def test_a_version_that_cannot_be_loaded_says_what_to_install(trained: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages that are there in another version, or not at all, in one command; and what went wrong."""
    from palantir_models.adapter import requirements

    def fail(*_: Any, **__: Any) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(requirements, "installed_version", lambda name: None)
    monkeypatch.setattr("palantir_models.adapter.auto_serialize.AutoSerialization.load", fail)
    told = trained.run("models", "check", "/t/model")
    assert told.exit_code == 1
    assert "needs the module 'torch', which cannot be imported" in told.stdout
    assert "as they were: pip install transforms-on-delta==" in told.stdout
    assert told.stdout.endswith("It cannot be loaded here.\n")
    found = trained.json("models", "check", "/t/model", code=1)
    assert found["error"].startswith("AdapterNotFoundError")
    assert found["packages"][0]["installed"] is None


@pytest.mark.parametrize(
    ("word", "said"), [("/t/modl", "Did you mean '/t/model'"), ("/t/model@1.1.0", "has no version 1.1.0")]
)
def test_a_version_that_is_not_there_is_not_checked(trained: Shell, word: str, said: str) -> None:
    """It names what there is."""
    refused = trained.run("models", "check", word)
    assert refused.exit_code == 2
    assert said in refused.stderr
