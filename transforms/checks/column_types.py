"""Types of columns as Delta has them, and what types of Polars and of Spark are stored as."""

from __future__ import annotations

import re
from typing import Any

from transforms.errors import DeclarationError
from transforms.expectations.declared_types import library_of

_POLARS = {
    "Int8": "byte",
    "Int16": "short",
    "Int32": "integer",
    "Int64": "long",
    "UInt8": "short",
    "UInt16": "integer",
    "UInt32": "long",
    "UInt64": "long",
    "Float32": "float",
    "Float64": "double",
    "String": "string",
    "Utf8": "string",
    "Categorical": "string",
    "Enum": "string",
    "Boolean": "boolean",
    "Binary": "binary",
    "Date": "date",
}
_NUMBERS = {"byte", "short", "integer", "long", "float", "double", "decimal"}
_WHOLE = {"byte", "short", "integer", "long"}
_TIMES = {"timestamp", "timestamp_ntz"}
_ANY = None
"""Stands for whatever a type without its details leaves open."""


def kind_of(type: Any) -> str:
    """Return the kind of a type in Delta's schema JSON.

    :returns: ``number``, ``timestamp``, ``string``, ``boolean``, ``date``, ``binary``, ``array``, ``map`` or ``struct``.
    """
    name = type["type"] if isinstance(type, dict) else type.split("(")[0]
    return "number" if name in _NUMBERS else "timestamp" if name in _TIMES else str(name)


def is_whole(type: Any) -> bool:
    """Tell whether a type in Delta's schema JSON is one of whole numbers."""
    return type in _WHOLE


def common_type(one: Any, other: Any) -> str | None:
    """Return the type of numbers in which two columns can be looked up in each other without loss, where there is one.

    :param one: a column's type in Delta's schema JSON.
    :param other: that of another column of the same kind.
    :returns: ``long``, ``double`` or ``decimal(38,…)``; None where they can be compared as they are.
    """
    if one == other or kind_of(one) != "number":
        return None
    if is_whole(one) and is_whole(other):
        return "long"
    if "float" in (one, other) or "double" in (one, other):
        return "double"
    return f"decimal(38,{max(scale_of(one), scale_of(other))})"


def scale_of(type: Any) -> int:
    """Return how many digits a type of decimals has behind the point; 0 for other types."""
    name, *details = _plain(type)
    return int(details[1]) if name == "decimal" else 0


def has_type(declared: Any, type: Any) -> bool:
    """Tell whether a column is stored as a declared type is.

    :param declared: a type of Polars or of Spark; a class that needs details stands for all of its types.
    :param type: the column's type in Delta's schema JSON.
    """
    wanted = _of_polars(declared) if library_of(declared) == "polars" else _of_spark(declared)
    return _agree(wanted, _plain(type))


def type_text(type: Any) -> str:
    """Return a type in Delta's schema JSON as people read it."""
    if not isinstance(type, dict):
        return str(type)
    if type["type"] == "array":
        return f"array<{type_text(type['elementType'])}>"
    if type["type"] == "map":
        return f"map<{type_text(type['keyType'])}, {type_text(type['valueType'])}>"
    return f"struct<{', '.join('{}: {}'.format(field['name'], type_text(field['type'])) for field in type['fields'])}>"


def _plain(type: Any) -> tuple[Any, ...]:
    """Return a type in Delta's schema JSON without what says whether it may be null: nested tuples."""
    if isinstance(type, dict):
        if type["type"] == "array":
            return ("array", _plain(type["elementType"]))
        if type["type"] == "map":
            return ("map", _plain(type["keyType"]), _plain(type["valueType"]))
        return ("struct", tuple((field["name"], _plain(field["type"])) for field in type["fields"]))
    name, *details = re.findall(r"[^(),\s]+", type)
    if name in ("char", "varchar"):
        return ("string",)
    return (name, *map(int, details))


def _of_spark(declared: Any) -> tuple[Any, ...]:
    if not isinstance(declared, type):
        found: Any = declared.jsonValue()
        return _plain(found)
    name = declared.typeName()  # type: ignore[attr-defined]
    return {
        "decimal": ("decimal", _ANY, _ANY),
        "array": ("array", _ANY),
        "map": ("map", _ANY, _ANY),
        "struct": ("struct", _ANY),
    }.get(name) or _of_spark(declared())


def _of_polars(declared: Any) -> tuple[Any, ...]:
    is_open = isinstance(declared, type)
    name = declared.__name__ if is_open else type(declared).__name__
    if name in _POLARS:
        return (_POLARS[name],)
    if name == "Datetime":
        return (_ANY if is_open else "timestamp_ntz" if declared.time_zone is None else "timestamp",)
    if name == "Decimal":
        return ("decimal", _ANY, _ANY) if is_open else ("decimal", declared.precision, declared.scale)
    if name in ("List", "Array"):
        return ("array", _ANY if is_open else _of_polars(declared.inner))
    if name == "Struct":
        fields = None if is_open else tuple((field.name, _of_polars(field.dtype)) for field in declared.fields)
        return ("struct", fields)
    raise DeclarationError(f"No column of a dataset can have the Polars type {declared!r}.")


def _agree(wanted: Any, there: Any) -> bool:
    if wanted is _ANY:
        return True
    if wanted == (_ANY,):  # a time, with or without a zone
        return there[0] in _TIMES
    if not isinstance(wanted, tuple):
        return bool(wanted == there)
    return isinstance(there, tuple) and len(wanted) == len(there) and all(map(_agree, wanted, there))
