"""Every public module imports with its documented names, also where this version refuses to run what it declares."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from transforms.errors import TransformTypeError, UnavailableError
from transforms.spec.availability import unavailable_reasons
from transforms.testing import run_transform

NAMES = {
    "transforms.api": (
        "configure incremental lightweight transform_df transform_pandas transform_polars transform BooleanParam Check "
        "ComputeBackend ContainerTransform ContainerTransformsConfiguration FileStatus FileSystem FloatParam "
        "FoundryDataSidecarFile FoundryDataSidecarFileSystem FoundryInputParam FoundryOutputParam "
        "IncrementalLightweightInput IncrementalLightweightOutput IncrementalTableTransformInput "
        "IncrementalTransformContext IncrementalTransformInput IncrementalTransformOutput Input InputSet IntegerParam "
        "LightweightContext LightweightInput LightweightInputParam LightweightOutput LightweightOutputParam Markings "
        "OrgMarkings Output OutputSet Param ParamContext ParamValueInput Pipeline StringParam TableTransformInput "
        "Transform TransformContext TransformInput TransformOutput LightweightException LightweightNotImplementedError "
        "LightweightTypeError LightweightValueError"
    ),
    "transforms.expectations": "",
    "foundry.transforms": "Dataset Column",
    "transforms.external.systems": "external_systems Source ResolvedSource HttpsConnection",
    "transforms.foundry.connectors": "FoundryConnector",
    "transforms.mediasets": "MediaSetInput MediaSetInputParam MediaSetOutput MediaSetOutputParam",
    "transforms.sidecar": "sidecar Volume",
    "transforms.tables": "TableInput TableOutput",
    "transforms.verbs.dataframes": "union_many sanitize_schema_for_parquet",
    "transforms.verbs.testing.TransformRunner": "TransformRunner",
    "transforms.verbs.testing.datastores": "InMemoryDatastore",
    "palantir_models": (
        "ModelAdapter ContainerModelAdapter ExternalModelAdapter ExternalContext auto_serialize Pandas Spark Parameter "
        "FileSystem MediaReference Object ObjectSet NDArray ModelApi ModelStateReader ModelStateWriter ModelSerializer"
    ),
    "palantir_models.transforms": (
        "ModelInput ModelOutput DistributedInferenceWrapper evaluation copy_model_to_driver "
        "OpenAiGptChatLanguageModelInput OpenAiGptChatWithVisionLanguageModelInput AnthropicClaudeLanguageModelInput "
        "GenericCompletionLanguageModelInput GenericChatCompletionLanguageModelInput "
        "GenericVisionCompletionLanguageModelInput GenericEmbeddingModelInput"
    ),
    "palantir_models.models": (
        "ModelAdapter ModelStateReader ModelStateWriter ModelVersionChangeType PythonEnvironment CondaDependency "
        "OpenAiGptChatLanguageModel OpenAiGptChatWithVisionLanguageModel AnthropicClaudeLanguageModel "
        "GenericCompletionLanguageModel GenericChatCompletionLanguageModel GenericVisionCompletionLanguageModel "
        "GenericEmbeddingModel"
    ),
    "palantir_models.code_workspaces": "ModelInput ModelOutput",
    "palantir_models.experiments": "Experiment ErrorHandlerType",
    "palantir_models.evaluations": (
        "Evaluation evaluate RegressionEvaluatorConfig ClassificationEvaluatorConfig EvaluationResult"
    ),
    "palantir_models.serializers": "DillSerializer CloudPickleSerializer JsonSerializer YamlSerializer",
    "palantir_models.models.api": "ModelApi ModelApiColumn ModelInput ModelOutput DFType",
    "palantir_models.models._serialization": "ModelSerializer",
    "palantir_models.models._state_accessors": "ModelStateReader ModelStateWriter",
    "foundry_ml_metrics": "MetricSet",
    "foundry_ml_metrics.evaluation": "Evaluator ComputedMetricValue Field",
    "palantir_models_serializers": "DillSerializer JsonSerializer YamlSerializer CloudPickleSerializer",
    "models_api.models_api_executable": "ContainerizedApplicationContext ExternalModelExecutionContext",
    "language_model_service_api.languagemodelservice_api": "ChatMessage ChatMessageRole MultiContentChatMessage",
    "language_model_service_api.languagemodelservice_api_completion_v3": (
        "GptChatCompletionRequest GptChatWithVisionCompletionRequest GenericCompletionRequest "
        "GenericChatCompletionRequest GenericVisionCompletionRequest"
    ),
    "language_model_service_api.languagemodelservice_api_embeddings_v3": "GenericEmbeddingsRequest",
}

SIGNATURES = {
    "transforms.foundry.connectors:FoundryConnector": [
        "service_config",
        "auth_header",
        "filesystem_id",
        "fallback_branches",
        "resolver",
    ],
    "transforms.mediasets:MediaSetInput": ["alias", "branch"],
    "transforms.mediasets:MediaSetOutput": ["alias", "should_snapshot", "settings"],
    "transforms.sidecar:sidecar": ["image", "tag", "volumes"],
    "transforms.sidecar:Volume": ["name"],
    "transforms.tables:TableInput": ["alias"],
    "transforms.tables:TableOutput": ["alias", "source", "table"],
    "palantir_models.transforms:OpenAiGptChatLanguageModelInput": ["model_rid"],
    "palantir_models.transforms:GenericEmbeddingModelInput": ["model_rid"],
}

HEAD = """
from transforms.api import Input, Output, incremental, transform
from transforms.sidecar import Volume, sidecar
from palantir_models.models import GenericEmbeddingModel, OpenAiGptChatLanguageModel
from palantir_models.transforms import GenericCompletionLanguageModelInput, OpenAiGptChatLanguageModelInput
from language_model_service_api.languagemodelservice_api import ChatMessage, ChatMessageRole
from language_model_service_api.languagemodelservice_api_completion_v3 import GptChatCompletionRequest
"""
USES = {
    "a sidecar": """
        @sidecar(image="solver", tag="1.2.0", volumes=[Volume("shared")])
        @transform(out=Output("/out"))
        def compute(out):
            out.write_table([])
    """,
    "a chat model": """
        @transform(out=Output("/out"), gpt=OpenAiGptChatLanguageModelInput("ri.language-model-service..language-model.gpt"))
        def compute(out, gpt: OpenAiGptChatLanguageModel):
            message = ChatMessage(ChatMessageRole.USER, "Hello")
            gpt.create_chat_completion(GptChatCompletionRequest([message], temperature=0.2))
    """,
    "a completion model": """
        @transform.using(out=Output("/out"), llm=GenericCompletionLanguageModelInput("ri.language-model.x"))
        def compute(out, llm):
            llm.create_completion("Hello")
    """,
}


@pytest.mark.parametrize("module", NAMES)
def test_every_public_name_can_be_imported(module: str) -> None:
    """From the module that the documentation names; it is in its ``__all__``, where it has one."""
    imported = importlib.import_module(module)

    for name in NAMES[module].split():
        assert hasattr(imported, name), name
        assert name in getattr(imported, "__all__", [name])


@pytest.mark.parametrize("place", SIGNATURES)
def test_signatures_are_the_public_ones(place: str) -> None:
    """Names and order of the parameters."""
    module, _, name = place.partition(":")

    assert list(inspect.signature(getattr(importlib.import_module(module), name)).parameters) == SIGNATURES[place]


@pytest.mark.parametrize("use", USES)
def test_what_cannot_run_is_refused_in_one_sentence(use: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that declares it imports; the job refuses before its function runs, and says what is not there."""
    (tmp_path / "declared.py").write_text(HEAD + textwrap.dedent(USES[use]))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "declared", raising=False)
    compute = importlib.import_module("declared").compute

    with pytest.raises(UnavailableError) as caught:
        run_transform(compute)

    assert "this version" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert all(reason.endswith(".") and ". " not in reason for reason in unavailable_reasons(compute))


def test_what_is_declared_wrongly_is_refused_where_it_is_written() -> None:
    """A name that is no text, a decorator on a plain function, a volume that is none."""
    from palantir_models.transforms import GenericEmbeddingModelInput
    from transforms.mediasets import MediaSetInput
    from transforms.sidecar import sidecar
    from transforms.tables import TableInput

    for declare in (MediaSetInput, TableInput, GenericEmbeddingModelInput):
        with pytest.raises(TransformTypeError):
            declare(None)
    with pytest.raises(TransformTypeError):
        sidecar("image", "tag")(print)
    with pytest.raises(TransformTypeError):
        sidecar("image", "tag", volumes=["shared"])


def test_importing_what_is_refused_loads_no_data_library() -> None:
    """A file of declarations imports as fast as before."""
    code = (
        "import sys, transforms.mediasets, transforms.sidecar, transforms.tables, palantir_models.models\n"
        "print([name for name in ('pandas', 'polars', 'pyarrow', 'pyspark', 'mlflow') if name in sys.modules])"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
