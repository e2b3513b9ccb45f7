"""Every public name does something that a test shows: a table of names, and tests of those that no other test has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import palantir_models.models as older
import palantir_models.transforms as models
from language_model_service_api import languagemodelservice_api as chat
from language_model_service_api import languagemodelservice_api_completion_v3 as completions
from language_model_service_api import languagemodelservice_api_embeddings_v3 as embeddings
from palantir_models.models import CondaDependency, PythonEnvironment
from palantir_models.transforms import copy_model_to_driver
from tests.compat.test_public_names import NAMES
from transforms.api import (
    ContainerTransform,
    ContainerTransformsConfiguration,
    FoundryDataSidecarFile,
    FoundryDataSidecarFileSystem,
    FoundryOutputParam,
    IncrementalTransformOutput,
    Input,
    LightweightException,
    LightweightNotImplementedError,
    LightweightOutputParam,
    LightweightTypeError,
    LightweightValueError,
    Output,
    Param,
    ParamContext,
    incremental,
    lightweight,
    transform,
)
from transforms.errors import TransformsError, UnavailableError
from transforms.external.systems import HttpsConnection, Source, external_systems
from transforms.sidecar import Volume, sidecar

TESTS = Path(__file__).parents[1]
_TABLES = {"test_public_names.py", "test_signatures.py", "test_model_signatures.py"}
_IMPORT = re.compile(r"^\s*(?:from [\w.]+ import (?:\([^)]*\)|[^\n(]*)|import [^\n]*)", re.MULTILINE)


@cache
def used_names() -> frozenset[str]:
    """Return the words of all tests beside what they import, and beside tables of names."""
    files = [file for file in TESTS.rglob("*.py") if file.name not in _TABLES]
    return frozenset(word for file in files for word in re.findall(r"\w+", _IMPORT.sub("", file.read_text("utf-8"))))


@pytest.mark.parametrize("module", NAMES)
def test_every_name_is_used_by_a_test(module: str) -> None:
    """A name that is only imported shows nothing."""
    assert [name for name in NAMES[module].split() if name not in used_names()] == []


def test_a_lightweight_transform_is_a_container_transform() -> None:
    """So is what its class makes of another one; it is called as the function."""

    @lightweight(memory_gb=3)
    @transform(out=Output("/out"))
    def compute(out):
        return out

    made = ContainerTransform(transform(out=Output("/o"))(lambda out: out), cpu_cores=4)
    assert isinstance(compute, ContainerTransform)
    assert ContainerTransformsConfiguration is ContainerTransform
    assert (compute.resources.memory_gb, made.resources.cpu_cores, made(5), made.lightweight) == (3, 4, 5, True)


def test_files_of_a_single_node_are_of_the_sidecars_classes(run_transform) -> None:
    """They can be read and written like files, and be sought in."""

    @transform.using(raw=Input("/raw"), out=Output("/out"))
    def compute(raw, out):
        assert isinstance(raw.filesystem(), FoundryDataSidecarFileSystem)
        with raw.filesystem().open("a.txt") as source, out.filesystem().open("b.txt", "w") as target:
            assert isinstance(source, FoundryDataSidecarFile)
            assert isinstance(target, FoundryDataSidecarFile)
            source.seek(1)
            target.write(source.read())

    assert run_transform(compute, {"raw": {"a.txt": "abc"}}).output.files() == {"b.txt": b"bc"}


def test_an_output_of_an_incremental_transform_is_of_its_class(run_transform) -> None:
    @incremental()
    @transform(raw=Input("/raw"), out=Output("/out"))
    def compute(raw, out):
        assert isinstance(out, IncrementalTransformOutput)
        out.write_pandas(raw.pandas())

    assert run_transform(compute, {"raw": [{"x": 1}]}).output.rows() == [{"x": 1}]


class Shouted(FoundryOutputParam, LightweightOutputParam):
    """Writes texts in capitals."""

    @staticmethod
    def lightweight_instance(context, json_value):
        assert isinstance(context, ParamContext)
        output = context.foundry_connector.output(alias=json_value["aliases"][0])
        return lambda rows: output.write_table(rows.with_columns(pl.col("x").str.to_uppercase()))


class Branch(Param):
    """The branch of the job."""

    json_value = "on "

    @staticmethod
    def instance(context: ParamContext, json_value: str) -> str:
        return json_value + context.branch


def test_a_parameter_of_ones_own_gets_the_context(run_transform) -> None:
    @transform(out=Output("/out"), branch=Branch())
    def compute(out, branch):
        with out.filesystem().open("branch", "w") as file:
            file.write(branch)

    @transform.using(out=Shouted(["/shouted"]))
    def shout(out):
        out(pl.DataFrame({"x": ["a"]}))

    assert run_transform(compute, branch="dev").output.files() == {"branch": b"on dev"}
    assert run_transform(shout).output.column("x") == ["A"]
    assert issubclass(Output, LightweightOutputParam)


def contained(run_transform):
    @lightweight(container_image="i", container_tag="t")
    @transform(out=Output("/a"))
    def job(out):
        pass

    run_transform(job)


@pytest.mark.parametrize(
    ("wrong", "error", "builtin"),
    [
        (contained, LightweightNotImplementedError, NotImplementedError),
        (lambda _: lightweight(lambda: None), LightweightTypeError, TypeError),
        (
            lambda _: transform.using(out=Output("/a")).with_resources(memory_gb=1, memory_mb=1)(lambda out: None),
            LightweightValueError,
            ValueError,
        ),
    ],
)
def test_errors_of_single_nodes_are_caught_by_their_root(run_transform, wrong, error, builtin) -> None:
    """And by their name, by Python's class of the kind, and by the root of all of ours."""
    for caught in (error, LightweightException, builtin, TransformsError):
        with pytest.raises(caught):
            wrong(run_transform)


