"""The documented, if underscored, home of the serializer base: ``palantir_models.models._serialization``."""

from __future__ import annotations

from palantir_models.adapter.serializer import ModelSerializer
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter

__all__ = ["ModelSerializer", "ModelStateReader", "ModelStateWriter"]
