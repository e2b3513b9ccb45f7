"""The default serializers under the other name that public code imports: ``palantir_models_serializers``."""

from __future__ import annotations

from palantir_models.serializers import (
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
