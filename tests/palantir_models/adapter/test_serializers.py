"""Every serializer gives back what it was given."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palantir_models import ModelStateReader, ModelStateWriter, serializers
from palantir_models.adapter.serializer import ModelSerializer
from transforms.errors import MissingExtraError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
DOCUMENTS = st.dictionaries(
    st.text(),
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8),
    max_size=4,
)


def round_trip(serializer: ModelSerializer[Any], value: Any, directory: str | Path) -> Any:
    serializer.serialize(ModelStateWriter(directory), value)
    return serializer.deserialize(ModelStateReader(directory))


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_json_keeps_every_document(document: dict[str, Any]) -> None:
    """Any dictionary of JSON values is read back equal."""
    with tempfile.TemporaryDirectory() as directory:
        assert round_trip(serializers.JsonSerializer(), document, directory) == document


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_yaml_keeps_every_document(document: dict[str, Any]) -> None:
    """Any dictionary of plain YAML values is read back equal."""
    with tempfile.TemporaryDirectory() as directory:
        assert round_trip(serializers.YamlSerializer(), document, directory) == document


@pytest.mark.parametrize("name", ["DillSerializer", "CloudPickleSerializer"])
def test_pickles_keep_functions(name: str, state: Path) -> None:
    """Dill and cloudpickle keep a lambda and what it refers to."""
    offset = 3
    assert round_trip(getattr(serializers, name)(), lambda x: x + offset, state)(1) == 4


@pytest.mark.parametrize(
    ("name", "arguments", "module", "package"),
    [
        ("PytorchStateSerializer", (), "torch", "torch"),
        ("XGBoostSerializer", (), "xgboost", "xgboost"),
        ("TensorflowKerasSerializer", (), "tensorflow", "tensorflow"),
        ("HfAutoModelSerializer", (), "transformers", "transformers"),
        ("HfAutoTokenizerSerializer", (), "transformers", "transformers"),
        ("HfPipelineSerializer", ("text-classification",), "transformers", "transformers"),
        ("SparkMLAutoSerializer", (), "pyspark", "pyspark"),
    ],
)
def test_missing_library_names_its_package(name: str, arguments: Any, module: str, package: str) -> None:
    """A serializer whose library is not installed names the pip package when it is constructed."""
    if importlib.util.find_spec(module) is not None:
        pytest.skip(f"{module} is installed")
    with pytest.raises(MissingExtraError, match=f"{name} needs '{module}.*pip install {package}"):
        getattr(serializers, name)(*arguments)


def test_custom_serializer_is_a_subscripted_generic(state: Path) -> None:
    """A user's serializer subclasses ``ModelSerializer[…]`` and may write to the open file's name."""
    from palantir_models.models._serialization import ModelSerializer

    class Lines(ModelSerializer[list[str]]):
        file_name = "lines.txt"

        def __init__(self) -> None:
            super().__init__()

        def serialize(self, writer: ModelStateWriter, obj: list[str]) -> None:
            with writer.open(self.file_name, "w") as file:
                Path(file.name).write_text("\n".join(obj))

        def deserialize(self, reader: ModelStateReader) -> list[str]:
            with reader.open(self.file_name, "r") as file:
                return Path(file.name).read_text().split("\n")

    assert round_trip(Lines(), ["a", "b"], state) == ["a", "b"]
