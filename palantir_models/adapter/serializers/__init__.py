"""The default serializers, one module a family of libraries."""

from __future__ import annotations

from palantir_models.adapter.serializers.huggingface import (
    HfAutoModelSerializer,
    HfAutoTokenizerSerializer,
    HfPipelineSerializer,
)
from palantir_models.adapter.serializers.keras import TensorflowFormat, TensorflowKerasSerializer
from palantir_models.adapter.serializers.pickled import CloudPickleSerializer, DillSerializer
from palantir_models.adapter.serializers.pytorch import PytorchStateSerializer
from palantir_models.adapter.serializers.sparkml import SparkMLAutoSerializer
from palantir_models.adapter.serializers.text import JsonSerializer, YamlSerializer
from palantir_models.adapter.serializers.xgb import XGBoostSerializer

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
