"""The answers about models and their versions, as Foundry's public schema has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from palantir_models.model.versions import ModelVersion
from palantir_models.page.ids import experiment_rid
from palantir_models.page.rest.answers import SdkSource
from palantir_models.page.rest.wire import Moment, Rid, Wire
from transforms.common.json_text import from_json

_PLAIN = ("any", "boolean", "date", "double", "float", "integer", "long", "string", "timestamp")


class PlainType(Wire):
    """A type that has no parts."""

    type: Literal["any", "boolean", "date", "double", "float", "integer", "long", "string", "timestamp"]


class ArrayType(Wire):
    """A list."""

    item_type: DataType
    type: Literal["array"] = "array"


class MapType(Wire):
    """A mapping."""

    key_type: DataType
    value_type: DataType
    type: Literal["map"] = "map"


class UnsupportedType(Wire):
    """A type that Foundry's schema of an API has no word for."""

    unsupported_type: str
    params: dict[str, str] = {}
    type: Literal["unsupported"] = "unsupported"


DataType = Annotated[PlainType | ArrayType | MapType | UnsupportedType, Field(discriminator="type")]


class Column(Wire):
    """A column that a table needs."""

    name: str
    required: bool
    data_type: DataType


class TabularType(Wire):
    """An input or output that is a table."""

    name: str
    columns: list[Column]
    format: Literal["PANDAS", "SPARK"]
    type: Literal["tabular"] = "tabular"


class ParameterType(Wire):
    """An input or output that is a single value."""

    name: str
    required: bool
    data_type: DataType
    type: Literal["parameter"] = "parameter"


Port = Annotated[TabularType | ParameterType | UnsupportedType, Field(discriminator="type")]


class ModelApi(Wire):
    """What a version takes and gives."""

    inputs: list[Port]
    outputs: list[Port]


class Version(Wire):
    """A version of a model."""

    rid: Rid
    model_api: ModelApi
    conda_requirements: list[str] = Field(description="The packages it was trained with.")
    backing_repositories: list[Rid] = []
    created_time: Moment
    source: SdkSource = SdkSource()
    linked_experiment: Rid | None = Field(None, description="The experiment published with it; absent without one.")


class VersionPage(Wire):
    """One page of a model's versions, newest first."""

    data: list[Version]
    next_page_token: str | None = Field(None, description="Asks for the next page; absent at the end.")


class FoundryModel(Wire):
    """A model."""

    rid: Rid


def version_answer(version: ModelVersion) -> Version:
    """Return the answer about a version."""
    api = from_json(version.api)
    return Version(
        rid=version.rid,
        model_api=ModelApi(
            inputs=[_port(one) for one in api["inputs"]], outputs=[_port(one) for one in api["outputs"]]
        ),
        conda_requirements=from_json(version.requirements),
        created_time=version.created_time,
        linked_experiment=None if version.experiment_id is None else experiment_rid(version.experiment_id),
    )


def _port(declared: Mapping[str, Any]) -> TabularType | ParameterType | UnsupportedType:
    if declared["type"] == "tabular":
        columns = [
            Column(name=column["name"], required=column["required"], data_type=_data_type(column["dataType"]))
            for column in declared["columns"]
        ]
        return TabularType(name=declared["name"], columns=columns, format=declared["format"])
    if declared["type"] == "parameter":
        return ParameterType(
            name=declared["name"], required=declared["required"], data_type=_data_type(declared["dataType"])
        )
    return UnsupportedType(unsupported_type=declared["type"], params={"name": declared["name"]})


def _data_type(declared: Mapping[str, Any]) -> PlainType | ArrayType | MapType | UnsupportedType:
    kind, anything = declared["type"], {"type": "any"}
    if kind == "array":
        return ArrayType(item_type=_data_type(declared.get("itemType", anything)))
    if kind == "map":
        key, value = declared.get("keyType", anything), declared.get("valueType", anything)
        return MapType(key_type=_data_type(key), value_type=_data_type(value))
    if kind in _PLAIN:
        return PlainType(type=kind)
    return UnsupportedType(unsupported_type=declared.get("name", kind))
