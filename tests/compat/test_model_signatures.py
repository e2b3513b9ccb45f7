"""The public signatures of model adapters, as the reference records them."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest

import palantir_models as pm
from palantir_models import serializers

EMPTY = inspect.Parameter.empty

NAMES = {
    "palantir_models": (
        "ModelAdapter ContainerModelAdapter ExternalModelAdapter ExternalContext auto_serialize Pandas Spark Parameter "
        "FileSystem MediaReference Object ObjectSet NDArray ModelApi ModelStateReader ModelStateWriter ModelSerializer"
    ),
    "palantir_models.serializers": (
        "DillSerializer CloudPickleSerializer JsonSerializer YamlSerializer PytorchStateSerializer XGBoostSerializer "
        "TensorflowKerasSerializer TensorflowFormat HfAutoModelSerializer HfAutoTokenizerSerializer "
        "HfPipelineSerializer SparkMLAutoSerializer"
    ),
    "palantir_models_serializers": "DillSerializer JsonSerializer YamlSerializer CloudPickleSerializer",
    "palantir_models.models": (
        "ModelAdapter ModelStateReader ModelStateWriter ModelVersionChangeType PythonEnvironment CondaDependency"
    ),
    "palantir_models.models.api": "ModelApi ModelApiColumn ModelInput ModelOutput DFType",
    "palantir_models.models._serialization": "ModelSerializer ModelStateReader ModelStateWriter",
    "palantir_models.models._state_accessors": "ModelStateReader ModelStateWriter",
    "models_api.models_api_executable": "ContainerizedApplicationContext ExternalModelExecutionContext",
}

SIGNATURES: list[tuple[Any, dict[str, Any]]] = [
    (pm.ModelAdapter.load, {"state_reader": EMPTY, "container_context": None, "external_model_context": None}),
    (pm.ModelAdapter.save, {"self": EMPTY, "state_writer": EMPTY}),
    (pm.ModelAdapter.api, {}),
    (pm.ModelAdapter.run_inference, {"self": EMPTY, "inputs": EMPTY, "outputs": EMPTY}),
    (pm.ContainerModelAdapter.init_container, {"container_context": EMPTY}),
    (pm.ExternalModelAdapter.init_external, {"external_context": EMPTY}),
    (pm.Pandas, {"columns": ()}),
    (pm.Spark, {"columns": ()}),
    (pm.Parameter, {"type": Any, "default": None}),
    (pm.FileSystem, {}),
    (pm.MediaReference, {}),
    (pm.Object, {"ObjectType": EMPTY}),
    (pm.ObjectSet, {"ObjectType": EMPTY}),
    (pm.NDArray, {"shape": EMPTY, "dtype": EMPTY}),
    (pm.ModelApi, {"inputs": EMPTY, "outputs": EMPTY}),
    (pm.ModelSerializer.serialize, {"self": EMPTY, "writer": EMPTY, "obj": EMPTY}),
    (pm.ModelSerializer.deserialize, {"self": EMPTY, "reader": EMPTY}),
    (pm.ModelStateWriter.open, {"self": EMPTY, "asset_file_path": EMPTY, "mode": "wb"}),
    (pm.ModelStateWriter.put_file, {"self": EMPTY, "local_file_path": EMPTY, "asset_file_path": None}),
    (pm.ModelStateWriter.put_directory, {"self": EMPTY, "local_root_path": EMPTY, "asset_root_path": "/"}),
    (pm.ModelStateWriter.mkdir, {"self": EMPTY, "name": EMPTY}),
    (pm.ModelStateReader.open, {"self": EMPTY, "asset_file_path": EMPTY, "mode": "rb"}),
    (pm.ModelStateReader.extract_to_temp_dir, {"self": EMPTY, "root_dir": None}),
    (pm.ModelStateReader.extract, {"self": EMPTY, "destination_path": None}),
    (pm.ModelStateReader.dir, {"self": EMPTY, "name": EMPTY}),
    (
        serializers.TensorflowKerasSerializer,
        {"format": serializers.TensorflowFormat.DIR, "custom_objects": None},
    ),
    (serializers.HfAutoModelSerializer, {"model_class": None, "load_kwargs": EMPTY}),
    (serializers.HfAutoTokenizerSerializer, {"tokenizer_class": None, "load_kwargs": EMPTY}),
    (serializers.HfPipelineSerializer, {"pipeline_type": EMPTY, "load_kwargs": EMPTY}),
    (serializers.DillSerializer, {}),
    (serializers.CloudPickleSerializer, {}),
    (serializers.JsonSerializer, {}),
    (serializers.YamlSerializer, {}),
    (serializers.PytorchStateSerializer, {}),
    (serializers.XGBoostSerializer, {}),
    (serializers.SparkMLAutoSerializer, {}),
]

FILES = {
    "DillSerializer": "dill.pkl",
    "CloudPickleSerializer": "cloudpickle.pkl",
    "JsonSerializer": "config.json",
    "YamlSerializer": "config.yaml",
    "PytorchStateSerializer": "model_state_dict.pt",
    "XGBoostSerializer": "xgboost_model.json",
}


@pytest.mark.parametrize("module", NAMES)
def test_documented_names_are_exported(module: str) -> None:
    """Every documented name can be imported from its module and is in its ``__all__``, where it has one."""
    imported = importlib.import_module(module)
    for name in NAMES[module].split():
        assert hasattr(imported, name)
        assert name in getattr(imported, "__all__", [name])


@pytest.mark.parametrize(("function", "expected"), SIGNATURES, ids=lambda part: getattr(part, "__qualname__", ""))
def test_signatures_are_the_documented_ones(function: Any, expected: dict[str, Any]) -> None:
    """Parameter names, their order and their defaults are the documented ones."""
    found = {p.name: p.default for p in inspect.signature(function).parameters.values()}
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize("name", FILES)
def test_serializers_store_the_documented_file(name: str) -> None:
    """Each serializer of one file stores it under its documented name."""
    assert getattr(serializers, name).file_name == FILES[name]


def test_change_types_and_frame_types_have_the_documented_members() -> None:
    """The enums have the documented members and, where documented, values."""
    from palantir_models.models import ModelVersionChangeType
    from palantir_models.models.api import DFType

    assert [member.name for member in ModelVersionChangeType] == ["MAJOR", "MINOR", "PATCH"]
    assert {member.name: member.value for member in DFType} == {"SPARK": "spark", "PANDAS": "pandas"}
    assert [member.name for member in serializers.TensorflowFormat] == ["DIR", "H5", "KERAS"]


def test_import_is_light_and_submodules_are_lazy() -> None:
    """Importing the package imports no heavy library, and ``pm.serializers`` needs no import of its own."""
    code = (
        "import sys, palantir_models as pm; pm.serializers.JsonSerializer; pm.models.ModelAdapter; "
        "heavy = {'numpy', 'pandas', 'polars', 'pyarrow', 'dill', 'cloudpickle', 'yaml', 'PIL', 'plotly', 'pyspark'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_unknown_names_suggest_the_nearest() -> None:
    """An attribute that the package does not have is an AttributeError that suggests one."""
    with pytest.raises(AttributeError, match="Did you mean 'ModelAdapter'"):
        _ = pm.ModelAdaptor
