"""Declaring the language models that a transform asks; a job that has one refuses to run, as none are hosted here."""

from __future__ import annotations

from typing import Any

from transforms.errors import TransformTypeError, UnavailableError
from transforms.spec.params import Param


class LanguageModelInput(Param):
    """A hosted language model.

    Follows the public page integrate-models/language-models-in-transforms.

    :param model_rid: its RID.
    :raises TransformTypeError: if it is not text.
    """

    role = "value"
    runtime = "palantir_models.language.params:open_language_model"

    def __init__(self, model_rid: str) -> None:
        super().__init__()
        if not isinstance(model_rid, str) or not model_rid:
            raise TransformTypeError(f"{type(self).__name__}({model_rid!r}): a language model is named by its RID.")
        self.model_rid = model_rid

    @property
    def json_value(self) -> Any:
        """The RID."""
        return self.model_rid

    @property
    def unavailable(self) -> str:
        """What of the declaration this version cannot do."""
        return (
            f"hosted language models such as {self.model_rid} are not available in this version; call a model with a "
            f"client of your own instead."
        )


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


def open_language_model(param: LanguageModelInput, name: str, scope: Any) -> None:
    """Refuse: no language models are hosted here."""
    raise UnavailableError(f"{name}: {param.unavailable}")
