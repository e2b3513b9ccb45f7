"""Requests that a model answers with vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class GenericEmbeddingsRequest:
    """Texts to be turned into vectors.

    :param inputs: the texts.
    """

    inputs: Sequence[str]
