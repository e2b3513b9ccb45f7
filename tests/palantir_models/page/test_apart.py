"""A model with many experiments of which few are published, as a search leaves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from palantir_models.code_workspaces import ModelOutput as CodeWorkspaceOutput
from palantir_models.experiment.journal.rows import rows
from palantir_models.page.ids import model_rid
from palantir_models.reading.sources import Apart
from palantir_models.transforms import ModelOutput
from tests.palantir_models.model.sample_adapter import Doubler
from transforms.api import transform
from transforms.store.store import Store
from transforms.testing.run import run_transform

SWEEP, COUNT = "/sweep", 12
RID = model_rid(SWEEP)


@transform.using(model=ModelOutput(SWEEP))
def sweep(model: Any) -> None:
    """Log some experiments, and publish one."""
    for number in range(COUNT):
        experiment = model.create_experiment(f"trial-{number}")
        experiment.log_params({"depth": number} if number % 2 else {})
        experiment.log_metric("loss", 1 / (number + 1))
        if number == 5:
            model.publish(Doubler(2), experiment=experiment)


@pytest.fixture
def before() -> int:
    """How many rows were read before the page began."""
    return rows.reads


@pytest.fixture
def page(tmp_path: Path, running: Any) -> Any:
    """The page over that model."""
    (tmp_path / "pyproject.toml").touch()
    run_transform(sweep, store=Store(tmp_path / ".transforms"))
    return running.begin(tmp_path)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Which tables of experiments that are kept apart are read, and of how many in one go."""
    done: list[tuple[str, int]] = []
    part = Apart.part

    def counted(self: Any, table: str, ids: Any) -> Any:
        done.append((table, len(ids)))
        return part(self, table, ids)

    monkeypatch.setattr(Apart, "part", counted)
    return done


def columns_of(page: Any) -> dict[str, Any]:
    """Return the experiments by name, each with its depth and its loss."""
    found = page.get(f"/data/models/{RID}/experiments")
    (depth,), (loss,) = found["parameters"], found["metrics"]
    return dict(zip(found["columns"]["name"], zip(depth["values"], loss["last"], strict=True), strict=True))


def test_they_are_read_in_one_go_and_once(before: int, page: Any, read: list[tuple[str, int]]) -> None:
    """Ten thousand files are opened once, and not with each look."""
    expected = {f"trial-{one}": (one if one % 2 else None, 1 / (one + 1)) for one in range(COUNT)}
    assert columns_of(page) == expected
    assert columns_of(page) == expected
    assert rows.reads - before == COUNT - 1
    assert read == []  # nothing but rows


def test_of_those_whose_rows_lack_hyperparameters_the_table_tells(
    page: Any, read: list[tuple[str, int]], tmp_path: Path
) -> None:
    """As rows once did, and those do that would be too long; their files are read in one go, and once."""
    files = sorted((tmp_path / ".transforms/_journal").glob("*/experiment.json"))
    for file in files[1:]:
        row = json.loads(file.read_bytes())
        assert row.pop("hyperparameters")
        file.write_text(json.dumps(row))
    expected = {f"trial-{one}": (one if one % 2 else None, 1 / (one + 1)) for one in range(COUNT)}
    assert columns_of(page) == expected
    assert columns_of(page) == expected
    assert read == [("hyperparameters", COUNT - 2)]


def test_one_that_is_deleted_is_gone_with_the_next_look(page: Any, tmp_path: Path) -> None:
    """From the list, and from what is asked of it by its id."""
    found = page.get(f"/data/models/{RID}/experiments")["columns"]
    identity = found["id"][found["name"].index("trial-3")]
    assert page.ask(f"/data/models/{RID}/charts?series=loss&id={identity}").status == 200
    Store(tmp_path / ".transforms").storage.delete_folder(f"_journal/{identity}")
    assert sorted(columns_of(page)) == sorted(f"trial-{one}" for one in range(COUNT) if one != 3)
    assert page.ask(f"/data/models/{RID}/charts?series=loss&id={identity}").status == 410
    assert page.ask(f"/data/models/{RID}/experiments/{identity}").status == 410


def test_charts_of_them_read_their_values_once(page: Any, read: list[tuple[str, int]]) -> None:
    """As those of published ones do; a wall of charts asks for the same ones again and again."""
    found = page.get(f"/data/models/{RID}/experiments")["columns"]
    ids = [one for one, name in zip(found["id"], found["name"], strict=True) if name in ("trial-1", "trial-2")]
    read.clear()
    for _ in range(3):
        answer = page.ask(f"/data/models/{RID}/charts?series=loss&{'&'.join(f'id={one}' for one in ids)}")
        assert answer.status == 200
    assert read == [("metrics", 2)]


def test_the_list_of_models_counts_them(page: Any) -> None:
    (model,) = page.get("/data/models")["models"]
    assert (model["path"], model["experiments"], model["versions"], model["failed"]) == (SWEEP, COUNT, 1, 0)


def test_a_store_in_which_only_experiments_run_is_no_missing_one(
    tmp_path: Path, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was committed yet, and there is something to look at."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    page = running.begin(tmp_path)
    assert [one["title"] for one in page.get("/data/store")["problems"]] == ["There is no store here yet"]
    recording = CodeWorkspaceOutput("/live").create_experiment("run")._recording
    try:
        assert page.get("/data/store")["problems"] == []
    finally:
        recording.close("FAILED", "the test ended")
        recording.discard_journal()
