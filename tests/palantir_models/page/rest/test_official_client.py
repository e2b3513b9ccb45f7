"""The official client reads what was logged, as it reads it from Foundry."""

from __future__ import annotations

import json
import math
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from foundry_sdk import AsyncFoundryClient, Config, FoundryClient, PalantirRPCException, UserTokenAuth
from foundry_sdk.v2.models import errors, models

import palantir_models as pm
from palantir_models.code_workspaces import ModelOutput
from palantir_models.page.ids import model_rid
from palantir_models.page.rest.versions import version_answer
from tests.palantir_models.model.sample_adapter import Doubler
from tests.palantir_models.page.conftest import Running
from tests.palantir_models.page.rest.conftest import BIG, STARTED, Foundry

pytestmark = pytest.mark.slow


@pytest.fixture
def first(foundry: Foundry) -> models.Experiment:
    """The first experiment, which was published."""
    return foundry.experiments.get(foundry.model, foundry.rid("first"), preview=True)


def test_a_model_is_found_by_its_rid(foundry: Foundry) -> None:
    """The one that jobs show, too."""
    assert foundry.client.models.Model.get(foundry.model, preview=True).rid == foundry.model


def test_versions_are_listed_newest_first_across_pages(foundry: Foundry) -> None:
    """The client asks for the next page by itself; each version is linked to its experiment."""
    versions = foundry.client.models.Model.Version
    found = list(versions.list(foundry.model, page_size=1, preview=True))
    assert [one.linked_experiment for one in found] == [foundry.rid("second"), foundry.rid("first")]
    assert [versions.get(foundry.model, one.rid, preview=True) for one in found] == found


def test_versions_of_another_branch_are_listed_by_its_name(foundry: Foundry) -> None:
    """And found without it; a branch that does not have the model has no versions."""
    versions = foundry.client.models.Model.Version
    (found,) = versions.list(foundry.model, branch="feature", preview=True)
    assert versions.get(foundry.model, found.rid, preview=True) == found
    assert list(versions.list(foundry.model, branch="elsewhere", preview=True)) == []


def test_a_version_says_what_it_takes_and_gives(foundry: Foundry) -> None:
    """In the client's own types."""
    version = next(iter(foundry.client.models.Model.Version.list(foundry.model, preview=True)))
    (taken,), (given,) = version.model_api.inputs, version.model_api.outputs
    assert isinstance(taken, models.ModelApiTabularType)
    assert taken.format == "PANDAS"
    assert [(column.name, column.data_type.type) for column in taken.columns] == [("x", "integer")]
    assert given.name == "df_out"
    assert {one.partition("==")[0] for one in version.conda_requirements} >= {"dill", "transforms-on-delta"}


def test_every_type_of_an_api_is_one_of_the_clients(foundry: Foundry, model_version: Any) -> None:
    """What Foundry's schema has no word for is named as unsupported."""
    answer = json.loads(version_answer(model_version).model_dump_json(by_alias=True))
    inputs = {getattr(one, "name", None): one for one in models.ModelVersion.model_validate(answer).model_api.inputs}
    types = {name: one.data_type.type for name, one in inputs.items() if isinstance(one, models.ModelApiParameterType)}
    assert types == {"words": "array", "weights": "map", "when": "timestamp", "grid": "unsupported"}
    assert inputs["words"].data_type.item_type.type == "string"
    assert inputs["weights"].data_type.value_type.type == "any"
    assert [one.unsupported_type for one in inputs.values() if not hasattr(one, "required")] == ["fileSystem"]


@pytest.fixture
def model_version(tmp_path: Any) -> Any:
    """A version whose adapter declares inputs of many types."""
    from palantir_models.testing import put_model
    from tests.palantir_models.page.rest.sample_adapter import ManyTypes
    from transforms.spec.resource import Resource
    from transforms.store.store import Store

    return put_model(Store(tmp_path), "master", Resource("model", "/many"), ManyTypes())


def test_an_experiment_has_its_parameters_with_their_types(first: models.Experiment) -> None:
    """Long integers whole, and a date as the midnight that it begins with in UTC."""
    assert {one.name: one.value.value for one in first.parameters} == {
        "big": BIG,
        "day": datetime(2026, 1, 2, tzinfo=UTC),
        "depth": 3,
        "optimizer": "adam",
        "rate": 0.5,
        "started": STARTED,
        "warm": True,
    }
    kinds = {one.name: one.value.type for one in first.parameters}
    assert {kinds["big"], kinds["depth"]} == {"integer"}
    assert {kinds["day"], kinds["started"]} == {"datetime"}
    assert (kinds["warm"], kinds["rate"], kinds["optimizer"]) == ("boolean", "double", "string")


