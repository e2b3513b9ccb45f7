"""Whatever the OpenAPI document lets somebody ask is answered as it says, and never with a failure of the server."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.openapi import from_url
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.palantir_models.page.rest.conftest import Foundry

PATHS = {
    "/v2/models/{modelRid}",
    "/v2/models/{modelRid}/experiments/search",
    "/v2/models/{modelRid}/experiments/{experimentRid}",
    "/v2/models/{modelRid}/experiments/{experimentRid}/artifactTables/{experimentArtifactTableName}/json",
    "/v2/models/{modelRid}/experiments/{experimentRid}/artifactTables/{experimentArtifactTableName}/parquet",
    "/v2/models/{modelRid}/experiments/{experimentRid}/series/{experimentSeriesName}/json",
    "/v2/models/{modelRid}/experiments/{experimentRid}/series/{experimentSeriesName}/parquet",
    "/v2/models/{modelRid}/versions",
    "/v2/models/{modelRid}/versions/{modelVersionRid}",
}


@pytest.fixture(scope="package")
def document(foundry: Foundry) -> Any:
    """The document, which puts what is there into three of four requests."""
    schema = from_url(f"http://127.0.0.1:{foundry.port}/api/openapi.json")
    version = next(iter(foundry.client.models.Model.Version.list(foundry.model, preview=True)))
    known = {
        "modelRid": foundry.model,
        "experimentRid": foundry.rid("first"),
        "modelVersionRid": version.rid,
        "experimentSeriesName": "train/loss",
        "experimentArtifactTableName": "confusion/test",
    }

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
        if zlib.crc32(repr(path_parameters).encode()) % 4 == 0:
            return path_parameters
        return {name: known[name] for name in path_parameters}

    return schema


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_answer_is_as_the_document_says(document: Any, path: str, mode: GenerationMode) -> None:
    """Its status, its type, its schema; what the document forbids is refused."""
    operation = document[path]["POST" if path.endswith("/search") else "GET"]

    @settings(max_examples=40, derandomize=True)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # Not every filter that has the right form means something: a text is not greater than another.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()


def test_the_document_has_what_the_official_client_asks_for(document: Any) -> None:
    """Each path, and no other."""
    assert set(document.raw_schema["paths"]) == PATHS
    assert document.raw_schema["servers"] == [{"url": "/api"}]


def test_there_is_no_page_that_loads_scripts_from_elsewhere(foundry: Foundry) -> None:
    """The document is for programs."""
    assert [foundry.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]
