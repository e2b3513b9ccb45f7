"""Requests that a language model answers with text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class _Sampling:
    max_tokens: int | None = None
    stop: Sequence[str] | None = None
    temperature: float | None = None
    top_p: float | None = None


@dataclass(frozen=True)
class GptChatCompletionRequest(_Sampling):
    """A conversation for a chat model of OpenAI.

    :param messages: what was said so far.
    """

    messages: Sequence[Any]


@dataclass(frozen=True)
class GptChatWithVisionCompletionRequest(_Sampling):
    """A conversation with images for a chat model of OpenAI.

    :param messages: what was said so far.
    """

    messages: Sequence[Any]


@dataclass(frozen=True)
class ClaudeChatCompletionRequest(_Sampling):
    """A conversation for a chat model of Anthropic.

    :param messages: what was said so far.
    """

    messages: Sequence[Any]


@dataclass(frozen=True)
class GenericChatCompletionRequest(_Sampling):
    """A conversation for a chat model of any provider.

    :param messages: what was said so far.
    """

    messages: Sequence[Any]


@dataclass(frozen=True)
class GenericCompletionRequest(_Sampling):
    """A text to be completed.

    :param prompt: the text.
    """

    prompt: str


@dataclass(frozen=True)
class GenericVisionCompletionRequest(_Sampling):
    """A prompt with an image.

    :param prompt: the text.
    :param image: the image.
    """

    prompt: str
    image: Any = None