def test_an_experiment_knows_its_metrics_without_their_values(first: models.Experiment) -> None:
    """Names with a slash, values that are not finite; images are no series of numbers."""
    series = {one.name: one for one in first.series}
    assert set(series) == {"train/loss", "accuracy", "ratio"}
    loss = series["train/loss"]
    assert (loss.length, loss.value.min, loss.value.max, loss.value.last) == (20, 0.05, 1.0, 0.05)
    assert series["accuracy"].value.min == 0.0  # of the values that are numbers
    assert series["ratio"].value.last == math.inf
    summaries = {(one.series_name, one.aggregation): one.value for one in first.summary_metrics}
    assert summaries["train/loss", "MIN"] == 0.05
    assert len(summaries) == 9


def test_an_experiment_tells_where_it_belongs(foundry: Foundry, first: models.Experiment) -> None:
    """Its version, its model, its branch; nobody of Foundry made it, and nobody tagged it."""
    version = foundry.client.models.Model.Version.get(foundry.model, str(first.linked_model_version), preview=True)
    assert version.linked_experiment == first.rid
    assert (first.model_rid, first.branch, first.status) == (foundry.model, "master", "SUCCEEDED")
    assert first.source.type == "sdk"
    assert first.created_by == str(uuid.UUID(int=0))
    assert first.tags == []


@pytest.mark.parametrize(
    ("word", "status", "message"),
    [
        ("running", "RUNNING", None),
        ("failed", "FAILED", "ValueError: it broke"),
        ("resting", "FAILED", "A later experiment of its name took its place"),
    ],
)
def test_what_is_not_published_is_read_all_the_same(
    foundry: Foundry, word: str, status: str, message: str | None
) -> None:
    """With one of the three statuses that the client knows, and with why it did not succeed."""
    found = foundry.experiments.get(foundry.model, foundry.rid(word), preview=True)
    assert (found.status, found.linked_model_version) == (status, None)
    assert found.status_message is None if message is None else found.status_message.startswith(message)


def test_values_come_in_pieces(foundry: Foundry) -> None:
    """In the order of their steps; what is not finite arrives as it was logged."""
    ask = foundry.experiments.Series.json
    name = "accuracy"
    piece = ask(foundry.model, foundry.rid("first"), name, offset=4, page_size=2, preview=True).series
    assert [one.step for one in piece] == [4, 5]
    assert piece[0].value == 0.2
    assert math.isnan(piece[1].value)
    assert ask(foundry.model, foundry.rid("first"), name, offset=20, preview=True).series == []
    assert len(ask(foundry.model, foundry.rid("first"), name, preview=True).series) == 20


def test_values_are_those_that_are_read_without_the_interface(
    foundry: Foundry, root: tuple[Any, dict[str, str]]
) -> None:
    """As Parquet, in whichever library the client makes of it, of a name with a slash; times in milliseconds."""
    table = foundry.experiments.Series.parquet(foundry.model, foundry.rid("first"), "train/loss", preview=True)
    experiment = pm.open_model("/wine", root=root[0]).experiment(foundry.ids["first"])
    expected = experiment.metrics("train/loss").polars()
    found = table.to_polars()
    assert found.columns == ["value", "timestamp", "step"]
    assert found["value"].to_list() == expected["value"].to_list()
    assert found["step"].to_list() == expected["step"].to_list()
    assert found["timestamp"].to_list() == expected["timestamp"].dt.epoch("ms").to_list()
    assert len(table.to_pandas()) == 20
    assert table.to_duckdb().aggregate("max(value)").fetchall() == [(1.0,)]


def test_values_of_a_running_experiment_are_read_as_they_are_now(foundry: Foundry) -> None:
    """From its journal."""
    series = foundry.experiments.Series.json(foundry.model, foundry.rid("running"), "train/loss", preview=True)
    assert [one.value for one in series.series] == [0.5]


def test_a_table_is_read_by_rows_or_whole(foundry: Foundry, first: models.Experiment) -> None:
    """The list of artifacts tells its size; integers that no float holds arrive whole."""
    artifact = first.artifacts["confusion/test"]
    assert (artifact.description, artifact.details.row_count) == ("of 3 rows", 3)
    tables = foundry.experiments.ArtifactTable
    where = (foundry.model, first.rid, "confusion/test")
    assert json.loads(tables.json(*where, offset=0, page_size=2, preview=True)) == [
        {"a": 1, "big": BIG},
        {"a": 2, "big": 0},
    ]
    assert json.loads(tables.json(*where, offset=2, preview=True)) == [{"a": 3, "big": -1}]
    parquet = tables.parquet(*where, preview=True)
    assert parquet.to_pandas()["big"].tolist() == [BIG, 0, -1]
    assert len(parquet) == artifact.size_bytes


