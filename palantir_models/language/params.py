"""Declaring the language models that a transform asks; a job that has one refuses to run, as none are hosted here."""

from __future__ import annotations

from transforms.spec.unavailable import UnavailableParam


class LanguageModelInput(UnavailableParam):
    """A hosted language model.

    Follows the public page integrate-models/language-models-in-transforms.

    :param model_rid: its RID.
    :raises TransformTypeError: if it is not text.
    """

    naming = "a language model is named by its RID"
    refusal = (
        "hosted language models such as {name} are not available in this version; call a model with a client of your own "
        "instead."
    )

    def __init__(self, model_rid: str) -> None:
        super().__init__(model_rid)
        self.model_rid = model_rid


class OpenAiGptChatLanguageModelInput(LanguageModelInput):
    """A chat model of OpenAI."""


class OpenAiGptChatWithVisionLanguageModelInput(LanguageModelInput):
    """A chat model of OpenAI that sees images."""


class AnthropicClaudeLanguageModelInput(LanguageModelInput):
    """A chat model of Anthropic."""


class GenericCompletionLanguageModelInput(LanguageModelInput):
    """A model that completes a text."""


class GenericChatCompletionLanguageModelInput(LanguageModelInput):
    """A chat model of any provider."""


class GenericVisionCompletionLanguageModelInput(LanguageModelInput):
    """A model of any provider that sees images."""


class GenericEmbeddingModelInput(LanguageModelInput):
    """A model that turns texts into vectors."""
