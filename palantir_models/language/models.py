"""Hosted language models as compute functions ask them; for annotations, as no job here gets one."""

from __future__ import annotations

from typing import Any

from transforms.errors import UnavailableError


class _ChatModel:
    def create_chat_completion(self, completion_request: Any) -> Any:
        """Answer a conversation."""
        raise _refused("create_chat_completion()")


class OpenAiGptChatLanguageModel(_ChatModel):
    """A chat model of OpenAI.

    Follows the public page integrate-models/language-models-in-transforms.
    """


class OpenAiGptChatWithVisionLanguageModel(_ChatModel):
    """A chat model of OpenAI that sees images.

    Follows the public page integrate-models/language-models-in-transforms.
    """


class AnthropicClaudeLanguageModel(_ChatModel):
    """A chat model of Anthropic.

    Follows the public page integrate-models/language-models-in-transforms.
    """


class GenericChatCompletionLanguageModel(_ChatModel):
    """A chat model of any provider.

    Follows the public page integrate-models/language-models-in-transforms.
    """


class GenericCompletionLanguageModel:
    """A model that completes a text.

    Follows the public page integrate-models/language-models-in-transforms.
    """

    def create_completion(self, completion_request: Any) -> Any:
        """Complete a text."""
        raise _refused("create_completion()")


class GenericVisionCompletionLanguageModel:
    """A model of any provider that sees images.

    Follows the public page integrate-models/language-models-in-transforms.
    """

    def create_vision_completion(self, completion_request: Any) -> Any:
        """Answer a prompt with an image."""
        raise _refused("create_vision_completion()")


class GenericEmbeddingModel:
    """A model that turns texts into vectors.

    Follows the public page integrate-models/language-models-in-transforms.
    """

    def create_embeddings(self, embeddings_request: Any) -> Any:
        """Return a vector for each text."""
        raise _refused("create_embeddings()")


def _refused(call: str) -> UnavailableError:
    return UnavailableError(f"{call}: hosted language models are not available in this version.")