def test_what_is_not_there_is_the_clients_own_error(foundry: Foundry) -> None:
    """Each by the class that the client has for it, with what it is about."""
    model, first, none = foundry.model, foundry.rid("first"), f"ri.models.main.experiment.{'0' * 32}"
    calls = foundry.experiments
    with pytest.raises(errors.ModelExperimentNotFound) as experiment:
        calls.get(model, none, preview=True)
    assert experiment.value.parameters == {"modelRid": model, "experimentRid": none}
    with pytest.raises(errors.ModelExperimentNotFound):
        calls.Series.json(model, none, "train/loss", preview=True)
    with pytest.raises(errors.ExperimentSeriesNotFound) as series:
        calls.Series.parquet(model, first, "train/los", preview=True)
    assert series.value.parameters == {"modelRid": model, "experimentRid": first, "seriesName": "train/los"}
    with pytest.raises(errors.ExperimentSeriesNotFound):
        calls.Series.json(model, first, "samples", preview=True)  # a series of images
    with pytest.raises(errors.ExperimentArtifactNotFound) as artifact:
        calls.ArtifactTable.json(model, first, "confusion", preview=True)
    assert artifact.value.parameters == {"modelRid": model, "experimentRid": first, "artifactName": "confusion"}
    with pytest.raises(errors.ExperimentArtifactNotFound):
        calls.ArtifactTable.parquet(model, first, "confusion", preview=True)
    with pytest.raises(errors.ModelNotFound) as missing:
        foundry.client.models.Model.get("ri.models.main.model.none", preview=True)
    assert missing.value.parameters == {"modelRid": "ri.models.main.model.none"}
    with pytest.raises(errors.ModelVersionNotFound):
        foundry.client.models.Model.Version.get(model, "ri.models.main.model-version.none", preview=True)


def test_what_writes_is_refused(foundry: Foundry) -> None:
    """In Foundry's shape, so the client says which call it was."""
    with pytest.raises(PalantirRPCException) as refused:
        foundry.client.models.Model.create(name="new", parent_folder_rid="ri.a.main.folder.b", preview=True)
    assert refused.value.name == "NotServed"
    assert "POST /api/v2/models" in refused.value.error_description


def test_a_store_in_a_bucket_is_read_as_well(
    running: Running, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published, and what still runs."""
    (tmp_path / "pyproject.toml").write_text(f'[tool.transforms]\nroot = "{bucket}"\n')
    monkeypatch.chdir(tmp_path)
    output = ModelOutput("/wine")
    published = output.create_experiment("published")
    published.log_metric("train/loss", 0.25)
    output.publish(Doubler(2), experiment=published)
    live = output.create_experiment("live")
    live.log_metric("train/loss", 0.5)
    live._recording.drain()
    try:
        browser = running.begin(tmp_path)
        client = FoundryClient(UserTokenAuth("any"), f"127.0.0.1:{browser.port}", Config(scheme="http"))
        experiments = client.models.Model.Experiment
        found = experiments.search(model_rid("/wine"), preview=True).data
        assert {(one.status, one.series[0].value.last) for one in found} == {("RUNNING", 0.5), ("SUCCEEDED", 0.25)}
        for one in found:
            series = experiments.Series.json(model_rid("/wine"), one.rid, "train/loss", preview=True).series
            assert [value.value for value in series] == [one.series[0].value.last]
    finally:
        live._recording.close("FAILED", "the test ended")
        live._recording.discard_journal()


async def _asked(port: int, model: str, experiment: str) -> tuple[int, float]:
    client = AsyncFoundryClient(UserTokenAuth("any"), f"127.0.0.1:{port}", Config(scheme="http"), preview=True)
    experiments = client.models.Model.Experiment
    found = await experiments.search(model, preview=True)
    series = await experiments.Series.json(model, experiment, "train/loss", preview=True)
    return len(found.data), series.series[0].value


def test_the_asynchronous_client_reads_the_same(foundry: Foundry) -> None:
    """It has other code for every call."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:  # a browser of other tests keeps an event loop in this thread
        found = pool.submit(lambda: asyncio.run(_asked(foundry.port, foundry.model, foundry.rid("first")))).result()
    assert found == (5, 1.0)


def test_answers_are_streamed_and_given_raw(foundry: Foundry) -> None:
    """The client's two other ways to an answer."""
    calls = foundry.experiments
    raw = calls.with_raw_response.get(foundry.model, foundry.rid("first"), preview=True)
    assert raw.decode().rid == foundry.rid("first")
    where = (foundry.model, foundry.rid("first"), "train/loss")
    with calls.Series.with_streaming_response.parquet(*where, preview=True) as response:
        assert b"".join(response.iter_bytes())[:4] == b"PAR1"
