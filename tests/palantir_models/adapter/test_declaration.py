"""What an adapter's api may declare, and what is wrong with what it may not."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

import palantir_models as pm
from palantir_models.adapter import api_json, declared_api
from palantir_models.errors import AdapterError
from palantir_models.models.api import DFType, ModelApi, ModelApiColumn, ModelInput, ModelOutput
from transforms.errors import TransformTypeError


def declaring(api: Any) -> type[pm.ModelAdapter]:
    return type("Declaring", (pm.ModelAdapter,), {"api": classmethod(lambda cls: api)})


def test_every_type_describes_itself() -> None:
    """Each API type has a JSON form that says its kind."""
    inputs = {
        "table": pm.Pandas(["any", ("n", int), ("tags", list[str]), ("m", pm.MediaReference), ("t", dt.datetime)]),
        "spark": pm.Spark(),
        "rate": pm.Parameter(float, default=0.5),
        "matrix": pm.Parameter(pm.NDArray([-1, 3], "float32")),
        "files": pm.FileSystem(),
        "media": pm.MediaReference(),
        "one": pm.Object(dict),
        "many": pm.ObjectSet(dict),
    }
    described = json.loads(api_json(declaring((inputs, {"out": pm.Parameter(dict[str, int])}))))
    by_name = {entry.pop("name"): entry for entry in described["inputs"]}
    kinds = [column["dataType"]["type"] for column in by_name["table"]["columns"]]
    assert kinds == ["any", "integer", "array", "mediaReference", "timestamp"]
    assert by_name["table"]["columns"][2]["dataType"]["itemType"] == {"type": "string"}
    assert by_name["spark"] == {"type": "tabular", "format": "SPARK", "columns": []}
    assert by_name["rate"] == {"type": "parameter", "required": False, "dataType": {"type": "double"}, "default": 0.5}
    assert by_name["matrix"]["dataType"] == {"type": "ndarray", "shape": [-1, 3], "dtype": "float32"}
    assert [by_name[n]["type"] for n in ("files", "media", "one", "many")] == [
        "fileSystem",
        "mediaReference",
        "object",
        "objectSet",
    ]
    output = described["outputs"][0]["dataType"]
    assert output == {"type": "map", "keyType": {"type": "string"}, "valueType": {"type": "integer"}}


def test_legacy_and_modern_declarations_are_one() -> None:
    """The older ``ModelApi`` and the two dicts give the same inputs and outputs."""
    legacy = ModelApi(
        inputs=[
            ModelInput.Tabular("df", DFType.PANDAS, [ModelApiColumn("x", float), ("y", int), "z"]),
            ModelInput.Tabular("big"),
            ModelInput.Parameter("p", str, "d"),
            ModelInput.FileSystem("f"),
            ModelInput.MediaReference("m"),
        ],
        outputs=[ModelOutput.Tabular("df_out"), ModelOutput.Parameter("s", float), ModelOutput.FileSystem("fo")],
    )
    modern = (
        {
            "df": pm.Pandas([("x", float), ("y", int), "z"]),
            "big": pm.Spark(),
            "p": pm.Parameter(str, "d"),
            "f": pm.FileSystem(),
            "m": pm.MediaReference(),
        },
        {"df_out": pm.Pandas(), "s": pm.Parameter(float), "fo": pm.FileSystem()},
    )
    assert declared_api(declaring(legacy)) == declared_api(declaring(modern))


def test_wrong_declarations_are_told() -> None:
    """A plain type, a bad column, no output and no tuple are each refused with what to write."""
    with pytest.raises(TransformTypeError, match=r"declares 'a' as <class 'int'>.*pm.Parameter"):
        declared_api(declaring(({"a": int}, {"b": pm.Pandas()})))
    with pytest.raises(TransformTypeError, match="not a column"):
        pm.Pandas([5])  # type: ignore[list-item]
    with pytest.raises(AdapterError, match="declares no output"):
        declared_api(declaring(({}, {})))
    with pytest.raises(TransformTypeError, match="returned a dict; return two dicts"):
        declared_api(declaring({"a": pm.Pandas()}))


def test_class_with_an_instance_method_has_to_be_made_first() -> None:
    """The API of a class whose ``api`` is an instance method is known from an instance alone."""
    api: Any = ({}, {"out": pm.Parameter()})
    cls = type("Made", (pm.ModelAdapter,), {"api": lambda self: api})
    assert list(declared_api(cls()).outputs) == ["out"]
    with pytest.raises(AdapterError, match="@classmethod"):
        declared_api(cls)


def test_adapter_without_api_cannot_be_made() -> None:
    """The base class, and a subclass that declares no API, cannot be instantiated."""
    for cls in (pm.ModelAdapter, type("Silent", (pm.ModelAdapter,), {})):
        with pytest.raises(TypeError, match="abstract"):
            cls()
