"""Models in transforms: what ``palantir_models.transforms`` offers."""

from palantir_models.evaluation.declaration import evaluation
from palantir_models.language.params import (
    AnthropicClaudeLanguageModelInput,
    GenericChatCompletionLanguageModelInput,
    GenericCompletionLanguageModelInput,
    GenericEmbeddingModelInput,
    GenericVisionCompletionLanguageModelInput,
    OpenAiGptChatLanguageModelInput,
    OpenAiGptChatWithVisionLanguageModelInput,
)
from palantir_models.model.params import ModelInput, ModelOutput
from palantir_models.model.spark import DistributedInferenceWrapper
from palantir_models.model.utilities import copy_model_to_driver
from palantir_models.model.writable import WritableModel

__all__ = [
    "AnthropicClaudeLanguageModelInput",
    "DistributedInferenceWrapper",
    "GenericChatCompletionLanguageModelInput",
    "GenericCompletionLanguageModelInput",
    "GenericEmbeddingModelInput",
    "GenericVisionCompletionLanguageModelInput",
    "ModelInput",
    "ModelOutput",
    "OpenAiGptChatLanguageModelInput",
    "OpenAiGptChatWithVisionLanguageModelInput",
    "WritableModel",
    "copy_model_to_driver",
    "evaluation",
]
