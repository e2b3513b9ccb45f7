"""The older home of the adapter API: ``palantir_models.models``."""

from __future__ import annotations

from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.options import CondaDependency, ModelVersionChangeType, PythonEnvironment
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.language.models import (
    AnthropicClaudeLanguageModel,
    GenericChatCompletionLanguageModel,
    GenericCompletionLanguageModel,
    GenericEmbeddingModel,
    GenericVisionCompletionLanguageModel,
    OpenAiGptChatLanguageModel,
    OpenAiGptChatWithVisionLanguageModel,
)

__all__ = [
    "AnthropicClaudeLanguageModel",
    "CondaDependency",
    "GenericChatCompletionLanguageModel",
    "GenericCompletionLanguageModel",
    "GenericEmbeddingModel",
    "GenericVisionCompletionLanguageModel",
    "ModelAdapter",
    "ModelStateReader",
    "ModelStateWriter",
    "ModelVersionChangeType",
    "OpenAiGptChatLanguageModel",
    "OpenAiGptChatWithVisionLanguageModel",
    "PythonEnvironment",
]
