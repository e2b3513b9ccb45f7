"""Spark's column types as Delta has them, and a refusal of those that it does not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from transforms.common.json_text import from_json
from transforms.errors import DataError
from transforms.store.columns import RENAMING, check_names

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType, StructType

_PRIMITIVE = frozenset(
    {
        "boolean",
        "byte",
        "short",
        "integer",
        "long",
        "float",
        "double",
        "string",
        "binary",
        "date",
        "timestamp",
        "timestamp_ntz",
    }
)
_ADVICE = {
    "interval": "keep it as a number of seconds or days",
    "day-time interval": "keep it as a number of seconds or days",
    "time": "Delta has no time of day: keep it as a string, or as a number of microseconds",
    "variant": "turn it into a string of JSON with to_json()",
    "geometry": "keep it as binary with st_asbinary()",
    "geography": "keep it as binary with st_asbinary()",
    "udt": "turn it into an array, vectors for example with pyspark.ml.functions.vector_to_array()",
}


def delta_schema(schema: StructType, what: str, descriptions: Mapping[str, str]) -> str:
    """Return a Spark schema as Delta's schema JSON: every column nullable, descriptions as column comments.

    :param schema: the schema of a frame.
    :param what: the dataset, for messages.
    :param descriptions: of the columns; what a column says of itself otherwise is not kept.
    :raises DataError: if a column has a name or a type that Delta cannot hold.
    """
    check_names(schema.names, what, RENAMING["pyspark"])
    if not schema.names:
        raise DataError(f"{what}: the frame has no columns; a dataset needs at least one.")
    fields = [_field(field, field["name"], what) for field in from_json(schema.json())["fields"]]
    for field in fields:
        if field["name"] in descriptions:
            field["metadata"] = {"comment": descriptions[field["name"]]}
    return json.dumps({"type": "struct", "fields": fields}, ensure_ascii=False)


def without_void(frame: DataFrame, there: Sequence[Mapping[str, Any]]) -> DataFrame:
    """Return a frame whose columns that hold nothing but nulls have a type, also inside of others.

    :param frame: the frame.
    :param there: the Delta fields of the dataset as it is: they give such a column its type, else it is text.
    """
    known = {field["name"]: field["type"] for field in there}
    columns, changed = [], False
    for field in from_json(frame.schema.json())["fields"]:
        column = named_column(field["name"])
        kind = _typed(field["type"], known.get(field["name"]))
        if kind != field["type"]:
            changed, column = True, column.cast(_spark_type(kind)).alias(field["name"])
        columns.append(column)
    return frame.select(*columns) if changed else frame


def named_column(name: str) -> Column:
    """Return the column of that very name, whatever letters it has: a dot in it means no field of a struct."""
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def _spark_type(kind: Any) -> DataType:
    from pyspark.sql.types import StructType

    field = {"name": "c", "type": kind, "nullable": True, "metadata": {}}
    return StructType.fromJson({"type": "struct", "fields": [field]})["c"].dataType


def _typed(kind: Any, there: Any) -> Any:
    """Return a type without void in it, as Spark's and Delta's JSON spell it alike."""
    like = there if isinstance(there, dict) and isinstance(kind, dict) and there["type"] == kind["type"] else {}
    if kind == "void":
        return "string" if there is None or there == "void" else there
    if not isinstance(kind, dict):
        return kind
    if kind["type"] == "array":
        return {**kind, "elementType": _typed(kind["elementType"], like.get("elementType"))}
    if kind["type"] == "map":
        return {**kind, **{side: _typed(kind[side], like.get(side)) for side in ("keyType", "valueType")}}
    if kind["type"] == "struct":
        if not kind["fields"]:
            return "string"  # {}
        known = {field["name"]: field["type"] for field in like.get("fields", ())}
        return {**kind, "fields": [{**f, "type": _typed(f["type"], known.get(f["name"]))} for f in kind["fields"]]}
    return kind


def _field(field: Mapping[str, Any], column: str, what: str) -> dict[str, Any]:
    return {"name": field["name"], "type": _type(field["type"], column, what), "nullable": True, "metadata": {}}


def _type(kind: Any, column: str, what: str) -> Any:
    if isinstance(kind, str):
        if kind.startswith(("char(", "varchar(", "string collate")):
            return "string"
        if kind in _PRIMITIVE or kind.startswith("decimal("):
            return kind
    elif kind["type"] == "array":
        return {**kind, "elementType": _type(kind["elementType"], column, what), "containsNull": True}
    elif kind["type"] == "map":
        sides = {side: _type(kind[side], column, what) for side in ("keyType", "valueType")}
        return {**kind, **sides, "valueContainsNull": True}
    elif kind["type"] == "struct":
        check_names((field["name"] for field in kind["fields"]), f"{what}, inside column {column!r}")
        return {"type": "struct", "fields": [_field(f, f"{column}.{f['name']}", what) for f in kind["fields"]]}
    name = kind if isinstance(kind, str) else kind["type"]
    advice = next((text for key, text in _ADVICE.items() if name.startswith(key)), "cast it to another type")
    raise DataError(f"{what}: column {column!r} has the type {name}, which Delta cannot hold; {advice}.")
