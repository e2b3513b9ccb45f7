"""Messages of conversations with a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class ChatMessageRole(Enum):
    """Who says a message."""

    SYSTEM = "SYSTEM"
    USER = "USER"
    ASSISTANT = "ASSISTANT"
    FUNCTION = "FUNCTION"
    TOOL = "TOOL"


class MimeType(Enum):
    """How an image is encoded."""

    IMAGE_PNG = "IMAGE_PNG"
    IMAGE_JPEG = "IMAGE_JPEG"


class ImageDetail(Enum):
    """How closely a model looks at an image."""

    LOW = "LOW"
    HIGH = "HIGH"
    AUTO = "AUTO"


@dataclass(frozen=True)
class ChatMessage:
    """A message of text.

    :param role: who says it.
    :param content: the text.
    """

    role: ChatMessageRole
    content: str | None = None


@dataclass(frozen=True)
class Base64ImageContent:
    """An image.

    :param image_url: its bytes in Base64, as a ``data:`` URL.
    :param detail: how closely the model looks at it.
    """

    image_url: str
    detail: ImageDetail | None = None


@dataclass(frozen=True)
class MultiContent:
    """A part of a message: a text or an image.

    :param text: the text.
    :param image: the image.
    """

    text: str | None = None
    image: Any = None


@dataclass(frozen=True)
class MultiContentChatMessage:
    """A message of texts and images.

    :param contents: its parts.
    :param role: who says it.
    """

    contents: Sequence[Any]
    role: ChatMessageRole


@dataclass(frozen=True)
class GenericChatMessage:
    """A message to a model of any provider.

    :param contents: its parts.
    :param role: who says it.
    """

    contents: Sequence[Any]
    role: ChatMessageRole
