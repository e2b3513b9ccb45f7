"""``transforms models`` show, diff, tag, untag, rm, restore and rollback: the life of a version after it was published."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from palantir_models import open_model
from transforms.errors import NotFoundError

pytestmark = pytest.mark.slow

Shell = Any
TRAINED = """
    import polars as pl
    import palantir_models as pm
    from palantir_models.transforms import ModelInput, ModelOutput
    from transforms.api import Input, IntegerParam, Output, Pipeline, transform

    class Level(pm.ModelAdapter):
        @pm.auto_serialize
        def __init__(self, level):
            self.level = level

        @classmethod
        def api(cls):
            return {"n": pm.Parameter(int)}, {"level": pm.Parameter(int)}

        def predict(self, n):
            return self.level

    @transform.using(model=ModelOutput("/t/model"), least=IntegerParam(0))
    def train(model, least):
        experiment = model.create_experiment("run")
        experiment.log_param("least", least.value)
        experiment.log_metric("loss", 1 / (1 + least.value))
        model.publish(Level(least.value), experiment=experiment)

    @transform.using(out=Output("/t/level"), model=ModelInput("/t/model", model_version="production"))
    def use(out, model):
        out.write_table(pl.DataFrame({"level": [model.level]}))

    pipeline = Pipeline()
    pipeline.add_transforms(train, use)
"""


@pytest.fixture
def trained(shell: Shell) -> Shell:
    """A model with the versions 1.0.0 to 1.2.0, of the levels 0 to 2."""
    shell.write(TRAINED)
    for level in range(3):
        shell.json("build", "train", "--param", f"least={level}")
    return shell


def level(shell: Shell) -> int:
    """Return what the transform that uses the model in production wrote."""
    return int(pl.read_delta(str(shell.folder / ".transforms/master/datasets/t/level"))["level"][0])


def stale(shell: Shell) -> dict[str, str]:
    """Return what a build would do with each transform."""
    return {job["name"]: job["action"] for job in shell.json("plan", "--param", "least=2")}


def test_a_tag_names_the_version_that_a_transform_reads(trained: Shell) -> None:
    """It is moved in a commit, what reads the model is built again, and what trained it is not."""
    missing = trained.run("build", "use")
    assert missing.exit_code == 1
    assert "no version production" in missing.stderr

    said = trained.run("models", "tag", "/t/model@1.1.0", "production", "--notes", "passed").stdout
    assert said == "COMMIT  #4  models -> model /t/model tagged 1.1.0 production\n"
    trained.json("build", "use")
    assert level(trained) == 1
    (model_read,) = trained.json("lineage", "/t/level")["inputs"]
    assert (model_read["commit"]["seq"], model_read["commit"]["parameters"]) == (2, {"least": 1}), "what made 1.1.0"
    (job,) = trained.json("log", "-n", "1")
    assert job["outputs"]["dataset:/t/level"]["loaded"] == {"model:/t/model": [{"version": "1.1.0", "seq": 2}]}
    assert stale(trained) == {"train": "fresh", "use": "fresh"}

    said = trained.run("models", "tag", "/t/model@latest", "production").stdout
    assert "tagged 1.2.0 production (was 1.1.0)" in said
    assert stale(trained) == {"train": "fresh", "use": "build"}
    trained.json("build", "use")
    assert level(trained) == 2

    model = open_model("/t/model")
    assert model.tags == {"production": "1.2.0"}
    assert model.load("production").level == 2
    (row,) = trained.json("log", "-n", "2")[1:]
    assert row["published"] == "model /t/model tagged 1.2.0 production (was 1.1.0)"
    rows = pl.read_delta(str(trained.folder / ".transforms/master/models/t/model/lifecycle"))
    assert rows.sort("number").select("number", "event", "tag", "notes").rows() == [
        (1, "tagged", "production", "passed"),
        (2, "tagged", "production", None),
    ]


def test_a_tag_is_taken_away(trained: Shell) -> None:
    """And nothing is found by it any more."""
    trained.run("models", "tag", "/t/model@1.0.0", "staging")
    assert trained.run("models", "untag", "/t/model", "staging").exit_code == 0
    with pytest.raises(NotFoundError, match="no version staging"):
        open_model("/t/model").version("staging")


def test_a_version_that_was_removed_is_found_by_nobody(trained: Shell) -> None:
    """Its number is given to no other, its experiment goes with it where that is asked for, and it can be brought back."""
    removed = open_model("/t/model").version("1.2.0")
    before = open_model("/t/model")
    said = trained.run("models", "rm", "/t/model@1.2.0", "--with-experiments", "--notes", "wrong labels").stdout
    assert said == "COMMIT  #4  models -> model /t/model removed 1.2.0, removed the experiment of 1.2.0\n"

    model = open_model("/t/model")
    assert [version.version for version in model.versions] == ["1.0.0", "1.1.0"]
    assert model.load().level == 1
    assert [experiment.name for experiment in model.experiments] == ["run-2", "run"]
    with pytest.raises(
        NotFoundError, match=r"removed by .* \(wrong labels\); 'transforms models restore /t/model@1.2.0'"
    ):
        model.version(removed.rid)
    assert [row["latest_version"] for row in trained.json("models")] == ["1.1.0"]
    assert before.load("1.2.0").level == 2, "who opened the model before goes on"

    trained.json("build", "train", "--param", "least=9")
    assert open_model("/t/model").version().version == "1.3.0"
    trained.run("models", "restore", "/t/model@1.2.0")
    model = open_model("/t/model")
    assert [version.version for version in model.versions] == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
    assert model.load("1.2.0").level == 2
    assert "run-3" in [experiment.name for experiment in model.experiments]


def test_an_earlier_version_becomes_the_latest(trained: Shell) -> None:
    """As a version of its own; the model's training counts as what made it."""
    said = trained.run("models", "rollback", "/t/model@1.0.0").stdout
    assert said == "COMMIT  #4  rollback to #1 -> model /t/model 1.3.0\n"
    assert open_model("/t/model").load().level == 0
    (job,) = trained.json("plan", "train", "--param", "least=2")
    assert job["reason"] == "parameter least: 0 -> 2"


