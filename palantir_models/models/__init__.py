"""The older home of the adapter API: ``palantir_models.models``."""

from __future__ import annotations

from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.publishing import CondaDependency, ModelVersionChangeType, PythonEnvironment
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter

__all__ = [
    "CondaDependency",
    "ModelAdapter",
    "ModelStateReader",
    "ModelStateWriter",
    "ModelVersionChangeType",
    "PythonEnvironment",
]
