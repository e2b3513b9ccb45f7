"""The ``palantir_models`` API, as Foundry code imports it: ``import palantir_models as pm``.

Names live in the packages beside this module; submodules are imported when they are first used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from palantir_models.adapter.auto_serialize import auto_serialize
from palantir_models.adapter.base import ModelAdapter
from palantir_models.adapter.legacy import ModelApi
from palantir_models.adapter.ndarray import NDArray
from palantir_models.adapter.serializer import ModelSerializer
from palantir_models.adapter.state import ModelStateReader, ModelStateWriter
from palantir_models.adapter.types import (
    FileSystem,
    MediaReference,
    Object,
    ObjectSet,
    Pandas,
    Parameter,
    Spark,
)
from palantir_models.adapter.variants import ContainerModelAdapter, ExternalContext, ExternalModelAdapter
from transforms.errors import nearest

if TYPE_CHECKING:
    from types import ModuleType

    from palantir_models.reading.model import open_model

__all__ = [
    "ContainerModelAdapter",
    "ExternalContext",
    "ExternalModelAdapter",
    "FileSystem",
    "MediaReference",
    "ModelAdapter",
    "ModelApi",
    "ModelSerializer",
    "ModelStateReader",
    "ModelStateWriter",
    "NDArray",
    "Object",
    "ObjectSet",
    "Pandas",
    "Parameter",
    "Spark",
    "auto_serialize",
    "open_model",
]

_SUBMODULES = ("code_workspaces", "evaluations", "experiments", "models", "serializers", "transforms")


def __getattr__(name: str) -> ModuleType | Callable[..., Any]:
    if name == "open_model":
        return importlib.import_module("palantir_models.reading.model").open_model  # type: ignore[no-any-return]
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"palantir_models has no {name!r}.{nearest(name, [*__all__, *_SUBMODULES])}")


def __dir__() -> list[Any]:
    return sorted({*globals(), *_SUBMODULES})
