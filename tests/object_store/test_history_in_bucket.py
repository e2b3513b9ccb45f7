"""Going back to what was, on a store in a bucket: rollback, builds as of a commit, lineage and differences."""

from __future__ import annotations

from typing import Any

import pytest

from palantir_models import open_model
from tests.transforms.cli.conftest import shell
from tests.transforms.cli.test_model_lives import TRAINED
from tests.transforms.cli.test_rollback import TRAINING, built, put

Shell = Any
__all__ = ["shell"]


def test_what_a_job_wrote_goes_back_and_can_be_asked_for(
    shell: Shell,
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dataset, raw files and a model; then the older state of an input is built on, and each version says where it is from."""
    monkeypatch.setenv("TRANSFORMS_ROOT", bucket)

    def rows(alias: str) -> list[int]:
        return sorted(row["x"] for row in shell.json("show", alias)["rows"])

    shell.write(TRAINING)
    put(shell, 1)
    first = built(shell)["train"]["seq"]
    put(shell, 2, 3)
    second = built(shell, "--param", "least=7")["train"]["seq"]
    done = shell.run("rollback", str(second))
    assert f"rollback of #{second} to #{first}" in done.stdout
    assert rows("/t/a") == [1]
    assert rows("/t/total") == [5], "what read it is built again by the next build, and not before"
    model = open_model("/t/model")
    assert [version.version for version in model.versions] == ["1.0.0", "1.1.0", "1.2.0"]
    assert (model.load().level, model.load("1.1.0").level) == (0, 7)
    assert shell.json("show", "/t/a", "--version", f"#{second}")["row_count"] == 2
    assert shell.json("diff", "/t/a", f"#{second}")["sample"]["added"] == [{"x": 1}]

    lineage = shell.json("lineage", f"/t/a@#{second}")
    assert lineage["commit"]["parameters"] == {"least": 7}
    assert [one["alias"] for one in lineage["inputs"]] == ["/t/raw"]

    assert built(shell, "train", "--as-of", str(first))["train"]["status"] == "fresh", "it is what was gone back to"
    assert built(shell, "train", "--as-of", str(second))["train"]["status"] == "committed"
    assert rows("/t/a") == [2, 3]


def test_a_version_is_tagged_removed_and_cleared(shell: Shell, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads it by its tag reads that one, and its files go with those of the others that nobody needs."""
    monkeypatch.setenv("TRANSFORMS_ROOT", bucket)
    shell.write(TRAINED)
    for level in (0, 1):
        shell.json("build", "train", "--param", f"least={level}")
    assert shell.run("models", "tag", "/t/model@1.0.0", "production").exit_code == 0
    assert built(shell, "use")["use"]["status"] == "committed"
    assert shell.json("show", "/t/level")["rows"] == [{"level": 0}]

    removed = open_model("/t/model").version("1.1.0")
    assert shell.run("models", "rm", "/t/model@1.1.0", "--with-experiments").exit_code == 0
    cleared = shell.json("gc", "--older-than", "0")["files"]["master/models/t/model"]
    assert any(name.startswith(f"artifacts/{removed.version_id}/") for name in cleared)
    model = open_model("/t/model")
    assert ([one.version for one in model.versions], model.load("production").level) == (["1.0.0"], 0)
    assert [one.name for one in model.experiments] == ["run"]