def test_a_rollback_passes_over_decisions(trained: Shell) -> None:
    """Taking the newest training back needs no word about the tag that came since, which cannot be taken back itself."""
    trained.run("models", "tag", "/t/model@1.1.0", "production")
    refused = trained.run("rollback", "4")
    assert refused.exit_code == 2
    assert "tagged 1.1.0 production" in refused.stderr
    assert trained.run("rollback", "3").exit_code == 0
    model = open_model("/t/model")
    assert (model.load().level, model.load("production").level) == (1, 1)


def test_a_version_is_shown_with_what_is_known_of_it(trained: Shell) -> None:
    """By a tag as well; --json has all of it."""
    trained.run("models", "tag", "/t/model@1.1.0", "production")
    shown = trained.run("models", "show", "/t/model@production").stdout
    for part in ("/t/model 1.1.0", "production", "train, commit #2", "run-2", "Level", "takes and gives", "files"):
        assert part in shown
    found = trained.json("models", "show", "/t/model@production")
    assert (found["version"], found["tags"], found["parameters"]) == ("1.1.0", ["production"], {"least": 1})
    (_, row, _) = trained.json("models", "/t/model")
    assert row["tags"] == ["production"]


def test_what_changed_between_two_versions_is_told(trained: Shell) -> None:
    """Parameters, metrics and files here; of the latest and the one before when not said."""
    found = trained.json("models", "diff", "/t/model")
    assert (found["before"], found["after"]) == ("1.1.0", "1.2.0")
    changed = {(one["group"], one["name"]): (one["before"], one["after"]) for one in found["differences"]}
    assert changed["parameters", "least"] == (1, 2)
    assert changed["metrics", "loss"] == (1 / 2, 1 / 3)
    assert any(group == "files" for group, _ in changed)
    told = trained.run("models", "diff", "/t/model", "1.0.0", "latest").stdout
    assert "1.0.0 -> 1.2.0" in told
    assert "least" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tag", "/t/model@1.0.0", "1.5.0"], "cannot be a tag"),
        (["tag", "/t/model@1.0.0", "latest"], "cannot be a tag"),
        (["tag", "/t/model@1.0.9", "production"], "Did you mean"),
        (["tag", "/t/model", "production"], "Say which version"),
        (["tag", "/t/model@1.1.0", "kept"], "names version 1.1.0 of /t/model already"),
        (["untag", "/t/model", "kep"], "Did you mean 'kept'"),
        (["rm", "/t/model@kept"], "tagged kept, so it is used"),
        (["restore", "/t/model@1.0.0"], "No version 1.0.0 of /t/model was removed"),
        (["rollback", "/t/model@1.2.0"], "the latest version of /t/model already"),
        (["diff", "/t/model", "1.0.0", "1.9.0"], "no version 1.9.0"),
        (["rm", "/t/modle@1.0.0"], "Did you mean '/t/model'"),
    ],
)
def test_what_cannot_be_is_refused_and_commits_nothing(trained: Shell, words: list[str], said: str) -> None:
    """With what to type instead."""
    trained.run("models", "tag", "/t/model@1.1.0", "kept")
    refused = trained.run("models", *words)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert trained.json("log", "-n", "1")[0]["seq"] == 4