def test_a_source_gives_a_connection(run_transform, fake_source) -> None:
    """Its class is for annotations; another object may stand for it."""

    @external_systems(api=Source("ri.source.api"))
    @transform.using(out=Output("/out"))
    def compute(api, out):
        connection: HttpsConnection = api.get_https_connection()
        out.write_table(pl.DataFrame({"url": [connection.url]}))

    assert run_transform(compute, sources={"api": fake_source()}).output.column("url") == ["https://source.test"]


def test_files_of_a_model_are_copied_to_this_machine(run_transform) -> None:
    @transform.using(raw=Input("/weights"), out=Output("/out"))
    def compute(raw, out):
        folder = Path(copy_model_to_driver(raw.filesystem()))
        with out.filesystem().open("found", "w") as file:
            file.write((folder / "deep/weights.bin").read_text())

    assert run_transform(compute, {"raw": {"deep/weights.bin": "w"}}).output.files() == {"found": b"w"}


def refused(declare) -> None:
    """Run a transform that is declared with something that is not here."""

    def compute(**params): ...

    from transforms.testing import run_transform

    with pytest.raises(UnavailableError, match="this version"):
        run_transform(declare(compute))


@pytest.mark.parametrize(
    "kind",
    [
        models.OpenAiGptChatLanguageModelInput,
        models.OpenAiGptChatWithVisionLanguageModelInput,
        models.AnthropicClaudeLanguageModelInput,
        models.GenericCompletionLanguageModelInput,
        models.GenericChatCompletionLanguageModelInput,
        models.GenericVisionCompletionLanguageModelInput,
        models.GenericEmbeddingModelInput,
    ],
)
def test_a_job_with_a_hosted_model_is_refused(kind) -> None:
    refused(transform.using(out=Output("/out"), model=kind("ri.language-model.x")))


MESSAGE = chat.ChatMessage(chat.ChatMessageRole.USER, "Hello")
SEEN = chat.MultiContentChatMessage([MESSAGE], chat.ChatMessageRole.USER)


@pytest.mark.parametrize(
    ("model", "call", "request_"),
    [
        (older.OpenAiGptChatLanguageModel, "create_chat_completion", completions.GptChatCompletionRequest([MESSAGE])),
        (
            older.OpenAiGptChatWithVisionLanguageModel,
            "create_chat_completion",
            completions.GptChatWithVisionCompletionRequest([SEEN]),
        ),
        (older.AnthropicClaudeLanguageModel, "create_chat_completion", None),
        (older.GenericCompletionLanguageModel, "create_completion", completions.GenericCompletionRequest("Hello")),
        (
            older.GenericChatCompletionLanguageModel,
            "create_chat_completion",
            completions.GenericChatCompletionRequest([MESSAGE], temperature=0.5),
        ),
        (
            older.GenericVisionCompletionLanguageModel,
            "create_vision_completion",
            completions.GenericVisionCompletionRequest([SEEN]),
        ),
        (older.GenericEmbeddingModel, "create_embeddings", embeddings.GenericEmbeddingsRequest(["Hello"])),
    ],
)
def test_a_hosted_model_takes_a_request_and_refuses_it(model, call: str, request_) -> None:
    with pytest.raises(UnavailableError, match="this version"):
        getattr(model(), call)(request_)


def test_a_container_beside_a_transform_is_declared_and_refused() -> None:
    shared = Volume("shared")
    refused(lambda function: sidecar("image", "1", volumes=[shared])(transform(out=Output("/out"))(function)))


def test_an_environment_of_a_model_is_a_list_of_packages() -> None:
    """As adapters tell what they need."""
    environment = PythonEnvironment(conda_dependencies=[CondaDependency("numpy", "1.26")])
    assert [one.name for one in environment.conda_dependencies] == ["numpy"]
