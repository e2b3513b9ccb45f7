"""Foundry's ``transforms.api``: declaring transforms, and the types that compute functions receive."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from transforms.spec.checks import Check
from transforms.spec.datasets import Input, InputSet, Markings, OrgMarkings, Output, OutputSet
from transforms.spec.decorators import (
    ComputeBackend,
    configure,
    incremental,
    lightweight,
    transform,
    transform_df,
    transform_pandas,
    transform_polars,
)
from transforms.spec.exceptions import (
    LightweightException,
    LightweightNotImplementedError,
    LightweightTypeError,
    LightweightValueError,
)
from transforms.spec.params import (
    FoundryInputParam,
    FoundryOutputParam,
    LightweightInputParam,
    LightweightOutputParam,
    Param,
    ParamContext,
)
from transforms.spec.pipeline import Pipeline
from transforms.spec.scalars import BooleanParam, FloatParam, IntegerParam, ParamValueInput, StringParam
from transforms.spec.transform import ContainerTransform, ContainerTransformsConfiguration, Transform

if TYPE_CHECKING:
    from transforms.run.contexts import IncrementalTransformContext, LightweightContext, TransformContext
    from transforms.run.files import FileStatus, FileSystem, FoundryDataSidecarFile, FoundryDataSidecarFileSystem
    from transforms.run.incremental_inputs import IncrementalLightweightInput, IncrementalTransformInput
    from transforms.run.incremental_outputs import IncrementalLightweightOutput, IncrementalTransformOutput
    from transforms.run.inputs import LightweightInput, TransformInput
    from transforms.run.outputs import LightweightOutput, TransformOutput
    from transforms.run.virtual_tables import IncrementalTableTransformInput, TableTransformInput

_RUNTIME = {
    "FileStatus": "files",
    "FileSystem": "files",
    "FoundryDataSidecarFile": "files",
    "FoundryDataSidecarFileSystem": "files",
    "IncrementalLightweightInput": "incremental_inputs",
    "IncrementalLightweightOutput": "incremental_outputs",
    "IncrementalTableTransformInput": "virtual_tables",
    "IncrementalTransformContext": "contexts",
    "IncrementalTransformInput": "incremental_inputs",
    "IncrementalTransformOutput": "incremental_outputs",
    "LightweightContext": "contexts",
    "LightweightInput": "inputs",
    "LightweightOutput": "outputs",
    "TableTransformInput": "virtual_tables",
    "TransformContext": "contexts",
    "TransformInput": "inputs",
    "TransformOutput": "outputs",
}

__all__ = [
    "BooleanParam",
    "Check",
    "ComputeBackend",
    "ContainerTransform",
    "ContainerTransformsConfiguration",
    "FileStatus",
    "FileSystem",
    "FloatParam",
    "FoundryDataSidecarFile",
    "FoundryDataSidecarFileSystem",
    "FoundryInputParam",
    "FoundryOutputParam",
    "IncrementalLightweightInput",
    "IncrementalLightweightOutput",
    "IncrementalTableTransformInput",
    "IncrementalTransformContext",
    "IncrementalTransformInput",
    "IncrementalTransformOutput",
    "Input",
    "InputSet",
    "IntegerParam",
    "LightweightContext",
    "LightweightException",
    "LightweightInput",
    "LightweightInputParam",
    "LightweightNotImplementedError",
    "LightweightOutput",
    "LightweightOutputParam",
    "LightweightTypeError",
    "LightweightValueError",
    "Markings",
    "OrgMarkings",
    "Output",
    "OutputSet",
    "Param",
    "ParamContext",
    "ParamValueInput",
    "Pipeline",
    "StringParam",
    "TableTransformInput",
    "Transform",
    "TransformContext",
    "TransformInput",
    "TransformOutput",
    "configure",
    "incremental",
    "lightweight",
    "transform",
    "transform_df",
    "transform_pandas",
    "transform_polars",
]


def __getattr__(name: str) -> Any:
    """Import what only running jobs need when it is asked for."""
    if name not in _RUNTIME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"transforms.run.{_RUNTIME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