def test_gc_gives_back_the_space_of_what_was_removed_long_ago(trained: Shell) -> None:
    """Files of the version and rows of its experiment; not before the days are over, and nothing of the others."""
    removed = open_model("/t/model").version("1.1.0")
    trained.run("models", "rm", "/t/model@1.1.0", "--with-experiments")
    folder = trained.folder / ".transforms/master/models/t/model"
    artifacts = folder / "artifacts" / removed.version_id
    assert trained.json("gc", "--older-than", "1")["files"] == {}
    assert artifacts.exists()
    would = trained.json("gc", "--older-than", "0", "--dry-run")["files"]["master/models/t/model"]
    assert any(name.startswith(f"artifacts/{removed.version_id}/") for name in would)
    assert artifacts.exists()

    assert trained.json("gc", "--older-than", "0")["files"]["master/models/t/model"] == would
    assert not artifacts.exists()
    for table in ("experiments", "metrics", "hyperparameters"):
        ids = pl.read_delta(str(folder / table))["experiment_id"].to_list()
        assert removed.experiment_id not in ids
        assert len(set(ids)) == 2
    assert "master/models/t/model" not in trained.json("gc", "--older-than", "0")["files"]
    model = open_model("/t/model")
    assert [model.load(one.version).level for one in model.versions] == [0, 2]
    assert [one.points("loss")["loss"].values.tolist() for one in model.experiments] == [[1 / 3], [1.0]]
    refused = trained.run("models", "restore", "/t/model@1.1.0")
    assert refused.exit_code == 2
    assert "'transforms gc' has deleted them" in refused.stderr


def test_an_experiment_whose_version_was_removed_can_be_removed(trained: Shell) -> None:
    """By a commit; one that belongs to a version stays, and the command that removes both is named."""
    refused = trained.run("experiments", "rm", "run-2")
    assert refused.exit_code == 2
    assert "transforms models rm /t/model@1.1.0 --with-experiments" in refused.stderr
    trained.run("models", "rm", "/t/model@1.1.0")
    assert {row["name"]: row["version"] for row in trained.json("experiments")} == {
        "run": "1.0.0",
        "run-2": None,
        "run-3": "1.2.0",
    }
    assert trained.run("experiments", "rm", "run-2").exit_code == 0
    assert [row["name"] for row in trained.json("experiments")] == ["run-3", "run"]
    assert trained.json("log", "-n", "1")[0]["published"] == "model /t/model removed experiment run-2"
