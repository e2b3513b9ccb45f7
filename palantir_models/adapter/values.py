"""The Python types that an API may name: what each is called in JSON, and which values it takes."""

from __future__ import annotations

import datetime as dt
import types
import typing
from typing import Any

from palantir_models.errors import InferenceTypeError

_NAMES: dict[Any, str] = {
    Any: "any",
    str: "string",
    int: "integer",
    float: "double",
    bool: "boolean",
    list: "array",
    dict: "map",
    dt.date: "date",
    dt.datetime: "timestamp",
    dt.time: "time",
}


def plain(declared: Any) -> Any:
    """Return the type behind an annotation: ``list`` for ``List[str]``, the type itself otherwise."""
    return typing.get_origin(declared) or declared


def data_type(declared: Any) -> dict[str, Any]:
    """Describe a declared type.

    :param declared: a Python type, ``typing.Any``, or an API type that describes itself.
    :returns: ``{"type": name}``; a list adds ``itemType``, a dict ``keyType`` and ``valueType``, when they are given.
    """
    if hasattr(declared, "data_type"):
        described: dict[str, Any] = declared.data_type()
        return described
    kind = plain(declared)
    described = {"type": _NAMES.get(kind, "unsupported")}
    if described["type"] == "unsupported":
        described["name"] = name_of(declared)
    arguments = typing.get_args(declared)
    keys = {list: ("itemType",), dict: ("keyType", "valueType")}.get(kind, ())
    return described | {key: data_type(argument) for key, argument in zip(keys, arguments, strict=False)}


def name_of(declared: Any) -> str:
    """Name a type the way its author wrote it."""
    return declared.__name__ if isinstance(declared, type) else str(declared).removeprefix("typing.")


def check(where: str, declared: Any, value: Any) -> Any:
    """Return a parameter's value as the declared type.

    An int is taken for a float, and a numpy scalar for what it holds; a bool is not taken for a number.

    :param where: what is checked, for the message: ``"input 'threshold' of MyAdapter"``.
    :param declared: the declared type.
    :param value: the value given.
    :returns: the value, converted when nothing is lost by it.
    :raises InferenceTypeError: when the value is of another type.
    """
    if hasattr(declared, "convert"):
        return declared.convert(where, value)
    kind = plain(declared)
    if kind is Any:
        return value
    if kind in (typing.Union, types.UnionType):
        kind = tuple(map(plain, typing.get_args(declared)))
    if not isinstance(value, kind) and type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.tolist() if getattr(value, "ndim", 0) else value.item()
    if kind is float and type(value) is int:
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool) and kind in (int, float):
        raise InferenceTypeError(
            f"The {where} is declared as {name_of(declared)} and got {_shown(value)}. "
            "Convert the value, or change the type in api()."
        )
    return value


def _shown(value: Any, limit: int = 60) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= limit else text[:limit] + '…'}"
