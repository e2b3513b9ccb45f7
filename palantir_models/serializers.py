"""The default serializers, as Foundry code imports them: ``palantir_models.serializers``."""

from __future__ import annotations

from palantir_models.adapter.serializers import (
    CloudPickleSerializer,
    DillSerializer,
    HfAutoModelSerializer,
    HfAutoTokenizerSerializer,
    HfPipelineSerializer,
    JsonSerializer,
    PytorchStateSerializer,
    SparkMLAutoSerializer,
    TensorflowFormat,
    TensorflowKerasSerializer,
    XGBoostSerializer,
    YamlSerializer,
)

__all__ = [
    "CloudPickleSerializer",
    "DillSerializer",
    "HfAutoModelSerializer",
    "HfAutoTokenizerSerializer",
    "HfPipelineSerializer",
    "JsonSerializer",
    "PytorchStateSerializer",
    "SparkMLAutoSerializer",
    "TensorflowFormat",
    "TensorflowKerasSerializer",
    "XGBoostSerializer",
    "YamlSerializer",
]
